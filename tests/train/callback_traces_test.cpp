// ReduceLROnPlateau, ModelCheckpoint and CSVLogger told the same epochs as Keras's (keras_reference.py): they do the same.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rondo/layers/dense.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/train/callbacks.h"
#include "support/reference.h"

namespace rondo {
namespace {

Sequential one_weight() {
  Sequential model{Dense(1, {.use_bias = false, .input_shape = {1}})};
  model.compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = "mse"});
  return model;
}

double number(const nlohmann::json& json) { return json.is_null() ? std::nan("") : json.get<double>(); }

std::filesystem::path folder() {
  const auto path = std::filesystem::temp_directory_path() / ("rondo-traces-" + std::to_string(::getpid()));
  std::filesystem::create_directories(path);
  return path;
}

TEST(CallbackTraces, PlateausLowerTheRateAsInKeras) {
  const auto cases = reference_cases("train/plateau.json");
  ASSERT_GE(cases.size(), 56u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + " " + c["options"].dump());
    const auto& options = c["options"];
    const ReduceLROnPlateau plateau({.factor = options.value("factor", 0.1),
                                     .patience = options.value("patience", Index{10}),
                                     .mode = options.value("mode", "auto"),
                                     .min_delta = options.value("min_delta", 1e-4),
                                     .cooldown = options.value("cooldown", Index{0}),
                                     .min_lr = options.value("min_lr", 0.0)});
    Sequential model = one_weight();
    plateau->on_train_begin(model);
    for (std::size_t epoch = 0; epoch < c["trace"].size(); ++epoch) {
      plateau->on_epoch_end(static_cast<Index>(epoch), {{"loss", 0.0}, {"val_loss", number(c["trace"][epoch])}}, model);
      const double want = c["rates"][epoch];  // Keras keeps it in float32
      EXPECT_NEAR(model.optimizer()->learning_rate, want, 1e-6 * want) << "epoch " << epoch;
    }
  }
}

TEST(CallbackTraces, CheckpointsAreWrittenWhenKerasWritesThem) {
  const auto cases = reference_cases("train/checkpoints.json");
  ASSERT_GE(cases.size(), 28u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + " " + c["options"].dump());
    const auto& options = c["options"];
    const auto place = folder();
    ModelCheckpointOptions o{.filepath = (place / c["path"].get<std::string>()).string(),
                             .monitor = options.value("monitor", "val_loss"),
                             .save_best_only = options.value("save_best_only", false),
                             .save_weights_only = options.value("save_weights_only", false),
                             .mode = options.value("mode", "auto")};
    if (options.contains("save_freq")) o.save_freq = options["save_freq"].get<Index>();
    if (options.contains("initial_value_threshold"))
      o.initial_value_threshold = options["initial_value_threshold"].get<double>();
    const ModelCheckpoint checkpoint(o);
    Sequential model = one_weight();
    std::vector<std::string> saved;
    const auto note = [&] {
      if (checkpoint->last_path.empty()) return;
      saved.push_back(std::filesystem::path(checkpoint->last_path).filename().string());
      checkpoint->last_path.clear();
    };
    for (Index epoch = 0; epoch < static_cast<Index>(c["trace"].size()); ++epoch) {
      const double value = number(c["trace"][static_cast<std::size_t>(epoch)]);
      checkpoint->on_epoch_begin(epoch, model);
      for (Index batch = 0; batch < 2 + epoch % 2; ++batch) {
        checkpoint->on_batch_end(batch, {{"loss", value}}, model);
        note();
      }
      checkpoint->on_epoch_end(epoch, {{"loss", value}, {"val_loss", value}}, model);
      note();
    }
    EXPECT_EQ(saved, c["saved"].get<std::vector<std::string>>());
    std::filesystem::remove_all(place);
  }
}

TEST(CallbackTraces, LogsAreKerass) {
  const auto cases = reference_cases("train/logs.json");
  ASSERT_GE(cases.size(), 8u);
  for (const auto& c : cases) {
    const std::string separator = c["separator"];
    SCOPED_TRACE(c["name"].get<std::string>() + " " + separator);
    const auto place = folder();
    const std::string path = (place / "log.csv").string();
    Sequential model = one_weight();
    std::size_t run = 0;
    for (const bool append : {false, true, false}) {
      const CSVLogger logger({.filename = path, .separator = separator, .append = append});
      logger->on_train_begin(model);
      for (std::size_t epoch = 0; epoch < c["epochs"].size(); ++epoch) {
        Logs logs;
        for (const auto& [key, value] : c["epochs"][epoch].items())
          logs[key] = value.is_string() ? std::nan("") : value.get<double>();
        logger->on_epoch_end(static_cast<Index>(epoch), logs, model);
      }
      logger->on_train_end(model);
      // Byte for byte: line ends and numbers as Python writes them.
      std::ostringstream written;
      written << std::ifstream(path, std::ios::binary).rdbuf();
      EXPECT_EQ(written.str(), c["texts"][run++].get<std::string>());
    }
    std::filesystem::remove_all(place);
  }
}

}  // namespace
}  // namespace rondo
