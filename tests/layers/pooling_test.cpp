// Pooling over time. Values against Keras: tests/golden.
#include "rondo/layers/pooling.h"

#include <gtest/gtest.h>

#include "rondo/layers/masking.h"
#include "rondo/model/model.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("MaxPooling1D", "plain", [] { return MaxPooling1D(); }, {{7, 3}}, {.masks = false});
CONTRACT_CASE("MaxPooling1D", "same", [] { return MaxPooling1D(3, {.strides = {2}, .padding = "same"}); }, {{None, 3}},
              {.masks = false});
CONTRACT_CASE("AveragePooling1D", "valid", [] { return AveragePooling1D(3, {.strides = {1}}); }, {{7, 3}}, {.masks = false});
CONTRACT_CASE("AveragePooling1D", "same", [] { return AveragePooling1D(4, {.padding = "same"}); }, {{None, 3}},
              {.masks = false});
CONTRACT_CASE("GlobalMaxPooling1D", "plain", [] { return GlobalMaxPooling1D(); }, {{None, 3}}, {.masks = false});
CONTRACT_CASE("GlobalMaxPooling1D", "keepdims", [] { return GlobalMaxPooling1D({.keepdims = true}); }, {{None, 3}},
              {.masks = false});
CONTRACT_CASE("GlobalAveragePooling1D", "plain", [] { return GlobalAveragePooling1D(); }, {{None, 3}});
CONTRACT_CASE("GlobalAveragePooling1D", "keepdims", [] { return GlobalAveragePooling1D({.keepdims = true}); }, {{6, 3}});

TEST(Pooling, AMaskedMeanOverNothingIsZero) {
  Sequential model({Masking({.input_shape = {3, 1}}), GlobalAveragePooling1D()});
  EXPECT_EQ(model.predict(Array{0, 2, 4, 0, 0, 0}.reshape(2, 3, 1)).text(), (Array{3, 0}.reshape(2, 1).text()));
}

TEST(Pooling, RefusesWhatCannotBe) {
  expect_refused(Code::value, "pool_size is one positive number", [] { MaxPooling1D(0); });
  expect_refused(Code::value, "strides is one positive number", [] { MaxPooling1D(2, {.strides = {0}}); });
  expect_refused(Code::value, "padding is 'valid' or 'same'", [] { MaxPooling1D(2, {.padding = "causal"}); });
  expect_refused(Code::shape, "2 time steps have no window", [] { MaxPooling1D(3)(Input({2, 1})); });
  expect_refused(Code::shape, "needs 3", [] { GlobalMaxPooling1D()(Input({2})); });
  Sequential model({Masking({.input_shape = {3, 1}}), GlobalMaxPooling1D()});
  expect_refused(Code::shape, "would lose the mask", [&] { model.predict(Array(Shape{1, 3, 1})); });
}

}  // namespace
}  // namespace rondo
