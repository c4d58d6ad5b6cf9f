// The distributions initial weights are drawn from: number i of a weight is draw i of its stream.
#pragma once

#include "core/random.h"
#include "rondo/core/shape.h"

namespace rondo {

void fill_uniform(const Random& random, double low, double high, Index n, real* out);
void fill_normal(const Random& random, double mean, double stddev, Index n, real* out);
// A normal cut at two standard deviations on either side, redrawn until it lies within.
void fill_truncated_normal(const Random& random, double mean, double stddev, Index n, real* out);

}  // namespace rondo
