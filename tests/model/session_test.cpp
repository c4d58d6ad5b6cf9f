// The session: same bits on any number of threads, memory as promised, gradients through fan-out and joins, nothing taken from
// the heap while it runs.
#include "model/session.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

#include "model/model_state.h"
#include "model/small_layers.h"
#include "rondo/core/error.h"
#include "rondo/layers/concatenate.h"
#include "rondo/layers/masking.h"
#include "support/no_alloc.h"

namespace rondo {
namespace {

using small::affine;
using small::center;
using small::leak;

// Values that no sum of a few can make round: i -> a fraction in [-1, 1).
Array wavy(const Shape& shape, double seed = 1) {
  Array a(shape);
  for (Index i = 0; i < a.size(); ++i)
    a.data()[i] = static_cast<real>(std::sin(seed * 12.9898 + static_cast<double>(i) * 78.233));
  return a;
}

// A graph of every awkward kind: a shared layer, a fan-out, a mask, a mixing layer, an output read inside the graph.
struct Awkward {
  Model model;
  static Model make() {
    SymbolicTensor x = Input({5, 3});
    const LayerRef shared = affine();
    SymbolicTensor masked = Masking()(x);
    SymbolicTensor a = shared(masked), b = leak(true)(a);
    SymbolicTensor c = shared(b);
    SymbolicTensor mixed = center()(c);
    SymbolicTensor both = Concatenate()({mixed, a, a});
    return Model({x}, {leak(false)(both), b});
  }
  Awkward() : model(make()) {
    int n = 0;
    for (Weight* w : model.internal().weights)
      for (real& v : w->value.values()) v = static_cast<real>(0.5 + 0.07 * (++n % 9));
    model.internal().pack(true);
  }
};

struct Result {
  std::vector<real> numbers;
};

// Everything a step of training computes, as one row of numbers.
Result train_step(Model& model, const Array& x, int threads, Index capacity = 0) {
  const Index n = x.shape()[0];
  Session session(model.internal().built(),
                  {{x.shape().with_first(std::max(capacity, n))}, {.training = true, .streaming = false}, threads});
  session.start({x.shape()});
  std::copy_n(x.data(), x.size(), session.input(0));
  session.forward(true, 1);
  Result r;
  for (int o = 0; o < 2; ++o) {
    const Port& p = session.output(o);
    r.numbers.insert(r.numbers.end(), p.values, p.values + p.dims.elements());
    for (Index i = 0; i < p.dims.elements(); ++i)
      session.output_gradient(o)[i] = static_cast<real>(std::cos(static_cast<double>(i)));
  }
  session.backward();
  for (int i = 0; i < session.gradients(); ++i)
    for (real v : session.gradient(i)) r.numbers.push_back(v);
  return r;
}

TEST(Session, SameBitsOnAnyNumberOfThreads) {
  Awkward a;
  for (const Index n : {1, 15, 16, 17, 100, 300}) {
    Array x = wavy({n, 5, 3});
    for (Index i = 0; i < n; ++i)
      for (Index f = 0; f < 3; ++f) x(i, i % 5, f) = 0;  // masked
    const Result one = train_step(a.model, x, 1);
    for (const int threads : {2, 4, 16}) {
      const Result many = train_step(a.model, x, threads);
      ASSERT_EQ(one.numbers.size(), many.numbers.size());
      EXPECT_EQ(std::memcmp(one.numbers.data(), many.numbers.data(), one.numbers.size() * sizeof(real)), 0)
          << n << " samples, " << threads << " threads";
    }
    // A larger capacity changes nothing either.
    const Result roomy = train_step(a.model, x, 3, n + 37);
    EXPECT_EQ(std::memcmp(one.numbers.data(), roomy.numbers.data(), one.numbers.size() * sizeof(real)), 0) << n;
  }
}

TEST(Session, GradientsOfAnAwkwardGraphAreThoseOfDifferences) {
  // In float the differences are coarse; the double build checks the equations. This one checks the engine's sums: every
  // gradient to 2 % of the largest.
  Awkward a;
  const Array x = wavy({20, 5, 3});
  const auto loss = [&](const Array& at) {
    Session s(a.model.internal().built(), {{at.shape()}, {.training = true, .streaming = false}, 1});
    s.start(20);
    std::copy_n(at.data(), at.size(), s.input(0));
    s.forward(true, 1);
    double sum = 0;
    for (int o = 0; o < 2; ++o)
      for (Index i = 0; i < s.output(o).dims.elements(); ++i)
        sum += std::cos(static_cast<double>(i)) * static_cast<double>(s.output(o).values[i]);
    return sum;
  };
  Session s(a.model.internal().built(), {{x.shape()}, {.training = true, .streaming = false}, 2, true});
  s.start(20);
  std::copy_n(x.data(), x.size(), s.input(0));
  s.forward(true, 1);
  for (int o = 0; o < 2; ++o)
    for (Index i = 0; i < s.output(o).dims.elements(); ++i)
      s.output_gradient(o)[i] = static_cast<real>(std::cos(static_cast<double>(i)));
  s.backward();
  const double h = 1.0 / 64;
  double largest = 0;
  std::vector<std::pair<double, double>> pairs;
  const auto compare = [&](real& v, real analytic, const auto& value) {
    const real old = v;
    v = old + static_cast<real>(h);
    const double up = value();
    v = old - static_cast<real>(h);
    const double down = value();
    v = old;
    pairs.emplace_back(static_cast<double>(analytic), (up - down) / (2 * h));
    largest = std::max(largest, std::abs(pairs.back().second));
  };
  const auto& trainable = a.model.internal().trainable;
  ASSERT_EQ(static_cast<int>(trainable.size()), s.gradients());
  for (int i = 0; i < s.gradients(); ++i)
    for (std::size_t k = 0; k < s.gradient(i).size(); ++k)
      compare(trainable[static_cast<std::size_t>(i)]->value.values()[k], s.gradient(i)[k], [&] { return loss(x); });
  Array moved = x;
  for (Index i = 0; i < x.size(); i += 7) compare(moved.data()[i], s.input_gradient(0)[i], [&] { return loss(moved); });
  for (const auto& [analytic, numeric] : pairs) EXPECT_NEAR(analytic, numeric, 0.02 * largest);
}

TEST(Session, MovingWeightsAreTheSameOnAnyNumberOfThreads) {
  std::vector<real> seen[2];
  for (const int threads : {1, 4}) {
    Sequential model{center({4})};
    const Array x = wavy({50, 4});
    Session s(model.internal().built(), {{x.shape()}, {.training = true, .streaming = false}, threads});
    std::copy_n(x.data(), x.size(), s.input(0));
    s.forward(true);
    s.update_moving();
    const auto v = model.internal().weights[0]->value.values();
    seen[threads > 1].assign(v.begin(), v.end());
    double mean = 0;
    for (Index i = 0; i < 50; ++i) mean += static_cast<double>(x(i, 1));
    EXPECT_NEAR(static_cast<double>(v[1]), mean / 100, 1e-6);
    // Not training: the moving weights, and no sums.
    s.forward(false);
    EXPECT_EQ(s.output(0).values[1], x(0, 1) - v[1]);
  }
  EXPECT_EQ(seen[0], seen[1]);
}

TEST(Session, BooksWhatItMeasured) {
  Awkward a;
  for (const Index n : {1, 33, 400})
    for (const bool training : {false, true})
      for (const int threads : {1, 3}) {
        const SessionSize size{{{n, 5, 3}}, {.training = training, .streaming = false}, threads};
        NoAlloc count;
        const Memory m = Session::measure(a.model.internal().built(), size);
        Session s(a.model.internal().built(), size);
        EXPECT_EQ(s.booked(), m.total());
        EXPECT_EQ(m.saved > 0, training);
        EXPECT_EQ(m.gradients > 0, training);
        EXPECT_GT(count.here(), 0u);
      }
}

TEST(Session, InferenceReusesMemoryBetweenLayers) {
  Sequential shallow{affine({100, 8}), affine()}, deep{affine({100, 8})};
  for (int i = 0; i < 20; ++i) deep.add(affine());
  const SessionSize size{{{64, 100, 8}}, {}, 1};
  const Index two = Session::measure(shallow.internal().built(), size).activations;
  const Index many = Session::measure(deep.internal().built(), size).activations;
  // Two buffers take turns: one more than a model of two layers needs, for one shard of 16 rows.
  EXPECT_EQ(many - two, static_cast<Index>(16 * 100 * 8 * sizeof(real)));
}

TEST(Session, RunningTakesNothingFromTheHeap) {
  Awkward a;
  const Array x = wavy({100, 5, 3});
  for (const int threads : {1, 3}) {
    Session train(a.model.internal().built(), {{x.shape()}, {.training = true, .streaming = false}, threads});
    Session infer(a.model.internal().built(), {{x.shape()}, {}, threads});
    NoAlloc count;
    for (const Index n : {100, 17, 1}) {
      train.start(n);
      std::copy_n(x.data(), n * 15, train.input(0));
      train.forward(true, 3);
      std::fill_n(train.output_gradient(0), train.output(0).dims.elements(), real(1));
      std::fill_n(train.output_gradient(1), train.output(1).dims.elements(), real(1));
      train.backward();
      train.update_moving();
      infer.start(n);
      std::copy_n(x.data(), n * 15, infer.input(0));
      infer.forward(false);
    }
    EXPECT_EQ(count.everywhere(), 0u);
  }
}

TEST(Session, OtherLengthsWithinTheCapacity) {
  Sequential model;
  model.add(Input({None, 2}));
  model.add(leak(true));
  model.add(leak(false));
  Session s(model.internal().built(), {{{40, 9, 2}}, {}, 2});
  EXPECT_TRUE(s.holds({{3, 4, 2}}));
  EXPECT_FALSE(s.holds({{3, 10, 2}}));
  EXPECT_FALSE(s.holds({{41, 4, 2}}));
  EXPECT_THROW(s.start(Shapes{{3, 10, 2}}), Error);
  for (const Index steps : {9, 1, 4}) {
    const Array x = wavy({33, steps, 2});
    s.start({x.shape()});
    std::copy_n(x.data(), x.size(), s.input(0));
    s.forward(false);
    // leak 1, twice: a sum of sums.
    double first = 0, second = 0;
    for (Index t = 0; t < steps; ++t) first += static_cast<double>(x(32, t, 1)), second += first;
    EXPECT_NEAR(static_cast<double>(s.output(0).values[32 * 2 + 1]), second, 1e-5);
  }
}

TEST(Session, NamesWhatIsNotFinite) {
  SymbolicTensor x = Input({2, 3});
  SymbolicTensor y = leak(false)(affine()(leak(true)(x)));
  Model model(x, y);
  Session s(model.internal().built(), {{{40, 2, 3}}, {.training = true, .streaming = false}, 2});
  Array data = wavy({40, 2, 3});
  const auto run = [&] {
    std::copy_n(data.data(), data.size(), s.input(0));
    s.forward(true);
    std::fill_n(s.output_gradient(0), s.output(0).dims.elements(), real(1));
    s.backward();
  };
  run();
  EXPECT_FALSE(s.first_non_finite_value());
  EXPECT_FALSE(s.first_non_finite_gradient());

  data(31, 1, 2) = NAN;
  data(33, 0, 0) = INFINITY;
  run();
  std::optional<Culprit> c = s.first_non_finite_value();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->layer, "leak");
  EXPECT_EQ(c->sample, 31);
  EXPECT_TRUE(c->given);
  data = wavy({40, 2, 3});

  Weight& scale = *model.internal().trainable[1];
  ASSERT_EQ(scale.name, "scale");
  scale.value.data()[0] = static_cast<real>(INFINITY);
  run();
  c = s.first_non_finite_value();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->layer, "affine");
  EXPECT_EQ(c->sample, 0);
  EXPECT_FALSE(c->given);
  c = s.first_non_finite_gradient();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->layer, "affine");
  scale.value.data()[0] = 1;

  // A loss that is not finite is blamed on the last layer; a sum that overflows on its own layer, with no sample.
  std::copy_n(data.data(), data.size(), s.input(0));
  s.forward(true);
  std::fill_n(s.output_gradient(0), 120, real(1));
  s.output_gradient(0)[3 * 17 + 1] = NAN;
  s.backward();
  c = s.first_non_finite_gradient();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->layer, "leak_1");
  EXPECT_EQ(c->sample, 17);
  std::fill_n(s.output_gradient(0), 120, std::numeric_limits<real>::max() / 8);
  s.backward();
  c = s.first_non_finite_gradient();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->sample, -1);
}

TEST(Session, RefusesMoreMemoryThanThereIs) {
  Sequential model{affine({1000, 1000})};
  try {
    Session s(model.internal().built(), {{{Index(1) << 30, 1000, 1000}}, {.training = true, .streaming = false}, 1});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::memory);
    EXPECT_NE(std::string(e.what()).find("PB"), std::string::npos) << e.what();
  }
  EXPECT_THROW(Session::measure(model.internal().built(), {{{Index(1) << 60, 1000, 1000}}, {}, 1}), Error);
}

TEST(Session, ShardsDependOnTheBatchAlone) {
  for (Index n = 1; n < 2000; ++n) {
    const Shards s = shards_of(n);
    ASSERT_GE(s.count, 1);
    ASSERT_LE(s.count, 16);
    ASSERT_EQ(s.first(0, n), 0);
    ASSERT_EQ(s.first(s.count, n), n);
    for (Index i = 0; i < s.count; ++i) {
      const Index rows = s.first(i + 1, n) - s.first(i, n);
      ASSERT_GE(rows, 1);
      ASSERT_LE(rows, std::max<Index>(16, (n + 15) / 16));
    }
  }
}

}  // namespace
}  // namespace rondo
