// The GEMM family against plain loops, on every instruction set; and the promise that a row's bits do not depend on its
// company.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "core/random.h"
#include "kernels/kernels.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

std::vector<real> noise(Index n, std::uint64_t stream) {
  const Random random(1, stream);
  std::vector<real> out(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i)
    out[static_cast<std::size_t>(i)] = static_cast<real>(2 * random.uniform(static_cast<std::uint64_t>(i)) - 1);
  return out;
}

struct Sizes {
  Index m, k, n;
};
// Around every edge: one row, tile heights and one more, panel widths and one more, k of zero and one.
const Sizes all_sizes[] = {{1, 1, 1},     {1, 33, 128}, {2, 7, 5},     {3, 4, 33},   {5, 9, 16},  {6, 6, 17},   {7, 20, 31},
                           {16, 33, 128}, {13, 0, 9},   {130, 11, 40}, {64, 65, 66}, {257, 3, 2}, {1, 70, 280}, {4, 1, 64}};

class OnEveryIsa : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    before_ = kernels().isa;
    force_isa(GetParam());
  }
  void TearDown() override { force_isa(before_); }
  std::string before_;
};

// |error| of a sum of k products of numbers below 1, each rounded: k ulps, with room for the order.
double bound(Index k) { return 1e-7 * static_cast<double>(k + 2) * 2; }

TEST_P(OnEveryIsa, GemmEqualsPlainLoops) {
  const Kernels& kernel = kernels();
  for (const auto& [m, k, n] : all_sizes) {
    const auto a = noise(m * k, 1), b = noise(k * n, 2), bias = noise(n, 3), c0 = noise(m * n, 4);
    std::vector<real> packed(static_cast<std::size_t>(kernel.packed_size(k, n))), packed_t = packed, bt(b.size());
    kernel.pack_b(b.data(), n, k, n, packed.data());
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < n; ++j) bt[static_cast<std::size_t>(j * k + i)] = b[static_cast<std::size_t>(i * n + j)];
    kernel.pack_bt(bt.data(), k, k, n, packed_t.data());
    EXPECT_EQ(packed, packed_t);
    for (const bool add : {false, true}) {
      for (const bool with_bias : {false, true}) {
        std::vector<real> c = c0;
        kernel.gemm(a.data(), k, m, k, packed.data(), n, with_bias ? bias.data() : nullptr, add, c.data(), n);
        for (Index i = 0; i < m; ++i) {
          for (Index j = 0; j < n; ++j) {
            const auto at = static_cast<std::size_t>(i * n + j);
            double sum = (add ? c0[at] : 0.0) + (with_bias ? bias[static_cast<std::size_t>(j)] : 0.0);
            for (Index l = 0; l < k; ++l)
              sum += double(a[static_cast<std::size_t>(i * k + l)]) * b[static_cast<std::size_t>(l * n + j)];
            ASSERT_NEAR(c[at], sum, bound(k)) << m << "x" << k << "x" << n << " at " << i << "," << j;
          }
        }
      }
    }
  }
}

TEST_P(OnEveryIsa, ARowHasTheSameBitsAloneAndInAnyBatch) {
  const Kernels& kernel = kernels();
  for (const auto& [m, k, n] : all_sizes) {
    const auto a = noise(m * k, 1), b = noise(k * n, 2), bias = noise(n, 3);
    std::vector<real> packed(static_cast<std::size_t>(kernel.packed_size(k, n)));
    kernel.pack_b(b.data(), n, k, n, packed.data());
    std::vector<real> together(static_cast<std::size_t>(m * n)), alone(static_cast<std::size_t>(n));
    kernel.gemm(a.data(), k, m, k, packed.data(), n, bias.data(), false, together.data(), n);
    for (Index i = 0; i < m; ++i) {
      kernel.gemm(a.data() + i * k, k, 1, k, packed.data(), n, bias.data(), false, alone.data(), n);
      ASSERT_EQ(std::memcmp(alone.data(), together.data() + i * n, alone.size() * sizeof(real)), 0)
          << m << "x" << k << "x" << n;
    }
  }
}

TEST_P(OnEveryIsa, TransposedGemmAddsToWhatIsThere) {
  const Kernels& kernel = kernels();
  for (const auto& [m, k, n] : all_sizes) {
    const auto a = noise(m * k, 1), d = noise(m * n, 2), c0 = noise(k * n, 3);
    std::vector<real> c = c0;
    kernel.gemm_tn(a.data(), k, d.data(), n, m, k, n, c.data(), n);
    for (Index i = 0; i < k; ++i) {
      for (Index j = 0; j < n; ++j) {
        const auto at = static_cast<std::size_t>(i * n + j);
        double sum = c0[at];
        for (Index l = 0; l < m; ++l)
          sum += double(a[static_cast<std::size_t>(l * k + i)]) * d[static_cast<std::size_t>(l * n + j)];
        ASSERT_NEAR(c[at], sum, bound(m)) << m << "x" << k << "x" << n;
      }
    }
  }
}

TEST_P(OnEveryIsa, ColumnSumsAndAdd) {
  const Kernels& kernel = kernels();
  for (const auto& [m, k, n] : all_sizes) {
    const auto d = noise(m * n, 2), before = noise(n, 5);
    std::vector<real> sum = before;
    kernel.column_sums(d.data(), n, m, n, sum.data());
    for (Index j = 0; j < n; ++j) {
      double expected = before[static_cast<std::size_t>(j)];
      for (Index i = 0; i < m; ++i) expected += d[static_cast<std::size_t>(i * n + j)];
      ASSERT_NEAR(sum[static_cast<std::size_t>(j)], expected, bound(m));
    }
    std::vector<real> y = before;
    kernel.add(y.data(), d.data(), n);
    for (std::size_t j = 0; j < y.size(); ++j) ASSERT_EQ(y[j], before[j] + d[j]);
  }
}

std::vector<std::string> names() {
  const auto known = isas();
  return {known.begin(), known.end()};
}
INSTANTIATE_TEST_SUITE_P(Isas, OnEveryIsa, testing::ValuesIn(names()), [](const auto& isa) { return isa.param; });

TEST(Isa, AnUnknownOneIsRefusedByName) {
  try {
    force_isa("sse9");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::value);
    EXPECT_NE(std::string(e.what()).find("cannot run the instruction set 'sse9'; it has: baseline"), std::string::npos);
  }
}

TEST(FloatMode, FlushesDenormalsOnlyWhileItLives) {
  volatile float tiny = 1e-38f;
  EXPECT_NE(tiny / 10, 0.0f);
  {
    const FloatMode mode;
    EXPECT_EQ(tiny / 10, 0.0f);
  }
  EXPECT_NE(tiny / 10, 0.0f);
}

}  // namespace
}  // namespace rondo
