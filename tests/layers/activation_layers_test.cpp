// Activation, ReLU and its company, Softmax. Values against Keras: tests/golden.
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/constraints/constraint.h"
#include "rondo/layers/activation.h"
#include "rondo/model/model.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Activation", "glu", [] { return ActivationLayer("glu"); }, {{None, 4}});
CONTRACT_CASE("Activation", "tanh", [] { return ActivationLayer("tanh"); }, {{None, 3}});
CONTRACT_CASE("Activation", "softmax", [] { return ActivationLayer("softmax"); }, {{4}});
CONTRACT_CASE("Activation", "mish", [] { return ActivationLayer("mish"); }, {{None, 3}});
CONTRACT_CASE("ReLU", "plain", [] { return ReLU(); }, {{None, 3}});
CONTRACT_CASE("ReLU", "all options", [] { return ReLU({.max_value = 0.6, .negative_slope = 0.2, .threshold = 0.3}); },
              {{None, 3}});
CONTRACT_CASE("LeakyReLU", "plain", [] { return LeakyReLU({.negative_slope = 0.1}); }, {{None, 3}});
CONTRACT_CASE("PReLU", "features", [] { return PReLU({.shared_axes = {1}}); }, {{None, 3}});
CONTRACT_CASE("PReLU", "every place", [] { return PReLU(); }, {{4, 3}});
CONTRACT_CASE("PReLU", "all share", [] { return PReLU({.shared_axes = {1, 2}}); }, {{None, 3}});
CONTRACT_CASE("PReLU", "from the end", [] { return PReLU({.shared_axes = {-1}}); }, {{None, 3}});
CONTRACT_CASE("PReLU", "rules", [] { return PReLU({.alpha_regularizer = L2(0.3), .alpha_constraint = NonNeg()}); }, {{3, 2}});
CONTRACT_CASE("ELU", "plain", [] { return ELU({.alpha = 0.7}); }, {{None, 3}});
CONTRACT_CASE("Softmax", "features", [] { return Softmax(); }, {{None, 3}});
CONTRACT_CASE("Softmax", "time steps", [] { return Softmax({.axis = {1}}); }, {{None, 3}});
CONTRACT_CASE("Softmax", "both", [] { return Softmax({.axis = {1, 2}}); }, {{None, 3}});

TEST(ReLU, OptionsAsKeras) {
  // From keras.layers.ReLU(max_value=2, negative_slope=0.5, threshold=1) of Keras 3.15.1.
  Sequential model({ReLU({.max_value = 2, .negative_slope = 0.5, .threshold = 1, .input_shape = {6}})});
  EXPECT_EQ(model.predict(Array{-1, 0, 0.5, 1, 1.5, 3}.reshape(1, 6)).text(),
            (Array{-1, -0.5, -0.25, 0, 1.5, 2}.reshape(1, 6).text()));
}

TEST(ActivationLayers, RefuseWhatCannotBe) {
  expect_refused(Code::unsupported, "Did you mean 'tanh'", [] { ActivationLayer("tahn"); });
  expect_refused(Code::value, "max_value must not be negative", [] { ReLU({.max_value = -1}); });
  expect_refused(Code::value, "negative_slope", [] { ReLU({.negative_slope = -1}); });
  expect_refused(Code::value, "threshold", [] { ReLU({.threshold = NAN}); });
  expect_refused(Code::value, "negative_slope", [] { LeakyReLU({.negative_slope = -0.1}); });
  expect_refused(Code::shape, "PReLU({.shared_axes = {1}})", [] { PReLU()(Input({None, 3})); });
  expect_refused(Code::value, "axis 3", [] { PReLU({.shared_axes = {3}})(Input({4, 3})); });
  expect_refused(Code::value, "axis -2", [] { PReLU({.shared_axes = {-2}})(Input({4, 3})); });  // Keras: IndexError
  expect_refused(Code::value, "no axis 3", [] { Softmax({.axis = {3}})(Input({4, 3})); });
  expect_refused(Code::value, "axis 0 is the samples", [] { Softmax({.axis = {0}})(Input({4, 3})); });
}

}  // namespace
}  // namespace rondo
