// LayerNormalization. Values against Keras: tests/golden.
#include "rondo/layers/layer_normalization.h"

#include <gtest/gtest.h>

#include "rondo/constraints/constraint.h"
#include "rondo/model/model.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("LayerNormalization", "features", [] { return LayerNormalization(); }, {{None, 5}});
CONTRACT_CASE("LayerNormalization", "rows", [] { return LayerNormalization({.epsilon = 0.1, .center = false}); }, {{4}});
CONTRACT_CASE("LayerNormalization", "two axes",
              [] {
                return LayerNormalization({.axis = {1, -1}});
              },
              {{4, 3}}, {.masks = false});
CONTRACT_CASE("LayerNormalization", "time steps", [] { return LayerNormalization({.axis = {1}, .scale = false}); }, {{4, 3}},
              {.masks = false});
CONTRACT_CASE("LayerNormalization", "no weights", [] { return LayerNormalization({.center = false, .scale = false}); },
              {{None, 3}});
CONTRACT_CASE("LayerNormalization", "rules",
              [] {
                return LayerNormalization({.beta_regularizer = L1(0.1),
                                           .gamma_regularizer = L2(0.2),
                                           .beta_constraint = NonNeg(),
                                           .gamma_constraint = MaxNorm({.max_value = 1.5})});
              },
              {{None, 4}});

TEST(LayerNormalization, RefusesWhatCannotBe) {
  expect_refused(Code::value, "epsilon", [] { LayerNormalization({.epsilon = -1}); });
  expect_refused(Code::value, "at least one axis", [] { LayerNormalization({.axis = {}}); });
  expect_refused(Code::value, "each once", [] { LayerNormalization({.axis = {3}})(Input({4, 3})); });
  expect_refused(Code::value, "each once", [] { LayerNormalization({.axis = {0}})(Input({4, 3})); });
  expect_refused(Code::value, "each once", [] { LayerNormalization({.axis = {1, -1}})(Input({4})); });
  expect_refused(Code::shape, "not known", [] { LayerNormalization({.axis = {1}})(Input({None, 3})); });
}

}  // namespace
}  // namespace rondo
