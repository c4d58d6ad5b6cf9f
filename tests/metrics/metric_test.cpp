#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/metrics/metric.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Metrics, MeansOverBatchesAreKeras) {
  const auto cases = reference_cases("metrics/reference.json");
  ASSERT_GE(cases.size(), 8u);
  for (const auto& c : cases) {
    const auto metric = make_metric(c["name"].get<std::string>());
    EXPECT_EQ(metric->name(), c["name"].get<std::string>());
    for (int pass = 0; pass < 2; ++pass) {
      metric->reset();
      for (const auto& batch : c["batches"]) {
        SCOPED_TRACE(c["name"].get<std::string>() + " " + batch["shape"].dump());
        const auto y = reals(batch["y"]), yhat = reals(batch["yhat"]);
        const auto mask = mask_of(batch["mask"]);
        const Shape shape = shape_of(batch["shape"]);
        metric->update(y.data(), yhat.data(), shape.elements() / shape[-1], shape[-1], mask.empty() ? nullptr : mask.data());
        const double want = batch["result"].get<double>();
        EXPECT_NEAR(metric->result(), want, 1e-6 * std::abs(want));  // Keras sums in float32
      }
    }
  }
}

TEST(Metrics, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    make_metric("maee");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::unsupported);
    EXPECT_NE(std::string(e.what()).find("mae"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace rondo
