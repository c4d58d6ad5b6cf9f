// The argument seed of every layer that has one: what may be a seed, that each draws its own, and that files keep it.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "rondo/interop/keras.h"
#include "rondo/layers/additive_attention.h"
#include "rondo/layers/attention.h"
#include "rondo/layers/conv_lstm1d.h"
#include "rondo/layers/conv_lstm2d.h"
#include "rondo/layers/dropout.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/multi_head_attention.h"
#include "rondo/layers/noise.h"
#include "rondo/layers/rnn.h"
#include "rondo/layers/simple_rnn.h"
#include "rondo/model/model.h"
#include "support/config_record.h"
#include "support/in_training.h"
#include "support/refused.h"

namespace rondo {
namespace {

using Seed = std::optional<Index>;

struct Seeded {
  const char* name;
  LayerRef (*make)(Seed);
  Shape shape;
  int inputs = 1;
};

const std::vector<Seeded> seeded = {
    {"Dropout", [](Seed s) -> LayerRef { return Dropout(0.5, {.seed = s, .name = "x"}); }, {6, 4}},
    {"SpatialDropout1D", [](Seed s) -> LayerRef { return SpatialDropout1D(0.5, {.seed = s, .name = "x"}); }, {6, 4}},
    {"GaussianNoise", [](Seed s) -> LayerRef { return GaussianNoise(0.5, {.seed = s, .name = "x"}); }, {6, 4}},
    {"LSTM", [](Seed s) -> LayerRef { return LSTM(4, {.dropout = 0.5, .seed = s, .name = "x"}); }, {6, 4}},
    {"GRU", [](Seed s) -> LayerRef { return GRU(4, {.recurrent_dropout = 0.5, .seed = s, .name = "x"}); }, {6, 4}},
    {"SimpleRNN", [](Seed s) -> LayerRef { return SimpleRNN(4, {.dropout = 0.5, .seed = s, .name = "x"}); }, {6, 4}},
    {"RNN",
     [](Seed s) -> LayerRef { return RNN(LSTMCell(4, {.dropout = 0.5, .seed = s, .name = "c"}), {.name = "x"}); },
     {6, 4}},
    {"ConvLSTM1D", [](Seed s) -> LayerRef { return ConvLSTM1D(4, 2, {.dropout = 0.5, .seed = s, .name = "x"}); }, {3, 5, 2}},
    {"ConvLSTM2D", [](Seed s) -> LayerRef { return ConvLSTM2D(4, 2, {.dropout = 0.5, .seed = s, .name = "x"}); }, {3, 4, 4, 2}},
    {"Attention", [](Seed s) -> LayerRef { return Attention({.dropout = 0.5, .seed = s, .name = "x"}); }, {6, 4}, 2},
    {"AdditiveAttention",
     [](Seed s) -> LayerRef { return AdditiveAttention({.dropout = 0.5, .seed = s, .name = "x"}); },
     {6, 4},
     2},
    {"MultiHeadAttention",
     [](Seed s) -> LayerRef { return MultiHeadAttention(2, 3, {.dropout = 0.5, .seed = s, .name = "x"}); },
     {6, 4},
     2},
};

Model model_of(const Seeded& one, const LayerRef& layer) {
  set_random_seed(0);  // the same weights
  const SymbolicTensor x = Input(one.shape);
  return one.inputs == 2 ? Model(x, layer({x, x})) : Model(x, layer(x));
}

TEST(Seeds, EachDrawsItsOwn) {
  for (const Seeded& one : seeded) {
    SCOPED_TRACE(one.name);
    Shape batch{3};
    for (Index i = 0; i < one.shape.rank(); ++i) batch.push_back(one.shape[i]);
    Array x(batch);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<real>(0.3 * static_cast<double>(i % 7) - 1);
    const std::vector<Seed> seeds = {std::nullopt, 0, 1, 2, -1, -2, Index{1} << 40, -(Index{1} << 53), Index{1} << 53};
    std::set<std::string> drawn;
    for (const Seed& seed : seeds) {
      const std::string first = in_training(model_of(one, one.make(seed)), x).text();
      EXPECT_EQ(first, in_training(model_of(one, one.make(seed)), x).text());
      drawn.insert(first);
    }
    // RNN's cells draw by their place: their seeds are compared, too. Printed numbers are rounded: none may agree by chance.
    EXPECT_EQ(drawn.size(), seeds.size());
  }
}

TEST(Seeds, FilesKeepThem) {
  for (const Seeded& one : seeded)
    for (const Seed& seed : {Seed(), Seed(0), Seed(-1), Seed(-(Index{1} << 53))}) {
      SCOPED_TRACE(one.name);
      const Model model = model_of(one, one.make(seed));
      const Model again = load_model(save_model(model));
      EXPECT_EQ(ConfigReader::read(*again.layers().back()).text(), ConfigReader::read(*model.layers().back()).text());
    }
}

TEST(Seeds, NoOtherNumberIsOne) {
  for (const Seeded& one : seeded)
    for (const Index bad :
         {(Index{1} << 53) + 1, -(Index{1} << 53) - 1, std::numeric_limits<Index>::min(), std::numeric_limits<Index>::max()}) {
      SCOPED_TRACE(one.name);
      expect_refused(Code::value, "seed must be a whole number from -2^53 to 2^53, got " + std::to_string(bad),
                     [&] { one.make(bad); });
    }
}

}  // namespace
}  // namespace rondo
