// Masked rows in metrics and penalties: they count nowhere, and in a model file of Keras where Keras counts them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "rondo/core/error.h"
#include "rondo/layers/concatenate.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/layers/reshape.h"
#include "rondo/metrics/classification.h"
#include "rondo/metrics/regression.h"
#include "rondo/metrics/segmentation.h"
#include "rondo/model/model.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {
namespace {

const Array X = Array{.5, .1, 0, 0, .2, .9, 0, 0, 0, 0, -.4, .3, .8, .1, 0, 0, .3, .7, 0, 0, 0, 0, 0, 0}.reshape(3, 4, 2);
const Array y = Array{1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1}.reshape(3, 4, 1);
const Array w = Array{1, 2, .5, 3, 0, 1.5, 2, 1, 1, .25, 4, 1}.reshape(3, 4);

std::vector<MetricRef> all(const std::string& before) {
  return {
      metrics::Precision({.name = before + "p"}),         metrics::AUC({.name = before + "auc"}),
      metrics::TruePositives({.name = before + "tp"}),    metrics::RootMeanSquaredError({.name = before + "rmse"}),
      metrics::BinaryIoU({.name = before + "iou"}),       metrics::PrecisionAtRecall({.recall = 0.5, .name = before + "par"}),
      metrics::MeanSquaredError({.name = before + "mse"})};
}

Logs scored(bool compat) {
  Sequential model{Masking({.input_shape = {4, 2}}), Dense(1, {.activation = "sigmoid"})};
  model.set_weights({Array{1, -1}.reshape(2, 1), Array{.1}.reshape(1)});
  model.set_keras_mask_compat(compat);
  model.compile({.optimizer = "sgd",
                 .loss = "binary_crossentropy",
                 .metrics = {MetricList(all(""))},
                 .weighted_metrics = {MetricList(all("w_"))}});
  return model.evaluate(X, y, {.sample_weight = w});
}

// The numbers of Keras 3.15.1, of the same weights and arrays.
TEST(MaskedMetrics, AKerasFileHasKerasNumbers) {
  const Logs got = scored(true);
  const std::map<std::string, double> keras = {{"auc", 0.7000000476837158},
                                               {"iou", 0.46666669845581055},
                                               {"loss", 0.58912193775177},
                                               {"mse", 0.19243669509887695},
                                               {"p", 0.6666666865348816},
                                               {"par", 0.6666666865348816},
                                               {"rmse", 0.47360074520111084},
                                               {"tp", 6.0},
                                               {"w_auc", 0.73613440990448},
                                               {"w_iou", 0.4107142984867096},
                                               {"w_mse", 0.15210716426372528},
                                               {"w_p", 0.5789473652839661},
                                               {"w_par", 0.5789473652839661},
                                               {"w_rmse", 0.4663081765174866},
                                               {"w_tp", 8.25}};
  ASSERT_EQ(got.size(), keras.size());
  for (const auto& [key, value] : keras) EXPECT_NEAR(got.at(key), value, 2e-6 * value) << key;
}

// By hand: of the five steps that count, two are said to be so, .5 - .1 and .8 - .1, and both are.
TEST(MaskedMetrics, MaskedRowsCountNowhere) {
  const Logs got = scored(false);
  EXPECT_EQ(got.at("tp"), 2);
  EXPECT_EQ(got.at("p"), 1);
  EXPECT_EQ(got.at("w_tp"), 3);  // 1 + 2
  EXPECT_NEAR(got.at("rmse"), std::sqrt(got.at("mse")), 1e-12);
  EXPECT_NEAR(got.at("w_rmse"), std::sqrt(got.at("w_mse")), 1e-12);
}

// activity_regularizer: the numbers of Keras 3.15.1, whose padding is penalised, and by hand without it.
TEST(MaskedMetrics, PaddingIsPenalisedInAKerasFileAlone) {
  for (const bool compat : {false, true}) {
    Sequential model{Masking({.input_shape = {4, 2}}), Dense(1, {.activity_regularizer = L1L2({.l1 = 0.2, .l2 = 0.5})})};
    model.set_weights({Array{1, -1}.reshape(2, 1), Array{.1}.reshape(1)});
    model.set_keras_mask_compat(compat);
    model.compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = "mse"});
    const double loss = compat ? 1.18833327293396 : 1.13;
    EXPECT_NEAR(model.evaluate(X, y).at("loss"), loss, 1e-6);
    EXPECT_NEAR(model.train_on_batch(X, y), loss, 1e-6);
    const std::vector<Array> after = model.get_weights();
    EXPECT_NEAR(after[0].data()[0], 0.9845333099365234, 1e-6);
    EXPECT_NEAR(after[0].data()[1], -0.8859999775886536, 1e-6);
    EXPECT_NEAR(after[1].data()[0], compat ? 0.17133332788944244 : 0.24133333027362824, 1e-6);
  }
}

// What a model says of the samples, and of the samples with one of nothing but padding among them: evaluated, and after a step.
std::vector<double> said(const CompileOptions& options, bool with_empty, bool classes) {
  Sequential model{Masking({.input_shape = {4, 2}}), Dense(2, {.activation = "softmax"})};
  model.set_weights({Array{1, -1, .5, 2}.reshape(2, 2), Array{.1, -.2}.reshape(2)});
  model.compile(options);
  const Index n = with_empty ? 4 : 3;
  Array x(Shape{n, 4, 2}), t(Shape{n, 4, classes ? 1 : 2}, real(1));
  std::copy_n(X.data(), X.size(), x.data());
  for (Index i = 0; i < y.size(); ++i) {
    if (classes) t.data()[i] = y.data()[i];
    if (!classes) t.data()[2 * i] = y.data()[i], t.data()[2 * i + 1] = 1 - y.data()[i];
  }
  std::vector<double> out;
  for (const auto& [key, value] : model.evaluate(x, t)) out.push_back(value);
  model.train_on_batch(x, t);
  for (const Array& weight : model.get_weights())
    for (const real v : weight.values()) out.push_back(static_cast<double>(v));
  return out;
}

// Every loss and metric that takes such a model with nothing but its name.
TEST(MaskedMetrics, AnEmptySampleWeighsNothing) {
  std::set<std::string> refused;
  const auto check = [&](const std::string& name, const LossRef& loss, const MetricList& metrics, bool classes) {
    try {
      const CompileOptions options{.optimizer = "sgd", .loss = loss, .metrics = {metrics}};
      const std::vector<double> without = said(options, false, classes), with = said(options, true, classes);
      EXPECT_EQ(without.size(), with.size());
      for (std::size_t i = 0; i < std::min(with.size(), without.size()); ++i)
        EXPECT_NEAR(with[i], without[i], 1e-6 * std::max(1.0, std::abs(without[i]))) << name << " " << i;
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  for (const std::string& name : loss_names())
    if (!check(name, name, {}, false) && !check(name, name, {}, true)) refused.insert(LossRef(name)->key());
  for (const std::string& name : metric_names()) {
    const auto with = [&](const char* loss, bool classes) {
      return check(name, loss, std::vector<MetricRef>{MetricRef(name)}, classes);
    };
    if (!with("mse", false) && !with("sparse_categorical_crossentropy", true) && !with("gaussian_nll", true))
      refused.insert(MetricRef(name)->class_name());
  }
  // Metrics that have an argument without a default, and the losses of no such targets.
  EXPECT_EQ(refused,
            (std::set<std::string>{"IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "PrecisionAtRecall", "RecallAtPrecision",
                                   "SensitivityAtSpecificity", "SpecificityAtSensitivity", "circle", "ctc"}));
}

// What the model makes of five samples, with one of nothing but padding among them or without: what evaluate says and a step of
// training does. `side`: an input of its own, which is no padding.
std::vector<double> last_states(bool with_empty, bool side, bool compat) {
  set_random_seed(0);
  const SymbolicTensor x = Input({4, 2}), s = Input({3});
  const SymbolicTensor h = LSTM(3)(Masking(0.0)(x));
  const SymbolicTensor ahead = LSTM(2, {.return_sequences = true})(RepeatVector(3)(h));
  const SymbolicTensor of_both = Concatenate()({h, s});
  Model model({x, s}, {Dense(2)(side ? of_both : h), Dense(1)(ahead)});
  model.set_keras_mask_compat(compat);
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {{"mae"}, {"mse"}}});
  const Index n = with_empty ? 6 : 5;
  Array in(Shape{n, 4, 2}), sides(Shape{n, 3}, real(0.5)), level(Shape{n, 2}, real(1)), path(Shape{n, 3, 1}, real(2));
  for (Index b = 0, sample = 0; b < n; ++b) {
    if (with_empty && b == 2) continue;  // its values are Masking's 0
    for (Index i = 0; i < 8; ++i) in.data()[8 * b + i] = real(std::sin(1.0 + static_cast<double>(8 * sample + i)));
    ++sample;
  }
  std::vector<double> out;
  for (const auto& [key, value] : model.evaluate({in, sides}, {level, path})) out.push_back(value);
  model.train_on_batch({in, sides}, {level, path});
  for (const Array& weight : model.get_weights())
    for (const real v : weight.values()) out.push_back(static_cast<double>(v));
  return out;
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double most = a.size() == b.size() ? 0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

// What an output without a loss, and batches of other sizes, make of it; and a state that is carried on is no padding.
TEST(MaskedMetrics, AnEmptySampleInAnyBatch) {
  const auto evaluated = [](bool with_empty, Index batch_size) {
    set_random_seed(0);
    const SymbolicTensor x = Input({4, 2});
    const SymbolicTensor h = LSTM(3)(Masking(0.0)(x));
    Model model({x}, {Dense(1)(h), Dense(1)(h)});
    model.compile({.optimizer = "sgd", .loss = {LossRef("mse"), LossRef()}, .metrics = {{"mse"}, {"mse"}}});
    const Index n = with_empty ? 6 : 5;
    Array in(Shape{n, 4, 2}), targets(Shape{n, 1}, real(1));
    for (Index i = 0; i < 5 * 8; ++i) in.data()[i] = real(std::sin(1.0 + static_cast<double>(i)));
    std::vector<double> out;
    for (const auto& [key, value] : model.evaluate({in}, {targets, targets}, {.batch_size = batch_size})) out.push_back(value);
    return out;
  };
  const std::vector<double> want = evaluated(false, 32);
  for (const Index size : {1, 2, 5, 32}) EXPECT_LT(apart(evaluated(true, size), want), 1e-6) << size;  // float32

  set_random_seed(0);
  const SymbolicTensor x = Input({3, 2}, {.batch_size = 2});
  Model model({x}, {Dense(1)(LSTM(3, {.stateful = true})(Masking(0.0)(x)))});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.predict_on_batch({Array(Shape{2, 3, 2}, real(0.5))});
  const Array nothing(Shape{2, 3, 2});
  EXPECT_GT(model.test_on_batch({nothing}, {Array(Shape{2, 1}, real(100))}).at("loss"), 1000);
}

// Behind a layer that has used the mask up nothing is masked any more, but there is still nothing to learn.
TEST(MaskedMetrics, AnEmptySampleWeighsNothingBehindLastStates) {
  EXPECT_LT(apart(last_states(true, false, false), last_states(false, false, false)), 1e-6);  // float32, sums in another order
  EXPECT_GT(apart(last_states(true, true, false), last_states(false, true, false)), 1e-3);    // the side input is no padding
  EXPECT_GT(apart(last_states(true, false, true), last_states(false, false, true)), 1e-3);    // Keras counts it
}

}  // namespace
}  // namespace rondo
