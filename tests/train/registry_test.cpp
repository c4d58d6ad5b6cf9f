// Everything that is registered and takes part in training, with each of its options: optimizers, schedules, losses, metrics,
// regularizers, constraints, initializers. A step allocates nothing after the first, masked and not; and a saved model is
// compiled with the same thing again, and trains on with the same bits. Nothing is listed here: what is registered is tested.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "rondo/constraints/constraint.h"
#include "rondo/core/error.h"
#include "rondo/initializers/initializer.h"
#include "rondo/interop/keras.h"
#include "rondo/layers.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/regularizers/regularizer.h"
#include "support/config_record.h"
#include "support/counts_batches.h"
#include "support/nudge.h"

namespace rondo {
namespace {

// A small task for outputs of one kind.
struct Task {
  Index width;
  const char* activation;
  Index y_width;      // of targets; 0: as many as outputs
  Index classes = 2;  // targets are numbers below
};

Array inputs() {
  Array x(Shape{12, 5, 2});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<real>(std::sin(0.7 * static_cast<double>(i)));
  for (std::size_t s = 0; s < 12; ++s)
    for (std::size_t t = 3 + s % 3; t < 5; ++t) x(s, t, 0) = x(s, t, 1) = 9;  // padding
  return x;
}

Array targets(Index width, Index classes) {
  Array y(Shape{12, 5, width});
  for (Index row = 0; row < 60; ++row)
    for (Index i = 0; i < width; ++i)
      y.data()[row * width + i] = static_cast<real>(width == 1 ? row % classes : (row + i) % width == 0);
  return y;
}

Sequential model_for(const Task& task, bool masked, const DenseOptions& dense = {}) {
  set_random_seed(4);
  Sequential model;
  model.add(Input({None, 2}));
  if (masked) model.add(Masking(9));
  model.add(LSTM(2, {.dropout = 0.25, .return_sequences = true}));
  DenseOptions options = dense;
  options.activation = task.activation;
  model.add(Dense(task.width, options));
  return model;
}

// A NaN (a correlation of constants) is as good as another.
bool same(const History& a, const History& b) {
  if (a.history.size() != b.history.size()) return false;
  for (const auto& [key, values] : a.history) {
    if (!b.history.contains(key)) return false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double other = b.history.at(key).at(i);
      if (values[i] != other && !(std::isnan(values[i]) && std::isnan(other))) return false;
    }
  }
  return true;
}

// Trains, counts, saves, loads; what is compiled must describe itself as before and go on with the same bits.
void try_out(const std::string& what, const Task& task, const CompileOptions& options, const DenseOptions& dense = {}) {
  for (const bool masked : {false, true}) {
    SCOPED_TRACE(what + (masked ? ", masked" : ""));
    Sequential model = model_for(task, masked, dense);
    CompileOptions mine = options;
    if (mine.optimizer->schedule) mine.optimizer = SGD({.learning_rate = mine.optimizer->schedule});  // one for each model
    // The file keeps the rate as a float32, as Keras does: one that float32 has.
    if (!mine.optimizer->schedule)
      mine.optimizer->set_learning_rate(static_cast<double>(static_cast<float>(mine.optimizer->learning_rate)));
    model.compile(mine);
    const Array x = inputs(), y = targets(task.y_width == 0 ? task.width : task.y_width, task.classes);
    const auto count = std::make_shared<CountsBatches>();
    model.fit(x, y, {.batch_size = 4, .epochs = 1, .callbacks = {count}, .threads = 1});
    EXPECT_EQ(count->batches, 3);
    EXPECT_EQ(count->allocating, 0);
    if (masked) continue;

    LoadReport report;
    Model again = load_model(save_model(model), {.report = &report});
    for (const std::string& note : report.notes) ADD_FAILURE() << note;
    ASSERT_TRUE(again.compiled());
    EXPECT_EQ(ConfigReader::line(*again.optimizer()), ConfigReader::line(*model.optimizer()));
    EXPECT_EQ(again.loss()->class_name(), model.loss()->class_name());
    EXPECT_EQ(ConfigReader::line(const_cast<Loss&>(*again.loss())), ConfigReader::line(const_cast<Loss&>(*model.loss())));
    EXPECT_EQ(again.metrics(), model.metrics());
    EXPECT_EQ(ConfigReader::read(*again.layers().back()).text(), ConfigReader::read(*model.layers().back()).text());
    const FitOptions once{.batch_size = 4, .threads = 1};
    EXPECT_TRUE(same(model.fit(x, y, once), again.fit(x, y, once)));
    EXPECT_EQ(again.weights_digest(), model.weights_digest());
  }
}

// make() as it is, and with each option set to another value that check() lets pass.
template <class Make>
auto variants(const std::string& name, const Make& make) {
  std::vector<std::pair<std::string, decltype(make())>> out{{name, make()}};
  KeyLister lister;
  make()->describe(lister);
  const std::string before = ConfigReader::line(*make());
  for (const std::string& key : lister.keys) {
    bool found = false;  // or refused as something that is known and not supported
    for (std::size_t n = 0; n < most_candidates && !found; ++n) {
      auto one = make();
      Nudge nudge(key, n);
      one->describe(nudge);
      if (!nudge.applied()) break;
      try {
        one->check();
      } catch (const Error& e) {
        found = e.code() == Code::unsupported;
        continue;
      }
      if (ConfigReader::line(*one) == before) continue;
      found = true;
      out.emplace_back(name + " with another " + key, one);
    }
    if (key == "num_labels") continue;  // of AUC: with multi_label alone
    EXPECT_TRUE(found) << name << ": no other value of " << key << " is allowed";
  }
  return out;
}

const Task numbers{2, "linear", 0};

TEST(EveryRegistered, Optimizer) {
  for (const std::string& name : optimizer_names()) {
    const auto make = [&] { return OptimizerRef(name); };
    KeyLister lister;
    make()->describe(lister);
    std::vector<std::pair<std::string, OptimizerRef>> all{{name, make()}};
    for (const std::string& key : lister.keys)
      for (std::size_t n = 0; n < most_candidates; ++n) {
        const OptimizerRef one = make();
        Nudge nudge(key, n);
        one->describe(nudge);
        ASSERT_TRUE(nudge.applied()) << name << ": no other value of " << key << " is allowed";
        try {
          if (key.starts_with("ema")) one->common.use_ema = true;
          one->check();
        } catch (const Error&) {
          continue;
        }
        if (ConfigReader::line(*one) == ConfigReader::line(*make())) continue;
        all.emplace_back(name + " with another " + key, one);
        break;
      }
    for (const auto& [what, one] : all) try_out(what, numbers, {.optimizer = one, .loss = "mse"});
  }
}

TEST(EveryRegistered, Schedule) {
  for (const std::string& name : schedule_names()) {
    const auto make = [&] {
      const auto schedule = make_schedule(name);
      for (const char* needed : {"initial_learning_rate", "decay_steps", "decay_rate", "first_decay_steps"}) {
        Nudge nudge(needed, 1);
        schedule->describe(nudge);
      }
      if (name == "PiecewiseConstantDecay") schedule->describe(*std::make_unique<Nudge>("values", 1));
      if (name == "PiecewiseConstantDecay") schedule->describe(*std::make_unique<Nudge>("boundaries", 2));
      return schedule;
    };
    for (const auto& [what, one] : variants(name, make))
      try_out(what, numbers, {.optimizer = SGD({.learning_rate = one}), .loss = "mse"});
  }
}

// The first task that a loss or a metric does not refuse by its shapes.
const std::vector<Task> tasks = {{4, "softmax", 0}, {1, "sigmoid", 0}, {4, "softmax", 1, 4}, {2, "softmax", 1}};

TEST(EveryRegistered, Loss) {
  std::set<std::string> seen, others;
  for (const std::string& name : loss_names()) {
    if (!seen.insert(LossRef(name)->class_name()).second) continue;  // another spelling
    std::vector<std::pair<std::string, LossRef>> all{{name, LossRef(name)}};
    KeyLister lister;
    const_cast<Loss&>(*LossRef(name)).describe(lister);
    for (const std::string& key : lister.keys) {
      if (key == "axis") continue;  // which numbers are a row: other targets than these
      bool found = false;
      for (std::size_t n = 0; n < most_candidates && !found; ++n) {
        const LossRef one(name);
        Nudge nudge(key, n);
        const_cast<Loss&>(*one).describe(nudge);
        if (!nudge.applied()) break;
        try {
          one->check();
        } catch (const Error&) {
          continue;
        }
        if (ConfigReader::line(const_cast<Loss&>(*one)) == ConfigReader::line(const_cast<Loss&>(*LossRef(name)))) continue;
        found = true;
        all.emplace_back(name + " with another " + key, one);
      }
      EXPECT_TRUE(found) << name << ": no other value of " << key << " is allowed";
    }
    for (const auto& [what, loss] : all) {
      const auto suits = [&](const Task& task) {
        const Index y = task.y_width == 0 ? task.width : task.y_width;
        try {
          const Shape output{12, 5, task.width};
          loss->check_width(task.width);
          loss->check_output(output);
          if (!loss->target_shape(output).known()) return false;  // CTC: labels of any number
        } catch (const Error&) {
          return false;
        }
        return loss->target_width(task.width) == y && loss->bad_target(real(task.classes - 1), task.width).empty();
      };
      auto task = std::find_if(tasks.begin(), tasks.end(), suits);
      if (task == tasks.end()) {  // it compares whole samples: a test of its own
        others.insert(loss->class_name());
        continue;
      }
      try_out(what, *task, {.optimizer = "adam", .loss = loss});
    }
  }
  EXPECT_EQ(others, (std::set<std::string>{"CTC", "Circle"}));
}

TEST(EveryRegistered, Metric) {
  std::set<std::string> seen;
  for (const std::string& name : metric_names()) {
    if (!seen.insert(make_metric(name)->class_name() + (name.starts_with("acc") ? name : "")).second) continue;
    const auto make = [&] {
      const auto metric = make_metric(name);
      make_valid(*metric);
      return metric;
    };
    for (const auto& [what, metric] : variants(name, make)) {
      const auto suits = [&, m = metric](const Task& task) {
        try {
          m->check_widths(task.y_width == 0 ? task.width : task.y_width, task.width);
        } catch (const Error&) {
          return false;
        }
        return true;
      };
      const auto task = std::find_if(tasks.begin(), tasks.end(), suits);
      if (task == tasks.end() && what != name) continue;  // an option for other shapes
      ASSERT_NE(task, tasks.end()) << what;
      const LossRef loss = task->y_width == 1 ? "sparse_categorical_crossentropy" : "mse";
      try_out(what, *task, {.optimizer = "adam", .loss = loss, .metrics = {MetricRef(metric)}});
    }
  }
}

TEST(EveryRegistered, Regularizer) {
  for (const std::string& name : regularizer_names()) {
    if (name != regularizer_info(name).name) continue;  // another spelling
    Regularizer plain(name);
    std::vector<std::pair<std::string, Regularizer>> all{{name, plain}};
    for (const auto& [key, value] : regularizer_info(name).parameters) {
      Regularizer other = plain;
      other.parameters[key] = regularizer_info(name).words.contains(key) ? 1 - value : value + 0.25;
      all.emplace_back(name + " with another " + key, other);
    }
    for (const auto& [what, one] : all)
      try_out(what, numbers, {.optimizer = "adam", .loss = "mse"}, {.kernel_regularizer = one});
  }
}

TEST(EveryRegistered, Constraint) {
  for (const std::string& name : constraint_names()) {
    if (name != constraint_info(name).name) continue;  // another spelling
    Constraint plain(name);
    std::vector<std::pair<std::string, Constraint>> all{{name, plain}};
    if (constraint_info(name).has_axis) {
      Constraint other = plain;
      other.axes = {0, 1};
      all.emplace_back(name + " over both axes", other);
    }
    for (const auto& [key, value] : constraint_info(name).parameters) {
      Constraint other = plain;
      other.parameters[key] = value == 1 ? 0.75 : value + 0.25;
      all.emplace_back(name + " with another " + key, other);
    }
    for (const auto& [what, one] : all)
      try_out(what, numbers, {.optimizer = "adam", .loss = "mse"}, {.kernel_constraint = one});
  }
}

TEST(EveryRegistered, Initializer) {
  for (const std::string& name : initializer_names()) {
    if (name == "unit_forget_bias" || name == "UnitForgetBias") continue;  // of LSTM's bias alone
    Initializer plain(name);
    std::vector<std::pair<std::string, Initializer>> all{{name, plain}};
    for (const auto& [key, value] : initializer_info(name).parameters) {
      Initializer other = plain;
      other.parameters[key] = value + 1;
      all.emplace_back(name + " with another " + key, other);
    }
    for (const auto& [what, one] : all)
      try_out(what, numbers, {.optimizer = "sgd", .loss = "mse"}, {.kernel_initializer = canonical(one)});
  }
}

}  // namespace
}  // namespace rondo
