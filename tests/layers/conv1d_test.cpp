// Conv1D against plain loops over Keras's equation; values against Keras: tests/golden.
#include "rondo/layers/conv1d.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/constraints/constraint.h"
#include "rondo/layers/time_distributed.h"
#include "rondo/model/model.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/gradcheck.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Conv1D", "valid", [] { return Conv1D(4, 3); }, {{7, 2}}, {.masks = false});
CONTRACT_CASE("Conv1D", "valid, strides", [] { return Conv1D(4, 2, {.strides = 3, .activation = "tanh"}); }, {{8, 2}},
              {.masks = false});
CONTRACT_CASE("Conv1D", "same", [] { return Conv1D(3, 4, {.strides = 2, .padding = "same", .activation = "mish"}); },
              {{None, 2}}, {.masks = false});
CONTRACT_CASE("Conv1D", "causal, dilated", [] { return Conv1D(3, 3, {.padding = "causal", .dilation_rate = 2}); }, {{None, 2}},
              {.masks = false});
CONTRACT_CASE("Conv1D", "groups, no bias", [] { return Conv1D(6, 2, {.groups = 2, .use_bias = false}); }, {{5, 4}},
              {.masks = false});
CONTRACT_CASE("Conv1D", "rules",
              [] {
                return Conv1D(4, 3,
                              {.kernel_regularizer = L2(0.1),
                               .bias_regularizer = L1(0.2),
                               .kernel_constraint = MaxNorm({.axis = {0, 1}}),
                               .bias_constraint = NonNeg()});
              },
              {{7, 2}}, {.masks = false});
CONTRACT_CASE("Conv1D", "channels first",
              [] {
                return Conv1D(4, 3, {.strides = 2, .padding = "same", .data_format = "channels_first", .activation = "mish"});
              },
              {{2, 7}}, {.masks = false});
// Masked sequences of a TimeDistributed may hold NaN, and must not reach the weights.
CONTRACT_CASE("TimeDistributed", "conv1d", [] { return TimeDistributed(Conv1D(2, 3, {.activation = "tanh"})); },
              {{None, 4, 2}});

TEST(Conv1D, EqualsPlainLoops) {
  for (const std::string padding : {"valid", "same", "causal"}) {
    for (const Index kernel : {1, 2, 5}) {
      for (const auto& [stride, dilation] : {std::pair<Index, Index>{1, 1}, {3, 1}, {1, 2}}) {
        for (const Index groups : {1, 2}) {
          SCOPED_TRACE(padding + " " + std::to_string(kernel) + " " + std::to_string(stride) + " " + std::to_string(dilation) +
                       " " + std::to_string(groups));
          const Index steps = 11, features = 4, filters = 6, inside = features / groups, part = filters / groups;
          Sequential model({Conv1D(filters, kernel,
                                   {.strides = stride,
                                    .padding = padding,
                                    .dilation_rate = dilation,
                                    .groups = groups,
                                    .input_shape = {steps, features}})});
          randomize_weights(model, 2);
          TestRandom random(3);
          const Array x = random.array({2, steps, features}), y = model.predict(x);
          const Array w = model.get_weights()[0], bias = model.get_weights()[1];
          const Index span = (kernel - 1) * dilation + 1;
          const Index places = padding == "valid" ? (steps - span) / stride + 1 : (steps - 1) / stride + 1;
          Index before = padding == "causal" ? span - 1 : 0;
          if (padding == "same") before = std::max<Index>((places - 1) * stride + span - steps, 0) / 2;
          ASSERT_EQ(y.shape(), (Shape{2, places, filters}));
          for (Index b = 0; b < 2; ++b)
            for (Index p = 0; p < places; ++p)
              for (Index f = 0; f < filters; ++f) {
                double sum = static_cast<double>(bias(f));
                for (Index j = 0; j < kernel; ++j)
                  for (Index c = 0; c < inside; ++c) {
                    const Index t = p * stride + j * dilation - before;
                    if (t >= 0 && t < steps)
                      sum += static_cast<double>(x(b, t, f / part * inside + c)) * static_cast<double>(w(j, c, f));
                  }
                // At most 20 products of numbers below 1: float's rounding stays below 2e-6.
                EXPECT_NEAR(static_cast<double>(y(b, p, f)), sum, 2e-6);
              }
        }
      }
    }
  }
}

TEST(Conv1D, RefusesWhatCannotBe) {
  expect_refused(Code::value, "filters must be", [] { Conv1D(0, 2); });
  expect_refused(Code::value, "it takes one positive number", [] { Conv1D(2, 0); });
  expect_refused(Code::value, "multiple of groups", [] { Conv1D(3, 2, {.groups = 2}); });
  expect_refused(Code::value, "cannot both be above 1", [] { Conv1D(3, 2, {.strides = 2, .dilation_rate = 2}); });
  expect_refused(Code::value, "'same' or 'causal'", [] { Conv1D(3, 2, {.padding = "full"}); });
  expect_refused(Code::shape, "multiple of groups", [] { Conv1D(4, 2, {.groups = 2})(Input({5, 3})); });
  expect_refused(Code::shape, "the window (kernel_size) reaches over 5", [] {
    Conv1D(4, 3, {.dilation_rate = 2})(Input({4, 3}));
  });
  expect_refused(Code::unsupported, "unknown activation", [] { Conv1D(4, 3, {.activation = "relo"}); });
}

}  // namespace
}  // namespace rondo
