// SimpleRNN against Keras's equation in plain loops.
#include "rondo/layers/simple_rnn.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/layers/bidirectional.h"
#include "support/contract.h"
#include "support/recurrent_check.h"

namespace rondo {
namespace {

CONTRACT_CASE("SimpleRNN", "softmax", [] { return SimpleRNN(4, {.activation = "softmax", .return_sequences = true}); },
              {{None, 2}});
CONTRACT_CASE("SimpleRNN", "dropouts of one",
              [] { return SimpleRNN(3, {.dropout = 1, .recurrent_dropout = 1, .return_sequences = true}); }, {{None, 2}});
CONTRACT_CASE("SimpleRNN", "both dropouts",
              [] { return SimpleRNN(5, {.dropout = 0.3, .recurrent_dropout = 0.4, .return_sequences = true}); }, {{None, 5}});
CONTRACT_CASE("SimpleRNN", "plain", [] { return SimpleRNN(3); }, {{None, 2}});
CONTRACT_CASE("SimpleRNN", "one unit, one feature", [] { return SimpleRNN(1); }, {{None, 1}});
CONTRACT_CASE("SimpleRNN", "wider than a vector", [] { return SimpleRNN(19, {.return_sequences = true}); }, {{None, 5}});
CONTRACT_CASE("SimpleRNN", "backwards sequences", [] { return SimpleRNN(3, {.return_sequences = true, .go_backwards = true}); },
              {{None, 2}});
CONTRACT_CASE("SimpleRNN", "no bias, another activation",
              [] { return SimpleRNN(3, {.activation = "softplus", .use_bias = false}); }, {{None, 2}});
CONTRACT_CASE("SimpleRNN", "initial state", [] { return SimpleRNN(3, {.return_sequences = true, .return_state = true}); },
              {{None, 2}, {3}});
CONTRACT_CASE("SimpleRNN", "zeros for masked",
              [] { return SimpleRNN(3, {.return_sequences = true, .zero_output_for_mask = true}); }, {{None, 2}});
CONTRACT_CASE("SimpleRNN", "stateful", [] { return SimpleRNN(3, {.return_sequences = true, .stateful = true}); }, {{None, 2}});
CONTRACT_CASE("Bidirectional", "SimpleRNN", [] { return Bidirectional(SimpleRNN(3, {.return_sequences = true})); },
              {{None, 2}});

// h' = a(x K + h U + b)
oracle::Step step(const std::vector<Array>& w, const std::string& name) {
  const oracle::Matrix k = oracle::matrix(w[0]), u = oracle::matrix(w[1]);
  const oracle::Vector b(w.size() > 2 ? oracle::matrix(w[2]).values : oracle::Vector(static_cast<std::size_t>(u.rows)));
  const oracle::Function a = oracle::activation(name);
  return [=](const oracle::Vector& x, const std::vector<oracle::Vector>& states) {
    oracle::Vector h(b);
    for (Index j = 0; j < u.rows; ++j) {
      double& sum = h[static_cast<std::size_t>(j)];
      for (Index f = 0; f < k.rows; ++f) sum += x[static_cast<std::size_t>(f)] * k(f, j);
      for (Index f = 0; f < u.rows; ++f) sum += states[0][static_cast<std::size_t>(f)] * u(f, j);
      sum = a(sum);
    }
    return std::vector<oracle::Vector>{h};
  };
}

void check(RecurrentCase c, const SimpleRNNOptions& options) {
  c.states = 1;
  c.return_sequences = options.return_sequences;
  c.return_state = options.return_state;
  c.walk = {options.go_backwards, options.zero_output_for_mask};
  for (const bool masked : {false, true}) {
    for (const bool initial : {false, true}) {
      c.masked = masked;
      c.initial = initial;
      check_recurrent(
          c, [&] { return SimpleRNN(c.units, options); }, [&](const auto& w) { return step(w, options.activation.name); });
    }
  }
}

TEST(SimpleRNN, EqualsPlainLoops) {
  for (const Index units : {1, 7, 16, 33})
    for (const Index steps : {1, 25})
      check({.samples = 6, .steps = steps, .units = units}, {.return_sequences = true, .return_state = true});
}

TEST(SimpleRNN, EqualsPlainLoopsForEveryArgument) {
  const RecurrentCase c{.samples = 10};
  check(c, {});
  check(c, {.return_sequences = true, .return_state = true, .go_backwards = true});
  check(c, {.return_sequences = true, .zero_output_for_mask = true});
  check(c, {.use_bias = false, .return_sequences = true});
  check(c, {.activation = "relu", .return_sequences = true});
}

TEST(SimpleRNN, StatefulInPiecesIsWhole) {
  check_stateful([](bool stateful) { return SimpleRNN(4, {.stateful = stateful}); }, 2);
}

// Nothing of x or h is left: h = tanh(b).
TEST(SimpleRNN, ADropoutOfOneDropsEverything) {
  TestRandom random(3);
  Sequential model({SimpleRNN(2, {.dropout = 1, .recurrent_dropout = 1, .input_shape = {4, 3}})});
  model.set_weights({random.array({3, 2}), random.array({2, 2}), Array{0.25, -0.5}});
  model.internal().pack(true);
  Session session(model.internal().built(), {{Shape{1, 4, 3}}, {true, false}, 1});
  session.start({Shape{1, 4, 3}});
  std::fill_n(session.input(0), 12, real(1));
  session.forward(true, 1);
  EXPECT_NEAR(session.output(0).values[0], std::tanh(0.25), 1e-6);
  EXPECT_NEAR(session.output(0).values[1], std::tanh(-0.5), 1e-6);
}

}  // namespace
}  // namespace rondo
