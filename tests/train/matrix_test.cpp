// Six architectures, twelve optimizers, three epochs (tests/golden/matrix_cases.py): the loss of every epoch is Keras's on JAX
// to 1e-5 of itself. With RONDO_MATRIX_TABLE=FILE the table of docs/training.md is written there, with how far Keras's other
// backend is from JAX.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>

#include "interop/named_arguments.h"
#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

const std::string folder = std::string(RONDO_SOURCE_DIR) + "/tests/golden/matrix/";

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t e = 0; e < a.size(); ++e) worst = std::max(worst, std::abs(a[e] - b[e]) / std::abs(b[e]));
  return worst;
}

TEST(Matrix, EveryOptimizerTrainsEveryArchitectureAsKerasDoes) {
  std::ifstream file(folder + "index.json");
  ASSERT_TRUE(file);
  const auto index = nlohmann::json::parse(file);
  const auto& fit = index["fit"];
  std::map<std::string, std::map<std::string, std::pair<double, double>>> table;
  for (const auto& c : index["cases"]) {
    const std::string architecture = c["architecture"], optimizer = c["optimizer"];
    SCOPED_TRACE(architecture + " " + optimizer);
    Model model = load_model(folder + architecture + ".keras");
    std::vector<Array> x, y;
    for (const auto& [name, array] : load_npz(folder + architecture + ".npz", Conversion::nearest))
      (name[0] == 'x' ? x : y).push_back(array);
    std::string text = optimizer + ":";
    for (const auto& [key, value] : c["config"].items()) text += (text.back() == ':' ? "" : ",") + key + "=" + value.dump();
    model.compile({.optimizer = interop::optimizer_from_text(text), .loss = LossRef(c["loss"].get<std::string>())});
    const auto got =
        model.fit(x, y, {.batch_size = fit["batch_size"], .epochs = fit["epochs"], .shuffle = false}).history.at("loss");
    const auto jax = c["jax"].get<std::vector<double>>(), tensorflow = c["tensorflow"].get<std::vector<double>>();
    ASSERT_EQ(got.size(), jax.size());
    const double backends = apart(tensorflow, jax), ours = apart(got, jax);
    EXPECT_LE(ours, 1e-5) << "Keras on JAX and on TensorFlow are " << backends << " apart";
    table[optimizer][architecture] = {ours, backends};
  }
  EXPECT_EQ(table.size(), 12u);
  for (const auto& [optimizer, row] : table) EXPECT_EQ(row.size(), 6u) << optimizer;

  const char* path = std::getenv("RONDO_MATRIX_TABLE");
  if (!path) return;
  std::ofstream out(path);
  out << "| |";
  for (const auto& [architecture, cell] : table.begin()->second) out << " " << architecture << " |";
  out << "\n|---|";
  for (std::size_t i = 0; i < table.begin()->second.size(); ++i) out << "---|";
  out << std::scientific << std::setprecision(0);
  for (const auto& [optimizer, row] : table) {
    out << "\n| " << optimizer << " |";
    for (const auto& [architecture, cell] : row) out << " " << cell.first << " (" << cell.second << ") |";
  }
  out << "\n";
}

}  // namespace
}  // namespace rondo
