// One time step at a time: the same bits as the whole sequence, nothing from the heap, a refusal where the future is needed;
// and stateful layers, whose state lives from one predict to the next.
#include "rondo/model/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/layers/bidirectional.h"
#include "rondo/layers/concatenate.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/embedding.h"
#include "rondo/layers/flatten.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/layers/merge.h"
#include "support/no_alloc.h"

namespace rondo {
namespace {

Array wavy(const Shape& shape, double seed = 1) {
  Array a(shape);
  for (Index i = 0; i < a.size(); ++i)
    a.data()[i] = static_cast<real>(std::sin(seed * 12.9898 + static_cast<double>(i) * 78.233));
  return a;
}

bool same_bits(const Array& a, const Array& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(real)) == 0;
}

std::string message(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

// An id a step, for an Embedding: a text as it is typed.
TEST(Stream, OfIdsHasTheBitsOfTheWholeSequence) {
  for (const bool mask_zero : {false, true}) {
    set_random_seed(5);
    Sequential model(
        {Embedding(7, 3, {.mask_zero = mask_zero, .input_shape = {None}}), LSTM(4, {.return_sequences = true}), Dense(2)});
    const Array ids = Array{{1, 6, 0, 3}, {2, 2, 5, 0}};
    const Array whole = model.predict(ids);
    State s = model.state(2);
    EXPECT_EQ(model.step_shape(s), (Shape{2, 1, 2}));
    for (Index t = 0; t < 4; ++t) {
      const real now[] = {ids(0, t), ids(1, t)};
      const auto y = model.step(now, s);
      ASSERT_EQ(y.size(), 4U);
      for (Index i = 0; i < 4; ++i) EXPECT_EQ(y[static_cast<std::size_t>(i)], whole(i / 2, t, i % 2));
    }
    const real bad[] = {7, 0};
    EXPECT_TRUE(model.step(bad, s).empty());
  }
  // A fixed number of ids is features of one time step, as before.
  Sequential features({Embedding(7, 3, {.input_shape = {4}}), Flatten(), Dense(1)});
  EXPECT_NE(message([&] { features.state(); }).find("flatten"), std::string::npos);
  Sequential fixed({Embedding(7, 3, {.input_shape = {4}}), LSTM(2)});
  EXPECT_NE(message([&] { fixed.state(); }).find("walks over an axis"), std::string::npos);
}

TEST(Stream, SameBitsAsTheWholeSequenceAndNothingFromTheHeap) {
  set_random_seed(5);
  SymbolicTensor x = Input({None, 3});
  SymbolicTensor h = LSTM(16, {.return_sequences = true})(Masking()(x));
  SymbolicTensor g = GRU(6, {.return_sequences = true})(h);
  Model model(x, Dense(2)(Concatenate()({h, g})));
  for (const Index rows : {1, 3, 20}) {
    Array data = wavy({rows, 8, 3});
    for (Index f = 0; f < 3; ++f) data(0, 2, f) = 0;  // masked
    const Array whole = model.predict(data);
    State s = model.state(rows);
    EXPECT_EQ(s.rows(), rows);
    EXPECT_EQ(model.step_shape(s), (Shape{rows, 1, 2}));
    for (int pass = 0; pass < 2; ++pass) {
      std::vector<real> row(static_cast<std::size_t>(rows * 3));
      std::vector<real> seen;
      seen.reserve(static_cast<std::size_t>(whole.size()));
      NoAlloc count;
      for (Index t = 0; t < 8; ++t) {
        for (Index r = 0; r < rows; ++r) std::copy_n(data.data() + (r * 8 + t) * 3, 3, row.data() + r * 3);
        const std::span<const real> y = model.step(row, s);
        ASSERT_EQ(y.size(), static_cast<std::size_t>(rows * 2));
        for (Index r = 0; r < rows; ++r)
          EXPECT_EQ(std::memcmp(y.data() + r * 2, whole.data() + (r * 8 + t) * 2, 2 * sizeof(real)), 0) << rows << ' ' << t;
      }
      EXPECT_EQ(count.everywhere(), 0u);
      s.reset();
    }
    EXPECT_TRUE(model.step(std::span<const real>(), s).empty());
  }
}

TEST(Stream, AModelThatEndsInOneRowGivesItAfterEveryStep) {
  Sequential model{LSTM(4, {.return_sequences = true, .input_shape = {6, 1}}), LSTM(4), Dense(1)};
  const Array data = wavy({1, 6, 1});
  State s = model.state();
  EXPECT_EQ(model.step_shape(s), (Shape{1, 1}));
  std::span<const real> y;
  for (Index t = 0; t < 6; ++t) y = model.step({data.data() + t, 1}, s);
  EXPECT_EQ(y[0], model.predict(data)(0, 0));
}

TEST(Stream, RefusesWhatNeedsTheFuture) {
  const auto refusal = [](const Model& model) { return message([&] { model.state(); }); };
  Sequential both{Bidirectional(LSTM(2), {.input_shape = {5, 1}})};
  EXPECT_NE(refusal(both).find("layer 'bidirectional' (Bidirectional"), std::string::npos) << refusal(both);
  Sequential back{LSTM(2, {.go_backwards = true, .input_shape = {5, 1}})};
  EXPECT_NE(refusal(back).find("layer 'lstm' (LSTM"), std::string::npos) << refusal(back);
  SymbolicTensor x = Input({5, 1});
  const Model joined(x, LSTM(2)(Concatenate({.axis = 1})({x, x})));
  EXPECT_NE(refusal(joined).find("layer 'concatenate'"), std::string::npos) << refusal(joined);
  // A decoder that starts from an encoder's last states, or from what is made of them; states that are an input.
  const SymbolicTensor h = Input({2});
  const auto read = LSTM(2, {.return_state = true}).call({x});
  const Model decoder(x, LSTM(2, {.return_sequences = true, .name = "decoder"}).call({x, read[1], read[2]})[0]);
  EXPECT_NE(refusal(decoder).find("layer 'decoder'"), std::string::npos) << refusal(decoder);
  const Model made(x, GRU(2, {.name = "decoder"}).call({x, Dense(2)(GRU(2)(x))})[0]);
  EXPECT_NE(refusal(made).find("layer 'decoder'"), std::string::npos) << refusal(made);
  const Model given({x, h}, {GRU(2, {.name = "decoder"}).call({x, h})[0]});
  EXPECT_NE(refusal(given).find("layer 'decoder'"), std::string::npos) << refusal(given);
  const Model both_ends(x, Add({.name = "sum"})({LSTM(2, {.return_sequences = true})(x), LSTM(2)(x)}));
  EXPECT_NE(refusal(both_ends).find("layer 'sum'"), std::string::npos) << refusal(both_ends);
}

// The first step of a decoder would need what the encoder has at the end.
TEST(Stream, RefusesADecoderThatStartsFromAnEnd) {
  const auto refusal = [](const Model& model) { return message([&] { model.state(); }); };
  const SymbolicTensor x = Input({5, 1});
  const auto encoded = LSTM(2, {.return_state = true}).call({x});
  const Model decoder(x, LSTM(2, {.return_sequences = true}).call({x, encoded[1], encoded[2]})[0]);
  EXPECT_NE(refusal(decoder).find("needs at every time step what another layer gives"), std::string::npos) << refusal(decoder);
  const Model behind(x, GRU(2).call({x, Dense(2)(GRU(3)(x))})[0]);
  EXPECT_NE(refusal(behind).find("layer 'gru_1' (GRU"), std::string::npos) << refusal(behind);
  const Model end({x}, {Dense(1)(encoded[0])});  // so far
  EXPECT_EQ(end.step_shape(end.state()), (Shape{1, 1}));
}

TEST(Stream, SeveralInputs) {
  SymbolicTensor a = Input({None, 2}), b = Input({None, 1});
  const Model model({a, b}, {LSTM(3)(Concatenate()({a, b}))});
  State s = model.state(2);
  const Array x = wavy({2, 1, 2}), y = wavy({2, 1, 1});
  const std::span<const real> out = model.step({x.values(), y.values()}, s);
  const Array whole = model.predict({x, y});
  ASSERT_EQ(out.size(), 6u);
  EXPECT_EQ(std::memcmp(out.data(), whole.data(), 6 * sizeof(real)), 0);
}

TEST(Stateful, ChunksAreTheWhole) {
  set_random_seed(2);
  Sequential model{LSTM(5, {.stateful = true, .batch_size = 3, .input_shape = {4, 2}})};
  Sequential plain{LSTM(5, {.input_shape = {12, 2}})};
  plain.set_weights(model.get_weights());
  const Array x = wavy({3, 12, 2});
  for (int pass = 0; pass < 2; ++pass) {
    Array last;
    for (Index t = 0; t < 12; t += 4) last = model.predict(x.slice(1, t, t + 4));
    EXPECT_TRUE(same_bits(last, plain.predict(x)));
    model.reset_states();
  }
  EXPECT_NE(message([&] { model.predict(wavy({4, 4, 2})); }).find("no multiple of 3"), std::string::npos);
  EXPECT_NE(message([&] {
              Sequential m{LSTM(5, {.stateful = true, .input_shape = {4, 2}})};
            }).find("fix:    LSTM(5, {.stateful = true, .batch_size = 32, .input_shape = {4, 2}})"),
            std::string::npos);
}

TEST(Stateful, OneStateForTwoCallsIsRefused) {
  const SymbolicTensor a = Input({4, 2}, {.batch_size = 3}), b = Input({4, 2}, {.batch_size = 3});
  const LSTM shared(2, {.stateful = true});
  EXPECT_NE(message([&] {
              Model({a, b}, {shared(a), shared(b)});
            }).find("stateful and called more than once"),
            std::string::npos);
}

}  // namespace
}  // namespace rondo
