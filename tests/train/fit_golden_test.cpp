// What fit's other arguments do in real Keras (tests/golden/fit_cases.py, and rule_cases.py for regularizers and constraints of
// every layer): dropout inside recurrent layers with the same masks,
// losses and metrics of several outputs, weights of samples, time steps and classes, and how many steps an epoch has.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"
#include "rondo/train/callbacks.h"

namespace rondo {
namespace {

using nlohmann::json;

const std::string golden = std::string(RONDO_SOURCE_DIR) + "/tests/golden/";

// x0, x1, ... of an archive.
std::vector<Array> numbered(const NamedArrays& arrays, const std::string& letter) {
  std::vector<Array> out;
  for (bool more = true; more;) {
    more = false;
    for (const auto& [key, value] : arrays)
      if (key == letter + std::to_string(out.size())) {
        out.push_back(value);
        more = true;
        break;
      }
  }
  return out;
}

void expect_history(const History& history, const json& want) {
  for (const auto& [key, values] : history.history) EXPECT_TRUE(want.contains(key)) << key << " is not Keras's";
  for (const auto& [key, values] : want.items()) {
    const auto got = history.history.find(key);
    ASSERT_NE(got, history.history.end()) << key;
    ASSERT_EQ(got->second.size(), values.size()) << key;
    for (std::size_t e = 0; e < values.size(); ++e) {
      const double w = values[e];
      EXPECT_NEAR(got->second[e], w, 1e-5 * std::abs(w)) << key << " epoch " << e;
    }
  }
}

std::vector<Array> rows(const std::vector<Array>& arrays, Index first, Index last) {
  std::vector<Array> out;
  for (const Array& a : arrays) out.push_back(a.slice(0, first, last));
  return out;
}

// A weight for each output, or one for all; none: std::nullopt.
SampleWeight weights_of(const std::vector<Array>& s) { return s.empty() ? SampleWeight() : SampleWeight(Arrays(s)); }

// Arguments of fit that the file names; those it leaves out keep their defaults.
FitOptions options_of(const json& fit) {
  FitOptions options{.batch_size = fit["batch_size"], .epochs = fit["epochs"], .shuffle = false};
  options.validation_split = fit.value("validation_split", 0.0);
  options.initial_epoch = fit.value("initial_epoch", Index{0});
  if (fit.contains("class_weight"))
    for (const auto& [number, weight] : fit["class_weight"].items()) options.class_weight[std::stol(number)] = weight;
  if (fit.contains("swap_ema")) options.callbacks = {SwapEMAWeights({.swap_on_epoch = fit["swap_ema"]})};
  if (fit.contains("steps_per_epoch")) options.steps_per_epoch = fit["steps_per_epoch"].get<Index>();
  if (fit.contains("validation_steps")) options.validation_steps = fit["validation_steps"].get<Index>();
  if (fit.contains("validation_batch_size")) options.validation_batch_size = fit["validation_batch_size"].get<Index>();
  if (fit.contains("validation_freq")) {
    const json& freq = fit["validation_freq"];
    options.validation_freq =
        freq.is_array() ? ValidationFreq(freq.get<std::vector<Index>>()) : ValidationFreq(freq.get<Index>());
  }
  return options;
}

void run(const std::string& folder, const std::string& name, const json& c, bool twice) {
  LoadReport report;
  Model model = load_model(folder + name + ".keras", {.report = &report});
  EXPECT_TRUE(report.notes.empty()) << report.notes[0];
  // Written by us and read again, it is compiled as before.
  if (twice) model = load_model(save_model(model, {.self_check = false}), {.report = &report});
  const NamedArrays data = load_npz(folder + name + ".npz", Conversion::nearest);
  auto x = numbered(data, "x"), y = numbered(data, "t"), s = numbered(data, "s");
  const json& fit = c["fit"];
  FitOptions options = options_of(fit);
  if (const Index held = fit.value("validation_rows", Index{0}); held > 0) {
    const Index all = x[0].shape()[0], first = all - held;
    options.validation_data = {Arrays(rows(x, first, all)), Arrays(rows(y, first, all)), weights_of(rows(s, first, all))};
    x = rows(x, 0, first), y = rows(y, 0, first), s = rows(s, 0, first);
  }
  options.sample_weight = weights_of(s);
  const History history = model.fit(x, y, options);
  expect_history(history, c["history"]);
  if (c.contains("loss_scale")) {
    const auto& scale = model.optimizer()->loss_scale;
    ASSERT_TRUE(scale);
    EXPECT_EQ(static_cast<double>(scale->scale), c["loss_scale"]["scale"].get<double>());
    EXPECT_EQ(scale->steps, c["loss_scale"]["steps"].get<Index>());
    EXPECT_EQ(model.optimizer()->updates(), c["loss_scale"]["iterations"].get<Index>());
  } else {
    EXPECT_FALSE(model.optimizer()->loss_scale);
  }
  const auto weights = model.get_weights(), wanted = numbered(data, "w");
  ASSERT_EQ(weights.size(), wanted.size());
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (Index k = 0; k < weights[i].size(); ++k)
      ASSERT_NEAR(weights[i].data()[k], wanted[i].data()[k], 1e-6) << c["weights"][i] << " [" << k << "]";
  const Logs logs = model.evaluate(x, y, {.batch_size = 4, .sample_weight = weights_of(s)});
  EXPECT_EQ(logs.size(), c["evaluate"].size());
  for (const auto& [key, value] : logs) {
    const double w = c["evaluate"].at(key);
    EXPECT_NEAR(value, w, 1e-5 * std::abs(w)) << key;
  }
}

TEST(FitGolden, IsKeras) {
  for (const std::string& folder : {golden + "fit/", golden + "rules/"}) {
    std::ifstream file(folder + "index.json");
    ASSERT_TRUE(file);
    const json index = json::parse(file);
    ASSERT_FALSE(index["cases"].empty()) << folder;
    for (const auto& [name, c] : index["cases"].items()) {
      SCOPED_TRACE(name);
      for (const bool twice : {false, true}) {
        try {
          run(folder, name, c, twice);
        } catch (const std::exception& e) {
          ADD_FAILURE() << e.what();
        }
      }
    }
  }
}

// Before 3.10 the optimizer's variables lay in another order.
TEST(KerasGolden, OptimizersOfOlderFilesTrainOn) {
  for (const char* version : {"3.3", "3.9"})
    for (const char* name : {"nadam", "nadam_ema", "adam_ema_accumulation"}) {
      const std::string path = std::string(RONDO_SOURCE_DIR) + "/tests/golden/older/" + version + "_state_" + name;
      SCOPED_TRACE(path);
      LoadReport report;
      Model model = load_model(path + ".keras", {.report = &report});
      EXPECT_TRUE(report.notes.empty()) << report.notes[0];
      // 3.3 moves averages otherwise in steps without an update; 3.15 is followed.
      if (path.ends_with("3.3_state_adam_ema_accumulation")) continue;
      const NamedArrays z = load_npz(path + ".npz", Conversion::nearest);
      const auto take = [&](const char* key) {
        return std::find_if(z.begin(), z.end(), [&](const auto& one) { return one.first == key; })->second;
      };
      const Array want = take("loss");
      const auto got = model.fit(take("x"), take("y"), {.batch_size = 4, .epochs = 3, .shuffle = false});
      for (Index e = 0; e < 3; ++e)
        EXPECT_NEAR(got.history.at("loss")[static_cast<std::size_t>(e)], static_cast<double>(want(e)), 1e-5 * want(e)) << e;
    }
}

}  // namespace
}  // namespace rondo
