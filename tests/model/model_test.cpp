// Models as users hold them: building, naming, weights, memory, summary, predicting alone and in batches and from several
// threads.
#include "rondo/model/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

#include "model/model_state.h"
#include "model/small_layers.h"
#include "rondo/core/error.h"
#include "rondo/layers/bidirectional.h"
#include "rondo/layers/concatenate.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
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

TEST(Sequential, NamesLayersLikeKeras) {
  set_random_seed(0);
  Sequential model;
  model.add(LSTM(4, {.return_sequences = true, .input_shape = {10, 2}}));
  model.add(LSTM(4, {.return_sequences = true}));
  model.add(Dense(3, {.name = "lstm_2"}));
  model.add(LSTM(4));
  model.add(Dense(1));
  std::vector<std::string> names;
  for (const LayerRef& l : model.layers()) names.push_back(l->name());
  EXPECT_EQ(names, (std::vector<std::string>{"lstm", "lstm_1", "lstm_2", "lstm_3", "dense"}));
  EXPECT_EQ(model.layer("dense")->class_name(), "Dense");
  EXPECT_NE(message([&] { model.layer("dens"); }).find("dense"), std::string::npos);
  EXPECT_NE(message([&] { model.add(Dense(1, {.name = "lstm_2"})); }).find("two layers are named 'lstm_2'"), std::string::npos);
  EXPECT_EQ(model.layers().size(), 5u);
}

TEST(Sequential, CountsParametersLikeKeras) {
  // 4 (u (F + u) + u) = 4480 for u = 32, F = 2; a Dense has 32 + 1.
  Sequential model{LSTM(32, {.input_shape = {10, 2}}), Dense(1)};
  EXPECT_EQ(model.count_params(), 4480 + 33);
  EXPECT_EQ(model.input_shapes()[0], (Shape{None, 10, 2}));
  EXPECT_EQ(model.output_shapes()[0], (Shape{None, 1}));
  const std::vector<Array> weights = model.get_weights();
  ASSERT_EQ(weights.size(), 5u);
  EXPECT_EQ(weights[0].shape(), (Shape{2, 128}));
  EXPECT_EQ(weights[1].shape(), (Shape{32, 128}));
  EXPECT_EQ(weights[2].shape(), (Shape{128}));
  EXPECT_EQ(weights[3].shape(), (Shape{32, 1}));
  EXPECT_EQ(weights[4].shape(), (Shape{1}));
}

TEST(Sequential, WaitsForItsInputShape) {
  Sequential model{LSTM(4), Dense(1)};
  EXPECT_FALSE(model.built());
  EXPECT_EQ(model.count_params(), 0);
  EXPECT_NE(message([&] { model.get_weights(); }).find("not built"), std::string::npos);
  EXPECT_NE(model.summary().find("0 (unbuilt)"), std::string::npos);
  EXPECT_EQ(model.predict(wavy({3, 10, 2})).shape(), (Shape{3, 1}));
  EXPECT_TRUE(model.built());
  EXPECT_EQ(model.input_shapes()[0], (Shape{None, 10, 2}));

  Sequential other{LSTM(4)};
  other.build({None, 5, 3});
  EXPECT_EQ(other.output_shapes()[0], (Shape{None, 4}));
  Sequential with_input;
  with_input.add(Input({None, 3}));
  with_input.add(GRU(2));
  EXPECT_EQ(with_input.input_shapes()[0], (Shape{None, None, 3}));
  EXPECT_EQ(with_input.predict(wavy({2, 7, 3})).shape(), (Shape{2, 2}));
  EXPECT_EQ(with_input.predict(wavy({2, 9, 3})).shape(), (Shape{2, 2}));
}

TEST(Sequential, OfLayersInAVector) {
  std::vector<LayerRef> layers = {LSTM(4, {.return_sequences = true, .input_shape = {10, 2}})};
  for (const Index units : {3, 2}) layers.push_back(LSTM(units, {.return_sequences = units != 2}));
  layers.push_back(Dense(1));
  Sequential model(layers, "made"), again{layers};
  EXPECT_EQ(model.name(), "made");
  EXPECT_EQ(model.layers().size(), 4u);
  EXPECT_EQ(model.output_shapes()[0], (Shape{None, 1}));
  EXPECT_EQ(again.layers().size(), 4u);
  EXPECT_EQ(Sequential(std::vector<LayerRef>()).layers().size(), 0u);
  EXPECT_THROW(Sequential({LSTM(2), LayerRef()}), Error);
  EXPECT_THROW(Sequential(std::vector<LayerRef>{LSTM(2), LayerRef()}), Error);
}

TEST(Sequential, AddAndPop) {
  Sequential model{LSTM(4, {.return_sequences = true, .input_shape = {10, 2}})};
  model.add(LSTM(3));
  model.add(Dense(1));
  EXPECT_EQ(model.output_shapes()[0], (Shape{None, 1}));
  model.pop();
  EXPECT_EQ(model.output_shapes()[0], (Shape{None, 3}));
  EXPECT_EQ(model.get_weights().size(), 6u);
  // A layer that does not suit leaves the model as it was.
  EXPECT_THROW(model.add(LSTM(2)), Error);
  EXPECT_EQ(model.layers().size(), 2u);
  EXPECT_EQ(model.predict(wavy({1, 10, 2})).shape(), (Shape{1, 3}));
  model.pop();
  model.pop();
  EXPECT_THROW(model.pop(), Error);
}

TEST(Weights, OneSeedTheSameWeights) {
  const auto digest = [](std::uint64_t seed) {
    set_random_seed(seed);
    Sequential model{LSTM(8, {.return_sequences = true, .input_shape = {10, 8}}), LSTM(8), Dense(1)};
    // Two layers of one shape draw different numbers.
    EXPECT_FALSE(same_bits(model.get_weights()[0], model.get_weights()[3]));
    return model.weights_digest();
  };
  EXPECT_EQ(digest(7), digest(7));
  EXPECT_NE(digest(7), digest(8));
}

TEST(Weights, SetWeightsChecksBeforeItWrites) {
  Sequential a{LSTM(4, {.input_shape = {10, 2}}), Dense(1)}, b{LSTM(4, {.input_shape = {10, 2}}), Dense(1)};
  EXPECT_NE(a.weights_digest(), b.weights_digest());
  const Array x = wavy({5, 10, 2});
  EXPECT_FALSE(same_bits(a.predict(x), b.predict(x)));
  b.set_weights(a.get_weights());
  EXPECT_EQ(a.weights_digest(), b.weights_digest());
  EXPECT_TRUE(same_bits(a.predict(x), b.predict(x)));
  std::vector<Array> wrong = a.get_weights();
  wrong[0] = Array(wrong[0].shape());
  wrong[4] = Array(Shape{2});
  EXPECT_NE(message([&] { b.set_weights(wrong); }).find("array 4 has shape (2,); weight 'bias'"), std::string::npos);
  EXPECT_EQ(a.weights_digest(), b.weights_digest());
  wrong.pop_back();
  EXPECT_THROW(b.set_weights(wrong), Error);
}

TEST(Predict, SameBitsAloneInBatchesAndOnThreads) {
  set_random_seed(3);
  Sequential model{LSTM(12, {.return_sequences = true, .input_shape = {10, 2}}), GRU(7), Dense(1)};
  const Array x = wavy({150, 10, 2});
  const Array all = model.predict(x);
  for (const Index batch : {1, 7, 64, 1000})
    for (const int threads : {1, 2, 4})
      EXPECT_TRUE(same_bits(all, model.predict(x, {.batch_size = batch, .threads = threads})));
  Array alone = model.predict(x.slice(0, 77, 78));
  EXPECT_EQ(alone(0, 0), all(77, 0));
  EXPECT_EQ(model.predict(Array(Shape{0, 10, 2})).shape(), (Shape{0, 1}));
  EXPECT_THROW(model.predict(x, {.batch_size = 0}), Error);
  EXPECT_THROW(model.predict(x, {.threads = -1}), Error);
}

TEST(Predict, AMissingTrailingOneIsAdded) {
  set_random_seed(3);
  Sequential model{LSTM(4, {.input_shape = {10, 1}}), Dense(1)};
  const Array x = wavy({6, 10});
  EXPECT_TRUE(same_bits(model.predict(x), model.predict(x.reshape({6, 10, 1}))));
  Sequential dense{Dense(2, {.input_shape = {3}})};
  EXPECT_TRUE(same_bits(dense.predict(wavy({6, 3})), dense.predict(wavy({6, 3, 1}))));
}

TEST(Predict, FromSeveralThreadsAtOnce) {
  set_random_seed(3);
  Sequential model{LSTM(8), Dense(1)};  // built by the first of them
  const Array x = wavy({40, 10, 2});
  std::vector<Array> out(4);
  std::vector<std::thread> threads;
  for (Array& y : out)
    threads.emplace_back([&model, &x, &y] {
      set_random_seed(3);
      for (int i = 0; i < 20; ++i) y = model.predict(x, {.batch_size = 16, .threads = 2});
    });
  for (std::thread& t : threads) t.join();
  for (const Array& y : out) EXPECT_TRUE(same_bits(y, out[0]));
}

TEST(Predict, InALoopBooksNothing) {
  Sequential model{LSTM(8, {.input_shape = {10, 2}}), Dense(1)};
  const Array x = wavy({1, 10, 2});
  model.predict(x, {.threads = 1});
  NoAlloc first;
  model.predict(x, {.threads = 1});
  const std::uint64_t each = first.everywhere();
  NoAlloc rest;
  for (int i = 0; i < 50; ++i) model.predict(x, {.threads = 1});
  EXPECT_EQ(rest.everywhere(), 50 * each);
  EXPECT_EQ(model.internal().idle.size(), 1u);
}

TEST(Functional, SharedLayersTwoInputsTwoOutputs) {
  set_random_seed(1);
  SymbolicTensor a = Input({None, 2}, {.batch_size = None, .name = "left"}), b = Input({None, 2});
  const LayerRef shared = LSTM(5);
  SymbolicTensor ha = shared(a), hb = shared(b);
  SymbolicTensor both = Concatenate()({ha, hb});
  Model model({a, b}, {Dense(1)(both), ha});
  EXPECT_EQ(model.layers().size(), 3u);
  EXPECT_EQ(model.count_params(), 4 * (5 * (2 + 5) + 5) + 11);
  const Array x = wavy({9, 6, 2}, 1), y = wavy({9, 8, 2}, 2);
  const std::vector<Array> out = model.predict_all({x, y});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].shape(), (Shape{9, 1}));
  EXPECT_EQ(out[1].shape(), (Shape{9, 5}));
  EXPECT_THROW(model.predict({x, y}), Error);
  EXPECT_THROW(model.predict_all({x, wavy({8, 8, 2})}), Error);
  EXPECT_THROW(model.predict_all({x}), Error);
  // The same weights at both calls: exchanged inputs exchange the outputs.
  Model hidden({a, b}, {ha, hb});
  const std::vector<Array> one = hidden.predict_all({x, y}), two = hidden.predict_all({y, x});
  EXPECT_TRUE(same_bits(one[0], two[1]));
  EXPECT_TRUE(same_bits(one[1], two[0]));
  EXPECT_TRUE(same_bits(one[0], out[1]));
  EXPECT_NE(model.summary().find("(shared)"), std::string::npos);
  EXPECT_NE(message([&] { shared(Input({None, 3})); }).find("weights were built for features=2"), std::string::npos);
}

TEST(Functional, LayersComeInKerasOrder) {
  // keras 3.15: Functional sorts layers by depth, then by the order in which a walk from the outputs meets them.
  //   x -> d1 -> d2 -> cat ; x -> d3 -> cat         layers: input, d1, d2, d3, cat   (d2 and d3 have one depth)
  SymbolicTensor x = Input({4});
  const LayerRef d3 = Dense(2, {.name = "d3"}), d1 = Dense(2, {.name = "d1"}), d2 = Dense(2, {.name = "d2"});
  SymbolicTensor side = d3(x), deep = d2(d1(x));
  Model model(x, Concatenate()({deep, side}));
  std::vector<std::string> names;
  for (const LayerRef& l : model.layers()) names.push_back(l->name());
  EXPECT_EQ(names, (std::vector<std::string>{"d1", "d2", "d3", "concatenate"}));
  // A shared layer stands where it is deepest: layers s, g, e in Keras 3.15.1.
  const LayerRef s = Dense(4, {.name = "s"}), g = Dense(4, {.name = "g"}), e = Dense(4, {.name = "e"});
  SymbolicTensor y = s(g(s(x))), z = e(x);
  names.clear();
  for (const LayerRef& l : Model({x}, {z, y}).layers()) names.push_back(l->name());
  EXPECT_EQ(names, (std::vector<std::string>{"s", "g", "e"}));
}

TEST(Functional, RefusesGraphsThatHangInTheAir) {
  SymbolicTensor x = Input({4}), other = Input({4});
  EXPECT_NE(message([&] { Model(x, Dense(1)(other)); }).find("not among the model's inputs"), std::string::npos);
  EXPECT_THROW(Model({x, x}, {Dense(1)(x)}), Error);
  EXPECT_THROW(Model(Dense(1)(x), Dense(1)(x)), Error);
  EXPECT_THROW(Input({1, 1, 1, 1, 1, 1, 1, 1}), Error);
  EXPECT_THROW(Input({0, 2}), Error);
}

TEST(Functional, ALongChainNeedsNoDeepStack) {
  SymbolicTensor x = Input({2}), y = x;
  for (int i = 0; i < 2000; ++i) y = small::affine()(y);
  EXPECT_EQ(Model(x, y).layers().size(), 2000u);
}

class Forgetful : public small::Affine {
 public:
  std::string class_name() const override { return "Forgetful"; }
  MaskFlow mask_flow(std::span<const bool> masked) const override { return masked[0] ? MaskFlow::drop : MaskFlow::none; }
};

TEST(Masks, AreNotLostInSilence) {
  SymbolicTensor x = Input({5, 2});
  Model model(x, LSTM(3)(LayerRef(std::make_shared<Forgetful>())(Masking()(x))));
  const Array data = wavy({2, 5, 2});
  const std::string text = message([&] { model.predict(data); });
  EXPECT_EQ(
      text,
      "layer 'forgetful' (Forgetful, built for (samples, time steps=5, features=2)) would lose the mask that comes from layer "
      "'masking': what follows would take padding for data.\n"
      "  fix:    move it before the layer that makes the mask, or after one that uses it up\n"
      "  or:     model.set_keras_mask_compat(true);  // lose it in silence, as Keras does");
  model.set_keras_mask_compat(true);
  EXPECT_EQ(model.predict(data).shape(), (Shape{2, 3}));
}

TEST(Memory, IsWhatASessionBooks) {
  Sequential model{LSTM(32, {.input_shape = {50, 2}}), Dense(1)};
  const Memory m = model.memory({.batch_size = 64, .training = true, .threads = 2});
  Session session(model.internal().built(), {{{64, 50, 2}}, {.training = true, .streaming = false}, 2});
  EXPECT_EQ(m.activations + m.gradients + m.saved + m.scratch, session.booked());
  EXPECT_GE(m.weights, model.count_params() * static_cast<Index>(sizeof(real)));
  EXPECT_GT(m.total(), model.memory({.batch_size = 64, .training = false, .threads = 2}).total());
  Sequential any;
  any.add(Input({None, 2}));
  any.add(LSTM(2));
  EXPECT_NE(message([&] { any.memory(); }).find(".steps = 100"), std::string::npos);
  EXPECT_GT(any.memory({.batch_size = 1, .steps = 200}).total(), any.memory({.batch_size = 1, .steps = 100}).total());
}

TEST(Summary, OfAChain) {
  Sequential model{LSTM(32, {.input_shape = {10, 2}}), Dense(1)};
  model.layers()[1]->trainable = false;
  const std::string text = model.summary();
  EXPECT_EQ(text.substr(0, text.find("Memory")),
            "Model: \"sequential\"\n"
            "Layer (type)   Output axes           Params\n"
            "-------------------------------------------\n"
            "lstm (LSTM)    samples, features=32   4,480\n"
            "dense (Dense)  samples, features=1       33\n"
            "-------------------------------------------\n"
            "Total params: 4,513 (17.6 KB)\n"
            "Trainable params: 4,480 (17.5 KB)\n"
            "Non-trainable params: 33 (132 bytes)\n");
  EXPECT_NE(text.find("Memory to predict one sample: "), std::string::npos);
}

TEST(Summary, OfAGraph) {
  SymbolicTensor x = Input({None, 2}), a = LSTM(3, {.return_sequences = true})(x);
  Model model({x}, {Dense(1)(Concatenate()({a, x}))}, "both");
  const std::string text = model.summary();
  EXPECT_EQ(text.substr(0, text.find("Total")),
            "Model: \"both\"\n"
            "Layer (type)               Output axes                          Params  Connected to\n"
            "-----------------------------------------------------------------------------------------\n"
            "input_layer (Input)        samples, time steps=any, features=2       0  -\n"
            "lstm (LSTM)                samples, time steps=any, features=3      72  input_layer\n"
            "concatenate (Concatenate)  samples, time steps=any, features=5       0  lstm, input_layer\n"
            "dense (Dense)              samples, time steps=any, features=1       6  concatenate\n"
            "-----------------------------------------------------------------------------------------\n")
      << text;
}

TEST(Threads, Count) {
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_EQ(thread_count(100000), 256);
  EXPECT_GE(thread_count(0), 1);
  EXPECT_THROW(thread_count(-1), Error);
}

}  // namespace
}  // namespace rondo
