#include "rondo/layers/time_distributed.h"

#include <gtest/gtest.h>

#include "rondo/layers/batch_normalization.h"
#include "rondo/layers/bidirectional.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("TimeDistributed", "dense", [] { return TimeDistributed(Dense(3, {.activation = "tanh"})); }, {{None, 2}});
CONTRACT_CASE("TimeDistributed", "dense on four axes", [] { return TimeDistributed(Dense(2)); }, {{None, 3, 2}});
CONTRACT_CASE("TimeDistributed", "lstm", [] { return TimeDistributed(LSTM(3)); }, {{None, 3, 2}});
CONTRACT_CASE("TimeDistributed", "lstm sequences and state",
              [] { return TimeDistributed(LSTM(3, {.return_sequences = true, .return_state = true})); }, {{None, 3, 2}});
CONTRACT_CASE("TimeDistributed", "bidirectional", [] { return TimeDistributed(Bidirectional(GRU(2))); }, {{None, 3, 2}});
CONTRACT_CASE("TimeDistributed", "in itself", [] { return TimeDistributed(LayerRef(TimeDistributed(Dense(2)))); },
              {{None, 3, 2}});
CONTRACT_CASE("TimeDistributed", "batch normalization", [] { return TimeDistributed(BatchNormalization()); }, {{None, 2}},
              {.trains = false});
CONTRACT_CASE("TimeDistributed", "batch normalization by steps", [] { return TimeDistributed(BatchNormalization()); },
              {{4, 3}});
CONTRACT_CASE("TimeDistributed", "batch normalization by steps, four axes",
              [] { return TimeDistributed(BatchNormalization()); }, {{4, 2, 3}});
CONTRACT_CASE("TimeDistributed", "frozen around batch normalization",
              [] {
                const LayerRef layer = TimeDistributed(BatchNormalization());
                layer->trainable = false;
                return layer;
              },
              {{None, 2}});
CONTRACT_CASE("TimeDistributed", "frozen batch normalization",
              [] {
                const LayerRef inner = BatchNormalization();
                inner->trainable = false;
                return TimeDistributed(inner);
              },
              {{None, 2}});

// Every time step of every sample through the inner layer on its own.
TEST(TimeDistributed, IsTheLayerOnEveryTimeStep) {
  TestRandom random(1);
  for (const Shape& shape : {Shape{5, 2}, Shape{5, 3, 2}}) {
    const bool sequences = shape.rank() == 3;
    const LayerRef inner = sequences ? LayerRef(LSTM(4)) : LayerRef(Dense(4, {.activation = "tanh"}));
    const SymbolicTensor x = Input(shape), step = Input(shape.without_first());
    Model model(x, TimeDistributed(inner)(x)), one(step, inner(step));
    EXPECT_EQ(model.output_shapes()[0].text(), "(None, 5, 4)");
    const Array data = random.array(shape.prepended(3));
    const Array y = model.predict(data);
    for (Index b = 0; b < 3; ++b)
      for (Index t = 0; t < 5; ++t) {
        const Array alone = one.predict(data[b].slice(0, t, t + 1));
        for (Index u = 0; u < 4; ++u) EXPECT_EQ(y(b, t, u), alone(0, u));
      }
  }
}

// As Dense treats a sequence by itself.
TEST(TimeDistributed, DenseEqualsDense) {
  TestRandom random(2);
  const LayerRef dense = Dense(3);
  const SymbolicTensor x = Input({None, 4});
  Model wrapped(x, TimeDistributed(dense)(x)), plain(x, dense(x));
  const Array data = random.array({20, 7, 4});
  const Array y = wrapped.predict(data), z = plain.predict(data);
  for (Index i = 0; i < y.size(); ++i) EXPECT_EQ(y.data()[i], z.data()[i]);
}

// Masking on four axes masks the rows inside a time step, and the inner layer skips them; what follows skips the time steps
// that are padding altogether.
TEST(TimeDistributed, InnerSequencesAreMaskedRowByRow) {
  TestRandom random(3);
  const SymbolicTensor x = Input({3, 4, 2}), slice = Input({4, 2}), rows = Input({None, 5});
  const LayerRef masking = Masking(), lstm = LSTM(5), after = GRU(2);
  const SymbolicTensor inner = TimeDistributed(lstm)(masking(x));
  Model model({x}, {inner, after(inner)});
  Model one(slice, lstm(LayerRef(Masking())(slice))), follows(rows, after(rows));
  Array data = random.array({2, 3, 4, 2});
  const auto clear = [&](Index b, Index t, Index from, Index to) {
    for (Index r = from; r < to; ++r) data(b, t, r, 0) = data(b, t, r, 1) = 0;
  };
  clear(0, 0, 2, 4);
  clear(0, 2, 0, 4);
  clear(1, 1, 0, 1);
  const auto y = model.predict_all(data);
  for (Index b = 0; b < 2; ++b) {
    std::vector<Array> valid;
    for (Index t = 0; t < 3; ++t) {
      const Array alone = one.predict(data[b].slice(0, t, t + 1));
      for (Index u = 0; u < 5; ++u) EXPECT_EQ(y[0](b, t, u), alone(0, u)) << b << " " << t;
      if (b != 0 || t != 2) valid.push_back(y[0].slice(0, b, b + 1).slice(1, t, t + 1));
    }
    const Array last = follows.predict(concatenate(valid, 1));
    for (Index u = 0; u < 2; ++u) EXPECT_EQ(y[1](b, u), last(0, u));
  }
}

TEST(TimeDistributed, RefusesWhatItCannotDo) {
  expect_refused(Code::value, "needs a layer", [] { TimeDistributed{LayerRef()}; });
  expect_refused(Code::shape, "3", [] { TimeDistributed(Dense(3))(Input({4})); });
  expect_refused(Code::unsupported, "stateful", [] {
    TimeDistributed(LSTM(3, {.stateful = true}))(Input({4, 3, 2}, {.batch_size = 2}));
  });
  // Statistics of a batch for every time step.
  expect_refused(Code::unsupported, "fixed number of time steps", [] {
    const SymbolicTensor x = Input({None, 2});
    Model model(x, TimeDistributed(BatchNormalization())(x));
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.train_on_batch(Array(Shape{3, 4, 2}), Array(Shape{3, 4, 2}));
  });
  // A stream would carry the inner layer's state from one time step into the next.
  expect_refused(Code::unsupported, "new sequence", [] {
    const SymbolicTensor x = Input({None, 3, 2});
    Model model(x, TimeDistributed(LSTM(3))(x));
    model.state(1);
  });
}

}  // namespace
}  // namespace rondo
