// Gives one option of a config another value than it has, whatever the option is: what a test over all options needs that must
// not know them. The candidates are tried in turn until one suits.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/numbers.h"
#include "rondo/core/config.h"
#include "rondo/core/error.h"
#include "rondo/layers/layer.h"

namespace rondo {

// The keys that a describe() names, nested layers left out.
class KeyLister : public ConfigVisitor, public NumbersVisitor {
 public:
  std::vector<std::string> keys;
  void field(std::string_view key, bool&, bool) override { keys.emplace_back(key); }
  void field(std::string_view key, Index&, Index) override { keys.emplace_back(key); }
  void field(std::string_view key, double&, double) override { keys.emplace_back(key); }
  void field(std::string_view key, std::string&, const std::string&) override { keys.emplace_back(key); }
  void field(std::string_view key, std::vector<Index>&, const std::vector<Index>&) override { keys.emplace_back(key); }
  void field(std::string_view key, std::optional<double>&) override { keys.emplace_back(key); }
  void field(std::string_view key, Activation&, const Activation&) override { keys.emplace_back(key); }
  void field(std::string_view key, Initializer&, const Initializer&) override { keys.emplace_back(key); }
  void field(std::string_view key, std::vector<double>&, const std::vector<double>&) override { keys.emplace_back(key); }
  void field(std::string_view key, Regularizer&) override { keys.emplace_back(key); }
  void field(std::string_view key, Constraint&) override { keys.emplace_back(key); }
  void field(std::string_view, LayerRef&) override {}
  void required(std::string_view key, Index&) override { keys.emplace_back(key); }
  void required(std::string_view key, double&) override { keys.emplace_back(key); }
  void required(std::string_view key, std::string&) override { keys.emplace_back(key); }
  void required(std::string_view key, std::vector<Index>&) override { keys.emplace_back(key); }
  void numbers(std::string_view key, std::vector<double>&) override { keys.emplace_back(key); }
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}
};

// Sets option `key` to candidate number `n` of its kind; applied() is false when there is no such candidate.
class Nudge : public ConfigVisitor, public NumbersVisitor {
 public:
  Nudge(std::string key, std::size_t n) : key_(std::move(key)), n_(n) {}
  bool applied() const { return applied_; }

  void field(std::string_view key, bool& value, bool) override { set(key, value, {!value}); }
  void field(std::string_view key, Index& value, Index) override { set(key, value, {value + 1, Index{2}, Index{1}}); }
  void field(std::string_view key, double& value, double) override { set(key, value, {0.25, 0.6, value / 2, 1.5, -0.5}); }
  void field(std::string_view key, std::string& value, const std::string&) override { words(key, value); }
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>&) override { sizes(key, value); }
  void field(std::string_view key, std::optional<double>& value) override {
    set(key, value, {std::optional<double>(2), std::optional<double>(0.5)});
  }
  void field(std::string_view key, Activation& value, const Activation&) override {
    // Smooth and bounded: softsign's second derivative jumps at 0, which central differences see; softplus lets states grow.
    set(key, value, {Activation("sigmoid"), Activation("tanh")});
  }
  void field(std::string_view key, Initializer& value, const Initializer&) override {
    Initializer other = "random_normal";
    other.parameters["stddev"] = 0.25;
    set(key, value, {other, Initializer("ones")});
  }
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>&) override { reals(key, value); }
  void field(std::string_view key, Regularizer& value) override {
    Regularizer other = "l2";
    other.parameters["l2"] = 0.25;
    set(key, value, {other});
  }
  void field(std::string_view key, Constraint& value) override {
    Constraint other = "max_norm";
    other.parameters["max_value"] = 0.5;
    set(key, value, {other});
  }
  void field(std::string_view, LayerRef&) override {}
  void required(std::string_view key, Index& value) override { set(key, value, {value + 1, Index{2}, Index{1}}); }
  void required(std::string_view key, double& value) override { set(key, value, {0.25, value / 2, 1.5}); }
  void required(std::string_view key, std::string& value) override { words(key, value); }
  void required(std::string_view key, std::vector<Index>& value) override { sizes(key, value); }
  void numbers(std::string_view key, std::vector<double>& value) override { reals(key, value); }
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  template <class T>
  void set(std::string_view key, T& value, const std::vector<T>& candidates) {
    if (key != key_ || n_ >= candidates.size()) return;
    value = candidates[n_];
    applied_ = true;
  }
  // Every word that any option of Keras's takes.
  void words(std::string_view key, std::string& value) {
    set<std::string>(key, value,
                     {"same", "causal", "mul", "sum", "concat", "columns", "channels_first", "micro", "macro", "weighted", "PR",
                      "minoring", "majoring", "uniform_average", "variance_weighted_average", "sum_over_batch_size"});
  }
  void sizes(std::string_view key, std::vector<Index>& value) {
    std::vector<Index> more = value;
    for (Index& v : more) ++v;
    set<std::vector<Index>>(key, value, {more, {2}, {1}, {1, 2}, {2, 1}, {-1}, {0}});
  }
  void reals(std::string_view key, std::vector<double>& value) {
    std::vector<double> more = value;
    for (double& v : more) v = 0.5 * v + 0.5;
    set<std::vector<double>>(key, value, {more, {0.25, 0.75}, {0.5}, {0.1, 0.2, 0.7}});
  }
  std::string key_;
  std::size_t n_;
  bool applied_ = false;
};

inline constexpr std::size_t most_candidates = 20;

// Gives options that have no default a value that check() lets pass: those that its message names.
template <class T>
void make_valid(T& described) {
  KeyLister lister;
  described.describe(lister);
  const auto complaint = [&]() -> std::string {
    try {
      described.check();
      return {};
    } catch (const Error& e) {
      return e.what();
    }
  };
  const auto mentions = [](const std::string& message, const std::string& key) {
    return message.find(" " + key + " ") != std::string::npos || message.find(" " + key + ";") != std::string::npos;
  };
  for (const std::string& key : lister.keys) {
    for (std::size_t n = 1; n <= most_candidates && mentions(complaint(), key); ++n) {
      Nudge nudge(key, n % most_candidates);  // the first candidate last
      described.describe(nudge);
    }
  }
}

}  // namespace rondo
