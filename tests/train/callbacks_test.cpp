#include "rondo/train/callbacks.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/layers/dense.h"
#include "rondo/optimizers/sgd.h"
#include "support/reference.h"

namespace rondo {
namespace {

Sequential one_weight() { return Sequential{Dense(1, {.use_bias = false, .input_shape = {1}})}; }

EarlyStoppingOptions options_from(const nlohmann::json& json) {
  EarlyStoppingOptions o;
  o.patience = json.value("patience", Index{0});
  o.min_delta = json.value("min_delta", 0.0);
  o.mode = json.value("mode", "auto");
  if (json.contains("baseline")) o.baseline = json["baseline"].get<double>();
  o.restore_best_weights = json.value("restore_best_weights", false);
  o.start_from_epoch = json.value("start_from_epoch", Index{0});
  return o;
}

TEST(EarlyStopping, EveryTraceEndsAsInKeras) {
  const auto cases = reference_cases("train/early_stopping.json");
  ASSERT_GE(cases.size(), 70u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + " " + c["options"].dump());
    Sequential model = one_weight();
    const EarlyStopping stop(options_from(c["options"]));
    stop->on_train_begin(model);
    Index epochs = 0;
    for (const auto& entry : c["trace"]) {
      const double value = entry.is_null() ? std::nan("") : entry.get<double>();
      model.set_weights({Array(Shape{1, 1}, static_cast<real>(epochs))});
      stop->on_epoch_end(epochs, {{"loss", 0.0}, {"val_loss", value}}, model);
      ++epochs;
      if (stop->stop_training) break;
    }
    stop->on_train_end(model);
    EXPECT_EQ(epochs, c["epochs"].get<Index>());
    EXPECT_EQ(stop->stopped_epoch, c["stopped_epoch"].get<Index>());
    EXPECT_EQ(stop->best_epoch, c["best_epoch"].get<Index>());
    if (!c["best"].is_null()) {
      EXPECT_EQ(stop->best, c["best"].get<double>());
    }
    EXPECT_EQ(model.get_weights()[0](0, 0), static_cast<real>(c["weights"].get<double>()));
  }
}

TEST(EarlyStopping, ABackupThatCountsNonsenseIsRefused) {
  const EarlyStopping stop;
  const ReduceLROnPlateau plateau;
  stop->restore({{{"wait", 2.0}, {"stopped", 1.0}}, {}});
  EXPECT_TRUE(stop->stop_training);
  for (const double count : {-1.0, 0.5, 1e300, std::nan(""), HUGE_VAL}) {
    for (const char* key : {"wait", "stopped_epoch", "best_epoch"})
      EXPECT_THROW(stop->restore({{{key, count}}, {}}), Error) << key << count;
    EXPECT_THROW(plateau->restore({{{"wait", count}}, {}}), Error) << count;
  }
}

TEST(EarlyStopping, EndsFitAndRestores) {
  Sequential model = one_weight();
  // One weight, y = 3 x: with this rate gradient descent oscillates and grows, so the first epoch is the best.
  model.compile({.optimizer = SGD({.learning_rate = 1.1}), .loss = "mse"});
  const Array x(Shape{4, 1}, 1), y(Shape{4, 1}, 3);
  EarlyStopping stop({.monitor = "loss", .patience = 2, .restore_best_weights = true});
  std::vector<real> after;
  LambdaCallback watch({.on_epoch_end = [&](Index, const Logs&, Model& m) { after.push_back(m.get_weights()[0](0, 0)); }});
  const History history = model.fit(x, y, {.epochs = 20, .callbacks = {watch, stop}});
  EXPECT_EQ(history.epoch.size(), 3u);
  EXPECT_EQ(stop->stopped_epoch, 2);
  EXPECT_EQ(stop->best_epoch, 0);
  EXPECT_EQ(model.get_weights()[0](0, 0), after[0]);
  // Used again, it starts afresh.
  EXPECT_EQ(model.fit(x, y, {.epochs = 20, .callbacks = {stop}}).epoch.size(), 3u);
}

TEST(EarlyStopping, AKeyThatIsNotReportedIsAnError) {
  Sequential model = one_weight();
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  const Array x(Shape{4, 1}, 1), y(Shape{4, 1}, 3);
  try {
    model.fit(x, y, {.epochs = 2, .callbacks = {EarlyStopping()}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::value);
    EXPECT_STREQ(e.what(),
                 "EarlyStopping monitors 'val_loss', which this fit does not report.\n"
                 "  reported: loss, mae\n"
                 "  fix: give fit a .validation_split or .validation_data");
  }
  EXPECT_THROW(EarlyStopping({.mode = "down"}), Error);
}

}  // namespace
}  // namespace rondo
