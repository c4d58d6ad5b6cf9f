// Which of Keras's metrics see no mask.
#pragma once

#include "rondo/metrics/metric.h"

namespace rondo {

// True: Keras's metric of this class counts masked rows, too (observed in 3.15.1). So it does here under keras_mask_compat, and
// only there.
bool keras_counts_masked(const Metric& metric);

}  // namespace rondo
