// ConvLSTM1D and ConvLSTM2D: equal to an LSTM where the frame is one place, and step by step; their numbers against Keras are
// in tests/interop.
#include <gtest/gtest.h>

#include "rondo/layers/bidirectional.h"
#include "rondo/layers/conv_lstm1d.h"
#include "rondo/layers/conv_lstm2d.h"
#include "rondo/layers/lstm.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("ConvLSTM1D", "last", [] { return ConvLSTM1D(2, 2); }, {{None, 4, 2}});
CONTRACT_CASE("ConvLSTM1D", "sequences, same", [] { return ConvLSTM1D(2, 3, {.padding = "same", .return_sequences = true}); },
              {{None, 4, 2}});
CONTRACT_CASE("ConvLSTM1D", "backwards, strides, state",
              [] {
                return ConvLSTM1D(2, 2, {.strides = 2, .return_sequences = true, .return_state = true, .go_backwards = true});
              },
              {{None, 5, 1}});
CONTRACT_CASE("ConvLSTM1D", "dilation, zero output",
              [] { return ConvLSTM1D(2, 2, {.dilation_rate = 2, .return_sequences = true, .zero_output_for_mask = true}); },
              {{None, 4, 2}});
CONTRACT_CASE("ConvLSTM1D", "initial state", [] { return ConvLSTM1D(2, 3, {.padding = "same"}); },
              {{None, 3, 1}, {3, 2}, {3, 2}}, {.masks = false});
CONTRACT_CASE("ConvLSTM2D", "last", [] { return ConvLSTM2D(2, 2); }, {{None, 3, 4, 2}});
CONTRACT_CASE("ConvLSTM2D", "sequences, state",
              [] {
                return ConvLSTM2D(2, {3, 2}, {.padding = "same", .return_sequences = true, .return_state = true});
              },
              {{None, 3, 3, 1}});
CONTRACT_CASE("ConvLSTM2D", "other activations, no bias",
              [] {
                return ConvLSTM2D(2, {2, 1}, {.activation = "silu", .recurrent_activation = "gelu", .use_bias = false});
              },
              {{None, 3, 2, 2}});
CONTRACT_CASE("ConvLSTM1D", "dropouts",
              [] { return ConvLSTM1D(2, 2, {.dropout = 0.3, .recurrent_dropout = 0.4, .return_sequences = true}); },
              {{None, 4, 2}});
CONTRACT_CASE("ConvLSTM2D", "dropout", [] { return ConvLSTM2D(2, 2, {.padding = "same", .dropout = 0.4}); }, {{None, 3, 2, 2}});
CONTRACT_CASE("ConvLSTM2D", "recurrent dropout", [] { return ConvLSTM2D(3, 2, {.recurrent_dropout = 0.4}); },
              {{None, 3, 3, 1}});
CONTRACT_CASE("ConvLSTM2D", "softmax",
              [] { return ConvLSTM2D(3, 2, {.activation = "softmax", .recurrent_activation = "softmax"}); }, {{None, 3, 3, 1}});
CONTRACT_CASE("ConvLSTM2D", "stateful",
              [] { return ConvLSTM2D(1, 2, {.return_sequences = true, .stateful = true, .batch_size = 5}); }, {{4, 3, 3, 1}});

CONTRACT_CASE("ConvLSTM1D", "channels first",
              [] {
                return ConvLSTM1D(
                    2, 2, {.strides = 2, .data_format = "channels_first", .return_sequences = true, .return_state = true});
              },
              {{None, 3, 5}});
CONTRACT_CASE("ConvLSTM1D", "channels first, backwards, initial state",
              [] { return ConvLSTM1D(2, 3, {.padding = "same", .data_format = "channels_first", .go_backwards = true}); },
              {{None, 1, 3}, {2, 3}, {2, 3}}, {.masks = false});
CONTRACT_CASE("ConvLSTM2D", "channels first",
              [] {
                return ConvLSTM2D(2, {3, 2}, {.padding = "same", .data_format = "channels_first", .return_sequences = true});
              },
              {{None, 1, 3, 4}});
CONTRACT_CASE("ConvLSTM2D", "channels first, dropouts",
              [] { return ConvLSTM2D(3, 2, {.data_format = "channels_first", .dropout = 0.3, .recurrent_dropout = 0.4}); },
              {{None, 2, 3, 3}});
CONTRACT_CASE("ConvLSTM2D", "channels first, stateful",
              [] {
                return ConvLSTM2D(
                    1, 2, {.data_format = "channels_first", .return_sequences = true, .stateful = true, .batch_size = 5});
              },
              {{4, 2, 3, 3}});
CONTRACT_CASE("Bidirectional", "ConvLSTM2D, channels first",
              [] { return Bidirectional(ConvLSTM2D(2, 2, {.data_format = "channels_first", .return_sequences = true})); },
              {{None, 2, 3, 4}});

// One place and a window of one: an LSTM with the same weights.
TEST(ConvLSTM, OnePlaceIsAnLSTM) {
  TestRandom random(1);
  const SymbolicTensor x = Input({6, 3}), line = Input({6, 1, 3}), frame = Input({6, 1, 1, 3});
  Model lstm(x, LSTM(4, {.return_sequences = true})(x));
  randomize_weights(lstm, 2);
  const std::vector<Array> w = lstm.get_weights();
  const Array data = random.array({3, 6, 3}), y = lstm.predict(data);
  const auto compare = [&](Model model, const Shape& in, const Shape& kernel, const Shape& recurrent) {
    model.set_weights({w[0].reshape(kernel), w[1].reshape(recurrent), w[2]});
    const Array z = model.predict(data.reshape(in));
    ASSERT_EQ(z.size(), y.size());
    // The sums run in another order.
    const double tolerance = sizeof(real) == sizeof(double) ? 1e-14 : 1e-6;
    for (Index i = 0; i < y.size(); ++i)
      EXPECT_NEAR(static_cast<double>(z.data()[i]), static_cast<double>(y.data()[i]), tolerance);
  };
  compare(Model(line, ConvLSTM1D(4, 1, {.return_sequences = true})(line)), Shape{3, 6, 1, 3}, Shape{1, 3, 16}, Shape{1, 4, 16});
  compare(Model(frame, ConvLSTM2D(4, 1, {.return_sequences = true})(frame)), Shape{3, 6, 1, 1, 3}, Shape{1, 1, 3, 16},
          Shape{1, 1, 4, 16});
}

// With the same name it draws what the LSTM draws, whose draws are compared with Keras.
TEST(ConvLSTM, DropsAsAnLSTMDoes) {
  TestRandom random(1);
  const Array data = random.array({3, 6, 3});
  const auto trained = [&](Model model, const std::vector<Array>& weights, const Shape& in, std::vector<real>& y) {
    model.set_weights(weights);
    model.internal().pack(true);
    Session session(model.internal().built(), {{in}, {true, false}, 1});
    session.start({in});
    std::copy(data.values().begin(), data.values().end(), session.input(0));
    session.forward(true, 7);
    const Port out = session.output(0);
    y.assign(out.values, out.values + out.dims.elements());
  };
  const std::vector<Array> w{random.array({3, 16}), random.array({4, 16}), random.array({16})};
  for (const double x_rate : {0.0, 0.4}) {
    const SymbolicTensor x = Input({6, 3}), line = Input({6, 1, 3});
    std::vector<real> y, z;
    trained(Model(x, LSTM(4, {.dropout = x_rate, .recurrent_dropout = 0.3, .seed = 5, .name = "memory"})(x)), w, Shape{3, 6, 3},
            y);
    trained(Model(line, ConvLSTM1D(4, 1, {.dropout = x_rate, .recurrent_dropout = 0.3, .seed = 5, .name = "memory"})(line)),
            {w[0].reshape(1, 3, 16), w[1].reshape(1, 4, 16), w[2]}, Shape{3, 6, 1, 3}, z);
    ASSERT_EQ(y.size(), z.size());
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], z[i], 2e-6);
  }
}

TEST(ConvLSTM, KeepsItsStateWhenAsked) {
  TestRandom random(2);
  Sequential whole({ConvLSTM2D(2, 2, {.return_sequences = true, .input_shape = {6, 3, 3, 1}})});
  Sequential parts(
      {ConvLSTM2D(2, 2, {.return_sequences = true, .stateful = true, .batch_size = 2, .input_shape = {3, 3, 3, 1}})});
  randomize_weights(whole, 3);
  parts.set_weights(whole.get_weights());
  const Array x = random.array({2, 6, 3, 3, 1}), y = whole.predict(x);
  for (const Index from : {0, 3}) {
    const Array part = parts.predict(x.slice(1, from, from + 3)), want = y.slice(1, from, from + 3);
    for (Index i = 0; i < part.size(); ++i) EXPECT_EQ(part.data()[i], want.data()[i]);
  }
}

TEST(ConvLSTM, RefusesWhatItCannotDo) {
  const auto on = [](const LayerRef& layer, const Shape& shape) { return [=] { layer.call({Input(shape)}); }; };
  expect_refused(Code::value, "filters", [] { ConvLSTM2D(0, 3); });
  expect_refused(Code::value, "kernel_size", [] { ConvLSTM1D(2, 0); });
  expect_refused(Code::value, "cannot both be above 1", [] { ConvLSTM2D(2, 2, {.strides = 2, .dilation_rate = 2}); });
  expect_refused(Code::value, "Conv1D", [] { ConvLSTM1D(2, 2, {.padding = "causal"}); });
  const auto first = [] { return ConvLSTM2D(2, 2, {.data_format = "channels_first"}); };
  expect_refused(Code::value, "Did you mean 'channels_last'", [] { ConvLSTM2D(2, 2, {.data_format = "chanels_last"}); });
  expect_refused(Code::unsupported, "recurrent_activation 'softmax'",
                 [] { ConvLSTM2D(2, 2, {.data_format = "channels_first", .recurrent_activation = "softmax"}); });
  expect_refused(Code::shape, "Input({10, 1, 32, 32})", on(first(), {4, 3, 3}));
  expect_refused(Code::shape, "(samples, time steps, channels, rows, columns)", on(first(), {4, 3}));
  expect_refused(Code::unsupported, "Did you mean 'tanh'", [] { ConvLSTM2D(2, 2, {.activation = "tanj"}); });
  expect_refused(Code::shape, "Input({10, 32, 32, 1})", on(ConvLSTM2D(2, 2), {4, 3, 3}));
  expect_refused(Code::shape, "smaller than the window", on(ConvLSTM1D(2, 4), {5, 3, 1}));
  expect_refused(Code::shape, "known and positive", on(ConvLSTM1D(2, 2), {5, None, 1}));
  expect_refused(Code::shape, "initial state", [] {
    LayerRef(ConvLSTM1D(2, 2)).call({Input({5, 4, 1}), Input({4, 2}), Input({4, 2})});
  });
}

}  // namespace
}  // namespace rondo
