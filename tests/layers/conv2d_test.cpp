// Conv2D against sums written as loops; its numbers against Keras are in tests/interop.
#include "rondo/layers/conv2d.h"

#include <gtest/gtest.h>

#include "rondo/constraints/constraint.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/time_distributed.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

// A mask cannot pass a convolution.
CONTRACT_CASE("Conv2D", "valid", [] { return Conv2D(3, 3); }, {{6, 5, 2}}, {.masks = false});
CONTRACT_CASE("Conv2D", "same, tanh",
              [] {
                return Conv2D(2, {2, 3}, {.padding = "same", .activation = "tanh"});
              },
              {{4, 5, 1}}, {.masks = false});
CONTRACT_CASE("Conv2D", "strides",
              [] {
                return Conv2D(3, {3, 2}, {.strides = {2, 3}, .padding = "same"});
              },
              {{5, 7, 2}}, {.masks = false});
CONTRACT_CASE("Conv2D", "dilation",
              [] {
                return Conv2D(2, 2, {.dilation_rate = {2, 3}, .activation = "silu"});
              },
              {{5, 6, 2}}, {.masks = false});
CONTRACT_CASE("Conv2D", "dilation, same", [] { return Conv2D(2, 3, {.padding = "same", .dilation_rate = 2}); }, {{5, 6, 1}},
              {.masks = false});
CONTRACT_CASE("Conv2D", "groups",
              [] {
                return Conv2D(6, {2, 3}, {.padding = "same", .groups = 2});
              },
              {{4, 4, 4}}, {.masks = false});
CONTRACT_CASE("Conv2D", "one tap, no bias", [] { return Conv2D(3, 1, {.activation = "sigmoid", .use_bias = false}); },
              {{3, 4, 2}}, {.masks = false});
CONTRACT_CASE("Conv2D", "one tap, groups", [] { return Conv2D(4, 1, {.groups = 2}); }, {{3, 4, 4}}, {.masks = false});
CONTRACT_CASE("Conv2D", "softmax over filters", [] { return Conv2D(3, 2, {.activation = "softmax"}); }, {{3, 4, 2}},
              {.masks = false});
CONTRACT_CASE("Conv2D", "rules",
              [] {
                return Conv2D(4, 2,
                              {.kernel_regularizer = L2(0.1),
                               .bias_regularizer = L1(0.2),
                               .kernel_constraint = MaxNorm({.axis = {0, 1, 2}}),
                               .bias_constraint = NonNeg()});
              },
              {{4, 3, 2}}, {.masks = false});
CONTRACT_CASE("Conv2D", "channels first",
              [] {
                return Conv2D(3, {2, 3}, {.strides = {2, 1}, .data_format = "channels_first", .activation = "tanh"});
              },
              {{2, 5, 4}}, {.masks = false});
CONTRACT_CASE("Conv2D", "channels first, groups",
              [] {
                return Conv2D(4, 2, {.padding = "same", .data_format = "channels_first", .groups = 2, .activation = "mish"});
              },
              {{4, 3, 4}}, {.masks = false});
CONTRACT_CASE("TimeDistributed", "conv2d, channels first",
              [] { return TimeDistributed(Conv2D(2, 2, {.data_format = "channels_first", .activation = "tanh"})); },
              {{None, 2, 4, 3}});
CONTRACT_CASE("TimeDistributed", "conv2d", [] { return TimeDistributed(Conv2D(2, 2, {.activation = "tanh"})); },
              {{None, 4, 3, 2}});
CONTRACT_CASE("TimeDistributed", "conv2d, same", [] { return TimeDistributed(Conv2D(2, 3, {.padding = "same"})); },
              {{None, 3, 4, 1}});

// The sum over the taps, one by one, in double.
double at(const Array& x, const Array& w, Index b, Index r, Index c, Index f, Index stride, Index dilation, Index before,
          Index groups) {
  const Index rows = x.shape()[1], columns = x.shape()[2], each = w.shape()[2];
  double sum = 0;
  for (Index i = 0; i < w.shape()[0]; ++i)
    for (Index j = 0; j < w.shape()[1]; ++j)
      for (Index k = 0; k < each; ++k) {
        const Index y = r * stride + i * dilation - before, z = c * stride + j * dilation - before;
        if (y < 0 || y >= rows || z < 0 || z >= columns) continue;
        const Index channel = f / (w.shape()[3] / groups) * each + k;
        sum += static_cast<double>(x(b, y, z, channel)) * static_cast<double>(w(i, j, k, f));
      }
  return sum;
}

TEST(Conv2D, IsTheSumOverItsTaps) {
  struct Try {
    Conv2DOptions options;
    Index before;
    const char* shape;
  };
  // 11 x 11, 3 x 3: "same" with a stride of 2 has one row before and one behind; with dilation 2, two.
  for (const Try& t : {Try{{.use_bias = false}, 0, "(None, 9, 9, 70)"},
                       Try{{.strides = 2, .padding = "same", .use_bias = false}, 1, "(None, 6, 6, 70)"},
                       Try{{.padding = "same", .dilation_rate = 2, .groups = 2, .use_bias = false}, 2, "(None, 11, 11, 70)"}}) {
    TestRandom random(1);
    const SymbolicTensor x = Input({11, 11, 40});
    Model model(x, Conv2D(70, 3, t.options)(x));
    ASSERT_EQ(model.output_shapes()[0].text(), t.shape);
    randomize_weights(model, 2);
    const Array w = model.get_weights()[0], data = random.array({3, 11, 11, 40});
    const Array y = model.predict(data);
    double worst = 0;
    for (Index b = 0; b < 3; ++b)
      for (Index r = 0; r < y.shape()[1]; ++r)
        for (Index c = 0; c < y.shape()[2]; ++c)
          for (Index f = 0; f < 70; f += 3)
            worst = std::max(worst, std::abs(static_cast<double>(y(b, r, c, f)) -
                                             at(data, w, b, r, c, f, t.options.strides.rows, t.options.dilation_rate.rows,
                                                t.before, t.options.groups)));
    // 360 products of up to 0.8, of random sign, in float
    EXPECT_LE(worst, sizeof(real) == sizeof(double) ? 1e-13 : 2e-5);
  }
}

// The shape of a weight is Keras's: rows, columns, channels of a group, filters.
TEST(Conv2D, HasKerasWeights) {
  const LayerRef layer = Conv2D(6, {2, 3}, {.groups = 2});
  layer(Input({5, 5, 4}));
  EXPECT_EQ(layer->weights().own()[0].shape.text(), "(2, 3, 2, 6)");
  EXPECT_EQ(layer->weights().own()[1].shape.text(), "(6,)");
}

// Frame by frame, a film is its images.
TEST(Conv2D, AFilmIsItsFrames) {
  TestRandom random(3);
  const LayerRef conv = Conv2D(4, 3, {.padding = "same", .activation = "relu"});
  const SymbolicTensor film = Input({None, 6, 5, 2}), image = Input({6, 5, 2});
  Model whole(film, TimeDistributed(conv)(film)), one(image, conv(image));
  EXPECT_EQ(whole.output_shapes()[0].text(), "(None, None, 6, 5, 4)");
  const Array data = random.array({2, 7, 6, 5, 2});
  const Array y = whole.predict(data);
  for (Index b = 0; b < 2; ++b) {
    const Array frames = one.predict(data[b]);
    for (Index i = 0; i < frames.size(); ++i) ASSERT_EQ(y[b].data()[i], frames.data()[i]);
  }
}

TEST(Conv2D, RefusesWhatItCannotDo) {
  const auto on = [](Index filters, Size2D size, const Conv2DOptions& options, const Shape& shape) {
    return [=] { LayerRef(Conv2D(filters, size, options)).call({Input(shape)}); };
  };
  const Shape image{5, 5, 2};
  expect_refused(Code::value, "filters must be a positive", on(0, 3, {}, image));
  expect_refused(Code::value, "kernel_size", on(2, 0, {}, image));
  expect_refused(Code::value, "kernel_size", on(2, {3, -2}, {}, image));
  expect_refused(Code::value, "strides", on(2, 3, {.strides = 0}, image));
  expect_refused(Code::value, "cannot both be above 1", on(2, 2, {.strides = 2, .dilation_rate = 2}, image));
  expect_refused(Code::value, "Did you mean 'same'", on(2, 2, {.padding = "sane"}, image));
  expect_refused(Code::value, "Conv1D", on(2, 2, {.padding = "causal"}, image));
  const Conv2DOptions first{.data_format = "channels_first"};
  expect_refused(Code::shape, "or its channels come last", on(2, 5, first, {8, 8, 3}));
  expect_refused(Code::value, "Did you mean 'channels_first'", on(2, 2, {.data_format = "chanels_first"}, image));
  expect_refused(Code::unsupported, "goes over the last axis",
                 on(2, 2, {.data_format = "channels_first", .activation = "softmax"}, image));
  expect_refused(Code::shape, "Input({1, 5, 5})", on(2, 3, first, {5, 5}));
  expect_refused(Code::shape, "(samples, channels, rows, columns)", on(2, 3, first, {5}));
  expect_refused(Code::shape, "(None, 2, 5, 9): 5 rows", on(2, 6, first, {2, 5, 9}));
  expect_refused(Code::shape, "Input({1, None, None})", on(2, 3, first, {None, 5, 5}));
  expect_refused(Code::value, "multiple of groups", on(5, 2, {.groups = 2}, image));
  expect_refused(Code::shape, "multiple of groups", on(6, 2, {.groups = 3}, image));
  expect_refused(Code::unsupported, "Did you mean 'tanh'", on(2, 2, {.activation = "tahn"}, image));
  expect_refused(Code::shape, "Input({5, 5, 1})", on(2, 3, {}, {5, 5}));
  expect_refused(Code::shape, "TimeDistributed(Conv2D(2, {3, 3}))", on(2, 3, {}, {10, 5, 5, 2}));
  expect_refused(Code::shape, "smaller than the window", on(2, 6, {}, image));
  expect_refused(Code::shape, "padding = \"same\"", on(2, 3, {.dilation_rate = 3}, image));
  expect_refused(Code::shape, "channels", on(2, 3, {}, {5, 5, None}));
  // A mask would be lost.
  expect_refused(Code::shape, "lose the mask", [] {
    const SymbolicTensor x = Input({5, 5, 2}), keep = Input({5, 1});
    Model model({x, keep}, LayerRef(Conv2D(2, 3)).call({given_mask(x, keep)}));
    model.predict_all({Array(Shape{1, 5, 5, 2}), Array(Shape{1, 5, 1})});
  });
}

TEST(Conv2D, ChannelsFirstMeetsChannelsLast) {
  Sequential model({Conv2D(2, 2, {.data_format = "channels_first", .input_shape = {3, 8, 6}})});
  expect_refused(Code::shape, "(samples, channels, rows, columns), and this model was built for (None, 3, 8, 6)", [&] {
    model.predict(Array(Shape{1, 8, 6, 3}));
  });
  expect_refused(Code::shape, "X.transpose({0, 3, 1, 2})", [&] { model.predict(Array(Shape{1, 8, 6, 3})); });
  expect_refused(Code::shape, "other data", [&] { model.predict(Array(Shape{1, 4, 8, 6})); });
}

}  // namespace
}  // namespace rondo
