// What a model is trained with.
#include <algorithm>

#include "model/model_state.h"
#include "rondo/core/error.h"
#include "train/ready.h"

namespace rondo {

void Model::compile(CompileOptions options) {
  if (!options.loss) fail(Code::value, "compile needs a loss.\n  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"})");
  if (!options.optimizer)
    fail(Code::value, "compile needs an optimizer.\n  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"})");
  options.optimizer->check();
  std::vector<std::shared_ptr<Metric>> metrics;
  for (const std::string& name : options.metrics) {
    if (std::count(options.metrics.begin(), options.metrics.end(), name) > 1) {
      fail(Code::value, "metric '" + escaped(name) + "' is named twice");
    }
    metrics.push_back(make_metric(name));
  }
  ModelState& model = *p_;
  model.optimizer = std::move(options.optimizer);
  model.loss = std::move(options.loss);
  model.metric_names = std::move(options.metrics);
  model.metrics = std::move(metrics);
}

bool Model::compiled() const { return static_cast<bool>(p_->loss); }
const OptimizerRef& Model::optimizer() const { return p_->optimizer; }
const LossRef& Model::loss() const { return p_->loss; }
const std::vector<std::string>& Model::metrics() const { return p_->metric_names; }

void require_compiled(const ModelState& model, const char* call) {
  if (model.loss && model.optimizer) return;
  fail(Code::state, std::string(call) +
                        " before compile: the model has no loss and no optimizer yet.\n"
                        "  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"});");
}

void require_one_output(const ModelState& model) {
  if (model.metrics.empty() || model.built().outputs.size() == 1) return;
  fail(Code::unsupported,
       "metrics of a model with several outputs are not something this version computes; the loss of each "
       "output is reported.\n  fix: compile without .metrics");
}

void list_trainable(ModelState& model) {
  const std::vector<Weight*> before = model.trainable;
  model.list_weights();
  if (model.trainable == before) return;
  const std::lock_guard lock(model.mutex);
  model.idle.clear();
}

}  // namespace rondo
