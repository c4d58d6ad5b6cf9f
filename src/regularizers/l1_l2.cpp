// L1: l1 sum |w|, slope l1 sign(w), 0 at 0.     L2: l2 sum w^2, slope 2 l2 w.     L1L2: both.
// Summed in the order of the weight, in double.
#include <cmath>

#include "core/registry.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {
namespace {

using Parameters = RegularizerInfo::Parameters;

double both(double l1, double l2, const Shape& shape, const real* w, real* gradient) {
  const Index n = shape.elements();
  double absolute = 0, square = 0;
  for (Index i = 0; i < n; ++i) {
    const double v = static_cast<double>(w[i]);
    absolute += std::abs(v);
    square += v * v;
    if (gradient) gradient[i] += static_cast<real>(l1 * static_cast<double>((v > 0) - (v < 0)) + 2 * l2 * v);
  }
  return l1 * absolute + l2 * square;
}

double l1(const Parameters& p, const Shape& s, const real* w, real* g) { return both(p.at("l1"), 0, s, w, g); }
double l2(const Parameters& p, const Shape& s, const real* w, real* g) { return both(0, p.at("l2"), s, w, g); }
double l1_l2(const Parameters& p, const Shape& s, const real* w, real* g) { return both(p.at("l1"), p.at("l2"), s, w, g); }

}  // namespace

L1::L1(double l1) : Regularizer("l1") {
  if (l1 != 0.01) parameters["l1"] = l1;
}
L2::L2(double l2) : Regularizer("l2") {
  if (l2 != 0.01) parameters["l2"] = l2;
}
L1L2::L1L2(const L1L2Options& options) : Regularizer("l1_l2") {
  if (options.l1 != 0) parameters["l1"] = options.l1;
  if (options.l2 != 0) parameters["l2"] = options.l2;
}

}  // namespace rondo

RONDO_REGISTER(regularizers, l1_l2) {
  using namespace rondo;
  register_regularizer({"l1", "L1", {{"l1", 0.01}}, l1});
  register_regularizer({"l2", "L2", {{"l2", 0.01}}, l2});
  register_regularizer({"l1_l2", "L1L2", {{"l1", 0.0}, {"l2", 0.0}}, l1_l2});
}
