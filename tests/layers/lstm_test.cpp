#include "rondo/layers/lstm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "rondo/layers/gru.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("LSTM", "plain", [] { return LSTM(3); }, {{None, 2}});
CONTRACT_CASE("LSTM", "one unit, one feature", [] { return LSTM(1); }, {{None, 1}});
CONTRACT_CASE("LSTM", "wider than a vector", [] { return LSTM(19, {.return_sequences = true}); }, {{None, 5}});
CONTRACT_CASE("LSTM", "sequences", [] { return LSTM(3, {.return_sequences = true}); }, {{None, 2}});
CONTRACT_CASE("LSTM", "state", [] { return LSTM(3, {.return_state = true}); }, {{None, 2}});
CONTRACT_CASE("LSTM", "sequences and state", [] { return LSTM(3, {.return_sequences = true, .return_state = true}); },
              {{None, 2}});
CONTRACT_CASE("LSTM", "backwards", [] { return LSTM(3, {.go_backwards = true}); }, {{None, 2}});
CONTRACT_CASE("LSTM", "backwards sequences", [] { return LSTM(3, {.return_sequences = true, .go_backwards = true}); },
              {{None, 2}});
CONTRACT_CASE("LSTM", "no bias", [] { return LSTM(3, {.use_bias = false}); }, {{None, 2}});
CONTRACT_CASE("LSTM", "other activations",
              [] { return LSTM(3, {.activation = "softplus", .recurrent_activation = "tanh", .return_sequences = true}); },
              {{None, 2}});
CONTRACT_CASE("LSTM", "linear", [] { return LSTM(3, {.activation = "linear"}); }, {{None, 2}});
CONTRACT_CASE("LSTM", "initial state", [] { return LSTM(3, {.return_sequences = true, .return_state = true}); },
              {{None, 2}, {3}, {3}});
CONTRACT_CASE("LSTM", "zeros for masked", [] { return LSTM(3, {.return_sequences = true, .zero_output_for_mask = true}); },
              {{None, 2}});
CONTRACT_CASE("LSTM", "dropout", [] { return LSTM(3, {.dropout = 0.4, .return_sequences = true}); }, {{None, 5}});
CONTRACT_CASE("LSTM", "recurrent dropout", [] { return LSTM(5, {.recurrent_dropout = 0.4, .return_sequences = true}); },
              {{None, 2}});
CONTRACT_CASE("LSTM", "both dropouts",
              [] {
                return LSTM(5, {.activation = "softplus",
                                .dropout = 0.3,
                                .recurrent_dropout = 0.4,
                                .return_sequences = true,
                                .return_state = true});
              },
              {{None, 5}, {5}, {5}});
// Activations that look at all units, and those that no kernel has: the equations run on whole rows.
CONTRACT_CASE("LSTM", "softmax",
              [] { return LSTM(19, {.activation = "softmax", .recurrent_activation = "softmax", .return_sequences = true}); },
              {{None, 5}});
CONTRACT_CASE("LSTM", "rare activations",
              [] { return LSTM(3, {.activation = "tanh_shrink", .recurrent_activation = "sigmoid", .return_state = true}); },
              {{None, 2}, {3}, {3}});
CONTRACT_CASE("LSTM", "softmax with dropouts",
              [] {
                return LSTM(5, {.activation = "tanh_shrink",
                                .recurrent_activation = "softmax",
                                .dropout = 0.3,
                                .recurrent_dropout = 0.4,
                                .return_sequences = true});
              },
              {{None, 3}});
CONTRACT_CASE("LSTM", "stateful", [] { return LSTM(3, {.return_sequences = true, .stateful = true}); }, {{None, 2}});

oracle::Step step(const std::vector<Array>& w, const std::string& a = "tanh", const std::string& s = "sigmoid") {
  return oracle::lstm_step(w[0], w[1], w.size() > 2 ? &w[2] : nullptr, oracle::activation(a), oracle::activation(s));
}

void check(RecurrentCase c, const LSTMOptions& options, const std::string& a = "tanh", const std::string& s = "sigmoid") {
  c.states = 2;
  c.return_sequences = options.return_sequences;
  c.return_state = options.return_state;
  c.walk = {options.go_backwards, options.zero_output_for_mask};
  for (const bool masked : {false, true}) {
    for (const bool initial : {false, true}) {
      SCOPED_TRACE(std::string(masked ? "masked " : "") + (initial ? "initial state" : ""));
      c.masked = masked;
      c.initial = initial;
      check_recurrent(
          c, [&] { return LSTM(c.units, options); }, [&](const auto& w) { return step(w, a, s); });
    }
  }
}

TEST(LSTM, EqualsPlainLoops) {
  for (const Index units : {1, 2, 7, 16, 33, 64})
    for (const Index steps : {1, 2, 25})
      for (const Index features : {1, 5}) {
        SCOPED_TRACE(std::to_string(units) + " units, " + std::to_string(steps) + " steps, " + std::to_string(features) +
                     " features");
        check({.samples = 6, .steps = steps, .features = features, .units = units},
              {.return_sequences = true, .return_state = true});
      }
}

TEST(LSTM, EqualsPlainLoopsForEveryArgument) {
  const RecurrentCase c{.samples = 10};
  check(c, {});
  check(c, {.return_state = true});
  check(c, {.return_sequences = true, .return_state = true, .go_backwards = true});
  check(c, {.go_backwards = true});
  check(c, {.return_sequences = true, .zero_output_for_mask = true});
  check(c, {.return_state = true, .zero_output_for_mask = true});
  check(c, {.use_bias = false, .return_sequences = true});
  check(c, {.activation = "relu", .recurrent_activation = "hard_sigmoid", .return_sequences = true}, "relu", "hard_sigmoid");
  check({.samples = 1, .steps = 1, .features = 1, .units = 1}, {.return_sequences = true, .return_state = true});
}

TEST(LSTM, StaysCloseOverLongSequences) {
  check_recurrent(
      {.samples = 1, .steps = 200, .features = 8, .units = 512, .states = 2, .return_sequences = true},
      [] { return LSTM(512, {.return_sequences = true}); }, [](const auto& w) { return step(w); });
}

// Keras shows no mask to a layer that is called with an initial state, though it passes it on; a file from Keras says so.
TEST(LSTM, WithKerasMasksAnInitialStateHidesTheMask) {
  TestRandom random(8);
  const SymbolicTensor x = Input({None, 2}), flags = Input({None, 1}), h = Input({3}), c = Input({3});
  const LayerRef lstm = LSTM(3, {.return_sequences = true}), next = GRU(2);
  const auto masked = lstm.call({given_mask(x, flags), h, c}), plain = lstm.call({x, h, c});
  Model model({x, flags, h, c}, {masked[0], next(masked[0])}), unmasked({x, h, c}, plain);
  randomize_weights(model, 9);
  Array keep(Shape{2, 5, 1}, 1);
  keep(0, 3, 0) = keep(0, 4, 0) = keep(1, 0, 0) = 0;
  const std::vector<Array> data{random.array({2, 5, 2}), keep, random.array({2, 3}), random.array({2, 3})};
  const Array whole = unmasked.predict_all({data[0], data[2], data[3]})[0];
  const auto skipped = model.predict_all(data);
  EXPECT_NE(skipped[0](0, 4, 0), whole(0, 4, 0));
  model.set_keras_mask_compat(true);
  const auto y = model.predict_all(data);
  for (Index i = 0; i < whole.size(); ++i) EXPECT_EQ(y[0].data()[i], whole.data()[i]);
  // The next layer is masked as before: it stops after the third step.
  const SymbolicTensor rows = Input({None, 3});
  Model follows(rows, next(rows));
  const Array three = follows.predict(whole.slice(0, 0, 1).slice(1, 0, 3));
  for (Index u = 0; u < 2; ++u) EXPECT_EQ(y[1](0, u), three(0, u));
  model.set_keras_mask_compat(false);
  const auto again = model.predict_all(data);
  for (Index i = 0; i < whole.size(); ++i) EXPECT_EQ(again[0].data()[i], skipped[0].data()[i]);
}

// [base(u), ones(u), base(2u)], as Keras makes it.
TEST(LSTM, UnitForgetBiasKeepsTheInitializerAroundTheOnes) {
  Initializer seven("constant");
  seven.parameters["value"] = 7;
  const auto bias = [](Index units, const Initializer& base) {
    return Sequential({LSTM(units, {.bias_initializer = base, .input_shape = {None, 1}})}).get_weights()[2];
  };
  EXPECT_EQ(bias(2, seven).text(), (Array{7, 7, 1, 1, 7, 7, 7, 7}).text());
  EXPECT_EQ(bias(1, "zeros").text(), (Array{0, 1, 0, 0}).text());
  EXPECT_EQ(bias(1, "ones").text(), (Array{1, 1, 1, 1}).text());
  const Array random = bias(50, "random_uniform");
  std::set<real> drawn;
  for (Index i = 0; i < 200; ++i) {
    const real v = random.data()[i];
    if (i >= 50 && i < 100) {
      EXPECT_EQ(v, 1);
    } else {
      EXPECT_TRUE(drawn.insert(v).second) << "drawn twice";
      EXPECT_LE(std::abs(v), real(0.05));
    }
  }
}

// Keras's layers with gates compare a rate with 1 before they drop; SimpleRNN does not.
TEST(LSTM, ADropoutOfOneDropsNothing) {
  for (const auto& [x_rate, h_rate] : {std::pair{1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}}) {
    TestRandom random(3);
    const SymbolicTensor x = Input({None, 2});
    const SymbolicTensor dropping = LSTM(3, {.dropout = x_rate, .recurrent_dropout = h_rate})(x);
    Model model({x}, {dropping, GRU(2, {.dropout = x_rate, .recurrent_dropout = h_rate})(x)});
    randomize_weights(model, 4);
    const Array data = random.array({3, 5, 2});
    const auto y = model.predict_all({data});
    Session session(model.internal().built(), {{data.shape()}, {true, false}, 1});
    session.start({data.shape()});
    std::copy(data.values().begin(), data.values().end(), session.input(0));
    session.forward(true, 1);
    for (int o = 0; o < 2; ++o)
      for (Index i = 0; i < y[static_cast<std::size_t>(o)].size(); ++i)
        EXPECT_NEAR(session.output(o).values[i], y[static_cast<std::size_t>(o)].data()[i], 1e-6);
  }
}

TEST(LSTM, RefusesActivationsThatDoNotKeepTheWidth) {
  expect_refused(Code::unsupported, "Dense and in Activation alone", [] { LSTM(4, {.activation = "glu"}); });
  expect_refused(Code::unsupported, "ReLU has an argument threshold", [] { LSTM(4, {.activation = "threshold"}); });
}

TEST(LSTM, StatefulInPiecesIsWhole) {
  check_stateful([](bool stateful) { return LSTM(4, {.stateful = stateful}); }, 2);
}

}  // namespace
}  // namespace rondo
