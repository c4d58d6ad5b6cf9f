// Every loss against central differences, in double.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "rondo/losses/classification.h"
#include "rondo/losses/forecast.h"
#include "rondo/losses/overlap.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

// d must be the central differences of value(), which depends on yhat.
template <class Value>
void expect_slopes(std::vector<real>& yhat, const std::vector<real>& d, const Value& value) {
  for (std::size_t i = 0; i < yhat.size(); ++i) {
    const real old = yhat[i], h = 1e-5;
    yhat[i] = old + h;
    const double up = value();
    yhat[i] = old - h;
    const double down = value();
    yhat[i] = old;
    // The formula's own error is of the order h^2 = 1e-10 times the third derivative.
    EXPECT_NEAR(d[i], (up - down) / (2 * h), 1e-7 * std::max(1.0, std::abs(d[i]))) << i;
  }
}

struct Case {
  std::string name;
  LossRef loss;
  std::string y;  // "numbers", "positive", "bits", "signs", "one-hot", "class", "shares"
  bool probabilities = false;
};

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"log_cosh", "log_cosh", "numbers"},
      {"poisson", "poisson", "positive"},
      {"cosine_similarity", "cosine_similarity", "numbers"},
      {"huber", Huber({.delta = 0.7}), "numbers"},
      {"mse", "mse", "numbers"},
      {"mae", "mae", "numbers"},
      {"mape", "mape", "numbers"},
      {"msle", "msle", "positive"},
      {"kl_divergence", "kl_divergence", "shares", true},
      {"hinge", "hinge", "signs"},
      {"hinge of bits", "hinge", "bits"},
      {"squared_hinge", "squared_hinge", "signs"},
      {"squared_hinge of bits", "squared_hinge", "bits"},
      {"categorical_hinge", "categorical_hinge", "one-hot"},
      {"sparse", "sparse_categorical_crossentropy", "class", true},
      {"sparse logits", SparseCategoricalCrossentropy({.from_logits = true, .ignore_class = 1}), "class"},
      {"pinball", Pinball({.quantiles = {0.1, 0.5, 0.8, 0.9}}), "quantiles"},
      {"gaussian_nll", GaussianNegativeLogLikelihood(), "pairs"},
      {"gaussian_crps", GaussianCRPS(), "pairs"},
      {"mase", MASE({.scale = 0.3}), "numbers"},
      {"smape", SMAPE(), "numbers"},
      {"crossentropy", "crossentropy", "bits", true},  // one of three, which have cases of their own
  };
  for (const bool logits : {false, true}) {
    for (const double smooth : {0.0, 0.2}) {
      const std::string of = (logits ? " logits " : " ") + std::to_string(smooth);
      all.push_back({"bce" + of, BinaryCrossentropy({.from_logits = logits, .label_smoothing = smooth}), "bits", !logits});
      all.push_back(
          {"cce" + of, CategoricalCrossentropy({.from_logits = logits, .label_smoothing = smooth}), "one-hot", !logits});
      all.push_back({"binary focal" + of,
                     BinaryFocalCrossentropy({.apply_class_balancing = smooth > 0,
                                              .alpha = 0.4,
                                              .gamma = 1.5,
                                              .from_logits = logits,
                                              .label_smoothing = smooth}),
                     "bits", !logits});
      all.push_back(
          {"categorical focal" + of,
           CategoricalFocalCrossentropy({.alpha = 0.4, .gamma = 1.5, .from_logits = logits, .label_smoothing = smooth}),
           "one-hot", !logits});
    }
  }
  return all;
}

// Losses of more than rows, and along other axes: outputs of `shape`, targets of so many numbers a sample.
struct WideCase {
  std::string name;
  LossRef loss;
  std::string y;
  Shape shape;
  bool probabilities = false;
};

std::vector<WideCase> wide_cases() {
  return {
      {"ctc", CTC(), "label", {4, 7, 4}},
      {"circle", Circle({.gamma = 6}), "class", {7, 3}},
      {"circle of all", Circle({.gamma = 4, .margin = 0.25, .remove_diagonal = false}), "class", {6, 2}},
      {"gce", CategoricalGeneralizedCrossEntropy({.q = 0.7}), "class", {6, 3}, true},
      {"dice", Dice(), "bits", {3, 4, 2}, true},
      {"dice of samples", Dice({.axis = {1, 2}}), "bits", {3, 4, 2}, true},
      {"dice of rows", Dice({.axis = {-1}}), "bits", {3, 4, 2}, true},
      {"tversky", Tversky({.alpha = 0.2, .beta = 0.9}), "bits", {3, 4, 2}, true},
      {"tversky of columns", Tversky({.alpha = 0.2, .beta = 0.9, .axis = {0, 1}}), "bits", {3, 4, 2}, true},
      {"bce axis 1", BinaryCrossentropy({.label_smoothing = 0.1, .axis = 1}), "bits", {3, 4, 2}, true},
      {"cce axis 1", CategoricalCrossentropy({.axis = 1}), "bits", {3, 4, 2}, true},
      {"sparse axis 1", SparseCategoricalCrossentropy({.from_logits = true, .ignore_class = 2, .axis = 1}), "class", {3, 4, 2}},
      {"cosine axis 1", CosineSimilarity({.axis = 1}), "numbers", {3, 4, 2}},
      {"focal axis 1", CategoricalFocalCrossentropy({.gamma = 1.5, .from_logits = true, .axis = 1}), "bits", {3, 4, 2}},
  };
}

TEST(LossGradients, OfWholeBatchesAreCentralDifferences) {
  std::mt19937 draw(2);
  std::normal_distribution<double> normal(0, 1);
  for (const WideCase& c : wide_cases()) {
    const Shape& shape = c.shape;
    const Index axis = c.loss->axis();
    const bool across = axis != -1 && axis != shape.rank() - 1;
    const Index rows = shape.elements() / shape[-1];
    const Index each = c.y == "label" ? 3 : c.loss->target_shape(shape).with_first(1).elements();
    for (const bool masked : {false, true}) {
      if (masked && across) continue;  // refused by check_masked
      for (const char* reduction : {"sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"}) {
        SCOPED_TRACE(c.name + " " + reduction + (masked ? " masked" : ""));
        const_cast<Loss&>(*c.loss).set_reduction(reduction_of(reduction));
        std::vector<real> y, yhat, weights;
        std::vector<std::uint8_t> mask;
        for (Index i = 0; i < shape.elements(); ++i)
          yhat.push_back(c.probabilities ? 1 / (1 + std::exp(-normal(draw))) : normal(draw));
        for (Index r = 0; r < rows; ++r) {
          mask.push_back(r % 3 != 1);
          weights.push_back(0.5 + 0.25 * static_cast<double>(r));
        }
        for (Index i = 0; i < shape[0] * each; ++i) {
          y.push_back(c.y == "label"   ? static_cast<double>(i % each <= i / each % 3 ? 1 + i % 2 : 0)
                      : c.y == "class" ? static_cast<double>(i % 3)
                      : c.y == "bits"  ? normal(draw) > 0
                                       : normal(draw));
        }
        std::vector<double> scratch(c.loss->scratch(shape, each) / sizeof(double) + 1);
        std::vector<real> d(yhat.size());
        const auto value = [&](real* slope) {
          LossBatch b{y.data(), yhat.data(), shape.sizes(), each, masked ? mask.data() : nullptr, weights.data(), slope};
          b.scratch = scratch.data();
          return c.loss->batch(b);
        };
        value(d.data());
        // "none" trains on the sum and reports the mean over all values.
        double times = 1;
        if (std::string(reduction) == "none") {
          const double mean = value(nullptr);
          const_cast<Loss&>(*c.loss).set_reduction(Reduction::sum);
          const double sum = value(nullptr);
          const_cast<Loss&>(*c.loss).set_reduction(Reduction::none);
          times = sum / mean;
        }
        expect_slopes(yhat, d, [&] { return times * value(nullptr); });
      }
    }
  }
}

TEST(LossGradients, AreCentralDifferences) {
  static_assert(sizeof(real) == sizeof(double));
  std::mt19937 draw(1);
  std::normal_distribution<double> normal(0, 1);
  const Index rows = 6, width = 4;
  for (const Case& c : cases()) {
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(c.name + (masked ? " masked" : ""));
      const Index targets = c.loss->target_width(width);
      std::vector<real> y, yhat, weights;
      std::vector<std::uint8_t> mask;
      for (Index i = 0; i < rows * width; ++i) yhat.push_back(normal(draw));
      for (Index r = 0; r < rows; ++r) {
        mask.push_back(r % 3 != 1);
        weights.push_back(0.5 + 0.25 * static_cast<double>(r));
        for (Index i = 0; i < targets; ++i) {
          const double v = normal(draw);
          y.push_back(c.y == "positive" || c.y == "shares" ? std::abs(v) + 0.1
                      : c.y == "bits"                      ? v > 0
                      : c.y == "signs"                     ? (v > 0 ? 1 : -1)
                      : c.y == "one-hot"                   ? i == r % width
                      : c.y == "class"                     ? static_cast<double>(r % width)
                                                           : v);
        }
      }
      if (c.y == "positive") {
        for (real& v : yhat) v = std::abs(v) + 0.1;
      }
      if (c.probabilities) {
        for (real& v : yhat) v = 1 / (1 + std::exp(-v));
      }
      std::vector<real> d(yhat.size());
      const auto value = [&](real* slope) {
        return compute(*c.loss, y.data(), yhat.data(), rows, width, masked ? mask.data() : nullptr, slope, weights.data());
      };
      value(d.data());
      expect_slopes(yhat, d, [&] { return value(nullptr); });
    }
  }
}

// A new loss needs a case of its own above.
TEST(LossGradients, OfEveryLossAreChecked) {
  std::set<std::string> checked;
  for (const Case& c : cases()) checked.insert(c.loss->key());
  for (const WideCase& c : wide_cases()) checked.insert(c.loss->key());
  EXPECT_FALSE(loss_names().empty());
  for (const std::string& name : loss_names()) EXPECT_TRUE(checked.contains(LossRef(name)->key())) << name;
}

}  // namespace
}  // namespace rondo
