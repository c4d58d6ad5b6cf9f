// Pooling over time. Values against Keras: tests/golden.
#include "rondo/layers/pooling.h"

#include <gtest/gtest.h>

#include "rondo/layers/dense.h"
#include "rondo/layers/masking.h"
#include "rondo/model/model.h"
#include "rondo/optimizers/sgd.h"
#include "support/contract.h"
#include "support/contract_models.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("MaxPooling1D", "plain", [] { return MaxPooling1D(); }, {{7, 3}}, {.masks = false});
CONTRACT_CASE("MaxPooling1D", "same", [] { return MaxPooling1D(3, {.strides = {2}, .padding = "same"}); }, {{None, 3}},
              {.masks = false});
CONTRACT_CASE("AveragePooling1D", "valid", [] { return AveragePooling1D(3, {.strides = {1}}); }, {{7, 3}}, {.masks = false});
CONTRACT_CASE("AveragePooling1D", "same", [] { return AveragePooling1D(4, {.padding = "same"}); }, {{None, 3}},
              {.masks = false});
CONTRACT_CASE("GlobalMaxPooling1D", "plain", [] { return GlobalMaxPooling1D(); }, {{None, 3}}, {.masks = false});
CONTRACT_CASE("GlobalMaxPooling1D", "keepdims", [] { return GlobalMaxPooling1D({.keepdims = true}); }, {{None, 3}},
              {.masks = false});
CONTRACT_CASE("GlobalAveragePooling1D", "plain", [] { return GlobalAveragePooling1D(); }, {{None, 3}});
CONTRACT_CASE("GlobalAveragePooling1D", "keepdims", [] { return GlobalAveragePooling1D({.keepdims = true}); }, {{6, 3}});

CONTRACT_CASE("MaxPooling1D", "channels first",
              [] { return MaxPooling1D(2, {.padding = "same", .data_format = "channels_first"}); }, {{3, 7}}, {.masks = false});
CONTRACT_CASE("AveragePooling1D", "channels first",
              [] { return AveragePooling1D(2, {.strides = {1}, .data_format = "channels_first"}); }, {{3, 7}},
              {.masks = false});
CONTRACT_CASE("GlobalMaxPooling1D", "channels first", [] { return GlobalMaxPooling1D({.data_format = "channels_first"}); },
              {{3, 7}}, {.masks = false});
CONTRACT_CASE("GlobalAveragePooling1D", "channels first",
              [] { return GlobalAveragePooling1D({.data_format = "channels_first", .keepdims = true}); }, {{3, 7}},
              {.masks = false});

// One copy each way, and nothing else: the numbers of channels_last, turned.
TEST(Pooling, ChannelsFirstIsChannelsLastTurned) {
  TestRandom random(1);
  const Array x = random.array({2, 3, 7}), turned = x.transpose({0, 2, 1});
  const auto run = [](const LayerRef& layer, const Array& data) {
    const SymbolicTensor in = Input(data.shape().without_first());
    return Model(in, layer(in)).predict(data);
  };
  EXPECT_EQ(run(MaxPooling1D(2, {.data_format = "channels_first"}), x).text(),
            run(MaxPooling1D(2), turned).transpose({0, 2, 1}).text());
  EXPECT_EQ(run(GlobalAveragePooling1D({.data_format = "channels_first"}), x).text(),
            run(GlobalAveragePooling1D(), turned).text());
}

// The gradient of a maximum that two time steps hold is shared, as in Keras.
TEST(Pooling, AMaximumOfTwoSharesItsGradient) {
  Sequential model({Dense(1, {.use_bias = false, .input_shape = {3, 2}}), GlobalMaxPooling1D()});
  model.compile({.optimizer = SGD({.learning_rate = 1}), .loss = "mae"});
  model.set_weights({Array{1, 1}.reshape(2, 1)});
  model.fit(Array{2, 0, 0, 2, 1, 0}.reshape(1, 3, 2), Array{5}.reshape(1, 1));
  EXPECT_EQ(model.get_weights()[0].text(), (Array{2, 2}.reshape(2, 1).text()));  // Keras 3.15.1 on TensorFlow and on JAX
}

TEST(Pooling, AMaskedMeanOverNothingIsZero) {
  Sequential model({Masking({.input_shape = {3, 1}}), GlobalAveragePooling1D()});
  EXPECT_EQ(model.predict(Array{0, 2, 4, 0, 0, 0}.reshape(2, 3, 1)).text(), (Array{3, 0}.reshape(2, 1).text()));
}

TEST(Pooling, RefusesWhatCannotBe) {
  expect_refused(Code::value, "pool_size is (0,); it takes one positive number", [] { MaxPooling1D(0); });
  expect_refused(Code::value, "strides is (0,); it takes one positive number", [] { MaxPooling1D(2, {.strides = {0}}); });
  expect_refused(Code::value, "padding 'causal' is for Conv1D; here it is 'valid' or 'same'",
                 [] { MaxPooling1D(2, {.padding = "causal"}); });
  expect_refused(Code::shape, "2 time steps; the window (pool_size) reaches over 3", [] { MaxPooling1D(3)(Input({2, 1})); });
  expect_refused(Code::shape, "needs 3", [] { GlobalMaxPooling1D()(Input({2})); });
  Sequential model({Masking({.input_shape = {3, 1}}), GlobalMaxPooling1D()});
  expect_refused(Code::shape, "would lose the mask", [&] { model.predict(Array(Shape{1, 3, 1})); });
}

}  // namespace
}  // namespace rondo
