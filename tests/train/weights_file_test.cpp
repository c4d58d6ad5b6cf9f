// save_weights and load_weights: Keras's NAME.weights.h5.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "io/file.h"
#include "io/zip.h"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/train/callbacks.h"

namespace rondo {
namespace {

const std::string golden = std::string(RONDO_SOURCE_DIR) + "/tests/golden/";

std::string temporary(const std::string& name) {
  return (std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + name)).string();
}

template <class Work>
std::string refusal(Work work) {
  try {
    work();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was refused";
}

TEST(WeightsFile, WhatKerasSavedGoesIntoAModelOfTheSameLayers) {
  // model.weights.h5 inside a .keras of Keras is what its save_weights writes.
  const Model trained = load_model(golden + "3.15/trained_adam.keras");
  const std::vector<std::byte> archive = read_file(golden + "3.15/trained_adam.keras");
  const std::vector<std::byte> weights = ZipReader(archive).read("model.weights.h5");
  Sequential model{LSTM(4, {.input_shape = {5, 2}}), Dense(1)};
  model.compile({.optimizer = Adam({.learning_rate = 0.5}), .loss = "mse"});
  load_weights(model, weights);
  EXPECT_EQ(model.weights_digest(), trained.weights_digest());
  EXPECT_EQ(model.optimizer()->iterations, trained.optimizer()->iterations);
  EXPECT_EQ(model.optimizer()->learning_rate, trained.optimizer()->learning_rate);
  ASSERT_EQ(model.optimizer()->slots.size(), trained.optimizer()->slots.size());
  for (std::size_t s = 0; s < model.optimizer()->slots.size(); ++s) {
    const auto got = model.optimizer()->slots[s].value.values(), want = trained.optimizer()->slots[s].value.values();
    EXPECT_TRUE(std::equal(got.begin(), got.end(), want.begin())) << s;
  }
}

TEST(WeightsFile, ThereAndBack) {
  const std::string path = temporary("a.weights.h5");
  Sequential model{LSTM(3, {.input_shape = {4, 2}}), Dense(1)}, other{LSTM(3, {.input_shape = {4, 2}}), Dense(1)};
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(Array(Shape{6, 4, 2}, 0.5), Array(Shape{6, 1}, 1), {.epochs = 2});
  save_weights(model, path);
  load_weights(other, path);  // not compiled: the optimizer's state is passed over
  EXPECT_EQ(other.weights_digest(), model.weights_digest());
  std::filesystem::remove(path);
}

TEST(WeightsFile, MisshapenWeightsSayWhich) {
  Sequential model{LSTM(3, {.input_shape = {4, 2}, .name = "memory"}), Dense(1)};
  Sequential wide{LSTM(3, {.input_shape = {4, 2}, .name = "memory"}), Dense(2)};
  Sequential more{LSTM(3, {.input_shape = {4, 2}}), Dense(2), Dense(2)};
  Sequential gru{GRU(3, {.input_shape = {4, 2}}), Dense(1)};
  const auto digest = model.weights_digest();
  EXPECT_EQ(
      refusal([&] { load_weights(model, save_weights(wide)); }),
      "layer 'dense' (Dense): weight 'kernel' has shape (3, 1), but the tensor 'layers/dense/vars/0' in the weights file has "
      "shape (3, 2)");
  EXPECT_NE(
      refusal([&] { load_weights(model, save_weights(gru)); }).find("layer 'memory' (LSTM): weight 'cell/kernel' is missing"),
      std::string::npos);
  EXPECT_NE(refusal([&] { load_weights(wide, save_weights(more)); }).find("'layers/dense_1/vars/0' that no layer"),
            std::string::npos);
  EXPECT_EQ(model.weights_digest(), digest) << "changed before it was refused";

  std::vector<std::string> notes;
  load_weights(model, save_weights(wide), {.skip_mismatch = true, .notes = &notes});
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("(3, 2)"), std::string::npos);
  const auto got = model.get_weights(), want = wide.get_weights();
  EXPECT_TRUE(std::equal(got[0].values().begin(), got[0].values().end(), want[0].values().begin()));

  EXPECT_NE(refusal([&] { save_weights(model, "model.h5"); }).find("must end in .weights.h5"), std::string::npos);
  EXPECT_NE(refusal([] {
              const Sequential unbuilt{Dense(1)};
              save_weights(unbuilt);
            }).find("not built"),
            std::string::npos);
}

TEST(WeightsFile, AnotherOptimizersStateIsLeftOut) {
  Sequential model{Dense(1, {.input_shape = {2}})}, other{Dense(1, {.input_shape = {2}})};
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(Array(Shape{6, 2}, 0.5), Array(Shape{6, 1}, 1), {.epochs = 2});
  other.compile({.optimizer = SGD({.learning_rate = 0.25, .momentum = 0.5}), .loss = "mse"});
  std::vector<std::string> notes;
  load_weights(other, save_weights(model), {.notes = &notes});
  EXPECT_EQ(other.weights_digest(), model.weights_digest());
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("the optimizer's state is left out"), std::string::npos);
  EXPECT_EQ(other.optimizer()->learning_rate, 0.25);
}

TEST(WeightsFile, Checkpoints) {
  const std::string folder = temporary("checkpoints");
  Sequential model{Dense(1, {.input_shape = {2}})};
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const ModelCheckpoint epochs({.filepath = folder + "/new/{epoch:02d}-{loss:.3f}.weights.h5", .save_weights_only = true});
  const ModelCheckpoint batches({.filepath = folder + "/e{epoch}b{batch:03d}.keras", .save_freq = 4});
  const ModelCheckpoint never(
      {.filepath = folder + "/never.keras", .monitor = "loss", .save_best_only = true, .initial_value_threshold = 1e-9});
  const History history = model.fit(Array(Shape{6, 2}, 0.5), Array(Shape{6, 1}, 1),
                                    {.batch_size = 2, .epochs = 3, .callbacks = {epochs, batches, never}});
  char name[60];
  std::snprintf(name, sizeof name, "/new/03-%.3f.weights.h5", history.history.at("loss")[2]);
  EXPECT_EQ(epochs->last_path, folder + name);
  Sequential other{Dense(1, {.input_shape = {2}})};
  load_weights(other, epochs->last_path);
  EXPECT_EQ(other.weights_digest(), model.weights_digest());
  // Nine batches, counted across epochs: after the fourth (epoch 2, batch 1) and the eighth (epoch 3, batch 2).
  EXPECT_TRUE(std::filesystem::exists(folder + "/e2b001.keras"));
  EXPECT_EQ(batches->last_path, folder + "/e3b002.keras");
  EXPECT_TRUE(never->last_path.empty());
  std::filesystem::remove_all(folder);
  EXPECT_NE(refusal([] { ModelCheckpoint({.filepath = "a.keras", .save_weights_only = true}); }).find(".weights.h5"),
            std::string::npos);
  EXPECT_NE(refusal([] { ModelCheckpoint({.filepath = "a.weights.h5"}); }).find(".keras"), std::string::npos);
}

}  // namespace
}  // namespace rondo
