// "adam:clipnorm=1,use_ema=true", "huber:delta=0.5", "precision:thresholds=0.4,name=hits": a name and arguments of Keras, as a
// command line writes them.
#pragma once

#include <string>

#include "rondo/losses/loss.h"
#include "rondo/metrics/metric.h"
#include "rondo/optimizers/optimizer.h"

namespace rondo::interop {

// Throw Error(unsupported | value | format): an unknown name (with the known ones), an argument that is none, a value out of
// range.
OptimizerRef optimizer_from_text(const std::string& text);
LossRef loss_from_text(const std::string& text);
MetricRef metric_from_text(const std::string& text);

}  // namespace rondo::interop
