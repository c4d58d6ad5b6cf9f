// Files that Rondo writes, read back; and what is refused by name.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "io/hdf5.h"
#include "io/zip.h"
#include "model/model_state.h"
#include "model_files.h"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/layers.h"
#include "rondo/optimizers/adam.h"

namespace rondo {
namespace {

using namespace files;

// ---- what we write ----

TEST(KerasFile, ReadBackToTheSameBits) {
  Model model = small();
  model.fit(Array(Shape{6, 4, 2}, real(0.5)), Array(Shape{6, 1}, real(1)), {.batch_size = 2, .epochs = 2, .threads = 1});
  LoadReport report;
  Model again = load_model(save_model(model, SaveOptions{.extra = R"({"frame": {"lookback": 4}})"}), {.report = &report});
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
  EXPECT_EQ(again.name(), "small");
  EXPECT_EQ(again.internal().step, model.internal().step);
  EXPECT_EQ(again.optimizer()->iterations, 6);
  EXPECT_FALSE(report.from_keras);
  EXPECT_EQ(report.self_check, "passed");
  EXPECT_EQ(Json::parse(report.extra)["frame"]["lookback"], 4);
  EXPECT_TRUE(report.notes.empty());
  // Training goes on in both alike.
  const FitOptions options{.batch_size = 2, .epochs = 1, .shuffle = false, .threads = 1};
  const Array x(Shape{6, 4, 2}, real(0.25)), y(Shape{6, 1}, real(-1));
  model.fit(x, y, options);
  again.fit(x, y, options);
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
}

TEST(KerasFile, EqualWeightsGiveEqualWeightFiles) {
  const Bytes a = save_model(small()), b = save_model(small());
  EXPECT_EQ(ZipReader(a).read("model.weights.h5"), ZipReader(b).read("model.weights.h5"));
}

TEST(KerasFile, AxisNamesAndSettingsAreKept) {
  Model model = small();
  model.internal().axes = {"months", "hours", "sensors"};
  model.set_keras_mask_compat(true);
  const Model again = load_model(save_model(model));
  EXPECT_EQ(again.internal().axes, model.internal().axes);
  EXPECT_TRUE(again.internal().keras_mask_compat);
  model.set_keras_mask_compat(false);
  const Bytes file = save_model(model);
  EXPECT_FALSE(load_model(file).internal().keras_mask_compat);
  // Without rondo.json it is Keras's.
  EXPECT_TRUE(load_model(with(file, {{"rondo.json", ""}})).internal().keras_mask_compat);
}

TEST(KerasFile, SharedLayersAndSeveralOutputs) {
  set_random_seed(3);
  const SymbolicTensor a = Input({4, 2}, {.name = "a"}), b = Input({None, 2}, {.name = "b"});
  const LSTM shared(3, {.return_state = true, .name = "shared"});
  const auto first = shared.call({a}), second = shared.call({b, first[1], first[2]});
  const SymbolicTensor both = Concatenate()({first[0], second[0]});
  const Model model({a, b}, {Dense(2)(both), Dense(1)(second[1])}, "two");
  LoadReport report;
  const Model again = load_model(save_model(model), {.report = &report});
  EXPECT_EQ(report.self_check, "passed");
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
  const std::vector<Array> x = {Array(Shape{3, 4, 2}, real(0.3)), Array(Shape{3, 6, 2}, real(-0.2))};
  const auto one = model.predict_all(x), two = again.predict_all(x);
  ASSERT_EQ(one.size(), 2u);
  ASSERT_EQ(two.size(), 2u);
  for (std::size_t o = 0; o < 2; ++o)
    for (Index i = 0; i < one[o].size(); ++i) EXPECT_EQ(one[o].data()[i], two[o].data()[i]);
}

// Keras's merge_mode=None is null in a file, not a text.
TEST(KerasFile, KerasNullIsNull) {
  const SymbolicTensor x = Input({4, 2});
  const auto y = Bidirectional(GRU(2), {.merge_mode = "none"}).call({x});
  const Bytes file = save_model(Model({x}, {y[0], y[1]}));
  const Json config = config_of(file)["config"]["layers"][1]["config"];
  ASSERT_TRUE(config.contains("merge_mode"));
  EXPECT_TRUE(config["merge_mode"].is_null());
  EXPECT_EQ(load_model(file).output_shapes().size(), 2u);
}

TEST(KerasFile, AMaskGivenToStatesIsKept) {
  set_random_seed(3);
  const SymbolicTensor x = Input({4, 2}), h = Input({3}), c = Input({3});
  const auto y = LSTM(3).call({Masking()(x), h, c});
  const Model model({x, h, c}, {y[0]});
  Array series(Shape{1, 4, 2}, real(0.5));
  for (Index i = 4; i < 8; ++i) series.data()[i] = 0;
  const std::vector<Array> in = {series, Array(Shape{1, 3}, real(0.1)), Array(Shape{1, 3}, real(0.2))};
  const Model again = load_model(save_model(model));
  const Array one = model.predict_all(in)[0], two = again.predict_all(in)[0];
  for (Index i = 0; i < 3; ++i) EXPECT_EQ(one.data()[i], two.data()[i]);
}

// Keras counts the making of a Functional model as its first call, but only where the model's outputs are named.
TEST(KerasFile, AModelAsAnOutputIsCountedAsKerasDoes) {
  const SymbolicTensor inner = Input({3}), a = Input({3}), b = Input({3});
  const LayerRef shared = Model({inner}, {Dense(3)(inner)}).as_layer();
  const Model model({a, b}, {shared(b), shared(Dense(3)(shared(a)))});
  const Bytes file = save_model(model);
  const Json config = config_of(file)["config"];
  EXPECT_EQ(config["output_layers"][0][1], 1);
  EXPECT_EQ(config["output_layers"][1][1], 3);
  const std::vector<Array> in = {Array(Shape{1, 3}, real(0.4)), Array(Shape{1, 3}, real(-0.3))};
  const auto one = model.predict_all(in), two = load_model(file).predict_all(in);
  for (std::size_t o = 0; o < 2; ++o) EXPECT_EQ(one[o].text(), two[o].text());
}

// Keras gives no mask of its own to a call that a file records: what hands a mask on has to be seen through.
TEST(KerasFile, MasksBehindTimeDistributedAndConvLstmAreWritten) {
  const SymbolicTensor x = Input({4, 2}), film = Input({4, 5, 2});
  const SymbolicTensor y = LSTM(2)(TimeDistributed(Dense(3))(Masking()(x)));
  const auto z = ConvLSTM1D(2, 2, {.padding = "same", .return_sequences = true, .return_state = true}).call({Masking()(film)});
  const SymbolicTensor h = TimeDistributed(Dense(3))(z[1]);
  const Json config = config_of(save_model(Model({x, film}, {y, ConvLSTM1D(2, 2)(z[0]), h})))["config"];
  std::map<std::string, bool> given;
  for (const Json& layer : config["layers"])
    if (!layer["inbound_nodes"].empty()) given[layer["name"]] = layer["inbound_nodes"][0]["kwargs"].contains("mask");
  EXPECT_TRUE(given.at("lstm"));
  EXPECT_TRUE(given.at("conv_lstm1d_1"));
  EXPECT_TRUE(given.at("time_distributed"));
  EXPECT_FALSE(given.at("time_distributed_1"));  // states carry none
}

// Otherwise Keras would compute it anew, with operations whose names may be taken: "concatenate" is used 2 times.
TEST(KerasFile, AModelInAModelIsGivenItsMask) {
  const SymbolicTensor inner = Input({4, 4}), a = Input({4, 2}), b = Input({4, 2});
  const LayerRef nested = Model({inner}, {LSTM(2)(inner)}).as_layer();
  const Bytes file = save_model(Model({a, b}, {nested(Concatenate()({Masking()(a), Masking()(b)}))}));
  const Json config = config_of(file)["config"];
  EXPECT_EQ(config["layers"].back()["class_name"], "Functional");
  EXPECT_EQ(config["layers"].back()["inbound_nodes"][0]["kwargs"]["mask"]["class_name"], "__keras_tensor__");
  EXPECT_EQ(load_model(file).output_shapes()[0], (Shape{None, 2}));
}

TEST(KerasFile, AModelThatIsNotBuiltIsNotSaved) {
  Sequential model;
  model.add(LSTM(3));
  EXPECT_THROW(save_model(model), Error);
}

TEST(KerasFile, WritingToNowhereIsRefused) {
  try {
    save_model(small(), "/nonexistent/folder/model.keras");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::output);
  }
}

// ---- the self-check and rondo.json ----

TEST(KerasFile, AChangedWeightIsNoticed) {
  const Bytes file = save_model(small());
  Bytes weights = ZipReader(file).read("model.weights.h5");
  const hdf5::Reader reader(weights);
  const auto& kernel = reader.dataset("layers/dense/vars/0").bytes;
  const float other = 9;
  std::memcpy(weights.data() + (kernel.data() - weights.data()), &other, 4);
  const Bytes changed = with(file, {{"model.weights.h5", text(weights)}});
  EXPECT_TRUE(refused(changed, "does not compute what it computed"));
  EXPECT_EQ(refusal(changed, {.self_check = false}), "");
}

// One wide input joined to itself a thousand times: little to say in a file, much to compute.
TEST(KerasFile, TheSelfCheckHasALimit) {
  const SymbolicTensor x = Input({20000});
  const Model model({x}, {Concatenate().call(std::vector<SymbolicTensor>(1000, x))[0]});
  LoadReport report;
  const Bytes file = save_model(model);
  load_model(with(file, {{"rondo.json", R"({"format": 1, "check": {"seed": 1, "inputs": [[2, 20000]], "outputs": [[]]}})"}}),
             {.report = &report});
  EXPECT_EQ(report.self_check, "skipped: it would take too much memory");
}

TEST(KerasFile, ANewerFormatIsRefusedAndFieldsMayBeMissing) {
  const Bytes file = save_model(small());
  EXPECT_TRUE(refused(with(file, {{"rondo.json", R"({"format": 2})"}}), "newer Rondo"));
  EXPECT_TRUE(refused(with(file, {{"rondo.json", R"({"format": 0})"}}), "format"));
  EXPECT_TRUE(refused(with(file, {{"rondo.json", R"({"format": "1"})"}}), "whole number"));
  EXPECT_TRUE(refused(with(file, {{"rondo.json", R"([])"}}), "object"));
  EXPECT_TRUE(refused(with(file, {{"rondo.json", R"({"format": 1, "training": {"step": -1}})"}}), "negative"));
  EXPECT_EQ(refusal(with(file, {{"rondo.json", R"({"format": 1})"}})), "");
}

}  // namespace
}  // namespace rondo
