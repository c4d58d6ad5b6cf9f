// "adam:clipnorm=1,use_ema=true", "huber:delta=0.5", "precision:thresholds=0.4,name=hits": a name and arguments of Keras, as a
// command line writes them.
#pragma once

#include <string>

#include "rondo/losses/loss.h"
#include "rondo/metrics/metric.h"
#include "rondo/optimizers/optimizer.h"
#include "rondo/optimizers/schedule.h"

namespace rondo::interop {

// Throw Error(unsupported | value | format): an unknown name (with the known ones), an argument that is none, a value out of
// range.
OptimizerRef optimizer_from_text(const std::string& text);
LossRef loss_from_text(const std::string& text);
MetricRef metric_from_text(const std::string& text);
// "cosine_decay:initial_learning_rate=0.01,decay_steps=1000", "CosineDecay:..."; a list in brackets:
// "piecewise_constant_decay:boundaries=[100,200],values=[0.1,0.01,0.001]".
LearningRate schedule_from_text(const std::string& text);

}  // namespace rondo::interop
