#include "rondo/layers/gru.h"

#include <gtest/gtest.h>

#include "support/contract.h"
#include "support/recurrent_check.h"

namespace rondo {
namespace {

CONTRACT_CASE("GRU", "softmax",
              [] { return GRU(19, {.activation = "softmax", .recurrent_activation = "softmax", .return_sequences = true}); },
              {{None, 5}});
CONTRACT_CASE("GRU", "rare activations", [] { return GRU(3, {.activation = "sparse_plus", .recurrent_dropout = 0.3}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "softmax, reset before",
              [] {
                return GRU(3, {.activation = "log_softmax",
                               .recurrent_activation = "softmax",
                               .return_sequences = true,
                               .reset_after = false});
              },
              {{None, 2}});
CONTRACT_CASE("GRU", "softmax, reset before, dropouts",
              [] {
                return GRU(3,
                           {.recurrent_activation = "softmax", .dropout = 0.3, .recurrent_dropout = 0.3, .reset_after = false});
              },
              {{None, 2}});
CONTRACT_CASE("GRU", "plain", [] { return GRU(3); }, {{None, 2}});
CONTRACT_CASE("GRU", "one unit, one feature", [] { return GRU(1); }, {{None, 1}});
CONTRACT_CASE("GRU", "wider than a vector", [] { return GRU(19, {.return_sequences = true}); }, {{None, 5}});
CONTRACT_CASE("GRU", "sequences", [] { return GRU(3, {.return_sequences = true}); }, {{None, 2}});
CONTRACT_CASE("GRU", "sequences and state", [] { return GRU(3, {.return_sequences = true, .return_state = true}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "backwards", [] { return GRU(3, {.go_backwards = true}); }, {{None, 2}});
CONTRACT_CASE("GRU", "backwards sequences", [] { return GRU(3, {.return_sequences = true, .go_backwards = true}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "no bias", [] { return GRU(3, {.use_bias = false}); }, {{None, 2}});
CONTRACT_CASE("GRU", "other activations",
              [] { return GRU(3, {.activation = "softplus", .recurrent_activation = "tanh", .return_sequences = true}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "initial state", [] { return GRU(3, {.return_sequences = true, .return_state = true}); },
              {{None, 2}, {3}});
CONTRACT_CASE("GRU", "zeros for masked", [] { return GRU(3, {.return_sequences = true, .zero_output_for_mask = true}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "dropout", [] { return GRU(3, {.dropout = 0.4}); }, {{None, 5}});
CONTRACT_CASE("GRU", "recurrent dropout", [] { return GRU(5, {.recurrent_dropout = 0.4, .return_sequences = true}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "reset before, both dropouts",
              [] { return GRU(5, {.dropout = 0.3, .recurrent_dropout = 0.4, .return_sequences = true, .reset_after = false}); },
              {{None, 5}, {5}});
CONTRACT_CASE(
    "GRU", "backwards, both dropouts, no bias",
    [] {
      return GRU(5,
                 {.activation = "softplus", .use_bias = false, .dropout = 0.3, .recurrent_dropout = 0.4, .go_backwards = true});
    },
    {{None, 5}});
CONTRACT_CASE("GRU", "stateful", [] { return GRU(3, {.return_sequences = true, .stateful = true}); }, {{None, 2}});
CONTRACT_CASE("GRU", "reset before", [] { return GRU(3, {.return_sequences = true, .reset_after = false}); }, {{None, 2}});
CONTRACT_CASE("GRU", "reset before, last", [] { return GRU(3, {.return_state = true, .reset_after = false}); },
              {{None, 2}, {3}});
CONTRACT_CASE("GRU", "reset before, wide", [] { return GRU(19, {.return_sequences = true, .reset_after = false}); },
              {{None, 5}});
CONTRACT_CASE("GRU", "reset before, no bias", [] { return GRU(3, {.use_bias = false, .reset_after = false}); }, {{None, 2}});
CONTRACT_CASE("GRU", "reset before, backwards",
              [] { return GRU(3, {.return_sequences = true, .go_backwards = true, .reset_after = false}); }, {{None, 2}});
CONTRACT_CASE("GRU", "reset before, other activations",
              [] { return GRU(3, {.activation = "softplus", .recurrent_activation = "tanh", .reset_after = false}); },
              {{None, 2}});

oracle::Step step(const std::vector<Array>& w, bool reset_after, const std::string& a = "tanh",
                  const std::string& s = "sigmoid") {
  return oracle::gru_step(w[0], w[1], w.size() > 2 ? &w[2] : nullptr, reset_after, oracle::activation(a),
                          oracle::activation(s));
}

void check(RecurrentCase c, GRUOptions options, const std::string& a = "tanh", const std::string& s = "sigmoid") {
  c.states = 1;
  c.return_sequences = options.return_sequences;
  c.return_state = options.return_state;
  c.walk = {options.go_backwards, options.zero_output_for_mask};
  for (const bool reset_after : {true, false}) {
    options.reset_after = reset_after;
    for (const bool masked : {false, true}) {
      for (const bool initial : {false, true}) {
        SCOPED_TRACE(std::string(masked ? "masked " : "") + (initial ? "initial state " : "") +
                     (reset_after ? "after" : "before"));
        c.masked = masked;
        c.initial = initial;
        check_recurrent(
            c, [&] { return GRU(c.units, options); }, [&](const auto& w) { return step(w, reset_after, a, s); });
      }
    }
  }
}

TEST(GRU, EqualsPlainLoops) {
  for (const Index units : {1, 2, 7, 16, 33, 64})
    for (const Index steps : {1, 25})
      for (const Index features : {1, 5}) {
        SCOPED_TRACE(std::to_string(units) + " units, " + std::to_string(steps) + " steps, " + std::to_string(features) +
                     " features");
        check({.samples = 6, .steps = steps, .features = features, .units = units},
              {.return_sequences = true, .return_state = true});
      }
}

TEST(GRU, EqualsPlainLoopsForEveryArgument) {
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

TEST(GRU, StaysCloseOverLongSequences) {
  for (const bool reset_after : {true, false})
    check_recurrent(
        {.samples = 1, .steps = 200, .features = 8, .units = 512, .states = 1, .return_sequences = true},
        [&] { return GRU(512, {.return_sequences = true, .reset_after = reset_after}); },
        [&](const auto& w) { return step(w, reset_after); });
}

TEST(GRU, StatefulInPiecesIsWhole) {
  check_stateful([](bool stateful) { return GRU(4, {.stateful = stateful}); }, 2);
}

}  // namespace
}  // namespace rondo
