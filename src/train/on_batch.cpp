// One batch at a time: train_on_batch, test_on_batch, predict_on_batch.
#include <numeric>

#include "rondo/core/error.h"
#include "train/array_source.h"
#include "train/ready.h"
#include "train/trainer.h"

namespace rondo {

namespace {

// The arrays of one batch, checked.
struct OneBatch {
  ArraySource source;
  RowWeights weights;
  std::vector<Index> order;
};

OneBatch one_batch(ModelState& model, const Arrays& x, const Arrays& y, const BatchOptions& options, const char* call) {
  require_compiled(model, call);
  const Shapes shapes = checked_inputs(model, x.all(), "X");
  OneBatch out{{x.all(), y.all(), shapes, checked_targets(model, shapes, y.all(), "y")},
               weights_of_batch(model, shapes, y.all(), options.sample_weight, options.class_weight),
               {}};
  if (out.source.samples() < 1) fail(Code::shape, "there are no samples in the batch");
  out.order.resize(static_cast<std::size_t>(out.source.samples()));
  std::iota(out.order.begin(), out.order.end(), Index{0});
  return out;
}

}  // namespace

Logs Model::train_on_batch(const Arrays& x, const Arrays& y, const BatchOptions& options) {
  ModelState& model = *p_;
  const OneBatch batch = one_batch(model, x, y, options, "train_on_batch");
  list_trainable(model);
  Trainer trainer(model, batch.source, batch.source.x_shapes(), batch.source.samples(), options.threads, &batch.weights);
  if (model.stateful()) model.load_state(trainer.batch().session());
  Averages averages(model);
  averages.add(trainer.step(batch.order, 0), trainer.batch());
  trainer.batch().update_metrics();
  if (model.stateful()) model.store_state(trainer.batch().session());
  trainer.batch().keep_session();
  Logs logs;
  averages.put(logs);
  return logs;
}

double Model::train_on_batch(const Arrays& x, const Arrays& y, int threads) {
  return train_on_batch(x, y, BatchOptions{.threads = threads}).at("loss");
}

Logs Model::test_on_batch(const Arrays& x, const Arrays& y, const BatchOptions& options) {
  ModelState& model = *p_;
  const OneBatch one = one_batch(model, x, y, options, "test_on_batch");
  Batch batch(model, one.source, one.source.x_shapes(), one.source.samples(), false, options.threads, &one.weights);
  if (model.stateful()) model.load_state(batch.session());
  batch.load(one.order);
  batch.session().forward(false);
  batch.check_targets();
  batch.session().refuse_finding(batch.ids());
  Averages averages(model);
  averages.add(batch.loss(false), batch);
  batch.update_metrics();
  if (model.stateful()) model.store_state(batch.session());
  batch.keep_session();
  Logs logs;
  averages.put(logs);
  return logs;
}

std::vector<Array> Model::predict_on_batch(const Arrays& x, int threads) const {
  const Index samples = x.all().empty() || x.all()[0].ndim() == 0 ? 1 : std::max<Index>(x.all()[0].shape()[0], 1);
  return predict_all(x, {.batch_size = samples, .threads = threads});
}

}  // namespace rondo
