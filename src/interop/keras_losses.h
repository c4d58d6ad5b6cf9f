// The losses, their weights and the metrics of compile_config, both ways: one for all outputs, a list, or by the outputs'
// names.
#pragma once

#include <string>
#include <vector>

#include "interop/json.h"
#include "rondo/model/model.h"

namespace rondo::interop {

// The argument `reduction`, which every loss has, out of a config or a command line.
void take_reduction(Json& arguments, Loss& loss);

PerOutput<LossRef> read_losses(const Json& json, std::vector<std::string>& notes);
PerOutput<double> read_loss_weights(const Json& json);
MetricLists read_metrics(const Json& json, std::vector<std::string>& notes);

// Into compile_config: "loss", and "loss_weights" and "metrics" if there are any.
void write_losses(const CompileOptions& options, std::size_t outputs, Json& compile_config);

}  // namespace rondo::interop
