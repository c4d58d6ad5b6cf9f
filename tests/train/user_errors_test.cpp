// What users type by mistake where training is set up: names and options of optimizers, schedules, losses, metrics. An Error
// says whose option it is and what came; a misspelt name is told the nearest and all that are known. What is registered is
// tried.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "rondo/activations/activation.h"
#include "rondo/constraints/constraint.h"
#include "rondo/core/error.h"
#include "rondo/initializers/initializer.h"
#include "rondo/layers/layer.h"
#include "rondo/losses/loss.h"
#include "rondo/metrics/metric.h"
#include "rondo/optimizers/optimizer.h"
#include "rondo/regularizers/regularizer.h"
#include "support/refused.h"
#include "support/spoil.h"

namespace rondo {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// describe(key, n) makes the thing anew with that mistake and checks it.
template <class T, class Make>
void try_all(const std::string& name, const Make& make) {
  const bool show = std::getenv("RONDO_SHOW_MESSAGES") != nullptr;  // to read them all
  KeyLister lister;
  T first = make();
  const_cast<std::remove_const_t<std::remove_reference_t<decltype(*first)>>&>(*first).describe(lister);
  for (const std::string& key : lister.keys) {
    for (std::size_t n = 0; n < most_mistakes; ++n) {
      T one = make();
      auto& mine = const_cast<std::remove_const_t<std::remove_reference_t<decltype(*one)>>&>(*one);
      Spoil spoil(key, n);
      std::string message;
      try {
        mine.describe(spoil);
        if (spoil.applied()) mine.check();
      } catch (const Error& e) {
        message = e.what();
      }
      if (!spoil.applied()) break;
      SCOPED_TRACE(name + "." + key + " = " + spoil.what());
      if (show)
        std::cout << (message.empty() ? "TAKEN  " : "REFUSED  ") << name << "." << key << " = " << spoil.what() << "\n    "
                  << message << '\n';
      if (message.empty()) {
        EXPECT_FALSE(spoil.misspelt());
        continue;
      }
      EXPECT_TRUE(holds(message, one->class_name())) << message;
      EXPECT_TRUE(holds(message, key)) << message;
      // Of lists and words, what is wrong may say more than the value.
      EXPECT_TRUE(holds(message, spoil.what()) || key == "boundaries" || key == "num_labels" ||
                  spoil.what().find_first_not_of("0123456789.e+-naif") != std::string::npos)
          << message;
      if (spoil.misspelt()) {
        EXPECT_TRUE(holds(message, "Did you mean") || holds(message, " or ") || holds(message, "one of")) << message;
      }
    }
  }
}

TEST(TrainingErrors, EveryOptionOfEveryOptimizer) {
  for (const std::string& name : optimizer_names()) try_all<OptimizerRef>(name, [&] { return OptimizerRef(name); });
}
TEST(TrainingErrors, EveryOptionOfEverySchedule) {
  for (const std::string& name : schedule_names())
    try_all<std::shared_ptr<LearningRateSchedule>>(name, [&] { return make_schedule(name); });
}
TEST(TrainingErrors, EveryOptionOfEveryLoss) {
  std::set<std::string> seen;
  for (const std::string& name : loss_names())
    if (seen.insert(LossRef(name)->class_name()).second) try_all<LossRef>(name, [&] { return LossRef(name); });
}
TEST(TrainingErrors, EveryOptionOfEveryMetric) {
  std::set<std::string> seen;
  for (const std::string& name : metric_names())
    if (seen.insert(make_metric(name)->class_name()).second)
      try_all<std::shared_ptr<Metric>>(name, [&] {
        const auto metric = make_metric(name);
        make_valid(*metric);
        return metric;
      });
}

TEST(TrainingErrors, AMisspeltNameIsToldTheNearestAndAll) {
  const auto both = [](const std::string& near, const std::string& known, const std::function<void()>& f) {
    expect_refused(Code::unsupported, "Did you mean '" + near + "'?", f);
    expect_refused(Code::unsupported, " Known: ", f);
    expect_refused(Code::unsupported, known, f);
  };
  both("adam", "rmsprop, sgd", [] { OptimizerRef("adma"); });
  both("mse", "mse", [] { LossRef("mes"); });
  both("mae", "mae", [] { MetricRef("mea"); });
  both("ExponentialDecay", "CosineDecay", [] { make_schedule("ExponentailDecay"); });
  both("tanh", "sigmoid", [] { activation_function("tnah"); });
  both("he_normal", "orthogonal", [] { initializer_info("he_norml"); });
  both("max_norm", "unit_norm", [] { constraint_info("max_nrom"); });
  both("l2", "l1", [] { regularizer_info("l22"); });
  both("LSTM", "TimeDistributed", [] { make_layer("LSMT"); });
  // Nothing is near: all are told.
  expect_refused(Code::unsupported, "unknown activation 'xyzzy'. Known: celu, ", [] { activation_function("xyzzy"); });
  // One spelling of each.
  expect_refused(Code::unsupported, ", mse, ", [] { LossRef("xyzzy"); });
  try {
    LossRef("xyzzy");
  } catch (const Error& e) {
    EXPECT_FALSE(holds(e.what(), "MeanSquaredError")) << e.what();
  }
}

}  // namespace
}  // namespace rondo
