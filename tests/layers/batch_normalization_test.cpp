#include "rondo/layers/batch_normalization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/layers/dense.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("BatchNormalization", "features", [] { return BatchNormalization(); }, {{4}});
CONTRACT_CASE("BatchNormalization", "one feature", [] { return BatchNormalization(); }, {{1}});
CONTRACT_CASE("BatchNormalization", "steps", [] { return BatchNormalization(); }, {{None, 3}});
CONTRACT_CASE("BatchNormalization", "neither scale nor center",
              [] { return BatchNormalization({.center = false, .scale = false}); }, {{None, 3}});
CONTRACT_CASE("BatchNormalization", "no scale", [] { return BatchNormalization({.scale = false}); }, {{None, 3}});
CONTRACT_CASE("BatchNormalization", "no center", [] { return BatchNormalization({.center = false}); }, {{None, 3}});
CONTRACT_CASE("BatchNormalization", "an axis of time", [] { return BatchNormalization({.axis = 1, .epsilon = 0.1}); },
              {{5, 3}});
CONTRACT_CASE("BatchNormalization", "an axis between", [] { return BatchNormalization({.axis = -2}); }, {{None, 2, 3}});
CONTRACT_CASE("BatchNormalization", "frozen",
              [] {
                const LayerRef layer = BatchNormalization();
                layer->trainable = false;
                return layer;
              },
              {{None, 3}});

struct Moments {
  std::vector<double> mean, variance;
};

// Keras's moments of (samples, steps, channels), over valid steps; `keep` null: all.
Moments moments(const Array& x, const std::vector<std::vector<int>>* keep) {
  const Index samples = x.shape()[0], steps = x.shape()[1], channels = x.shape()[2];
  Moments m;
  for (Index c = 0; c < channels; ++c) {
    double n = 0, sum = 0, squares = 0;
    const auto each = [&](auto f) {
      for (Index b = 0; b < samples; ++b)
        for (Index t = 0; t < steps; ++t)
          if (keep == nullptr || (*keep)[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)] != 0)
            f(static_cast<double>(x(b, t, c)));
    };
    each([&](double v) { n += 1, sum += v; });
    const double weight = keep == nullptr ? 1 / n : 1 / (n + 1e-7);
    const double mean = sum * weight;
    each([&](double v) { squares += (v - mean) * (v - mean); });
    m.mean.push_back(mean);
    m.variance.push_back(squares * weight);
  }
  return m;
}

TEST(BatchNormalization, TrainsAndInfersAsItsEquations) {
  for (const bool masked : {false, true}) {
    SCOPED_TRACE(masked);
    TestRandom random(1);
    const Index samples = 50, steps = 4, channels = 3;
    const SymbolicTensor x = Input({None, channels}), flags = Input({None, 1});
    std::vector<SymbolicTensor> inputs{x};
    std::vector<SymbolicTensor> into = inputs;
    if (masked) {
      into[0] = given_mask(x, flags);
      inputs.push_back(flags);
    }
    const LayerRef layer = BatchNormalization({.momentum = 0.9, .epsilon = 0.01});
    Model model(inputs, layer.call(into));
    randomize_weights(model, 2);
    const auto w = model.get_weights();  // gamma, beta, moving mean, moving variance
    const auto keep = keep_of_every_kind(samples, steps, random);
    std::vector<Array> data{random.array({samples, steps, channels}, 3, 8)};
    const Moments m = moments(data[0], masked ? &keep : nullptr);
    if (masked) {
      Array k(Shape{samples, steps, 1});
      for (Index b = 0; b < samples; ++b)
        for (Index t = 0; t < steps; ++t) {
          const int valid = keep[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)];
          k(b, t, 0) = static_cast<real>(valid);
          for (Index c = 0; c < channels && valid == 0; ++c) data[0](b, t, c) = static_cast<real>(NAN);
        }
      data.push_back(k);
    }
    const auto expect_normalized = [&](const auto& y, const Moments& by) {
      for (Index b = 0; b < samples; ++b)
        for (Index t = 0; t < steps; ++t)
          for (Index c = 0; c < channels; ++c) {
            if (masked && keep[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)] == 0) continue;
            const auto i = static_cast<std::size_t>(c);
            const double wanted = (static_cast<double>(data[0](b, t, c)) - by.mean[i]) / std::sqrt(by.variance[i] + 0.01) *
                                      static_cast<double>(w[0](c)) +
                                  static_cast<double>(w[1](c));
            // a value of 8 less a mean of 5, in float
            EXPECT_NEAR(static_cast<double>(y(b, t, c)), wanted, sizeof(real) == sizeof(double) ? 1e-12 : 3e-6);
          }
    };
    Shapes shapes;
    for (const Array& a : data) shapes.push_back(a.shape());
    Session session(model.internal().built(), {shapes, {true, false}, 2});
    session.start(shapes);
    for (std::size_t i = 0; i < data.size(); ++i)
      std::copy(data[i].values().begin(), data[i].values().end(), session.input(static_cast<int>(i)));
    session.forward(true);
    const real* y = session.output(0).values;
    expect_normalized([&](Index b, Index t, Index c) { return y[(b * steps + t) * channels + c]; }, m);

    session.update_moving();
    const auto moved = model.get_weights();
    const double tolerance = sizeof(real) == sizeof(double) ? 1e-13 : 1e-6;
    Moments now;
    for (Index c = 0; c < channels; ++c) {
      const auto i = static_cast<std::size_t>(c);
      EXPECT_NEAR(static_cast<double>(moved[2](c)), 0.9 * static_cast<double>(w[2](c)) + 0.1 * m.mean[i], tolerance);
      EXPECT_NEAR(static_cast<double>(moved[3](c)), 0.9 * static_cast<double>(w[3](c)) + 0.1 * m.variance[i], tolerance);
      now.mean.push_back(static_cast<double>(moved[2](c)));
      now.variance.push_back(static_cast<double>(moved[3](c)));
    }
    const Array predicted = model.predict_all(data)[0];
    expect_normalized([&](Index b, Index t, Index c) { return predicted(b, t, c); }, now);
  }
}

// NaN in the padding reaches neither the moments nor a weight.
TEST(BatchNormalization, PaddingTouchesNothing) {
  std::vector<std::vector<Array>> weights;
  for (const double padding : {0.0, 1e30, static_cast<double>(NAN)}) {
    TestRandom random(3);
    const SymbolicTensor x = Input({6, 2}), flags = Input({6, 1});
    Model model({x, flags}, LayerRef(BatchNormalization()).call({given_mask(x, flags)}));
    model.compile({.optimizer = "sgd", .loss = "mse"});
    Array data = random.array({40, 6, 2}), keep(Shape{40, 6, 1}, 1);
    for (Index b = 0; b < 40; b += 2)
      for (Index t = 0; t < 1 + b % 6; ++t) {
        keep(b, t, 0) = 0;
        for (Index f = 0; f < 2; ++f) data(b, t, f) = static_cast<real>(padding);
      }
    for (int step = 0; step < 3; ++step)
      EXPECT_TRUE(std::isfinite(model.train_on_batch({data, keep}, random.array({40, 6, 2}))));
    weights.push_back(model.get_weights());
  }
  for (std::size_t i = 0; i < weights[0].size(); ++i)
    for (std::size_t k = 0; k < weights[0][i].values().size(); ++k) {
      EXPECT_EQ(weights[0][i].values()[k], weights[1][i].values()[k]);
      EXPECT_EQ(weights[0][i].values()[k], weights[2][i].values()[k]);
    }
}

TEST(BatchNormalization, FrozenDoesNotMove) {
  TestRandom random(4);
  const LayerRef layer = BatchNormalization();
  layer->trainable = false;
  const SymbolicTensor x = Input({3});
  Model model(x, Dense(3)(layer(x))), normalized(x, layer(x));
  randomize_weights(model, 5);
  const auto digest = normalized.weights_digest();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Array data = random.array({8, 3});
  const Array before = normalized.predict(data);
  model.train_on_batch(data, random.array({8, 3}));
  EXPECT_EQ(normalized.weights_digest(), digest);
  const Array after = normalized.predict(data);
  for (Index i = 0; i < before.size(); ++i) EXPECT_EQ(before.data()[i], after.data()[i]);
}

TEST(BatchNormalization, RefusesWhatItCannotDo) {
  const auto on = [](const BatchNormalizationOptions& options, const Shape& shape) {
    return [=] { LayerRef(BatchNormalization(options)).call({Input(shape)}); };
  };
  expect_refused(Code::shape, "samples", on({.axis = 0}, {4, 2}));
  expect_refused(Code::shape, "axis = 3", on({.axis = 3}, {4, 2}));
  expect_refused(Code::shape, "must be known", on({.axis = 1}, {None, 2}));
  expect_refused(Code::value, "momentum", on({.momentum = 1.5}, {4, 2}));
  expect_refused(Code::value, "epsilon", on({.epsilon = -1}, {4, 2}));
}

}  // namespace
}  // namespace rondo
