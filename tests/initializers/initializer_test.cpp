#include "rondo/initializers/initializer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "rondo/core/error.h"
#include "support/reference.h"

namespace rondo {
namespace {

std::vector<real> draw(const Initializer& initializer, const Shape& shape, std::uint64_t seed = 0, std::uint64_t stream = 0) {
  std::vector<real> out(static_cast<std::size_t>(shape.elements()));
  initialize(initializer, shape, seed, stream, out.data());
  return out;
}

// The known answers published with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswers) {
  using Four = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, MomentsAndRange) {
  const Random random(7, 3);
  constexpr int n = 200000;
  double uniform = 0, normal = 0, squares = 0;
  std::vector<int> hits(10);
  for (int i = 0; i < n; ++i) {
    const auto k = static_cast<std::uint64_t>(i);
    const double u = random.uniform(k), z = random.normal(k);
    ASSERT_TRUE(u >= 0 && u < 1);
    uniform += u;
    normal += z;
    squares += z * z;
    ++hits[random.below(k, 10)];
  }
  // Five standard errors of each mean.
  EXPECT_NEAR(uniform / n, 0.5, 5 * 0.2887 / std::sqrt(n));
  EXPECT_NEAR(normal / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  for (const int h : hits) EXPECT_NEAR(h, n / 10, 5 * std::sqrt(n * 0.09));
  EXPECT_NE(Random(7, 4).uniform(0), random.uniform(0));
  EXPECT_NE(Random(8, 3).uniform(0), random.uniform(0));
}

TEST(Initializers, DrawsAreSpreadAsKerasDraws) {
  const auto cases = reference_cases("initializers/reference.json");
  ASSERT_GE(cases.size(), 25u);
  for (const auto& c : cases) {
    const std::string name = c["name"];
    const Shape shape = shape_of(c["shape"]);
    SCOPED_TRACE(name + " " + shape.text());
    EXPECT_EQ(initializer_info(name).class_name, c["class_name"].get<std::string>());
    EXPECT_EQ(draw(c["class_name"].get<std::string>(), shape, 5), draw(name, shape, 5));
    double sum = 0, squares = 0, largest = 0;
    std::size_t n = 0;
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      for (const real v : draw(name, shape, seed)) {
        ++n;
        sum += v;
        squares += static_cast<double>(v) * v;
        largest = std::max(largest, static_cast<double>(std::abs(v)));
      }
    }
    const double mean = sum / static_cast<double>(n), stddev = std::sqrt(squares / static_cast<double>(n) - mean * mean);
    const double want = c["stddev"].get<double>();
    // Both are samples of at least 180,000 draws: their spreads differ by well under 1 %.
    EXPECT_NEAR(stddev, want, 0.01 * want);
    EXPECT_NEAR(mean, c["mean"].get<double>(), 0.02 * want + 1e-7);
    // A bounded distribution is drawn up to its bounds; the largest of unbounded draws only lies near Keras's.
    const bool bounded = name != "random_normal" && name != "orthogonal";
    EXPECT_NEAR(largest, c["max"].get<double>(), (bounded ? 1e-3 : 0.25) * c["max"].get<double>());
  }
}

TEST(Initializers, OrthogonalRowsOrColumnsAreOrthonormal) {
  for (const Shape& shape : {Shape{8, 32}, Shape{32, 8}, Shape{16, 16}, Shape{2, 3, 24}, Shape{1, 4}}) {
    const Index columns = shape[-1], rows = shape.elements() / columns;
    const auto w = draw("orthogonal", shape, 11, 2);
    const bool by_row = rows <= columns;
    const Index count = std::min(rows, columns), length = std::max(rows, columns);
    for (Index a = 0; a < count; ++a) {
      for (Index b = 0; b < count; ++b) {
        double dot = 0;
        for (Index i = 0; i < length; ++i) {
          dot += by_row ? static_cast<double>(w[static_cast<std::size_t>(a * columns + i)]) *
                              w[static_cast<std::size_t>(b * columns + i)]
                        : static_cast<double>(w[static_cast<std::size_t>(i * columns + a)]) *
                              w[static_cast<std::size_t>(i * columns + b)];
        }
        ASSERT_NEAR(dot, a == b ? 1 : 0, 2e-6) << shape.text() << " " << a << " " << b;  // rounding of the stored float32
      }
    }
  }
  Initializer gained("orthogonal");
  gained.parameters["gain"] = 3;
  EXPECT_NEAR(draw(gained, {4, 4}, 1)[0], 3 * draw("orthogonal", {4, 4}, 1)[0], 1e-6);
}

TEST(Initializers, ANumberOfTheWholeWeightDependsOnSeedAndStreamAlone) {
  EXPECT_EQ(draw("glorot_uniform", {5, 6}, 3, 1), draw("glorot_uniform", {5, 6}, 3, 1));
  EXPECT_NE(draw("glorot_uniform", {5, 6}, 3, 1), draw("glorot_uniform", {5, 6}, 3, 2));
  EXPECT_NE(draw("glorot_uniform", {5, 6}, 3, 1), draw("glorot_uniform", {5, 6}, 4, 1));
}

TEST(Initializers, UnitForgetBiasOpensTheSecondGate) {
  EXPECT_EQ(draw("unit_forget_bias", {8}), (std::vector<real>{0, 0, 1, 1, 0, 0, 0, 0}));
  EXPECT_THROW(draw("unit_forget_bias", {7}), Error);
  EXPECT_EQ(with_open_forget_gate("ones"), Initializer("ones"));
  EXPECT_EQ(with_open_forget_gate("zeros"), Initializer("unit_forget_bias"));
  // Keras draws the first and the last two parts apart, each with the limits of its own size.
  const auto bias = draw(with_open_forget_gate("lecun_uniform"), {40}, 3, 1), first = draw("lecun_uniform", {10}, 3, 1);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), bias.begin()));
  EXPECT_EQ(std::count(bias.begin() + 10, bias.begin() + 20, real(1)), 10);
  EXPECT_LE(*std::max_element(bias.begin() + 20, bias.end()), real(std::sqrt(3.0 / 20)));
  EXPECT_NE(bias[20], bias[0]);
}

TEST(Initializers, ConstantsAndAliases) {
  EXPECT_EQ(draw("zeros", {2}), (std::vector<real>{0, 0}));
  EXPECT_EQ(draw("one", {2}), (std::vector<real>{1, 1}));
  Initializer constant("Constant");
  constant.parameters["value"] = 0.5;
  EXPECT_EQ(draw(constant, {2}), (std::vector<real>{0.5, 0.5}));
  EXPECT_EQ(draw("identity", {2, 3}), (std::vector<real>{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(canonical("GlorotUniform").name, "glorot_uniform");
  EXPECT_EQ(canonical("uniform").name, "random_uniform");
  Initializer gain("Orthogonal");
  gain.parameters["gain"] = 1.0;
  EXPECT_EQ(canonical(gain), Initializer("orthogonal"));
}

TEST(Initializers, UnknownNamesAndParametersAreRefused) {
  try {
    draw("glorot_unifrom", {2, 2});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::unsupported);
    EXPECT_NE(std::string(e.what()).find("glorot_uniform"), std::string::npos) << e.what();
  }
  Initializer typo("orthogonal");
  typo.parameters["gian"] = 2;
  EXPECT_THROW(draw(typo, {2, 2}), Error);
  EXPECT_THROW(draw("orthogonal", {4}), Error);
}

}  // namespace
}  // namespace rondo
