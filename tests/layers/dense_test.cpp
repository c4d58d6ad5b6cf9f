#include "rondo/layers/dense.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/constraints/constraint.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Dense", "glu", [] { return Dense(6, {.activation = "glu"}); }, {{None, 4}});
CONTRACT_CASE("Dense", "plain", [] { return Dense(3); }, {{4}});
CONTRACT_CASE("Dense", "one by one", [] { return Dense(1); }, {{1}});
CONTRACT_CASE("Dense", "steps", [] { return Dense(3); }, {{None, 4}});
CONTRACT_CASE("Dense", "wider than a vector", [] { return Dense(37, {.activation = "tanh"}); }, {{None, 21}});
CONTRACT_CASE("Dense", "no bias", [] { return Dense(3, {.use_bias = false}); }, {{None, 2}});
CONTRACT_CASE("Dense", "sigmoid", [] { return Dense(3, {.activation = "sigmoid"}); }, {{None, 2}});
CONTRACT_CASE("Dense", "softmax", [] { return Dense(3, {.activation = "softmax"}); }, {{None, 2}});
CONTRACT_CASE("Dense", "rules",
              [] {
                return Dense(3, {.kernel_regularizer = OrthogonalRegularizer({.mode = "columns"}),
                                 .bias_regularizer = L1(0.2),
                                 .kernel_constraint = MaxNorm({.axis = {1}}),
                                 .bias_constraint = NonNeg()});
              },
              {{None, 2}});
CONTRACT_CASE("Dense", "four axes", [] { return Dense(2, {.activation = "softplus"}); }, {{None, 3, 2}});

TEST(Dense, EqualsPlainLoops) {
  on_each_isa([] {
    for (const Shape& shape : {Shape{1, 1}, Shape{3, 5}, Shape{17, 33}, Shape{4, 6, 64}, Shape{2, 3, 4, 5}, Shape{1, 513}})
      for (const Index units : {1, 3, 16, 65})
        for (const char* activation : {"linear", "tanh", "sigmoid", "relu"})
          for (const bool bias : {true, false}) {
            SCOPED_TRACE(shape.text() + " " + std::to_string(units) + " " + activation);
            TestRandom random(3);
            const SymbolicTensor x = Input(shape.without_first());
            Model model(x, Dense(units, {.activation = activation, .use_bias = bias})(x));
            for (Weight* w : model.internal().weights)
              for (real& v : w->value.values()) v = static_cast<real>(random(-0.3, 0.3));
            model.internal().pack(false);
            const auto w = model.get_weights();
            const Array data = random.array(shape);
            const auto wanted = oracle::dense(data, w[0], bias ? &w[1] : nullptr, oracle::activation(activation));
            EXPECT_LE(oracle::difference(model.predict(data), wanted), oracle_tolerance(64));
          }
  });
}

// glu: a sigmoid(b), a and b being the halves.
TEST(Dense, GluHalvesTheUnits) {
  Sequential model({Dense(4, {.activation = "glu", .input_shape = {1}})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, 2)");
  model.set_weights({Array{1, 2, 0, -1}.reshape(1, 4), Array{0, 0, 0, 0}});
  const Array y = model.predict(Array{3}.reshape(1, 1));
  EXPECT_NEAR(y(0, 0), 3 * 0.5, 1e-6);
  EXPECT_NEAR(y(0, 1), 6 / (1 + std::exp(3.0)), 1e-6);
  expect_refused(Code::value, "units must be even", [] { Dense(5, {.activation = "glu"}); });
}

}  // namespace
}  // namespace rondo
