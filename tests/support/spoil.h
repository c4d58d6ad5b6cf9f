// Gives one option of a config a value that a user might type by mistake: 0, negative, huge, NaN, misspelt. What a test over
// all options needs that must not know them.
#pragma once

#include <cmath>
#include <limits>

#include "support/nudge.h"

namespace rondo {

class Spoil : public ConfigVisitor, public NumbersVisitor {
 public:
  Spoil(std::string key, std::size_t n) : key_(std::move(key)), n_(n) {}
  bool applied() const { return applied_; }
  const std::string& what() const { return what_; }  // the value, as a message may show it
  bool misspelt() const { return misspelt_; }        // a known name with two letters exchanged

  void field(std::string_view, bool&, bool) override {}
  void field(std::string_view key, Index& value, Index) override { index(key, value); }
  void field(std::string_view key, double& value, double) override { number(key, value); }
  void field(std::string_view key, std::string& value, const std::string&) override { word(key, value); }
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>&) override { indices(key, value); }
  void field(std::string_view key, std::optional<double>& value) override {
    double other = 0;
    if (number(key, other)) value = other;
  }
  void field(std::string_view key, Activation& value, const Activation&) override {
    set(key, value, {{"tahn", Activation("tahn")}, {"", Activation("")}, {"xyzzy", Activation("xyzzy")}});
    if (key == key_) misspelt_ = applied_ && n_ == 0;
  }
  void field(std::string_view key, Initializer& value, const Initializer&) override {
    Initializer parameter("random_normal"), number("random_normal");
    parameter.parameters["stdev"] = 1;
    number.parameters["stddev"] = NAN;
    set(key, value, {{"glorot_unifrom", Initializer("glorot_unifrom")}, {"stdev", parameter}, {"stddev", number}});
    if (key == key_) misspelt_ = applied_ && n_ < 2;
  }
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>&) override { reals(key, value); }
  void field(std::string_view key, Regularizer& value) override {
    Regularizer parameter("l2"), negative("l2"), number("l2");
    parameter.parameters["l1"] = 1;
    negative.parameters["l2"] = -1;
    number.parameters["l2"] = NAN;
    set(key, value, {{"l3", Regularizer("l3")}, {"l1", parameter}, {"l2", negative}, {"l2", number}});
    if (key == key_) misspelt_ = applied_ && n_ < 2;
  }
  void field(std::string_view key, Constraint& value) override {
    Constraint parameter("max_norm"), negative("max_norm"), axis("max_norm"), number("max_norm");
    parameter.parameters["max"] = 1;
    negative.parameters["max_value"] = -1;
    number.parameters["max_value"] = NAN;
    axis.axes = {9};
    set(key, value,
        {{"max_nrom", Constraint("max_nrom")},
         {"max", parameter},
         {"max_value", negative},
         {"max_value", number},
         {"9", axis}});
    if (key == key_) misspelt_ = applied_ && n_ < 2;
  }
  void field(std::string_view, LayerRef&) override {}
  void required(std::string_view key, Index& value) override { index(key, value); }
  void required(std::string_view key, double& value) override { number(key, value); }
  void required(std::string_view key, std::string& value) override { word(key, value); }
  void required(std::string_view key, std::vector<Index>& value) override { indices(key, value); }
  void numbers(std::string_view key, std::vector<double>& value) override { reals(key, value); }
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  static constexpr Index huge = Index{1} << 60;

  template <class T>
  bool set(std::string_view key, T& value, const std::vector<std::pair<std::string, T>>& all) {
    if (key != key_ || n_ >= all.size()) return false;
    what_ = all[n_].first;
    value = all[n_].second;
    return applied_ = true;
  }
  void index(std::string_view key, Index& value) {
    set<Index>(key, value, {{"0", 0}, {"-1", -1}, {"-3", -3}, {std::to_string(huge), huge}});
  }
  bool number(std::string_view key, double& value) {
    return set<double>(key, value,
                       {{"-1", -1},
                        {"nan", NAN},
                        {"inf", std::numeric_limits<double>::infinity()},
                        {"1.5", 1.5},
                        {"1e+300", 1e300},
                        {"0", 0}});
  }
  void word(std::string_view key, std::string& value) {
    std::string exchanged = value;
    if (exchanged.size() > 2) std::swap(exchanged[exchanged.size() - 1], exchanged[exchanged.size() - 2]);
    set<std::string>(key, value, {{exchanged, exchanged}, {"", ""}, {"xyzzy", "xyzzy"}});
    if (key == key_) misspelt_ = applied_ && n_ == 0 && value.size() > 2;
  }
  void indices(std::string_view key, std::vector<Index>& value) {
    using V = std::vector<Index>;
    set<V>(key, value,
           {{"()", {}},
            {"0", {0}},
            {"-1", {-1}},
            {"-3", {-3}},
            {"7", {7}},
            {std::to_string(huge), {huge}},
            {"(1, 2, 3, 4, 5)", {1, 2, 3, 4, 5}},
            {"(1, 1)", {1, 1}}});
  }
  void reals(std::string_view key, std::vector<double>& value) {
    using V = std::vector<double>;
    set<V>(key, value, {{"", {}}, {"nan", {NAN}}, {"-1", {-1}}, {"1, 2, 3, 4, 5", {1, 2, 3, 4, 5}}});
  }
  std::string key_, what_;
  std::size_t n_;
  bool applied_ = false, misspelt_ = false;
};

inline constexpr std::size_t most_mistakes = 8;

}  // namespace rondo
