// What a model is trained with: compile's three forms (for all outputs, in their order, by their names) come down to one loss,
// one weight and a list of metrics for each output.
#include <algorithm>
#include <cmath>
#include <set>

#include "layers/base/names.h"
#include "losses/base/by_targets.h"
#include "model/model_state.h"
#include "rondo/core/error.h"
#include "train/ready.h"

namespace rondo {

namespace {

std::size_t number_of(const std::vector<std::string>& outputs, const std::string& name, const char* what) {
  const auto at = std::find(outputs.begin(), outputs.end(), name);
  if (at != outputs.end()) return static_cast<std::size_t>(at - outputs.begin());
  std::string known;
  for (const std::string& one : outputs) known += (known.empty() ? "" : ", ") + escaped(one);
  fail(Code::value, std::string(what) + " names an output '" + escaped(name) + "'." + did_you_mean(name, outputs) +
                        "\n  the model's outputs: " + known);
}

std::string entries(std::size_t n) { return std::to_string(n) + (n == 1 ? " entry" : " entries"); }

template <class T>
std::vector<T> for_outputs(const PerOutput<T>& given, const std::vector<std::string>& outputs, const T& absent, bool all_needed,
                           const char* what) {
  using Form = typename PerOutput<T>::Form;
  std::vector<T> out(outputs.size(), absent);
  if (given.form() == Form::one) std::fill(out.begin(), out.end(), given.entries()[0].value);
  if (given.form() == Form::list) {
    if (given.entries().size() != out.size())
      fail(Code::value, std::string(what) + " has " + entries(given.entries().size()) + "; the model has " +
                            how_many(static_cast<Index>(out.size()), "output"));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = given.entries()[i].value;
  }
  if (given.form() == Form::named) {
    std::set<std::size_t> named;
    for (const auto& [output, value] : given.entries()) {
      const std::size_t i = number_of(outputs, output, what);
      if (!named.insert(i).second) fail(Code::value, std::string(what) + " names output '" + escaped(output) + "' twice");
      out[i] = value;
    }
    for (std::size_t i = 0; i < out.size() && all_needed; ++i)
      if (!named.contains(i))
        fail(Code::value, std::string(what) + " does not name output '" + escaped(outputs[i]) +
                              "'.\n  fix: one for each output; LossRef() for an output without a loss");
  }
  return out;
}

// The metrics of each output, by the rules of Keras: one output has them all; otherwise a list in the outputs' order, or by
// name.
std::vector<std::vector<MetricRef>> metrics_for(const MetricLists& given, const std::vector<std::string>& outputs,
                                                const std::string& what) {
  std::vector<std::vector<MetricRef>> out(outputs.size());
  const auto& lists = given.lists();
  const bool named = std::any_of(lists.begin(), lists.end(), [](const MetricList& l) { return l.output().has_value(); });
  if (!named && out.size() > 1 && !lists.empty() && lists.size() != out.size())
    fail(Code::value, what + " has " + entries(lists.size()) + "; the model has " + std::to_string(out.size()) +
                          " outputs: give one list for each, for example ." + what + " = {{\"mae\"}, {}" +
                          (out.size() > 2 ? ", ...}" : "}") + ", or name them: {{\"" + escaped(outputs[0]) + "\", {\"mae\"}}}");
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (named && !lists[i].output()) fail(Code::value, what + ": either every list has the name of its output, or none has");
    std::vector<MetricRef>& to = out[named ? number_of(outputs, *lists[i].output(), what.c_str()) : out.size() == 1 ? 0 : i];
    for (const MetricRef& metric : lists[i].metrics()) {
      if (metric->name().empty()) metric->set_name(snake_case(metric->class_name()));
      for (const MetricRef& other : to)
        if (other->name() == metric->name()) fail(Code::value, "metric '" + escaped(metric->name()) + "' is named twice");
      to.push_back(metric);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> output_names(const ModelState& model) {
  if (!model.output_keys.empty()) return model.output_keys;
  if (!model.graph) return {"output"};
  std::vector<std::string> names;
  for (const Edge& e : model.graph->outputs) {
    const std::string& base = model.graph->nodes[static_cast<std::size_t>(e.node)].name;
    std::string name = base;
    for (int n = 1; std::count(names.begin(), names.end(), name) > 0; ++n) name = base + "_" + std::to_string(n);
    names.push_back(name);
  }
  return names;
}

void Model::compile(CompileOptions options) {
  if (options.loss.empty())
    fail(Code::value, "compile needs a loss.\n  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"})");
  if (!options.optimizer)
    fail(Code::value, "compile needs an optimizer.\n  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"})");
  options.optimizer->check();
  ModelState& model = *p_;
  const std::vector<std::string> outputs = output_names(model);
  auto losses = for_outputs(options.loss, outputs, LossRef(), true, "loss");
  for (LossRef& loss : losses)
    if (const auto* by_targets = loss ? dynamic_cast<const ByTargets*>(&*loss) : nullptr) loss = by_targets->another();
  const auto first = std::find_if(losses.begin(), losses.end(), [](const LossRef& l) { return static_cast<bool>(l); });
  if (first == losses.end())
    fail(Code::value,
         "compile needs a loss for at least one output.\n  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"})");
  for (const LossRef& loss : losses)
    if (loss) loss->check();
  const auto weights = for_outputs(options.loss_weights, outputs, 1.0, false, "loss_weights");
  for (const double w : weights)
    if (!std::isfinite(w)) fail(Code::value, "loss_weights must be finite numbers");
  std::vector<std::shared_ptr<Metric>> metrics;
  std::vector<std::string> names;
  std::vector<std::size_t> of;
  std::vector<bool> weighted;
  const auto add = [&](const MetricLists& given, bool weigh) {
    const auto lists = metrics_for(given, outputs, weigh ? "weighted_metrics" : "metrics");
    for (std::size_t i = 0; i < lists.size(); ++i)
      for (const MetricRef& metric : lists[i]) {
        metric->check();
        if (std::count(metrics.begin(), metrics.end(), metric.shared()) > 0)
          fail(Code::value, "metric '" + escaped(metric->name()) + "' is given twice: each keeps the sums of one output");
        const std::string prefix = lists.size() > 1 ? outputs[i] + "_" : "";
        std::string name = prefix + metric->name();
        if (weigh && std::count(names.begin(), names.end(), name) > 0) name = prefix + "weighted_" + metric->name();
        if (std::count(names.begin(), names.end(), name) > 0)
          fail(Code::value, "two metrics would be reported as '" + escaped(name) + "': give one of them another name");
        metrics.push_back(metric.shared());
        names.push_back(name);
        of.push_back(i);
        weighted.push_back(weigh);
      }
  };
  add(options.metrics, false);
  add(options.weighted_metrics, true);
  model.loss = *first;
  model.losses = losses;
  model.loss_weights = weights;
  model.metric_names = std::move(names);
  model.metrics = std::move(metrics);
  model.metric_outputs = std::move(of);
  model.metric_weighted = std::move(weighted);
  model.optimizer = options.optimizer.another();
  model.asked = std::move(options);
}

bool Model::compiled() const { return static_cast<bool>(p_->loss); }
const CompileOptions& Model::compile_options() const { return p_->asked; }
const OptimizerRef& Model::optimizer() const { return p_->optimizer; }
const LossRef& Model::loss() const { return p_->loss; }
const std::vector<std::string>& Model::metrics() const { return p_->metric_names; }

void require_compiled(const ModelState& model, const char* call) {
  if (model.loss && model.optimizer) return;
  fail(Code::state, std::string(call) +
                        " before compile: the model has no loss and no optimizer yet.\n"
                        "  fix: model.compile({.optimizer = \"adam\", .loss = \"mse\"});");
}

void list_trainable(ModelState& model) {
  const std::vector<Weight*> before = model.trainable;
  model.list_weights();
  if (model.trainable == before) return;
  const std::lock_guard lock(model.mutex);
  model.idle.clear();
}

}  // namespace rondo
