#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rondo/core/error.h"
#include "rondo/optimizers/adadelta.h"
#include "rondo/optimizers/adafactor.h"
#include "rondo/optimizers/adagrad.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/adamax.h"
#include "rondo/optimizers/adamw.h"
#include "rondo/optimizers/ftrl.h"
#include "rondo/optimizers/lamb.h"
#include "rondo/optimizers/lion.h"
#include "rondo/optimizers/nadam.h"
#include "rondo/optimizers/rmsprop.h"
#include "rondo/optimizers/sgd.h"
#include "support/from_json.h"
#include "support/reference.h"

namespace rondo {
namespace {

struct Net {
  std::vector<Shape> shapes;
  std::vector<std::vector<real>> values;
  std::vector<Index> sizes;
  std::vector<real*> at;
  Net(const nlohmann::json& s, const nlohmann::json& start) {
    for (std::size_t i = 0; i < s.size(); ++i) {
      shapes.push_back(shape_of(s[i]));
      values.push_back(reals(start[i]));
      sizes.push_back(shapes.back().elements());
    }
    for (auto& v : values) at.push_back(v.data());
  }
};

void expect_near(const std::vector<real>& got, const std::vector<real>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    // One or two roundings of float32 a step, in another order than XLA's fused code.
    ASSERT_NEAR(got[i], want[i], 2e-6 * std::max(real(1), std::abs(want[i]))) << what << " [" << i << "]";
  }
}

TEST(Optimizers, EveryStepIsKeras) {
  const auto cases = reference_cases("optimizers/reference.json");
  ASSERT_GE(cases.size(), 40u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + " " + c["options"].dump());
    OptimizerRef optimizer(c["name"].get<std::string>());
    FromJson reader(c["options"]);
    optimizer->describe(reader);
    Net net(c["shapes"], c["start"]);
    optimizer->bind(net.shapes);
    for (std::size_t step = 0; step < c["steps"].size(); ++step) {
      Net gradients(c["shapes"], c["steps"][step]["gradients"]);
      optimizer->apply(net.at, gradients.at, net.sizes);
      for (std::size_t w = 0; w < net.at.size(); ++w) {
        expect_near(net.values[w], reals(c["steps"][step]["weights"][w]),
                    "step " + std::to_string(step) + " weight " + std::to_string(w));
      }
    }
    EXPECT_EQ(optimizer->iterations, static_cast<Index>(c["steps"].size()));
    // The optimizer's variables, in the order of Keras's file.
    ASSERT_EQ(optimizer->slots.size(), c["slots"].size());
    for (std::size_t i = 0; i < optimizer->slots.size(); ++i) {
      const auto& slot = optimizer->slots[i];
      const std::string name = c["slots"][i]["name"];
      // Keras names these three after their weight, or not at all.
      if (slot.name != "row" && slot.name != "column" && slot.name != "product") {
        EXPECT_TRUE(name.ends_with(slot.name)) << name << " / " << slot.name;
      }
      expect_near({slot.value.data(), slot.value.data() + slot.value.size()}, reals(c["slots"][i]["value"]), name);
    }
    optimizer->overwrite_with_averages(net.at, net.sizes);
    for (std::size_t w = 0; w < net.at.size(); ++w) expect_near(net.values[w], reals(c["final"][w]), "final");
    // The keys of Keras's config, in its order; the name is the file's business.
    std::vector<std::string> keys = {"name"};
    keys.insert(keys.end(), reader.keys.begin(), reader.keys.end());
    EXPECT_EQ(keys, c["config"].get<std::vector<std::string>>());
  }
}

TEST(Optimizers, OptionsAndNamesMeanTheSame) {
  const auto cases = reference_cases("optimizers/reference.json");
  const auto run = [](OptimizerRef optimizer, const nlohmann::json& c) {
    Net net(c["shapes"], c["start"]);
    optimizer->bind(net.shapes);
    for (const auto& step : c["steps"]) {
      Net gradients(c["shapes"], step["gradients"]);
      optimizer->apply(net.at, gradients.at, net.sizes);
    }
    return net.values;
  };
  const auto first = [&](const char* name) {
    return *std::find_if(cases.begin(), cases.end(), [&](const auto& one) { return one["name"] == name; });
  };
  EXPECT_EQ(run(AdamW(), first("AdamW")), run("adamw", first("AdamW")));
  EXPECT_EQ(run(Adamax(), first("Adamax")), run("adamax", first("Adamax")));
  EXPECT_EQ(run(Nadam(), first("Nadam")), run("nadam", first("Nadam")));
  EXPECT_EQ(run(Adagrad(), first("Adagrad")), run("adagrad", first("Adagrad")));
  EXPECT_EQ(run(Adadelta(), first("Adadelta")), run("adadelta", first("Adadelta")));
  EXPECT_EQ(run(Lion(), first("Lion")), run("lion", first("Lion")));
  EXPECT_EQ(run(Ftrl(), first("Ftrl")), run("ftrl", first("Ftrl")));
  EXPECT_EQ(run(Adafactor(), first("Adafactor")), run("adafactor", first("Adafactor")));
  EXPECT_EQ(run(Lamb(), first("Lamb")), run("lamb", first("Lamb")));
  const auto& c = cases[0];
  EXPECT_EQ(run(Adam(), c), run("adam", c));
  EXPECT_EQ(run(SGD(), c), run("SGD", c));
  EXPECT_EQ(run(RMSprop(), c), run("RMSprop", c));
  EXPECT_NE(run(Adam({.learning_rate = 0.01}), c), run("adam", c));
}

TEST(Optimizers, BindingTwiceKeepsTheState) {
  OptimizerRef adam("adam");
  const std::vector<Shape> shapes = {{3}};
  adam->bind(shapes);
  adam->slots[0].value(0) = 5;
  adam->bind(shapes);
  EXPECT_EQ(adam->slots[0].value(0), 5);
  EXPECT_EQ(adam->slot_bytes(shapes), static_cast<Index>(2 * 3 * sizeof(real)));
  const std::vector<Shape> others = {{4}};
  EXPECT_THROW(adam->bind(others), Error);
}

TEST(Optimizers, OptionsOutOfRangeAreRefused) {
  EXPECT_THROW(Adam({.clipnorm = 1.0, .clipvalue = 1.0}), Error);
  EXPECT_THROW(Adam({.beta_1 = 1.0}), Error);
  EXPECT_THROW(Adam({.clipnorm = 0.0}), Error);
  EXPECT_THROW(SGD({.learning_rate = std::nan("")}), Error);
  EXPECT_THROW(SGD({.use_ema = true, .ema_momentum = 2}), Error);
  EXPECT_THROW(RMSprop({.use_ema = true, .ema_overwrite_frequency = 1.5}), Error);
  EXPECT_THROW(AdamW({.weight_decay = std::nan("")}), Error);
  EXPECT_THROW(Adamax({.beta_2 = 1.0}), Error);
  EXPECT_THROW(Nadam({.epsilon = -1}), Error);
  EXPECT_THROW(Adagrad({.initial_accumulator_value = -0.1}), Error);
  EXPECT_THROW(Adadelta({.rho = 1.5}), Error);
  EXPECT_THROW(Lion({.beta_1 = 0}), Error);
  EXPECT_THROW(Ftrl({.learning_rate_power = 0.5}), Error);
  EXPECT_THROW(Ftrl({.l1_regularization_strength = -1}), Error);
  EXPECT_THROW(Ftrl({.learning_rate = 0}), Error);
  EXPECT_THROW(Adafactor({.clip_threshold = 0}), Error);
  EXPECT_THROW(Lamb({.global_clipnorm = -1}), Error);
}

// Keras takes any number, and climbs.
TEST(Optimizers, ARateBelowZeroIsRefusedOfAllOfThemByName) {
  const auto refused = [](const std::string& who, const auto& act) {
    try {
      act();
      ADD_FAILURE() << who;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::value);
      EXPECT_EQ(std::string(e.what()).find(who + ": learning_rate must be a number from 0 on, got "), 0u) << e.what();
    }
  };
  for (const double rate : {-1.0, -1e-300, std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    for (const std::string& name : optimizer_names()) {
      OptimizerRef one(name);
      const std::string who = one->class_name();
      const double before = one->learning_rate;
      refused(who, [&] { one->set_learning_rate(rate); });
      EXPECT_EQ(one->learning_rate, before);
      one->learning_rate = rate;
      refused(who, [&] { one->check(); });
      refused(who, [&] { one->bind(std::vector<Shape>{{1}}); });
    }
    refused("AdamW", [&] { AdamW({.learning_rate = rate}); });
    refused("Lion", [&] { Lion({.learning_rate = rate}); });
  }
  EXPECT_NO_THROW(SGD({.learning_rate = 0}));  // as at the start of a warm-up
}

TEST(Optimizers, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    OptimizerRef("adamm");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::unsupported);
    EXPECT_NE(std::string(e.what()).find("adam"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace rondo
