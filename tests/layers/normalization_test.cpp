#include "rondo/layers/normalization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/layers/lstm.h"
#include "support/contract.h"
#include "support/recurrent_check.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Normalization", "features", [] { return Normalization(); }, {{4}});
CONTRACT_CASE("Normalization", "steps", [] { return Normalization(); }, {{None, 3}});
CONTRACT_CASE("Normalization", "given, back",
              [] {
                return Normalization({.mean = {1, 2}, .variance = {4, 0}, .invert = true});
              },
              {{None, 2}});
CONTRACT_CASE("Normalization", "one for all", [] { return Normalization({.axis = {}, .mean = {1}, .variance = {4}}); },
              {{None, 2}});
CONTRACT_CASE("Normalization", "two axes", [] { return Normalization({.axis = {1, -1}}); }, {{4, 3}}, {.truncates = false});
CONTRACT_CASE("Normalization", "a middle axis", [] { return Normalization({.axis = {2}}); }, {{None, 4, 3}});

// Against sums in double: over all axes but those of `axis`.
TEST(Normalization, AdaptsToData) {
  TestRandom random(1);
  const Array x = random.array({20, 5, 3}, -4, 9);
  for (const std::vector<Index>& axis :
       {std::vector<Index>{-1}, std::vector<Index>{}, std::vector<Index>{1}, std::vector<Index>{2, 1}}) {
    SCOPED_TRACE(Shape(axis).text());
    Normalization norm({.axis = axis});
    norm.adapt(x);
    const bool by_step = std::count(axis.begin(), axis.end(), 1) > 0,
               by_feature = !axis.empty() && axis != std::vector<Index>{1};
    const Index n = (by_step ? 5 : 1) * (by_feature ? 3 : 1);
    std::vector<double> mean(static_cast<std::size_t>(n)), variance(static_cast<std::size_t>(n));
    const auto at = [&](Index t, Index f) {
      return static_cast<std::size_t>((by_step ? t : 0) * (by_feature ? 3 : 1) + (by_feature ? f : 0));
    };
    const auto each = [&](auto f) {
      for (Index b = 0; b < 20; ++b)
        for (Index t = 0; t < 5; ++t)
          for (Index k = 0; k < 3; ++k) f(static_cast<double>(x(b, t, k)), at(t, k));
    };
    const double count = 300.0 / static_cast<double>(n);
    each([&](double v, std::size_t i) { mean[i] += v / count; });
    each([&](double v, std::size_t i) { variance[i] += (v - mean[i]) * (v - mean[i]) / count; });

    const SymbolicTensor in = Input({5, 3});
    Model model(in, norm(in));
    const Array y = model.predict(x);
    for (Index b = 0; b < 20; ++b)
      for (Index t = 0; t < 5; ++t)
        for (Index k = 0; k < 3; ++k)
          EXPECT_NEAR(static_cast<double>(y(b, t, k)),
                      (static_cast<double>(x(b, t, k)) - mean[at(t, k)]) / std::sqrt(variance[at(t, k)]),
                      sizeof(real) == sizeof(double) ? 1e-12 : 2e-6);
    EXPECT_EQ(model.internal().trainable.size(), 0u);
  }
}

// In batches as at once, anew each time, and back again.
TEST(Normalization, BatchesAndBack) {
  TestRandom random(2);
  const Array x = random.array({30, 2}, 3, 8);
  Normalization one, parts, back({.invert = true});
  one.adapt(x);
  parts.adapt(random.array({5, 2}));
  const std::vector<Array> batches{x.slice(0, 0, 7), x.slice(0, 7, 30)};
  parts.adapt(batches);
  back.adapt(x);
  const SymbolicTensor in = Input({2});
  const Array y = Model(in, one(in)).predict(x), z = Model(in, parts(in)).predict(x),
              again = Model(in, back(one(in))).predict(x);
  for (Index i = 0; i < x.size(); ++i) {
    EXPECT_EQ(y.data()[i], z.data()[i]);
    EXPECT_NEAR(static_cast<double>(again.data()[i]), static_cast<double>(x.data()[i]), 2e-6);
  }
}

// A column that never changes becomes 0, not infinite.
TEST(Normalization, AConstantColumn) {
  Normalization norm;
  norm.adapt(Array(Shape{4, 1}, 7));
  const SymbolicTensor in = Input({1});
  const Array y = Model(in, norm(in)).predict(Array(Shape{2, 1}, 7));
  EXPECT_EQ(y(0, 0), 0);
}

TEST(Normalization, RefusesWhatItCannotDo) {
  expect_refused(Code::value, "variance is given alone", [] { Normalization({.variance = {1}}); });
  expect_refused(Code::value, "as many", [] { Normalization({.mean = {1, 2}, .variance = {1}}); });
  expect_refused(Code::value, ">= 0", [] { Normalization({.mean = {1}, .variance = {-1}}); });
  expect_refused(Code::value, "axis = {}", [] { Normalization({.axis = {}, .mean = {1, 2}, .variance = {1, 2}}); });
  expect_refused(Code::value, "names an axis twice", [] { Normalization({.axis = {1, -1}})(Input({3})); });
  expect_refused(Code::shape, "samples", [] { Normalization({.axis = {0}})(Input({3})); });
  expect_refused(Code::shape, "must be known", [] { Normalization({.axis = {1}})(Input({None, 3})); });
  expect_refused(Code::shape, "one for each position", [] { Normalization({.mean = {1, 2}, .variance = {1, 2}})(Input({3})); });
  expect_refused(Code::value, "leave them out", [] {
    Normalization({.mean = {1}, .variance = {2}}).adapt(Array(Shape{2, 1}));
  });
  expect_refused(Code::value, "no values", [] { Normalization().adapt(Array(Shape{0, 1})); });
  expect_refused(Code::non_finite, "position 1", [] { Normalization().adapt(Array{1, NAN, 2, 3}.reshape(2, 2)); });
  expect_refused(Code::shape, "moments are for", [] {
    Normalization norm;
    norm.adapt(Array(Shape{4, 3}));
    norm.adapt(Array(Shape{4, 2}));
  });
}

}  // namespace
}  // namespace rondo
