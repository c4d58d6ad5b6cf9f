// Where masks go: every registered layer, in every case of the contract test, behind a mask of every pattern.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/layers/recurrent.h"
#include "support/contract_models.h"
#include "support/refused.h"

namespace rondo {
namespace {

using namespace contract;
using Names = std::set<std::string>;

// As in Keras 3.15.1 (whether keras_mask is on what comes out of the layer behind a Masking): the mask goes on,
const Names hand_on = {"Activation",
                       "ActivityRegularization",
                       "AdditiveAttention",
                       "Attention",
                       "BatchNormalization",
                       "Bidirectional",
                       "Concatenate",
                       "ConvLSTM1D",
                       "ConvLSTM2D",
                       "Dense",
                       "Dropout",
                       "ELU",
                       "GRU",
                       "GaussianNoise",
                       "LSTM",
                       "LayerNormalization",
                       "LeakyReLU",
                       "Masking",
                       "MultiHeadAttention",
                       "Normalization",
                       "PReLU",
                       "RNN",
                       "ReLU",
                       "SimpleRNN",
                       "Softmax",
                       "SpatialDropout1D",
                       "TimeDistributed"};
// is used up, the result having no time steps,
const Names use_up = {"GlobalAveragePooling1D"};
// is lost without a word (the masks of one of several inputs, at those that merge them),
const Names lose = {"Add",
                    "Average",
                    "AveragePooling1D",
                    "AveragePooling2D",
                    "Conv1D",
                    "Conv2D",
                    "Dot",
                    "Flatten",
                    "GlobalAveragePooling2D",
                    "GlobalMaxPooling1D",
                    "GlobalMaxPooling2D",
                    "MaxPooling1D",
                    "MaxPooling2D",
                    "Maximum",
                    "Minimum",
                    "Multiply",
                    "Permute",
                    "Reshape",
                    "Subtract"};
// or cannot come: there are no time steps (MinimalCell is own_cell_test.cpp's).
const Names without_time = {"Embedding",    "GRUCell",       "LSTMCell",       "MinimalCell",
                            "RepeatVector", "SimpleRNNCell", "StackedRNNCells"};

// (a cell's cases are those of an RNN over it)
bool is(const Names& names, const Case& c) { return names.contains(c.make()->class_name()); }

// One call for training or inference; the gradients of all weights, those of the outputs being `slope` where a row counts.
struct Ran {
  Ran(const Model& model, const std::vector<Array>& x, bool training)
      : session(model.internal().built(), {shapes(x), {training, false}, 1}) {
    session.start(shapes(x));
    for (std::size_t i = 0; i < x.size(); ++i) std::copy_n(x[i].data(), x[i].size(), session.input(static_cast<int>(i)));
    session.forward(training, 1);
  }
  static Shapes shapes(const std::vector<Array>& x) {
    Shapes out;
    for (const Array& a : x) out.push_back(a.shape());
    return out;
  }
  Session session;
};

class MaskFlows : public testing::TestWithParam<Case> {
 protected:
  const Case& c() const { return GetParam(); }
  Index samples() const { return samples_of(c(), 5); }
  Model masked(Index n) const {
    return model_of(c(), c().make(), {.masked = true, .samples = c().make()->stateful() ? n : None});
  }
};

TEST_P(MaskFlows, AsInKeras) {
  TestRandom random(21);
  const Index n = samples(), steps = time_steps(c());
  const Keep keep = keep_patterns(n, steps, random);
  std::vector<Array> x = random_inputs(c(), random, n);
  x.push_back(keep_array(keep));
  Model model = masked(n);
  const std::string layer = model.layers().back()->name();
  if (is(lose, c())) {
    expect_refused(Code::shape, "'" + layer + "'", [&] { model.predict_all(x); });
    expect_refused(Code::shape, "model.set_keras_mask_compat(true)", [&] { model.predict_all(x); });
    model.set_keras_mask_compat(true);
    EXPECT_EQ(Ran(model, x, false).session.output(0).mask, nullptr);
    return;
  }
  Ran ran(model, x, false);
  const Port& y = ran.session.output(0);
  // One row for every time step, or one for all of them.
  const bool sequences =
      is(hand_on, c()) && (y.dims.rank == c().inputs[0].rank() + 1 || model.layers().back()->class_name() == "TimeDistributed");
  ASSERT_EQ(y.mask != nullptr, sequences);
  if (!sequences || c().layer == "Masking" || c().layer == "Concatenate") return;  // which make another: model/masks_test.cpp
  // Behind ConvLSTM as many entries a step as a frame has rows.
  const Index each = y.mask_size() / (n * steps);
  for (Index b = 0; b < n; ++b)
    for (Index t = 0; t < steps; ++t)
      for (Index i = 0; i < each; ++i)
        EXPECT_EQ(y.mask[(b * steps + t) * each + i], keep[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)]);
}

// With a sample of nothing but padding beside them the others have the gradients they have without it, whatever arrives at
// what it gives: an initial state, or rows that do not count. (A layer with states starts at 0 here.)
TEST_P(MaskFlows, NothingWeighsNothing) {
  if (is(lose, c()) || !c().options.masks || !c().options.trains || c().make()->stateful()) return;
  if (c().name.find("activity") != std::string::npos || c().layer == "ActivityRegularization")
    return;  // a penalty is divided by the number of samples
  TestRandom random(22);
  const Index n = 4, steps = time_steps(c());
  Keep keep = keep_patterns(n, steps, random, false);
  std::vector<Array> x = random_inputs(c(), random, n + 1);
  keep.emplace_back(static_cast<std::size_t>(steps), 0);
  poison(x[0], keep);
  x.push_back(keep_array(keep));
  Model model = masked(n + 1);
  randomize_weights(model, 5);
  std::vector<std::vector<real>> gradients[2];
  std::vector<Array> slopes;
  for (const bool with : {false, true}) {
    Ran ran(model, contract::samples(x, 0, n + (with ? 1 : 0)), true);
    for (std::size_t o = 0; o < model.internal().outputs.size(); ++o) {
      const Port& y = ran.session.output(static_cast<int>(o));
      if (!with) slopes.push_back(random.array(sized(model.output_shapes()[o].without_first(), n + 1, steps)));
      const Index each = y.mask ? y.dims.elements() / y.mask_size() : 0;
      for (Index i = 0; i < y.dims.elements(); ++i)
        ran.session.output_gradient(static_cast<int>(o))[i] = y.mask && y.mask[i / each] == 0 ? real(0) : slopes[o].data()[i];
      // What comes of no time step at all, in a layer that has states, is the state it starts with.
      const bool starts_at_0 =
          dynamic_cast<RecurrentLayer*>(&*model.layers().back()) != nullptr && model.internal().inputs.size() == 2;
      for (Index i = n * y.dims.elements() / (n + 1); with && starts_at_0 && i < y.dims.elements(); ++i) {
        EXPECT_EQ(y.values[i], 0) << i;
      }
    }
    ran.session.backward();
    for (std::size_t w = 0; w < model.internal().trainable.size(); ++w) {
      const auto g = ran.session.gradient(static_cast<int>(w));
      gradients[with].emplace_back(g.begin(), g.end());
    }
  }
  for (std::size_t w = 0; w < gradients[0].size(); ++w)
    for (std::size_t i = 0; i < gradients[0][w].size(); ++i)  // sums of a few more numbers, all 0
      EXPECT_NEAR(gradients[0][w][i], gradients[1][w][i],
                  (sizeof(real) == 8 ? 1e-13 : 1e-5) * std::max(real(1), std::abs(gradients[0][w][i])))
          << model.internal().trainable[w]->name << " " << i;
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.layer + "_" + info.param.name;
  for (char& ch : name)
    if (std::isalnum(static_cast<unsigned char>(ch)) == 0) ch = '_';
  return name;
}

std::vector<Case> with_time() {
  std::vector<Case> out;
  for (const Case& c : cases())
    if (has_time(c) && (is(lose, c) || c.options.masks || c.layer == "Masking") && c.name != "one") out.push_back(c);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Layers, MaskFlows, testing::ValuesIn(with_time()), case_name);

// A new layer is named above, and has a case that a mask can reach.
TEST(MaskFlow, IsKnownOfEveryLayer) {
  Names tried;
  for (const Case& c : with_time()) tried.insert(c.make()->class_name());
  for (const std::string& layer : layer_names()) {
    EXPECT_EQ(hand_on.count(layer) + use_up.count(layer) + lose.count(layer) + without_time.count(layer), 1u) << layer;
    EXPECT_EQ(tried.contains(layer), !without_time.contains(layer)) << layer;
  }
}

}  // namespace
}  // namespace rondo
