// fit: epochs of training steps over a source, with validation, callbacks and progress between them.
#include <algorithm>
#include <numeric>

#include "rondo/core/error.h"
#include "train/array_source.h"
#include "train/evaluate.h"
#include "train/order.h"
#include "train/progress.h"
#include "train/ready.h"
#include "train/trainer.h"

namespace rondo {

namespace {

// What is trained on and what is validated on.
struct Data {
  const Source& source;
  Shapes inputs;
  Index samples;                       // of source, from its first on
  const Source* validation = nullptr;  // may be the same source
  Shapes validation_inputs{};
  Index validation_first = 0, validation_samples = 0;
};

void check(const FitOptions& options, ModelState& model, Index samples) {
  require_one_output(model);
  list_trainable(model);
  if (options.batch_size < 1) fail(Code::value, "batch_size must be at least 1");
  if (options.epochs < 0 || options.initial_epoch < 0) fail(Code::value, "epochs and initial_epoch must not be negative");
  if (samples < 1) fail(Code::shape, "there are no samples to train on");
  if (model.stateful() && samples % std::min(options.batch_size, samples) != 0) {
    fail(Code::shape, "a stateful model needs batches of one size: " + std::to_string(samples) +
                          " samples do not divide by batch_size " + std::to_string(options.batch_size));
  }
}

class Fit {
 public:
  Fit(Model& handle, ModelState& model, const Data& data, const FitOptions& options);
  History run();

 private:
  bool stopped() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }
  bool epoch(Index number);  // false: stopped
  bool callbacks_want_to_stop() const {
    return std::any_of(options_.callbacks.begin(), options_.callbacks.end(), [](const auto& c) { return c->stop_training; });
  }

  Model& handle_;
  ModelState& model_;
  const FitOptions& options_;
  Trainer trainer_;
  Averages averages_;
  std::optional<Evaluator> validation_;
  std::vector<Index> order_;
  std::size_t size_;
  Progress progress_;
  Logs logs_, batch_logs_;
};

Fit::Fit(Model& handle, ModelState& model, const Data& data, const FitOptions& options)
    : handle_(handle),
      model_(model),
      options_(options),
      trainer_(model, data.source, data.inputs, std::min(options.batch_size, data.samples), options.threads),
      averages_(model),
      order_(static_cast<std::size_t>(data.samples)),
      size_(static_cast<std::size_t>(options.batch_size)),
      progress_(options.verbose, options.terminal, options.initial_epoch, options.epochs,
                (data.samples + options.batch_size - 1) / options.batch_size) {
  std::iota(order_.begin(), order_.end(), Index{0});
  if (data.validation) {
    validation_.emplace(model, *data.validation, data.validation_inputs, data.validation_first, data.validation_samples,
                        options.batch_size, options.threads);
  }
}

bool Fit::epoch(Index number) {
  averages_.reset();
  if (options_.shuffle) shuffle(order_, options_.seed, number);
  const std::span<const Index> order(order_);
  if (model_.stateful()) model_.load_state(trainer_.batch().session());
  Index batch = 0;
  for (std::size_t at = 0; at < order.size(); at += size_, ++batch) {
    if (stopped()) return false;
    const double loss = trainer_.step(order.subspan(at, std::min(size_, order.size() - at)), options_.seed);
    averages_.add(loss, trainer_.batch());
    trainer_.batch().update_metrics();
    if (!options_.callbacks.empty()) {
      averages_.put(batch_logs_);
      for (const auto& callback : options_.callbacks) callback->on_batch_end(batch, batch_logs_, handle_);
    }
    progress_.batch_end(batch, loss);
  }
  if (model_.stateful()) model_.store_state(trainer_.batch().session());
  if (stopped()) return false;
  averages_.put(logs_);
  if (validation_) validation_->run(logs_, "val_");
  return true;
}

History Fit::run() {
  History history;
  for (const auto& callback : options_.callbacks) callback->stop_training = false;
  for (const auto& callback : options_.callbacks) callback->on_train_begin(handle_);
  for (Index number = options_.initial_epoch; number < options_.epochs; ++number) {
    for (const auto& callback : options_.callbacks) callback->on_epoch_begin(number, handle_);
    progress_.epoch_begin(number);
    if (!epoch(number)) {
      history.interrupted = true;
      return history;
    }
    history.epoch.push_back(number);
    for (const auto& [key, value] : logs_) history.history[key].push_back(value);
    progress_.epoch_end(logs_);
    for (const auto& callback : options_.callbacks) callback->on_epoch_end(number, logs_, handle_);
    if (callbacks_want_to_stop()) break;
  }
  trainer_.finish();
  for (const auto& callback : options_.callbacks) callback->on_train_end(handle_);
  return history;
}

// Validation data given apart from the training data: validation_data, which wins over a split as in Keras, or a source.
void use_validation(ModelState& model, const FitOptions& options, Data& data, std::optional<ArraySource>& arrays) {
  if (options.validation_data && options.validation_source) {
    fail(Code::value, "fit takes validation_data or validation_source, not both");
  }
  if (options.validation_data) {
    const auto& x = options.validation_data->x.all();
    const auto& y = options.validation_data->y.all();
    const Shapes shapes = checked_inputs(model, x, "validation_data.x");
    arrays.emplace(x, y, shapes, checked_targets(model, shapes, y, "validation_data.y"));
    data.validation = &*arrays;
    data.validation_inputs = arrays->x_shapes();
  } else {
    data.validation = options.validation_source;
    data.validation_inputs = checked_source_inputs(model, data.validation->x_shapes());
    checked_source_targets(model, data.validation_inputs, data.validation->y_shapes());
  }
  data.validation_samples = data.validation->samples();
  if (data.validation_samples < 1) fail(Code::shape, "there are no samples to validate on");
}

}  // namespace

History Model::fit(const Arrays& x, const Arrays& y, const FitOptions& options) {
  ModelState& model = *p_;
  require_compiled(model, "fit");
  const Shapes x_shapes = checked_inputs(model, x.all(), "X");
  const ArraySource source(x.all(), y.all(), x_shapes, checked_targets(model, x_shapes, y.all(), "y"));
  Data data{source, source.x_shapes(), source.samples()};
  std::optional<ArraySource> arrays;
  if (options.validation_data || options.validation_source) {
    use_validation(model, options, data, arrays);
  } else if (options.validation_split != 0) {
    data.samples = training_samples(source.samples(), options.validation_split);
    data.validation = &source;
    data.validation_inputs = data.inputs;
    data.validation_first = data.samples;
    data.validation_samples = source.samples() - data.samples;
  }
  check(options, model, data.samples);
  return Fit(*this, model, data, options).run();
}

History Model::fit(const Source& source, const FitOptions& options) {
  ModelState& model = *p_;
  require_compiled(model, "fit");
  Data data{source, checked_source_inputs(model, source.x_shapes()), source.samples()};
  checked_source_targets(model, data.inputs, source.y_shapes());
  std::optional<ArraySource> arrays;
  if (options.validation_data || options.validation_source) {
    use_validation(model, options, data, arrays);
  } else if (options.validation_split != 0) {
    fail(Code::value,
         "validation_split is for arrays: the last windows of a series overlap the ones before.\n"
         "  fix: split by time and pass the later part as .validation_source");
  }
  check(options, model, data.samples);
  return Fit(*this, model, data, options).run();
}

double Model::train_on_batch(const Arrays& x, const Arrays& y, int threads) {
  ModelState& model = *p_;
  require_compiled(model, "train_on_batch");
  const Shapes x_shapes = checked_inputs(model, x.all(), "X");
  const ArraySource source(x.all(), y.all(), x_shapes, checked_targets(model, x_shapes, y.all(), "y"));
  if (source.samples() < 1) fail(Code::shape, "there are no samples to train on");
  list_trainable(model);
  Trainer trainer(model, source, source.x_shapes(), source.samples(), threads);
  if (model.stateful()) model.load_state(trainer.batch().session());
  std::vector<Index> order(static_cast<std::size_t>(source.samples()));
  std::iota(order.begin(), order.end(), Index{0});
  const double loss = trainer.step(order, 0);
  if (model.stateful()) model.store_state(trainer.batch().session());
  trainer.batch().keep_session();
  return loss;
}

}  // namespace rondo
