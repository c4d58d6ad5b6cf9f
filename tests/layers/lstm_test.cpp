#include "rondo/layers/lstm.h"

#include <gtest/gtest.h>

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

TEST(LSTM, StatefulInPiecesIsWhole) {
  check_stateful([](bool stateful) { return LSTM(4, {.stateful = stateful}); }, 2);
}

}  // namespace
}  // namespace rondo
