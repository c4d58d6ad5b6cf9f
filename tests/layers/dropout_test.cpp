// Dropout: what is drawn, how often, and that it depends on nothing but seeds, names and samples. Gradients are the contract's:
// it runs with one seed, so with one set of draws.
#include "rondo/layers/dropout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/layers/dense.h"
#include "rondo/layers/time_distributed.h"
#include "rondo/model/model.h"
#include "support/contract.h"
#include "support/in_training.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Dropout", "sequence", [] { return Dropout(0.4); }, {{None, 3}});
CONTRACT_CASE("Dropout", "features", [] { return Dropout(0.5, {.seed = 3}); }, {{5}});
CONTRACT_CASE("Dropout", "shared by time steps", [] { return Dropout(0.5, {.noise_shape = {None, 1, None}}); }, {{None, 3}});
CONTRACT_CASE("TimeDistributed", "Dropout", [] { return TimeDistributed(Dropout(0.5)); }, {{None, 3}});

TEST(Dropout, DropsTheShareAndScalesTheRest) {
  for (const double rate : {0.1, 0.25, 0.5, 0.9}) {
    const Index n = 40000;
    const Array y = in_training(model_with(Dropout(rate), {n / 100}), ones({100, n / 100}));
    Index dropped = 0;
    for (real v : y.values()) {
      dropped += v == 0;
      EXPECT_EQ(v, v == 0 ? real(0) : static_cast<real>(1 / (1 - rate)));
    }
    // Five standard deviations of a binomial: one seed in two million would fail, and this one does not.
    EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(n), rate,
                5 * std::sqrt(rate * (1 - rate) / static_cast<double>(n)));
  }
}

TEST(Dropout, RateZeroAndOne) {
  const Array x = ones({3, 4});
  EXPECT_EQ(in_training(model_with(Dropout(0), {4}), x).text(), x.text());
  EXPECT_EQ(in_training(model_with(Dropout(1), {4}), x).text(), Array(Shape{3, 4}).text());
}

TEST(Dropout, InferenceIsTheInput) {
  Model model = model_with(Dropout(0.9), {3});
  const Array x = Array{1, -2, 3}.reshape(1, 3);
  EXPECT_EQ(model.predict(x).text(), x.text());
}

TEST(Dropout, SeedsCallsNamesAndSamplesAllDrawTheirOwn) {
  const Array x = ones({64, 8});
  const auto drawn = [&](const LayerRef& layer, std::uint64_t seed = 1) {
    return in_training(model_with(layer, {8}), x, seed).text();
  };
  const std::string first = drawn(Dropout(0.5));
  EXPECT_EQ(first, drawn(Dropout(0.5)));
  EXPECT_NE(first, drawn(Dropout(0.5), 2));
  EXPECT_NE(first, drawn(Dropout(0.5, {.seed = 0})));
  EXPECT_NE(drawn(Dropout(0.5, {.seed = 0})), drawn(Dropout(0.5, {.seed = 1})));
  EXPECT_NE(first, drawn(Dropout(0.5, {.name = "other"})));
  const Array y = in_training(model_with(Dropout(0.5), {8}), x);
  EXPECT_NE(y.slice(0, 0, 32).text(), y.slice(0, 32, 64).text());
  // Called twice, it draws twice.
  const SymbolicTensor in = Input({8});
  const LayerRef layer = Dropout(0.5);
  Model twice({in}, {layer(layer(in))});
  Index zero = 0;
  const Array both = in_training(twice, x);
  for (real v : both.values()) zero += v == 0;
  EXPECT_GT(zero, 330);  // three quarters of 512, and not a half
}

// Sample i draws the same whatever else is in the batch, and on any number of threads: alone, its number is 0.
TEST(Dropout, DoesNotDependOnShardsOrThreads) {
  for (const LayerRef& layer : {LayerRef(Dropout(0.5)), LayerRef(TimeDistributed(Dropout(0.5)))}) {
    const Array x = ones({70, 5, 3}), y = in_training(model_with(layer, {5, 3}), x);
    EXPECT_EQ(y.text(), in_training(model_with(layer, {5, 3}), x, 1, 4).text());
    const Array few = ones({19, 5, 3});  // cut otherwise
    EXPECT_EQ(y.slice(0, 0, 19).text(), in_training(model_with(layer, {5, 3}), few).text());
    for (Index t = 1; t < 5; ++t) EXPECT_NE(y.slice(1, t, t + 1).text(), y.slice(1, 0, 1).text());
  }
}

TEST(Dropout, TrainsTheSameOnAnyNumberOfThreads) {
  std::vector<std::uint64_t> digests;
  for (const int threads : {1, 3}) {
    set_random_seed(5);
    Sequential model({Dense(8, {.activation = "tanh", .input_shape = {3}}), Dropout(0.3), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    for (int step = 0; step < 3; ++step) model.train_on_batch(ones({70, 3}), ones({70, 1}), threads);
    digests.push_back(model.weights_digest());
  }
  EXPECT_EQ(digests[0], digests[1]);
}

TEST(Dropout, NoiseShapeSharesDraws) {
  const Array x = ones({6, 4, 5});
  const Array y = in_training(model_with(Dropout(0.5, {.noise_shape = {None, 1, None}}), {4, 5}), x);
  for (Index t = 1; t < 4; ++t) EXPECT_EQ(y.slice(1, t, t + 1).text(), y.slice(1, 0, 1).text());
  EXPECT_NE(y.slice(0, 0, 1).text(), y.slice(0, 1, 2).text());
  const Array z = in_training(model_with(Dropout(0.5, {.noise_shape = {1, None, 1}}), {4, 5}), x);
  for (Index b = 1; b < 6; ++b) EXPECT_EQ(z.slice(0, b, b + 1).text(), z.slice(0, 0, 1).text());
  for (Index f = 1; f < 5; ++f) EXPECT_EQ(z.slice(2, f, f + 1).text(), z.slice(2, 0, 1).text());
}

TEST(Dropout, RefusesWhatCannotBe) {
  expect_refused(Code::value, "from 0 to 1; got -0.1", [] { Dropout(-0.1); });
  expect_refused(Code::value, "A percentage? Type 0.2", [] { Dropout(20); });
  expect_refused(Code::value, "from 0 to 1", [] { Dropout(NAN); });
  expect_refused(Code::value, "noise_shape", [] { Dropout(0.5, {.noise_shape = {None, 0}}); });
  expect_refused(Code::shape, "noise_shape (None, 1)", [] { model_with(Dropout(0.5, {.noise_shape = {None, 1}}), {4, 5}); });
  expect_refused(Code::shape, "noise_shape", [] { model_with(Dropout(0.5, {.noise_shape = {None, 3}}), {4}); });
}

}  // namespace
}  // namespace rondo
