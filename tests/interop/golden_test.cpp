// Model files that real Keras wrote, and what Keras predicts with them: tests/golden (see its README for how they were made).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "io/file.h"
#include "nlohmann/json.hpp"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

using nlohmann::json;

const std::string golden = RONDO_SOURCE_DIR "/tests/golden/";

// What Rondo does not have and must refuse by this word.
const std::map<std::string, std::string> refused = {
    {"lstm_dropout", "dropout"},  // dropouts come later
    {"dense_activations_later", "unknown activation"},
};

json index_of_cases() {
  std::ifstream in(golden + "index.json");
  EXPECT_TRUE(in) << golden << "index.json";
  return json::parse(in);
}

// x0, x1, ... of an archive.
std::vector<Array> numbered(const NamedArrays& arrays, const std::string& letter) {
  std::vector<Array> out;
  for (std::size_t i = 0;; ++i) {
    const auto it =
        std::find_if(arrays.begin(), arrays.end(), [&](const auto& a) { return a.first == letter + std::to_string(i); });
    if (it == arrays.end()) return out;
    out.push_back(it->second);
  }
}

void expect_close(const std::vector<Array>& got, const std::vector<Array>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t o = 0; o < got.size(); ++o) {
    ASSERT_EQ(got[o].shape(), want[o].shape()) << "output " << o;
    double worst = 0;
    for (Index i = 0; i < got[o].size(); ++i) {
      const double w = static_cast<double>(want[o].data()[i]);
      const double error = std::abs(static_cast<double>(got[o].data()[i]) - w) / std::max(1.0, std::abs(w));
      worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error);
    }
    EXPECT_LE(worst, tolerance) << "output " << o;
  }
}

TEST(KerasGolden, PredictsWhatKerasPredicts) {
  if (!std::filesystem::exists(golden)) FAIL() << golden;
  const json index = index_of_cases();
  int checked = 0;
  for (const json& c : index["cases"]) {
    if (c["kind"] != "predict") continue;
    const std::string name = c["name"], folder = golden + c["folder"].get<std::string>() + "/";
    SCOPED_TRACE(folder + name);
    const double tolerance = c["tolerance"];
    if (const auto no = refused.find(name); no != refused.end()) {
      try {
        load_model(folder + c["file"].get<std::string>());
        ADD_FAILURE() << "should be refused";
      } catch (const Error& e) {
        EXPECT_NE(std::string(e.what()).find(no->second), std::string::npos) << e.what();
      }
      continue;
    }
    try {
      LoadReport report;
      const Model model = load_model(folder + c["file"].get<std::string>(), {.report = &report});
      EXPECT_TRUE(report.from_keras);
      EXPECT_TRUE(report.keras_version.starts_with(c["keras"].get<std::string>())) << report.keras_version;
      // Written by us and read again, it is the same model.
      const Model again = load_model(save_model(model), {.report = &report});
      EXPECT_EQ(again.weights_digest(), model.weights_digest());
      for (const json& run : c["runs"]) {
        SCOPED_TRACE(run["npz"].get<std::string>());
        const NamedArrays arrays = load_npz(folder + run["npz"].get<std::string>());
        const std::vector<Array> x = numbered(arrays, "x"), y = numbered(arrays, "y");
        const Index samples = x[0].shape()[0];
        expect_close(model.predict_all(x, {.batch_size = samples, .threads = 1}), y, tolerance);
        expect_close(again.predict_all(x, {.batch_size = samples, .threads = 1}), y, tolerance);
        ++checked;
      }
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
  }
  EXPECT_GE(checked, 100);
}

// A model saved in the middle of training brings its optimizer along: every variable and the number of steps.
TEST(KerasGolden, OptimizerStateComesAndGoes) {
  if (!std::filesystem::exists(golden)) FAIL() << golden;
  int checked = 0;
  const json index = index_of_cases();
  for (const json& c : index["cases"]) {
    if (c["kind"] != "trained") continue;
    const std::string folder = golden + c["folder"].get<std::string>() + "/";
    SCOPED_TRACE(folder + c["name"].get<std::string>());
    LoadReport report;
    const Model model = load_model(folder + c["file"].get<std::string>(), {.report = &report});
    ASSERT_TRUE(report.notes.empty()) << report.notes[0];
    ASSERT_TRUE(model.compiled());
    EXPECT_GT(model.optimizer()->iterations, 0);
    EXPECT_FLOAT_EQ(static_cast<float>(model.optimizer()->learning_rate), c["optimizer"]["learning_rate"].get<float>());
    const Model again = load_model(save_model(model));
    ASSERT_EQ(again.optimizer()->slots.size(), model.optimizer()->slots.size());
    EXPECT_EQ(again.optimizer()->iterations, model.optimizer()->iterations);
    EXPECT_EQ(again.loss()->key(), model.loss()->key());
    EXPECT_EQ(again.metrics(), model.metrics());
    bool moved = model.optimizer()->slots.empty();
    for (std::size_t s = 0; s < model.optimizer()->slots.size(); ++s) {
      const auto a = model.optimizer()->slots[s].value.values(), b = again.optimizer()->slots[s].value.values();
      EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
      moved = moved || std::any_of(a.begin(), a.end(), [](real v) { return v != 0; });
    }
    EXPECT_TRUE(moved);
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace rondo
