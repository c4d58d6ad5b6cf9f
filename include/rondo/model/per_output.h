// What compile takes for a model with several outputs, in Keras's three forms: one for all of them, a list in the outputs'
// order, or by the outputs' names.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rondo/metrics/metric.h"

namespace rondo {

//   .loss = "mse"      .loss = {"mse", "mae"}      .loss = {{"level", "mse"},
//   {"path", Huber({.delta = 0.5})}}
template <class T>
class PerOutput {
 public:
  enum class Form { none, one, list, named };
  struct Entry {
    std::string output;  // by name only
    T value;
  };

  PerOutput() = default;
  template <class U>
  requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, PerOutput>) PerOutput(U&& one)
      : form_(Form::one) {
    entries_.push_back({"", T(std::forward<U>(one))});
  }
  PerOutput(std::initializer_list<T> list) : PerOutput(std::vector<T>(list)) {}
  PerOutput(std::vector<T> list) : form_(list.empty() ? Form::none : Form::list) {
    for (T& value : list) entries_.push_back({"", std::move(value)});
  }
  PerOutput(std::initializer_list<std::pair<std::string, T>> named) {
    for (const auto& [output, value] : named) add(output, value);
  }
  void add(std::string output, T value) {
    form_ = Form::named;
    entries_.push_back({std::move(output), std::move(value)});
  }

  bool empty() const { return form_ == Form::none; }
  Form form() const { return form_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Form form_ = Form::none;
  std::vector<Entry> entries_;
};

// The metrics of one output, or one metric: see MetricLists.
class MetricList {
 public:
  MetricList() = default;  // none
  template <std::convertible_to<MetricRef>... Metrics>
  requires(sizeof...(Metrics) > 0) MetricList(Metrics... metrics) : metrics_{MetricRef(std::move(metrics))...} {}
  MetricList(std::vector<MetricRef> several) : metrics_(std::move(several)) {}
  // Of the output of this name.
  MetricList(std::string output, std::vector<MetricRef> several) : output_(std::move(output)), metrics_(std::move(several)) {}

  const std::optional<std::string>& output() const { return output_; }
  const std::vector<MetricRef>& metrics() const { return metrics_; }

 private:
  std::optional<std::string> output_;
  std::vector<MetricRef> metrics_;
};

// One output: .metrics = {"mae", "mse"} Several outputs: .metrics = {{"mae"}, {"mse", "mae"}} .metrics = {{"level", {"mae"}},
// {"path", {"mse", "mae"}}} As in Keras {"mae", "mse"} is one metric for each where there are two outputs.
class MetricLists {
 public:
  MetricLists() = default;
  MetricLists(std::initializer_list<MetricList> lists) : lists_(lists) {}
  MetricLists(std::vector<MetricList> lists) : lists_(std::move(lists)) {}
  MetricLists(const std::vector<std::string>& names) : lists_(names.begin(), names.end()) {}

  bool empty() const { return lists_.empty(); }
  const std::vector<MetricList>& lists() const { return lists_; }

 private:
  std::vector<MetricList> lists_;
};

}  // namespace rondo
