// Whole training runs from Keras's own model files (tests/golden; its README says how they were made): losses, metrics, final
// weights and predictions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

const std::string folder = std::string(RONDO_SOURCE_DIR) + "/tests/golden/";

// By name: "x0" -> array.
Array named(const NamedArrays& arrays, const std::string& name) {
  for (const auto& [key, value] : arrays) {
    if (key == name) return value;
  }
  throw std::runtime_error("missing in the golden file: " + name);
}

std::vector<Array> numbered(const NamedArrays& arrays, const std::string& letter) {
  std::vector<Array> out;
  for (std::size_t i = 0;; ++i) {
    const std::string name = letter + std::to_string(i);
    if (std::none_of(arrays.begin(), arrays.end(), [&](const auto& a) { return a.first == name; })) return out;
    out.push_back(named(arrays, name));
  }
}

void expect_close(const Array& got, const Array& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (Index i = 0; i < got.size(); ++i) {
    const double w = want.data()[i];
    ASSERT_NEAR(got.data()[i], w, tolerance * std::max(1.0, std::abs(w))) << what << " [" << i << "]";
  }
}

// Of a case's "file" or "npz".
std::string path_of(const nlohmann::json& c, const char* key) {
  const std::string name = c[key];
  return folder + (name.find('/') == std::string::npos ? c["folder"].get<std::string>() + "/" : "") + name;
}

void run(const nlohmann::json& c) {
  Model model = load_model(path_of(c, "file"));
  const NamedArrays data = load_npz(path_of(c, "npz"), Conversion::nearest);
  const auto x = numbered(data, "x"), y = numbered(data, "t");
  const double tolerance = c["tolerance"].get<double>();
  const auto before = numbered(data, "p");
  const auto predicted = model.predict_all(x);
  for (std::size_t i = 0; i < before.size(); ++i) expect_close(predicted[i], before[i], tolerance, "prediction before");
  const auto& fit = c["fit"];
  const History history = model.fit(x, y,
                                    {.batch_size = fit["batch_size"].get<Index>(),
                                     .epochs = fit["epochs"].get<Index>(),
                                     .validation_split = fit.value("validation_split", 0.0),
                                     .shuffle = false});
  EXPECT_EQ(history.history.size(), c["history"].size());
  for (const auto& key : c["history"]) {
    const Array want = named(data, key.get<std::string>());
    const auto got = history.history.find(key.get<std::string>());
    ASSERT_NE(got, history.history.end()) << key;
    ASSERT_EQ(static_cast<Index>(got->second.size()), want.size()) << key;
    for (Index e = 0; e < want.size(); ++e) {
      const double w = want.data()[e];
      EXPECT_NEAR(got->second[static_cast<std::size_t>(e)], w, 1e-5 * std::abs(w)) << key << " epoch " << e;
    }
  }
  const auto weights = model.get_weights(), wanted = numbered(data, "w");
  ASSERT_EQ(weights.size(), wanted.size());
  for (std::size_t i = 0; i < weights.size(); ++i) expect_close(weights[i], wanted[i], tolerance, c["weights"][i]);
  const auto outputs = model.predict_all(x), after = numbered(data, "y");
  for (std::size_t i = 0; i < outputs.size(); ++i) expect_close(outputs[i], after[i], tolerance, "prediction after");
}

TEST(Parity, TrainingRunsAreKeras) {
  std::ifstream file(folder + "index.json");
  ASSERT_TRUE(file) << "tests/golden/index.json";
  int ran = 0;
  const auto index = nlohmann::json::parse(file);
  for (const auto& c : index["cases"]) {
    const std::string kind = c["kind"];
    if (kind != "training" && kind != "trained") continue;
    SCOPED_TRACE(c["name"].get<std::string>() + " " + c["file"].get<std::string>());
    try {
      run(c);
    } catch (const std::exception& e) {
      ADD_FAILURE() << e.what();
    }
    ++ran;
  }
  EXPECT_GE(ran, 101);
}

}  // namespace
}  // namespace rondo
