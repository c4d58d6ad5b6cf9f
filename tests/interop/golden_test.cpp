// Model files that real Keras wrote, and what Keras predicts with them: tests/golden (see its README for how they were made).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "io/file.h"
#include "nlohmann/json.hpp"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

using nlohmann::json;

const std::string golden = RONDO_SOURCE_DIR "/tests/golden/";

json read(const std::string& name) {
  std::ifstream in(golden + name);
  EXPECT_TRUE(in) << golden << name;
  return json::parse(in);
}

json index_of_cases() {
  json index = read("index.json");
  for (const std::string folder : {"layers", "images", "attention", "graphs", "cells", "cells/3.9", "cells/3.3", "older"}) {
    const json made = read(folder + "/cases.json");
    for (const auto& [name, described] : made["cases"].items()) {
      json c = described;
      c["name"] = name;
      if (!c.contains("keras")) c["keras"] = made["versions"]["keras"];
      c["folder"] = folder;
      if (c["tolerance"].is_null()) c["tolerance"] = 1e-6;
      index["cases"].push_back(std::move(c));
    }
  }
  return index;
}

// Files are named with their folder or beside it.
std::string path_of(const json& c, const std::string& file) {
  return golden + (file.find('/') == std::string::npos ? c["folder"].get<std::string>() + "/" : "") + file;
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
  const json index = index_of_cases();
  int checked = 0;
  for (const json& c : index["cases"]) {
    if (c["kind"] != "predict") continue;
    SCOPED_TRACE(path_of(c, c["file"]));
    const double tolerance = c["tolerance"];
    try {
      LoadReport report;
      const Model model = load_model(path_of(c, c["file"]), {.report = &report});
      EXPECT_TRUE(report.from_keras);
      EXPECT_TRUE(report.keras_version.starts_with(c["keras"].get<std::string>())) << report.keras_version;
      // Written by us and read again, it is the same model.
      const Model again = load_model(save_model(model), {.report = &report});
      EXPECT_EQ(again.weights_digest(), model.weights_digest());
      for (const json& run : c["runs"]) {
        SCOPED_TRACE(run["npz"].get<std::string>());
        const NamedArrays arrays = load_npz(path_of(c, run["npz"]));
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
  int checked = 0;
  const json index = index_of_cases();
  for (const json& c : index["cases"]) {
    if (c["kind"] != "trained") continue;
    SCOPED_TRACE(path_of(c, c["file"]));
    LoadReport report;
    const Model model = load_model(path_of(c, c["file"]), {.report = &report});
    ASSERT_TRUE(report.notes.empty()) << report.notes[0];
    ASSERT_TRUE(model.compiled());
    EXPECT_GT(model.optimizer()->iterations, 0);
    const json& rate = c["optimizer"]["learning_rate"];
    if (rate.is_object()) {
      ASSERT_TRUE(model.optimizer()->schedule);
      EXPECT_EQ(model.optimizer()->schedule->class_name(), rate["class_name"].get<std::string>());
    } else {
      EXPECT_FLOAT_EQ(static_cast<float>(model.optimizer()->learning_rate), rate.get<float>());
    }
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
