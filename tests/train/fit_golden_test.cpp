// What fit's other arguments do in real Keras (tests/golden/fit_cases.py): dropout inside recurrent layers with the same masks,
// losses and metrics of several outputs, weights of samples, time steps and classes, and how many steps an epoch has.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

using nlohmann::json;

const std::string folder = std::string(RONDO_SOURCE_DIR) + "/tests/golden/fit/";

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

void run(const std::string& name, const json& c) {
  Model model = load_model(folder + name + ".keras");
  const NamedArrays data = load_npz(folder + name + ".npz", Conversion::nearest);
  const auto x = numbered(data, "x"), y = numbered(data, "t");
  const json& fit = c["fit"];
  FitOptions options{.batch_size = fit["batch_size"], .epochs = fit["epochs"], .shuffle = false};
  const History history = model.fit(x, y, options);
  expect_history(history, c["history"]);
  const auto weights = model.get_weights(), wanted = numbered(data, "w");
  ASSERT_EQ(weights.size(), wanted.size());
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (Index k = 0; k < weights[i].size(); ++k)
      ASSERT_NEAR(weights[i].data()[k], wanted[i].data()[k], 1e-6) << c["weights"][i] << " [" << k << "]";
  const Logs logs = model.evaluate(x, y, {.batch_size = 4});
  EXPECT_EQ(logs.size(), c["evaluate"].size());
  for (const auto& [key, value] : logs) {
    const double w = c["evaluate"].at(key);
    EXPECT_NEAR(value, w, 1e-5 * std::abs(w)) << key;
  }
}

TEST(FitGolden, IsKeras) {
  std::ifstream file(folder + "index.json");
  ASSERT_TRUE(file);
  const json index = json::parse(file);
  for (const auto& [name, c] : index["cases"].items()) {
    SCOPED_TRACE(name);
    if (name.find("dropout") == std::string::npos) continue;
    try {
      run(name, c);
    } catch (const std::exception& e) {
      ADD_FAILURE() << e.what();
    }
  }
}

}  // namespace
}  // namespace rondo
