// What training does beside the update: penalties, constraints, schedules, targets that are classes; and the callbacks that
// write files or move the learning rate.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rondo/rondo.hpp"
#include "support/refused.h"

namespace rondo {
namespace {

std::string message_of(const std::function<void()>& run, Code code) {
  try {
    run();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

Array column(std::initializer_list<double> values) {
  Array out(Shape{static_cast<Index>(values.size()), 1});
  Index i = 0;
  for (const double v : values) out.data()[i++] = static_cast<real>(v);
  return out;
}

// One weight w and no bias: loss = mean (w x - y)^2.
Sequential one_weight(const DenseOptions& options) { return Sequential({Dense(1, options)}); }

TEST(TrainingRules, PenaltiesJoinTheLossAndItsGradient) {
  Sequential model = one_weight({.use_bias = false, .kernel_regularizer = L2(0.5), .input_shape = {1}});
  model.set_weights({Array{3}.reshape(1, 1)});
  model.compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = "mse"});
  const Array x = column({1, 1}), y = column({1, 1});
  EXPECT_NEAR(model.evaluate(x, y)["loss"], 4 + 0.5 * 9, 1e-6);
  EXPECT_NEAR(model.fit(x, y).history["loss"][0], 4 + 0.5 * 9, 1e-6);
  // d = 2 (w - 1) + 2 0.5 w = 4 + 3
  EXPECT_NEAR(model.get_weights()[0].data()[0], 3 - 0.1 * 7, 1e-6);
}

// keras.optimizers.SGD(0.1, weight_decay=0.3) of 3.15.1: the sum of each weight after four steps, by the words that are
// excluded.
TEST(TrainingRules, WeightsWithAWordAreNotDecayed) {
  const std::vector<std::pair<std::vector<std::string>, std::vector<double>>> cases = {
      {{}, {1.7092861, 1.6683829, 0.76280636, 0.32110605, 0.12099282}},
      {{"bias"}, {1.7123642, 1.6682066, 0.87124938, 0.29488438, 0.14772904}},
      {{"recurrent", "bias"}, {1.713928, 1.8954417, 0.87368643, 0.2861025, 0.14487374}},
      {{"kernel"}, {1.9348185, 1.889621, 0.76047939, 0.36560386, 0.099986017}},
      {{"l$"}, {1.9348185, 1.889621, 0.76047939, 0.36560386, 0.099986017}},
      {{"^kernel$"}, {1.9330742, 1.6622431, 0.75800604, 0.37535077, 0.10322161}},
      {{"^recurrent"}, {1.7107711, 1.8954318, 0.7649315, 0.31210223, 0.11793542}},
      {{"kernel$|bias"}, {1.9382846, 1.8898298, 0.86928016, 0.33869615, 0.12641992}}};
  for (const auto& [words, sums] : cases) {
    Sequential model({SimpleRNN(2, {.input_shape = {2, 2}}), Dense(1)});
    std::vector<Array> weights = model.get_weights();
    for (Array& w : weights) w = Array(w.shape(), real(0.5));
    model.set_weights(weights);
    const SGD sgd({.learning_rate = 0.1, .weight_decay = 0.3});
    sgd->exclude_from_weight_decay(words);
    model.compile({.optimizer = sgd, .loss = "mse"});
    model.fit(Array{0.1, 0.2, 0.3, -0.4, 0.5, 0.1, -0.2, 0.6}.reshape(2, 2, 2), Array{1, 0}.reshape(2, 1),
              {.batch_size = 1, .epochs = 2, .shuffle = false});
    const std::vector<Array> now = model.get_weights();
    for (std::size_t i = 0; i < sums.size(); ++i) {
      double sum = 0;
      for (const real v : now[i].values()) sum += static_cast<double>(v);
      EXPECT_NEAR(sum, sums[i], 1e-6) << i;
    }
    EXPECT_THROW(sgd->exclude_from_weight_decay({"bias"}), Error);  // it has trained
  }
  for (const char* empty : {"", "^", "$", "^$", "|", "bias|", "|^"})
    expect_refused(Code::value, "an empty word is in every name", [&] { SGD()->exclude_from_weight_decay({empty}); });
  for (const char* expression : {"bias.*", "(a|b)", "b^", "[a-z]+", "\\d", "^^a", "a$$", "(((((((((((((((((((("})
    expect_refused(Code::value, "SGD: exclude_from_weight_decay takes words",
                   [&] { SGD()->exclude_from_weight_decay({expression}); });
}

TEST(TrainingRules, AFrozenLayersPenaltyDoesNotCount) {
  Dense first(1, {.kernel_regularizer = L2(0.5), .input_shape = {1}});
  Sequential model({first, Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Array x = column({1, 2}), y = column({0, 1});
  const double with = model.evaluate(x, y)["loss"], w = static_cast<double>(model.get_weights()[0].data()[0]);
  first->trainable = false;
  model.fit(x, y, {.epochs = 0});
  EXPECT_NEAR(model.evaluate(x, y)["loss"], with - 0.5 * w * w, 1e-6);
}

TEST(TrainingRules, ConstraintsHoldAfterEveryStep) {
  Sequential model = one_weight({.use_bias = false, .kernel_constraint = MaxNorm({.max_value = 0.5}), .input_shape = {2}});
  model.compile({.optimizer = SGD({.learning_rate = 1}), .loss = "mse"});
  const Array x = Array{1, 2, 3, 4}.reshape(2, 2), y = column({10, 20});
  for (int i = 0; i < 3; ++i) {
    model.train_on_batch(x, y);
    const Array w = model.get_weights()[0];
    EXPECT_NEAR(std::hypot(w.data()[0], w.data()[1]), 0.5, 1e-6);
  }
}

TEST(TrainingRules, TheSameOnAnyNumberOfThreads) {
  const auto digest = [](int threads) {
    set_random_seed(1);
    Sequential model({LSTM(8, {.kernel_regularizer = L1(0.01), .recurrent_constraint = UnitNorm(), .input_shape = {6, 2}}),
                      Dense(1, {.kernel_regularizer = OrthogonalRegularizer({.mode = "columns"})})});
    model.compile({.optimizer = "adamw", .loss = "mse"});
    Array x(Shape{70, 6, 2}), y(Shape{70, 1});
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<real>(std::sin(static_cast<double>(i)));
    for (Index i = 0; i < y.size(); ++i) y.data()[i] = static_cast<real>(std::cos(static_cast<double>(i)));
    model.fit(x, y, {.batch_size = 70, .epochs = 2, .threads = threads});
    return model.weights_digest();
  };
  EXPECT_EQ(digest(1), digest(3));
}

TEST(TrainingRules, ClassesAreCheckedAndNamed) {
  Sequential model({Dense(3, {.activation = "softmax", .input_shape = {2}})});
  model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  Array x(Shape{2, 2});
  model.fit(x, column({0, 2}));
  const std::string bad = message_of([&] { model.fit(x, column({0, 3}), {.shuffle = false}); }, Code::value);
  EXPECT_NE(bad.find("whole number from 0 to 2"), std::string::npos) << bad;
  EXPECT_NE(bad.find("sample 1"), std::string::npos) << bad;
  const std::string hot = message_of([&] { model.fit(x, Array(Shape{2, 3})); }, Code::shape);
  EXPECT_NE(hot.find("\"categorical_crossentropy\""), std::string::npos) << hot;
  model.compile({.optimizer = "sgd", .loss = "categorical_crossentropy"});
  const std::string number = message_of([&] { model.fit(x, column({0, 2})); }, Code::shape);
  EXPECT_NE(number.find("\"sparse_categorical_crossentropy\""), std::string::npos) << number;
}

TEST(TrainingRules, AMetricThatDoesNotSuitIsRefused) {
  Sequential model({Dense(2, {.input_shape = {2}})});
  model.compile({.optimizer = "sgd", .loss = "gaussian_nll", .metrics = {"mae"}});
  const std::string text = message_of([&] { model.fit(Array(Shape{2, 2}), column({0, 1})); }, Code::shape);
  EXPECT_NE(text.find("'mae'"), std::string::npos) << text;
}

TEST(TrainingRules, LossesOfForecastersLearn) {
  // Targets 0..9 without anything to tell them apart: the quantiles are learned.
  Array x(Shape{10, 1}), y(Shape{10, 1});
  for (Index i = 0; i < 10; ++i) y.data()[i] = static_cast<real>(i);
  Sequential model({Dense(2, {.input_shape = {1}})});
  model.compile({.optimizer = SGD({.learning_rate = 0.5}), .loss = Pinball({.quantiles = {0.15, 0.85}})});
  model.fit(x, y, {.batch_size = 10, .epochs = 400});
  const Array forecast = model.predict(x);
  // A step moves by no more than 0.5 * 0.85: the outputs end beside the quantiles, not on them.
  EXPECT_NEAR(forecast.data()[0], 1, 0.3);
  EXPECT_NEAR(forecast.data()[1], 8, 0.3);
}

// ---- files

TEST(TrainingFiles, RegularizersConstraintsSchedulesAndMetricsComeBack) {
  Sequential model({LSTM(3, {.kernel_regularizer = L1L2({.l1 = 0.1, .l2 = 0.2}),
                             .recurrent_regularizer = OrthogonalRegularizer({.factor = 0.3, .mode = "columns"}),
                             .bias_constraint = MinMaxNorm({.max_value = 2, .rate = 0.5}),
                             .input_shape = {4, 2}}),
                    Dense(1, {.kernel_constraint = MaxNorm({.axis = {0, 1}})})});
  model.compile(
      {.optimizer = Nadam({.learning_rate = CosineDecay({.initial_learning_rate = 0.1, .decay_steps = 10, .alpha = 0.1})}),
       .loss = BinaryCrossentropy({.from_logits = true}),
       .metrics = {"accuracy", metrics::AUC({.num_thresholds = 50, .curve = "PR"})}});
  Array x(Shape{6, 4, 2}), y(Shape{6, 1});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<real>(std::sin(static_cast<double>(i)));
  for (Index i = 0; i < 6; ++i) y.data()[i] = static_cast<real>(i % 2);
  model.fit(x, y, {.epochs = 2, .shuffle = false});
  const auto bytes = save_model(model);
  LoadReport report;
  Model again = load_model(bytes, {.report = &report});
  EXPECT_TRUE(report.notes.empty()) << report.notes[0];
  EXPECT_EQ(again.metrics(), model.metrics());
  EXPECT_EQ(again.optimizer()->learning_rate, model.optimizer()->learning_rate);
  const History a = model.fit(x, y, {.epochs = 2, .shuffle = false}), b = again.fit(x, y, {.epochs = 2, .shuffle = false});
  EXPECT_EQ(a.history, b.history);
  EXPECT_EQ(model.weights_digest(), again.weights_digest());
}

TEST(TrainingFiles, ALossThatKerasHasNotStandsInRondosOwnMember) {
  Sequential model({Dense(3, {.input_shape = {2}})});
  model.compile({.optimizer = "adam", .loss = Pinball({.quantiles = {0.1, 0.5, 0.9}})});
  const Array x(Shape{4, 2}), y(Shape{4, 1});
  model.fit(x, y);
  Model again = load_model(save_model(model));
  ASSERT_TRUE(again.compiled());
  EXPECT_EQ(again.loss()->class_name(), "Pinball");
  EXPECT_EQ(again.loss()->target_width(3), 1);
  EXPECT_EQ(again.optimizer()->iterations, 1);
}

// ---- callbacks

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rondo_callbacks_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no folder");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

// A model whose loss goes as the trace says: y is what makes it so.
struct Still {
  Sequential model{{Dense(1, {.use_bias = false, .kernel_initializer = "zeros", .input_shape = {1}})}};
  Array x = column({0}), y = column({1});
  Still() { model.compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = "mse"}); }
};

TEST(Callbacks, ThePlateauLowersTheRate) {
  Still s;  // the loss never moves: best at epoch 0, a fall after every second epoch
  ReduceLROnPlateau plateau({.monitor = "loss", .factor = 0.5, .patience = 2, .min_lr = 0.02});
  const History history = s.model.fit(s.x, s.y, {.epochs = 9, .callbacks = {plateau}});
  // Keras 3.15.1 with the same callback on the same constant loss.
  const std::vector<double> want = {0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02};
  const auto& got = history.history.at("learning_rate");
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-12) << i;
  ReduceLROnPlateau slow({.monitor = "loss", .factor = 0.5, .patience = 1, .cooldown = 2});
  Still t;
  const auto rates = t.model.fit(t.x, t.y, {.epochs = 6, .callbacks = {slow}}).history.at("learning_rate");
  EXPECT_EQ(rates, (std::vector<double>{0.1, 0.1, 0.05, 0.05, 0.025, 0.025}));
}

TEST(Callbacks, TheSchedulerSetsTheRateOfAnEpoch) {
  Still s;
  LearningRateScheduler halve([](Index epoch, double rate) { return epoch == 0 ? rate : rate / 2; });
  const auto history = s.model.fit(s.x, s.y, {.epochs = 3, .callbacks = {halve}}).history;
  EXPECT_EQ(history.at("learning_rate"), (std::vector<double>{0.1, 0.05, 0.025}));
  s.model.compile({.optimizer = SGD({.learning_rate = ExponentialDecay({})}), .loss = "mse"});
  const std::string text = message_of([&] { s.model.fit(s.x, s.y, {.callbacks = {halve}}); }, Code::state);
  EXPECT_NE(text.find("ExponentialDecay"), std::string::npos) << text;
  s.model.compile({.optimizer = "sgd", .loss = "mse"});
  LearningRateScheduler down([](Index epoch, double rate) { return rate - 0.01 * static_cast<double>(epoch); });
  const std::string below = message_of([&] { s.model.fit(s.x, s.y, {.epochs = 5, .callbacks = {down}}); }, Code::value);
  EXPECT_NE(below.find("the rate of epoch 2 must be a number from 0 on, got -0.02"), std::string::npos) << below;
}

TEST(Callbacks, TheCheckpointWritesEveryEpochOrTheBest) {
  const Folder folder;
  Still s;
  ModelCheckpoint every({.filepath = folder / "m-{epoch:02d}-{loss:.3f}.keras"});
  ModelCheckpoint best({.filepath = folder / "best-{epoch}.keras", .monitor = "loss", .save_best_only = true});
  s.model.fit(s.x, s.y, {.epochs = 2, .callbacks = {every, best}});
  EXPECT_TRUE(std::filesystem::exists(folder / "m-01-1.000.keras"));
  EXPECT_TRUE(std::filesystem::exists(folder / "m-02-1.000.keras"));
  EXPECT_TRUE(std::filesystem::exists(folder / "best-1.keras"));
  EXPECT_FALSE(std::filesystem::exists(folder / "best-2.keras"));  // no better
  EXPECT_EQ(load_model(best->last_path).optimizer()->iterations, 1);
  EXPECT_THROW(ModelCheckpoint({.filepath = "model.h5"}), Error);
  // As Python's f"{1.0:010.3e}-{1.0:05.1f}-{1.0:04g}-{1.0:6.1f}".
  ModelCheckpoint padded({.filepath = folder / "{loss:010.3e}-{loss:05.1f}-{loss:04g}-{loss:6.1f}.keras"});
  s.model.fit(s.x, s.y, {.callbacks = {padded}});
  EXPECT_TRUE(padded->last_path.ends_with("/01.000e+00-001.0-0001-   1.0.keras")) << padded->last_path;
  ModelCheckpoint wrong({.filepath = folder / "{lost:.2f}.keras"});
  EXPECT_NE(message_of([&] { s.model.fit(s.x, s.y, {.callbacks = {wrong}}); }, Code::value).find("'lost'"), std::string::npos);
}

TEST(Callbacks, TheLoggerWritesALineAnEpoch) {
  const Folder folder;
  Still s;
  for (const bool append : {false, true}) {
    s.model.fit(s.x, s.y, {.epochs = 2, .callbacks = {CSVLogger({.filename = folder / "log.csv", .append = append})}});
  }
  EXPECT_EQ(text_of(folder / "log.csv"), "epoch,loss,val_loss\r\n0,1.0,NA\r\n1,1.0,NA\r\n0,1.0,NA\r\n1,1.0,NA\r\n");
  EXPECT_EQ(
      message_of([&] { s.model.fit(s.x, s.y, {.callbacks = {CSVLogger({.filename = folder / "no/log.csv"})}}); }, Code::output)
          .find("CSVLogger"),
      0u);
}

TEST(Callbacks, TerminateOnNaNEndsFitWithTheLastFinishedWeights) {
  Sequential model({Dense(1, {.use_bias = false, .kernel_initializer = "ones", .input_shape = {1}})});
  model.compile({.optimizer = SGD({.learning_rate = 1e10}), .loss = "mse"});
  const Array x = column({1e10}), y = column({0});
  EXPECT_THROW(model.fit(x, y, {.epochs = 5}), Error);
  model.set_weights({Array{1}.reshape(1, 1)});
  const History history = model.fit(x, y, {.epochs = 5, .callbacks = {TerminateOnNaN()}});
  EXPECT_LT(history.epoch.size(), 5u);
  EXPECT_FALSE(history.interrupted);
  EXPECT_TRUE(std::isfinite(model.get_weights()[0].data()[0]));
}

}  // namespace
}  // namespace rondo
