#include "rondo/layers/bidirectional.h"

#include <gtest/gtest.h>

#include "rondo/layers/conv_lstm1d.h"
#include "rondo/layers/conv_lstm2d.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/recurrent.h"
#include "rondo/layers/rnn.h"
#include "rondo/layers/simple_rnn.h"
#include "support/config_record.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

LSTMOptions sequences() { return {.return_sequences = true}; }
LSTMOptions sequences_and_state() { return {.return_sequences = true, .return_state = true}; }

CONTRACT_CASE("Bidirectional", "last", [] { return Bidirectional(LSTM(3)); }, {{None, 2}});
CONTRACT_CASE("Bidirectional", "sequences", [] { return Bidirectional(LSTM(3, sequences())); }, {{None, 2}},
              {.truncates = false});
CONTRACT_CASE("Bidirectional", "sum", [] { return Bidirectional(GRU(3), {.merge_mode = "sum"}); }, {{None, 2}});
CONTRACT_CASE("Bidirectional", "ave", [] { return Bidirectional(LSTM(3, sequences()), {.merge_mode = "ave"}); }, {{None, 2}},
              {.truncates = false});
CONTRACT_CASE("Bidirectional", "mul", [] { return Bidirectional(LSTM(3, sequences()), {.merge_mode = "mul"}); }, {{None, 2}},
              {.truncates = false});
CONTRACT_CASE("Bidirectional", "mul last", [] { return Bidirectional(GRU(3), {.merge_mode = "mul"}); }, {{None, 2}});
CONTRACT_CASE("Bidirectional", "none", [] { return Bidirectional(LSTM(3), {.merge_mode = "none"}); }, {{None, 2}});
CONTRACT_CASE("Bidirectional", "none, sequences", [] { return Bidirectional(LSTM(3, sequences()), {.merge_mode = "none"}); },
              {{None, 2}}, {.truncates = false});
CONTRACT_CASE("Bidirectional", "state", [] { return Bidirectional(LSTM(3, {.return_state = true})); }, {{None, 2}});
CONTRACT_CASE("Bidirectional", "initial state",
              [] { return Bidirectional(LSTM(3, sequences_and_state()), {.merge_mode = "none"}); },
              {{None, 2}, {3}, {3}, {3}, {3}}, {.truncates = false});
CONTRACT_CASE("Bidirectional", "one of each", [] { return Bidirectional(GRU(1)); }, {{None, 1}});
CONTRACT_CASE("Bidirectional", "another layer backwards",
              [] { return Bidirectional(LSTM(3), {.merge_mode = "sum", .backward_layer = GRU(3, {.go_backwards = true})}); },
              {{None, 2}});

CONTRACT_CASE("Bidirectional", "different units",
              [] {
                return Bidirectional(LSTM(3, sequences()),
                                     {.backward_layer = LSTM(2, {.return_sequences = true, .go_backwards = true})});
              },
              {{None, 2}}, {.truncates = false});
CONTRACT_CASE("Bidirectional", "different units, none",
              [] { return Bidirectional(LSTM(3), {.merge_mode = "none", .backward_layer = GRU(2, {.go_backwards = true})}); },
              {{None, 2}});

CONTRACT_CASE("Bidirectional", "RNN", [] { return Bidirectional(RNN(GRUCell(3), {.return_sequences = true})); }, {{None, 2}},
              {.truncates = false});
CONTRACT_CASE("Bidirectional", "stacked cells and states",
              [] {
                return Bidirectional(RNN({LSTMCell(3), SimpleRNNCell(2)}, {.return_sequences = true, .return_state = true}),
                                     {.merge_mode = "sum"});
              },
              {{None, 2}, {3}, {3}, {2}, {3}, {3}, {2}}, {.truncates = false});
CONTRACT_CASE("Bidirectional", "SimpleRNN and RNN",
              [] {
                return Bidirectional(SimpleRNN(3),
                                     {.merge_mode = "mul", .backward_layer = RNN(LSTMCell(3), {.go_backwards = true})});
              },
              {{None, 2}});
CONTRACT_CASE("Bidirectional", "dropouts",
              [] { return Bidirectional(RNN(LSTMCell(3, {.dropout = 0.3, .recurrent_dropout = 0.3}))); }, {{None, 3}});
CONTRACT_CASE("Bidirectional", "ConvLSTM1D", [] { return Bidirectional(ConvLSTM1D(2, 2, {.return_sequences = true})); },
              {{None, 4, 2}}, {.truncates = false});
CONTRACT_CASE("Bidirectional", "ConvLSTM2D", [] { return Bidirectional(ConvLSTM2D(2, 2), {.merge_mode = "ave"}); },
              {{None, 3, 3, 1}});
CONTRACT_CASE("Bidirectional", "ConvLSTM2D, none, states",
              [] {
                return Bidirectional(ConvLSTM2D(1, 2, {.return_sequences = true, .return_state = true}),
                                     {.merge_mode = "none"});
              },
              {{None, 3, 3, 1}, {2, 2, 1}, {2, 2, 1}, {2, 2, 1}, {2, 2, 1}}, {.masks = false});

// The rows of a sequence output in the other order of time.
oracle::Vector turned(const oracle::Vector& y, Index samples, Index steps) {
  const Index units = static_cast<Index>(y.size()) / (samples * steps);
  oracle::Vector out;
  for (Index b = 0; b < samples; ++b)
    for (Index t = steps; t-- > 0;) {
      const auto row = y.begin() + (b * steps + t) * units;
      out.insert(out.end(), row, row + units);
    }
  return out;
}

oracle::Vector merged(const std::string& mode, const oracle::Vector& f, const oracle::Vector& g, Index units) {
  oracle::Vector out;
  for (std::size_t r = 0; r < f.size() / static_cast<std::size_t>(units); ++r) {
    const auto at = static_cast<std::ptrdiff_t>(r) * units;
    if (mode == "concat") {
      out.insert(out.end(), f.begin() + at, f.begin() + at + units);
      out.insert(out.end(), g.begin() + at, g.begin() + at + units);
    }
    for (std::ptrdiff_t i = at; mode != "concat" && i < at + units; ++i) {
      const double x = f[static_cast<std::size_t>(i)], y = g[static_cast<std::size_t>(i)];
      out.push_back(mode == "sum" ? x + y : mode == "mul" ? x * y : (x + y) / 2);
    }
  }
  return out;
}

TEST(Bidirectional, EqualsPlainLoops) {
  const Index samples = 10, steps = 6, features = 3, units = 4;
  for (const std::string mode : {"concat", "sum", "ave", "mul", "none"})
    for (const bool whole : {false, true})
      for (const bool masked : {false, true})
        for (const bool initial : {false, true}) {
          SCOPED_TRACE(mode + (whole ? " sequences" : "") + (masked ? " masked" : "") + (initial ? " initial state" : ""));
          TestRandom random(2);
          std::vector<SymbolicTensor> inputs{Input({None, features})};
          std::vector<Array> data{random.array({samples, steps, features})};
          std::vector<SymbolicTensor> into = inputs;
          std::vector<Array> first, second;
          for (int s = 0; initial && s < 4; ++s) {
            inputs.push_back(Input({units}));
            into.push_back(inputs.back());
            data.push_back(random.array({samples, units}));
            (s < 2 ? first : second).push_back(data.back());
          }
          const auto keep = keep_of_every_kind(samples, steps, random);
          if (masked) {
            inputs.push_back(Input({None, 1}));
            into[0] = given_mask(into[0], inputs.back());
            Array flags(Shape{samples, steps, 1});
            for (Index b = 0; b < samples; ++b)
              for (Index t = 0; t < steps; ++t)
                flags(b, t, 0) = static_cast<real>(keep[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)]);
            data.push_back(flags);
          }
          const LSTMOptions options{.return_sequences = whole, .return_state = true};
          Model model(inputs, Bidirectional(LSTM(units, options), {.merge_mode = mode}).call(into));
          randomize_weights(model, 3);
          const auto w = model.get_weights();
          const auto a = oracle::activation("tanh"), s = oracle::activation("sigmoid");
          const auto* mask = masked ? &keep : nullptr;
          // With return_sequences Keras gives zeros for masked steps whatever the layer says.
          const auto f =
              oracle::walk(oracle::lstm_step(w[0], w[1], &w[2], a, s), data[0], units, 2, first, mask, {false, whole});
          const auto g =
              oracle::walk(oracle::lstm_step(w[3], w[4], &w[5], a, s), data[0], units, 2, second, mask, {true, whole});
          const oracle::Vector yf = whole ? f.sequences : f.last, yg = whole ? turned(g.sequences, samples, steps) : g.last;
          std::vector<oracle::Vector> wanted;
          if (mode == "none") {
            wanted = {yf, yg};
          } else {
            wanted = {merged(mode, yf, yg, units)};
          }
          for (const auto* half : {&f, &g}) wanted.insert(wanted.end(), half->states.begin(), half->states.end());

          const auto got = model.predict_all(data);
          ASSERT_EQ(got.size(), wanted.size());
          for (std::size_t o = 0; o < got.size(); ++o)
            EXPECT_LE(oracle::difference(got[o], wanted[o]), oracle_tolerance(units)) << "output " << o;
        }
}

// A masked sequence and the valid steps alone: the valid rows agree to the bit (the others are zeros).
TEST(Bidirectional, MaskedSequenceIsTheValidSteps) {
  const Index steps = 6;
  const std::vector<int> keep{0, 1, 0, 1, 1, 0};
  TestRandom random(4);
  const SymbolicTensor x = Input({None, 2}), flags = Input({None, 1}), alone_x = Input({None, 2});
  const LayerRef layer = Bidirectional(LSTM(5, sequences()));
  Model masked({x, flags}, layer.call({given_mask(x, flags)})), alone(alone_x, layer(alone_x));
  const Array data = random.array({1, steps, 2});
  Array k(Shape{1, steps, 1});
  std::vector<Array> valid;
  for (Index t = 0; t < steps; ++t) {
    k(0, t, 0) = static_cast<real>(keep[static_cast<std::size_t>(t)]);
    if (keep[static_cast<std::size_t>(t)] != 0) valid.push_back(data.slice(1, t, t + 1));
  }
  const Array y = masked.predict_all({data, k})[0], z = alone.predict(concatenate(valid, 1));
  Index at = 0;
  for (Index t = 0; t < steps; ++t) {
    for (Index u = 0; u < 10; ++u)
      EXPECT_EQ(y(0, t, u), keep[static_cast<std::size_t>(t)] != 0 ? z(0, at, u) : real(0)) << t << " " << u;
    at += keep[static_cast<std::size_t>(t)];
  }
}

// Both outputs of merge_mode none carry the mask on: another layer after each of them skips the padding.
TEST(Bidirectional, BothOutputsCarryTheMask) {
  TestRandom random(5);
  const SymbolicTensor x = Input({4, 2}), flags = Input({4, 1});
  const auto both = Bidirectional(LSTM(3, sequences()), {.merge_mode = "none"}).call({given_mask(x, flags)});
  Model model({x, flags}, {LSTM(2)(both[0]), LSTM(2)(both[1])});
  Array data = random.array({1, 4, 2}), keep = Array(Shape{1, 4, 1}, 1);
  keep(0, 3, 0) = 0;
  const auto y = model.predict_all({data, keep});
  const SymbolicTensor unmasked = Input({4, 2});
  const auto plain = Bidirectional(LSTM(3, sequences()), {.merge_mode = "none"}).call({unmasked});
  Model alone(std::vector<SymbolicTensor>{unmasked}, {LSTM(2)(plain[0]), LSTM(2)(plain[1])});
  alone.set_weights(model.get_weights());
  // What follows three valid steps equals what follows the three steps alone.
  const SymbolicTensor three = Input({3, 2});
  const auto shorter = Bidirectional(LSTM(3, sequences()), {.merge_mode = "none"}).call({three});
  Model truncated(std::vector<SymbolicTensor>{three}, {LSTM(2)(shorter[0]), LSTM(2)(shorter[1])});
  truncated.set_weights(model.get_weights());
  const auto z = truncated.predict_all(data.slice(1, 0, 3));
  for (int o = 0; o < 2; ++o)
    for (Index u = 0; u < 2; ++u) EXPECT_EQ(y[static_cast<std::size_t>(o)](0, u), z[static_cast<std::size_t>(o)](0, u));
}

TEST(Bidirectional, NamesItsLayersAsKeras) {
  const ConfigRecord unnamed = ConfigReader::read(*Bidirectional(LSTM(3)));
  EXPECT_EQ(unnamed.layers.at("layer").name, "forward_lstm");
  EXPECT_EQ(unnamed.layers.at("backward_layer").name, "backward_lstm");
  const ConfigRecord named = ConfigReader::read(*Bidirectional(GRU(3, {.name = "reader"})));
  EXPECT_EQ(named.layers.at("layer").name, "forward_reader");
  EXPECT_EQ(named.layers.at("backward_layer").name, "backward_reader");
  EXPECT_EQ(named.layers.at("layer").texts.at("go_backwards"), "false");
  EXPECT_EQ(named.layers.at("backward_layer").texts.at("go_backwards"), "true");
}

TEST(Bidirectional, DoesNotTakeOverWeights) {
  const LayerRef lstm = LSTM(3);
  const SymbolicTensor x = Input({4, 2});
  Model before(x, lstm(x));
  Model model(x, Bidirectional(lstm)(x));
  EXPECT_EQ(model.get_weights().size(), 6u);
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, 6)");
  EXPECT_EQ(model.count_params(), 2 * before.count_params());
  EXPECT_EQ(lstm->name(), "lstm");
}

TEST(Bidirectional, RefusesLayersThatDoNotSuit) {
  expect_refused(Code::unsupported, "Dense", [] { Bidirectional(Dense(3)); });
  expect_refused(Code::unsupported, "needs a layer", [] { Bidirectional{LayerRef()}; });
  expect_refused(Code::value, "Did you mean 'concat'", [] { Bidirectional(LSTM(3), {.merge_mode = "concta"}); });
  expect_refused(Code::value, "go_backwards", [] { Bidirectional(LSTM(3, {.go_backwards = true})); });
  expect_refused(Code::value, "go_backwards", [] { Bidirectional(LSTM(3), {.backward_layer = LSTM(3)}); });
  expect_refused(Code::value, "units",
                 [] { Bidirectional(LSTM(3), {.merge_mode = "sum", .backward_layer = LSTM(4, {.go_backwards = true})}); });
  expect_refused(Code::value, "return_sequences",
                 [] { Bidirectional(LSTM(3), {.backward_layer = LSTM(3, {.return_sequences = true, .go_backwards = true})}); });
  expect_refused(Code::shape, "initial states", [] {
    const SymbolicTensor x = Input({4, 2}), h = Input({3});
    Bidirectional(LSTM(3)).call({x, h});
  });
  expect_refused(Code::shape, "time steps", [] { Bidirectional(LSTM(3))(Input({4})); });
}

// A film one place large is a sequence: the same layer over LSTMs.
TEST(Bidirectional, OverFilmsOfOnePlaceIsOverSequences) {
  TestRandom random(4);
  const Array data = random.array({3, 5, 2});
  for (const std::string mode : {"concat", "sum", "ave", "mul", "none"})
    for (const bool sequences : {false, true}) {
      SCOPED_TRACE(mode);
      const SymbolicTensor x = Input({5, 2}), film = Input({5, 1, 1, 2});
      Model plain(
          {x}, Bidirectional(LSTM(3, {.return_sequences = sequences, .return_state = true}), {.merge_mode = mode}).call({x}));
      Model films({film},
                  Bidirectional(ConvLSTM2D(3, 1, {.return_sequences = sequences, .return_state = true}), {.merge_mode = mode})
                      .call({film}));
      randomize_weights(plain, 6);
      std::vector<Array> w = plain.get_weights();
      for (const std::size_t i : {0, 1, 3, 4}) w[i] = w[i].reshape(1, 1, w[i].shape()[0], w[i].shape()[1]);
      films.set_weights(w);
      const auto y = plain.predict_all({data}), z = films.predict_all({data.reshape(3, 5, 1, 1, 2)});
      ASSERT_EQ(y.size(), z.size());
      for (std::size_t o = 0; o < y.size(); ++o) {
        ASSERT_EQ(y[o].size(), z[o].size());
        for (Index i = 0; i < y[o].size(); ++i)
          EXPECT_NEAR(static_cast<double>(y[o].data()[i]), static_cast<double>(z[o].data()[i]), 2e-6);
      }
    }
}

TEST(Bidirectional, RefusesFramesThatDoNotMatch) {
  const LayerRef other = ConvLSTM2D(2, 3, {.go_backwards = true});
  expect_refused(Code::shape, "only the last axis may differ", [&] {
    Bidirectional(ConvLSTM2D(2, 2), {.backward_layer = other}).call({Input({None, 5, 5, 1})});
  });
  expect_refused(Code::value, "axes in what it reads",
                 [] { Bidirectional(ConvLSTM2D(2, 2), {.backward_layer = LSTM(2, {.go_backwards = true})}); });
}

}  // namespace
}  // namespace rondo
