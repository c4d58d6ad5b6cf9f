#include "rondo/layers/lstm.h"

#include <gtest/gtest.h>

#include "rondo/layers/gru.h"
#include "support/contract.h"
#include "support/recurrent_check.h"

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
              {{None, 2}}, {.reversed = true});
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

TEST(LSTM, StatefulInPiecesIsWhole) {
  check_stateful([](bool stateful) { return LSTM(4, {.stateful = stateful}); }, 2);
}

}  // namespace
}  // namespace rondo
