// RNN over cells against the layers of the same equations, which have tests of their own.
#include "rondo/layers/rnn.h"

#include <gtest/gtest.h>

#include "rondo/layers/bidirectional.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/simple_rnn.h"
#include "rondo/layers/time_distributed.h"
#include "support/config_record.h"
#include "support/contract.h"
#include "support/contract_models.h"
#include "support/refused.h"

namespace rondo {
namespace {

using contract::expect_same_bits;

LayerRef two() { return StackedRNNCells({LSTMCell(3), GRUCell(2)}); }

CONTRACT_CASE("LSTMCell", "in an RNN", [] { return RNN(LSTMCell(3)); }, {{None, 2}});
CONTRACT_CASE("LSTMCell", "sequences and state",
              [] { return RNN(LSTMCell(3), {.return_sequences = true, .return_state = true}); }, {{None, 2}, {3}, {3}});
CONTRACT_CASE("LSTMCell", "dropouts",
              [] { return RNN(LSTMCell(4, {.dropout = 0.3, .recurrent_dropout = 0.4}), {.return_sequences = true}); },
              {{None, 3}});
CONTRACT_CASE("GRUCell", "sequences", [] { return RNN(GRUCell(3), {.return_sequences = true}); }, {{None, 2}});
CONTRACT_CASE("GRUCell", "reset before", [] { return RNN(GRUCell(3, {.reset_after = false}), {.return_state = true}); },
              {{None, 2}});
CONTRACT_CASE("SimpleRNNCell", "backwards",
              [] { return RNN(SimpleRNNCell(3), {.return_sequences = true, .go_backwards = true}); }, {{None, 2}});
CONTRACT_CASE("StackedRNNCells", "last", [] { return RNN(two()); }, {{None, 2}});
CONTRACT_CASE("StackedRNNCells", "sequences and state",
              [] { return RNN(two(), {.return_sequences = true, .return_state = true}); }, {{None, 2}, {3}, {3}, {2}});
CONTRACT_CASE("StackedRNNCells", "state alone", [] { return RNN(two(), {.return_state = true}); }, {{None, 2}});
CONTRACT_CASE(
    "StackedRNNCells", "three, zeros for masked",
    [] {
      return RNN({LSTMCell(3), LSTMCell(17), SimpleRNNCell(2)}, {.return_sequences = true, .zero_output_for_mask = true});
    },
    {{None, 2}});
CONTRACT_CASE("StackedRNNCells", "backwards",
              [] {
                return RNN({GRUCell(3), LSTMCell(2)}, {.return_sequences = true, .go_backwards = true});
              },
              {{None, 2}});
CONTRACT_CASE("StackedRNNCells", "backwards, last",
              [] {
                return RNN({GRUCell(3), LSTMCell(2)}, {.go_backwards = true});
              },
              {{None, 2}});
CONTRACT_CASE("StackedRNNCells", "a stack in a stack", [] { return RNN({two(), GRUCell(2)}); }, {{None, 2}});
CONTRACT_CASE("StackedRNNCells", "dropouts",
              [] {
                return RNN({LSTMCell(3, {.dropout = 0.4}), GRUCell(4, {.recurrent_dropout = 0.3})}, {.return_sequences = true});
              },
              {{None, 4}});
CONTRACT_CASE("RNN", "stateful", [] { return RNN(two(), {.return_sequences = true, .stateful = true}); }, {{None, 2}});

// Same weights, same inputs, with masks and without: the same bits.
void expect_equal(const LayerRef& a, const LayerRef& b, const Shapes& inputs, std::size_t outputs) {
  for (const bool masked : {false, true}) {
    const contract::Case c{"RNN", "", [&] { return a; }, inputs};
    Model one = contract::model_of(c, a, {.masked = masked}), other = contract::model_of(c, b, {.masked = masked});
    randomize_weights(one, 5);
    other.set_weights(one.get_weights());
    TestRandom random(6);
    std::vector<Array> x = contract::random_inputs(c, random, 10);
    if (masked) {
      const contract::Keep keep = contract::keep_patterns(10, contract::usual_steps, random);
      contract::poison(x[0], keep);
      x.push_back(contract::keep_array(keep));
    }
    const auto y = one.predict_all(x), z = other.predict_all(x);
    ASSERT_EQ(y.size(), outputs);
    for (std::size_t o = 0; o < outputs; ++o) expect_same_bits(y[o], z[o], "output " + std::to_string(o));
  }
}

TEST(RNN, OverOneCellIsTheLayer) {
  for (const bool sequences : {false, true})
    for (const bool backwards : {false, true}) {
      const RNNOptions o{.return_sequences = sequences, .return_state = true, .go_backwards = backwards};
      expect_equal(RNN(LSTMCell(5), o),
                   LSTM(5, {.return_sequences = sequences, .return_state = true, .go_backwards = backwards}), {{None, 3}}, 3);
      expect_equal(RNN(GRUCell(5), o), GRU(5, {.return_sequences = sequences, .return_state = true, .go_backwards = backwards}),
                   {{None, 3}, {5}}, 2);
      expect_equal(
          RNN(SimpleRNNCell(5, {.activation = "relu"}), o),
          SimpleRNN(5, {.activation = "relu", .return_sequences = sequences, .return_state = true, .go_backwards = backwards}),
          {{None, 3}}, 2);
    }
}

// What two layers on top of each other give, the second reading on in the order the first read in.
TEST(RNN, StackedCellsAreStackedLayers) {
  for (const bool backwards : {false, true}) {
    TestRandom random(3);
    const SymbolicTensor x = Input({None, 3}), h = Input({4}), c = Input({4}), g = Input({2});
    const auto first = LSTM(4, {.return_sequences = true, .return_state = true, .go_backwards = backwards}).call({x, h, c});
    const auto second = GRU(2, {.return_sequences = true, .return_state = true}).call({first[0], g});
    Model layers({x, h, c, g}, {second[0], first[1], first[2], second[1]});
    Model cells({x, h, c, g},
                RNN({LSTMCell(4), GRUCell(2)}, {.return_sequences = true, .return_state = true, .go_backwards = backwards})
                    .call({x, h, c, g}));
    randomize_weights(layers, 2);
    cells.set_weights(layers.get_weights());
    const std::vector<Array> data{random.array({5, 6, 3}), random.array({5, 4}), random.array({5, 4}), random.array({5, 2})};
    const auto y = layers.predict_all(data), z = cells.predict_all(data);
    for (std::size_t o = 0; o < 4; ++o) expect_same_bits(y[o], z[o], "output " + std::to_string(o));
  }
}

TEST(RNN, EachCellDrawsForItself) {
  // With the same draws in both cells a unit that is dropped in the first would be dropped in the second.
  Sequential model({RNN({SimpleRNNCell(64, {.activation = "linear", .use_bias = false, .dropout = 0.5}),
                         SimpleRNNCell(64, {.activation = "linear", .use_bias = false, .dropout = 0.5})},
                        {.input_shape = {1, 64}})});
  std::vector<Array> weights;
  for (const Array& w : model.get_weights()) {
    weights.emplace_back(w.shape());
    if (weights.size() % 2 == 1)
      for (Index i = 0; i < 64; ++i) weights.back()(i, i) = 1;
  }
  model.set_weights(weights);
  model.internal().pack(true);
  Session session(model.internal().built(), {{Shape{1, 1, 64}}, {true, false}, 1});
  session.start({Shape{1, 1, 64}});
  std::fill_n(session.input(0), 64, real(1));
  session.forward(true, 1);
  Index kept = 0;
  for (Index i = 0; i < 64; ++i) kept += session.output(0).values[i] != 0;
  EXPECT_GT(kept, 6);  // a quarter is expected; half would be the same draws twice
  EXPECT_LT(kept, 25);
}

TEST(RNN, KnowsItsShapesAndItsLine) {
  Sequential model({RNN({LSTMCell(4), GRUCell(2)}, {.return_sequences = true, .input_shape = {None, 3}})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, None, 2)");
  EXPECT_EQ(model.count_params(), 4 * 4 * (3 + 4 + 1) + 3 * (2 * (4 + 2) + 2 * 2));
  Sequential sum({RNN(LSTMCell(4), {.input_shape = {None, 3}})});
  expect_refused(Code::shape, "RNN(LSTMCell(4), {.return_sequences = true", [&] { sum.add(LSTM(2)); });
}

TEST(RNN, RefusesWhatIsNoCell) {
  expect_refused(Code::unsupported, "Its cell is LSTMCell", [] { RNN{LSTM(3)}; });
  expect_refused(Code::unsupported, "is a cell", [] { Sequential({LSTMCell(3)}).build({None, 4, 2}); });
  expect_refused(Code::value, "needs cells", [] { StackedRNNCells({}); });
  expect_refused(Code::value, "needs a cell", [] { RNN{LayerRef()}; });
  expect_refused(Code::value, "units must be a positive number", [] { LSTMCell(0); });
  const LayerRef cell = GRUCell(2);
  expect_refused(Code::unsupported, "in this RNN already", [&] { RNN({cell, cell}); });
  const LayerRef rnn = RNN(cell);
  expect_refused(Code::unsupported, "in another RNN already", [&] { RNN{cell}; });
}

TEST(RNN, LeavesItsCellBehind) {
  const LayerRef cell = GRUCell(2);
  { const LayerRef rnn = RNN(cell); }
  EXPECT_NO_THROW(RNN{cell});
}

TEST(RNN, StatefulInPiecesIsWhole) {
  TestRandom random(4);
  const auto make = [](bool stateful) {
    return Sequential({RNN({LSTMCell(3), GRUCell(2)},
                           {.stateful = stateful, .batch_size = stateful ? Index{2} : None, .input_shape = {None, 2}})});
  };
  Sequential whole = make(false), pieces = make(true);
  randomize_weights(whole, 4);
  pieces.set_weights(whole.get_weights());
  const Array x = random.array({2, 6, 2});
  pieces.predict(x.slice(1, 0, 2));
  expect_same_bits(pieces.predict(x.slice(1, 2, 6)), whole.predict(x), "");
}

}  // namespace
}  // namespace rondo
