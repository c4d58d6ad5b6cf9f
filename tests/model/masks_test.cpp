// Masks from layer to layer. Expected masks are those of Keras 3.15.1 (Masking.compute_mask, Concatenate.compute_mask).
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/layers/concatenate.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/layers/pooling.h"
#include "rondo/layers/time_distributed.h"
#include "rondo/model/model.h"

namespace rondo {
namespace {

const real nan = std::numeric_limits<real>::quiet_NaN();

struct Seen {
  std::vector<int> mask;  // empty: none
  std::vector<real> values;
};

Seen run(const Model& model, const std::vector<Array>& x) {
  Shapes shapes;
  for (const Array& a : x) shapes.push_back(a.shape());
  Session session(model.internal().built(), {shapes, {}, 1});
  for (std::size_t i = 0; i < x.size(); ++i) std::copy_n(x[i].data(), x[i].size(), session.input(static_cast<int>(i)));
  session.forward(false);
  const Port& out = session.output(0);
  Seen seen;
  if (out.mask) seen.mask.assign(out.mask, out.mask + out.mask_size());
  seen.values.assign(out.values, out.values + out.dims.elements());
  return seen;
}

TEST(Masks, MaskingMarksAndClears) {
  SymbolicTensor x = Input({4, 2});
  const Seen seen = run(Model(x, Masking(-1)(x)), {Array{{{1, 2}, {-1, -1}, {-1, 3}, {0, 0}}}});
  EXPECT_EQ(seen.mask, (std::vector<int>{1, 0, 1, 1}));
  EXPECT_EQ(seen.values, (std::vector<real>{1, 2, 0, 0, -1, 3, 0, 0}));
  // keras.layers.Masking(0)([[[nan, 0], [nan, nan], [0, 0]]]): NaN is not 0, so such a step counts.
  const Seen with_nan = run(Model(x, Masking()(x)), {Array{{{nan, 0}, {nan, nan}, {0, 0}, {1, 0}}}});
  EXPECT_EQ(with_nan.mask, (std::vector<int>{1, 1, 0, 1}));
}

TEST(Masks, MaskingReplacesTheMaskBefore) {
  SymbolicTensor x = Input({3, 1});
  // The first sets step 1 to 0; the second, asked for 5, keeps it.
  EXPECT_EQ(run(Model(x, Masking(5)(Masking(1)(x))), {Array{{{5}, {1}, {2}}}}).mask, (std::vector<int>{0, 1, 1}));
}

TEST(Masks, NaNAsMaskValueIsRefused) {
  try {
    Masking({.mask_value = std::nan("")});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::value);
    EXPECT_EQ(std::string(e.what()),
              "layer 'masking' (Masking): mask_value is NaN, and nothing equals NaN, so no time step would be masked. Fill the "
              "padding with another value, for example Masking({.mask_value = -1}); to mask nothing, as Keras does, "
              "Masking({.mask_value = NAN, .nan_masks_nothing = true})");
  }
}

TEST(Masks, PassThroughDenseAndEndInARow) {
  SymbolicTensor x = Input({3, 2});
  SymbolicTensor m = Masking()(x);
  const Array data = {{{1, 2}, {0, 0}, {3, 4}}};
  EXPECT_EQ(run(Model(x, Dense(3)(m)), {data}).mask, (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(run(Model(x, LSTM(3, {.return_sequences = true})(m)), {data}).mask, (std::vector<int>{1, 0, 1}));
  EXPECT_TRUE(run(Model(x, LSTM(3)(m)), {data}).mask.empty());
}

TEST(Masks, ConcatenateMergesThem) {
  const Array a = {{{1, 2}, {0, 0}, {3, 4}}}, b = {{{1, 2}, {5, 6}, {0, 0}}};
  SymbolicTensor x = Input({3, 2}), y = Input({3, 2});
  SymbolicTensor mx = Masking()(x), my = Masking()(y);
  const Concatenate features, time({.axis = 1});
  EXPECT_EQ(run(Model({x, y}, {features({mx, my})}), {a, b}).mask, (std::vector<int>{1, 1, 1}));
  EXPECT_EQ(run(Model({x, y}, {features({mx, y})}), {a, b}).mask, (std::vector<int>{1, 1, 1}));
  EXPECT_EQ(run(Model({x, y}, {time({mx, my})}), {a, b}).mask, (std::vector<int>{1, 0, 1, 1, 1, 0}));
  EXPECT_EQ(run(Model({x, y}, {time({mx, y})}), {a, b}).mask, (std::vector<int>{1, 0, 1, 1, 1, 1}));
  EXPECT_TRUE(run(Model({x, y}, {features({x, y})}), {a, b}).mask.empty());
  EXPECT_EQ(run(Model(x, features({mx, mx})), {a}).mask, (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(run(Model({x, y}, {features({x, y})}), {a, b}).values, (std::vector<real>{1, 2, 1, 2, 0, 0, 5, 6, 3, 4, 0, 0}));
  EXPECT_EQ(run(Model({x, y}, {time({x, y})}), {a, b}).values, (std::vector<real>{1, 2, 0, 0, 3, 4, 1, 2, 5, 6, 0, 0}));
}

TEST(Masks, ConcatenateRefusesWhatDoesNotMatch) {
  SymbolicTensor x = Input({3, 2}), y = Input({4, 2});
  try {
    Concatenate()({x, y});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()),
              "shape error at layer 'concatenate' (Concatenate)\n"
              "  got:    (None, 3, 2) and (None, 4, 2) to be joined along axis -1 (features)\n"
              "  likely: the sizes differ along time steps\n"
              "  fix:    Concatenate({.axis = 1})\n"
              "  means:  inputs may differ along that axis only, so this works if the other sizes are equal");
  }
  EXPECT_EQ(Concatenate({.axis = 1})({x, y}).shape(), (Shape{None, 7, 2}));
  EXPECT_THROW(Concatenate({.axis = 0})({x, y}), Error);
  EXPECT_THROW(Concatenate({.axis = 3})({x, y}), Error);
  EXPECT_THROW(Concatenate()({x, Input({3})}), Error);
}

// Keras divides by the number of steps that count.
TEST(Masks, AMeanOfNothingIsZeroAndNaNInKeras) {
  SymbolicTensor x = Input({2, 1}), frames = Input({1, 2, 1});
  Model model({x, frames},
              {GlobalAveragePooling1D()(Masking()(x)), TimeDistributed(GlobalAveragePooling1D())(Masking()(frames))});
  const std::vector<Array> in = {Array{{{0.0}, {0.0}}, {{0.0}, {4.0}}}, Array{0, 0, 0, 4}.reshape(2, 1, 2, 1)};
  for (int o = 0; o < 2; ++o) {
    model.set_keras_mask_compat(false);
    EXPECT_EQ(model.predict_all(in)[static_cast<std::size_t>(o)].values()[0], 0);
    model.set_keras_mask_compat(true);
    const Array y = model.predict_all(in)[static_cast<std::size_t>(o)];
    EXPECT_TRUE(std::isnan(y.values()[0]));
    EXPECT_EQ(y.values()[1], 4);
  }
}

}  // namespace
}  // namespace rondo
