// Embedding: rows of the table, and ids that have none. Values against Keras: tests/golden.
#include "rondo/layers/embedding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/constraints/constraint.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/flatten.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/time_distributed.h"
#include "rondo/model/model.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

// The contract's own inputs are (samples, time steps) of ids: no axis of features, so no masks and no streams of its own.
CONTRACT_CASE("Embedding", "ids", [] { return Embedding(6, 3); }, {{None}}, {.masks = false, .ids = 6});
CONTRACT_CASE("Embedding", "one a sample", [] { return Embedding(6, 3); }, {{}}, {.masks = false, .ids = 6});
CONTRACT_CASE("Embedding", "mask_zero", [] { return Embedding(6, 3, {.mask_zero = true}); }, {{5}}, {.masks = false, .ids = 6});
CONTRACT_CASE("Embedding", "rules",
              [] {
                return Embedding(
                    6, 3, {.embeddings_regularizer = L1L2({.l1 = 0.1}), .embeddings_constraint = UnitNorm({.axis = {1}})});
              },
              {{None}}, {.masks = false, .ids = 6});
CONTRACT_CASE("TimeDistributed", "Embedding", [] { return TimeDistributed(Embedding(4, 2, {.mask_zero = true})); }, {{3, 2}},
              {.masks = false, .ids = 4});

Sequential numbered() {
  Sequential model({Embedding(4, 2, {.input_shape = {None}})});
  model.build({None, None});
  model.set_weights({Array{0, 1, 10, 11, 20, 21, 30, 31}.reshape(4, 2)});
  return model;
}

TEST(Embedding, GivesTheRows) {
  Sequential model = numbered();
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, None, 2)");
  EXPECT_EQ(model.predict(Array{3, 0, 1}.reshape(1, 3)).text(), (Array{30, 31, 0, 1, 10, 11}.reshape(1, 3, 2).text()));
}

TEST(Embedding, AnIdWithoutARowIsAnErrorThatSaysWhere) {
  Sequential model = numbered();
  const auto with = [](real id) { return Array{0, 1, 2, id}.reshape(2, 2); };
  expect_refused(Code::value, "sample 1", [&] { model.predict(with(4)); });
  expect_refused(Code::value, "id 4 at place 1 is out of range; its 4 ids are 0 to 3", [&] { model.predict(with(4)); });
  expect_refused(Code::value, "Embedding(5, 2)", [&] { model.predict(with(4)); });
  expect_refused(Code::value, "id -1", [&] { model.predict(with(-1)); });
  expect_refused(Code::value, "id 1.5 at place 1 is no whole number", [&] { model.predict(with(real(1.5))); });
  expect_refused(Code::value, "e+20 at place 1", [&] { model.predict(with(real(1e20))); });
  expect_refused(Code::value, "inf", [&] { model.predict(with(INFINITY)); });
  EXPECT_THROW(model.predict(with(NAN)), Error);
  EXPECT_NO_THROW(model.predict(with(3)));  // and the model is as it was
}

TEST(Embedding, TheSampleIsCountedThroughBatchesAndTimeSteps) {
  Sequential model = numbered();
  Array x(Shape{70, 3});
  x(41, 2) = 9;
  expect_refused(Code::value, "sample 41", [&] { model.predict(x, {.batch_size = 8}); });
  expect_refused(Code::value, "sample 41", [&] { model.predict(x, {.batch_size = 70, .threads = 3}); });
  const SymbolicTensor in = Input({3, 1});
  Model inner({in}, {TimeDistributed(Embedding(4, 2))(in)});
  expect_refused(Code::value, "sample 41", [&] { inner.predict(x.reshape(70, 3, 1)); });
}

TEST(Embedding, TrainingStopsAtSuchAnId) {
  Sequential model({Embedding(4, 2, {.input_shape = {2}}), Flatten(), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Array y(Shape{2, 1});
  EXPECT_NO_THROW(model.train_on_batch(Array{0, 1, 2, 3}.reshape(2, 2), y));
  const std::uint64_t before = model.weights_digest();
  expect_refused(Code::value, "sample 1", [&] { model.train_on_batch(Array{0, 1, 2, 7}.reshape(2, 2), y); });
  EXPECT_EQ(model.weights_digest(), before);
}

TEST(Embedding, ZeroIsPaddingIfAsked) {
  Sequential model({Embedding(4, 2, {.mask_zero = true, .input_shape = {None}}), LSTM(3)});
  const Array padded = Array{2, 3, 0, 0}.reshape(1, 4), alone = Array{2, 3}.reshape(1, 2);
  EXPECT_EQ(model.predict(padded).text(), model.predict(alone).text());
}

TEST(Embedding, RefusesWhatCannotBe) {
  expect_refused(Code::value, "must be positive", [] { Embedding(0, 2); });
  expect_refused(Code::value, "must be positive", [] { Embedding(2, -1); });
  if (sizeof(real) == sizeof(float)) expect_refused(Code::unsupported, "at most 16777216", [] { Embedding(16777217, 2); });
}

}  // namespace
}  // namespace rondo
