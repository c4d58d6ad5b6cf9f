#include "train/evaluate.h"
#include "train/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "rondo/core/error.h"
#include "train/array_source.h"
#include "train/ready.h"

namespace rondo {

Evaluator::Evaluator(ModelState& model, const Source& source, const Shapes& inputs, Index first, Index count, Index size,
                     int threads, const RowWeights* weights, std::optional<Index> steps)
    : model_(model),
      batch_(model, source, inputs, std::min(size, count), false, threads, weights),
      averages_(model),
      ids_(static_cast<std::size_t>(count)),
      size_(size),
      steps_(steps) {
  std::iota(ids_.begin(), ids_.end(), first);
}

void Evaluator::run(Model& handle, const Callbacks& callbacks, Logs& logs, const std::string& prefix) {
  for (const auto& callback : callbacks) callback->on_test_begin(handle);
  batches();
  Logs found;
  averages_.put(found);
  for (const auto& [key, value] : found) logs[prefix + key] = value;
  for (const auto& callback : callbacks) callback->on_test_end(found, handle);
}

template <class Work>
void Evaluator::each_batch(Work work) {
  const std::span<const Index> ids(ids_);
  const auto size = static_cast<std::size_t>(size_);
  std::size_t at = 0;
  for (Index step = 0; at < ids.size() && (!steps_ || step < *steps_); ++step, at += size) {
    batch_.load(ids.subspan(at, std::min(size, ids.size() - at)));
    work();
  }
}

void Evaluator::batches() {
  averages_.reset();
  if (model_.stateful()) model_.load_state(batch_.session());
  each_batch([this] {
    batch_.session().forward(false);
    batch_.check_targets();
    batch_.session().refuse_finding(batch_.ids());
    averages_.add(batch_.loss(false), batch_);
    batch_.update_metrics();
  });
  if (model_.stateful()) model_.store_state(batch_.session());
}

void Evaluator::refuse_bad_data(const std::string& what) {
  each_batch([&] {
    std::string bad;
    for (std::size_t row = 0; row < batch_.ids().size() && bad.empty(); ++row) {
      bad = batch_.bad_input(static_cast<Index>(row));
      if (bad.empty()) bad = batch_.bad_target(static_cast<Index>(row));
    }
    if (bad.empty()) return;
    batch_.session().forward(false);
    if (std::isfinite(batch_.loss(false))) return;  // masked
    if (!what.empty()) bad = what + (bad.starts_with("X") ? "x" : "y") + bad.substr(1);
    fail(Code::non_finite, "the loss of the validation is not finite.\n  likely: the data hold a NaN or an infinity: " + bad +
                               "\n  fix: repair or leave out that sample");
  });
}

void Evaluator::keep_session() { batch_.keep_session(); }

namespace {

Logs evaluate_source(Model& handle, const Source& source, const Shapes& inputs, const EvaluateOptions& options) {
  ModelState& model = handle.internal();
  if (options.steps && *options.steps < 1) fail(Code::value, "steps must be at least 1");
  if (options.batch_size < 1) fail(Code::value, "batch_size must be at least 1");
  if (source.samples() < 1) fail(Code::shape, "there are no samples to evaluate");
  Logs logs;
  Shapes sized = inputs;
  for (Shape& s : sized) s = s.with_first(source.samples());
  const RowWeights weights(model, sized, options.sample_weight);
  check_callbacks(options.callbacks);
  Evaluator evaluator(model, source, inputs, 0, source.samples(), options.batch_size, options.threads, &weights, options.steps);
  evaluator.run(handle, options.callbacks, logs, "");
  evaluator.keep_session();
  return logs;
}

}  // namespace

Logs Model::evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options) {
  ModelState& model = *p_;
  require_compiled(model, "evaluate");
  const Shapes x_shapes = checked_inputs(model, x.all(), "X");
  const ArraySource source(x.all(), y.all(), x_shapes, checked_targets(model, x_shapes, y.all(), "y"));
  return evaluate_source(*this, source, source.x_shapes(), options);
}

Logs Model::evaluate(const Source& data, const EvaluateOptions& options) {
  ModelState& model = *p_;
  require_compiled(model, "evaluate");
  const Shapes inputs = checked_source_inputs(model, data.x_shapes());
  checked_source_targets(model, inputs, data.y_shapes());
  return evaluate_source(*this, data, inputs, options);
}

}  // namespace rondo
