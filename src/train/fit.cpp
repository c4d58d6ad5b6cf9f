// fit: epochs of training steps over a source, with validation, callbacks and progress between them.
#include <algorithm>
#include <numeric>

#include "rondo/core/error.h"
#include "train/array_source.h"
#include "train/evaluate.h"
#include "train/fit.h"
#include "train/order.h"
#include "train/progress.h"
#include "train/ready.h"
#include "train/sequence_source.h"
#include "train/trainer.h"

namespace rondo {

namespace {

// What is trained on and what is validated on.
struct Data {
  const Source& source;
  Shapes inputs;
  Index samples;  // of source, from its first on
  RowWeights weights{};
  const Source* validation = nullptr;  // may be the same source
  Shapes validation_inputs{};
  Index validation_first = 0, validation_samples = 0;
  RowWeights validation_weights{};
};

void check(const FitOptions& options, ModelState& model, Index samples) {
  list_trainable(model);
  if (options.batch_size < 1) fail(Code::value, "batch_size must be at least 1");
  check_callbacks(options.callbacks);
  if (options.epochs < 0 || options.initial_epoch < 0) fail(Code::value, "epochs and initial_epoch must not be negative");
  const auto positive = [](const char* what, const std::optional<Index>& value) {
    if (value && *value < 1) fail(Code::value, std::string(what) + " must be at least 1");
  };
  positive("steps_per_epoch", options.steps_per_epoch);
  positive("validation_steps", options.validation_steps);
  positive("validation_batch_size", options.validation_batch_size);
  if (options.validation_freq.every() < 1 && options.validation_freq.epochs().empty())
    fail(Code::value, "validation_freq is a number of epochs, at least 1, or a list of epochs, counted from 1");
  if (samples < 1) fail(Code::shape, "there are no samples to train on");
  if (model.stateful() && samples % std::min(options.batch_size, samples) != 0) {
    fail(Code::shape, "a stateful model needs batches of one size: " + std::to_string(samples) +
                          " samples do not divide by batch_size " + std::to_string(options.batch_size));
  }
}

class Fit {
 public:
  Fit(Model& handle, ModelState& model, const Data& data, const FitOptions& options);
  ~Fit() { model_.fitting = nullptr; }
  Fit(const Fit&) = delete;
  Fit& operator=(const Fit&) = delete;
  History run();

 private:
  Index data_samples() const { return static_cast<Index>(order_.size()); }
  bool stopped() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }
  bool epoch(Index number);  // false: stopped
  void record(const Logs& own, History& history) const;
  bool validates(Index number) const {
    const ValidationFreq& freq = options_.validation_freq;
    if (freq.every() > 0) return (number + 1) % freq.every() == 0;
    return std::count(freq.epochs().begin(), freq.epochs().end(), number + 1) > 0;
  }
  bool callbacks_want_to_stop() const {
    return std::any_of(options_.callbacks.begin(), options_.callbacks.end(), [](const auto& c) { return c->stop_training; });
  }

  // A callback wants fit to end instead of throwing.
  bool forgiven() {
    for (const auto& callback : options_.callbacks) non_finite_ = callback->on_non_finite(handle_) || non_finite_;
    return non_finite_;
  }

  bool non_finite_ = false;
  Model& handle_;
  ModelState& model_;
  const FitOptions& options_;
  Trainer trainer_;
  Averages averages_;
  std::optional<Evaluator> validation_;
  const SequenceSource* sequences_;  // with FitOptions::bucket: samples of different lengths
  std::vector<Index> order_;
  std::size_t size_;
  FitPosition position_;  // pass: the epoch, unless steps_per_epoch cuts the passes over the samples otherwise
  bool in_order_ = false;
  Progress progress_;
  Logs logs_, batch_logs_;
};

Fit::Fit(Model& handle, ModelState& model, const Data& data, const FitOptions& options)
    : handle_(handle),
      model_(model),
      options_(options),
      trainer_(model, data.source, data.inputs, std::min(options.batch_size, data.samples), options.threads, &data.weights),
      averages_(model),
      sequences_(options.bucket ? dynamic_cast<const SequenceSource*>(&data.source) : nullptr),
      order_(static_cast<std::size_t>(data.samples)),
      size_(static_cast<std::size_t>(options.batch_size)),
      position_{.epoch = options.initial_epoch,
                .pass = options.initial_epoch,
                .batch_size = options.batch_size,
                .samples = data.samples,
                .seed = options.seed,
                .shuffle = options.shuffle,
                .callbacks = &options.callbacks},
      progress_(options.verbose, options.terminal, options.initial_epoch, options.epochs,
                options.steps_per_epoch.value_or((data.samples + options.batch_size - 1) / options.batch_size)) {
  std::iota(order_.begin(), order_.end(), Index{0});
  model.fitting = &position_;
  model.validates = data.validation && options.validation_freq.every() != 1;
  if (data.validation) {
    validation_.emplace(model, *data.validation, data.validation_inputs, data.validation_first, data.validation_samples,
                        options.validation_batch_size.value_or(options.batch_size), options.threads, &data.validation_weights,
                        options.validation_steps);
    validation_->refuse_bad_data(options.validation_data     ? "validation_data."
                                 : options.validation_source ? "validation_source."
                                                             : "");
  }
}

bool Fit::epoch(Index number) {
  FitPosition& p = position_;
  averages_.reset();
  if (p.batch > 0) averages_.restore(p.loss_sums);
  if (p.sample == 0 || !in_order_) {
    if (options_.shuffle) shuffle(order_, options_.seed, p.pass);
    if (sequences_) sequences_->bucket(order_, size_);
    in_order_ = true;
  }
  const std::span<const Index> order(order_);
  if (model_.stateful()) model_.load_state(trainer_.batch().session());
  while (p.sample < data_samples() && (!options_.steps_per_epoch || p.batch < *options_.steps_per_epoch)) {
    if (stopped()) return false;
    const Index batch = p.batch;
    for (const auto& callback : options_.callbacks) callback->on_batch_begin(batch, handle_);
    double loss = 0;
    try {
      const auto at = static_cast<std::size_t>(p.sample);
      loss = trainer_.step(order.subspan(at, std::min(size_, order.size() - at)), options_.seed);
    } catch (const Error& e) {
      if (e.code() != Code::non_finite || !forgiven()) throw;
      return false;
    }
    p.sample += options_.batch_size;
    ++p.batch;
    averages_.add(loss, trainer_.batch());
    trainer_.batch().update_metrics();
    if (!options_.callbacks.empty()) {
      averages_.put(batch_logs_);
      averages_.copy_sums(p.loss_sums);
      if (model_.stateful()) model_.store_state(trainer_.batch().session());
      for (const auto& callback : options_.callbacks) callback->on_batch_end(batch, batch_logs_, handle_);
    }
    progress_.batch_end(batch, loss);
    if (callbacks_want_to_stop()) break;
  }
  if (model_.stateful()) model_.store_state(trainer_.batch().session());
  if (stopped()) return false;
  if (p.sample >= data_samples()) p.sample = 0, ++p.pass;
  logs_.clear();
  averages_.put(logs_);
  if (validation_ && validates(number)) validation_->run(handle_, options_.callbacks, logs_, "val_");
  return true;
}

// Keras's order of keys: alphabetical, then what callbacks add.
void Fit::record(const Logs& own, History& history) const {
  for (const bool added : {false, true}) {
    for (const auto& [key, value] : logs_) {
      if (own.contains(key) == added) continue;
      std::vector<double>& values = history.history[key];
      if (values.empty()) history.keys.push_back(key);
      values.push_back(value);
    }
  }
}

History Fit::run() {
  History history;
  for (const auto& callback : options_.callbacks) callback->stop_training = false;
  for (const auto& callback : options_.callbacks) callback->on_train_begin(handle_);
  const bool asked = callbacks_want_to_stop();
  for (const auto& callback : options_.callbacks) callback->after_train_begin(handle_);
  progress_.first_epoch(position_.epoch);
  bool over = !asked && callbacks_want_to_stop();  // a fit that had been stopped is gone on with
  for (Index& number = position_.epoch; number < options_.epochs && !over;) {
    for (const auto& callback : options_.callbacks) callback->on_epoch_begin(number, handle_);
    progress_.epoch_begin(number);
    if (!epoch(number)) {
      if (non_finite_) break;
      history.interrupted = true;
      return history;
    }
    const Logs own = logs_;
    for (const auto& callback : options_.callbacks) callback->on_epoch_logs(number, logs_, handle_);
    history.epoch.push_back(number);
    record(own, history);
    progress_.epoch_end(logs_);
    for (const auto& callback : options_.callbacks) callback->on_epoch_end(number, logs_, handle_);
    ++number;
    position_.batch = 0;
    for (const auto& callback : options_.callbacks) callback->after_epoch_end(number - 1, handle_);
    over = callbacks_want_to_stop();
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
    data.validation_weights =
        RowWeights(model, shapes, options.validation_data->sample_weight, "validation_data.sample_weight");
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
  data.weights = weights_of_batch(model, x_shapes, y.all(), options.sample_weight, options.class_weight);
  std::optional<ArraySource> arrays;
  if (options.validation_data || options.validation_source) {
    use_validation(model, options, data, arrays);
  } else if (options.validation_split != 0) {
    data.samples = training_samples(source.samples(), options.validation_split);
    data.validation = &source;
    data.validation_inputs = data.inputs;
    data.validation_first = data.samples;
    data.validation_samples = source.samples() - data.samples;
    data.validation_weights = RowWeights(model, x_shapes, options.sample_weight);
  }
  if (options.bucket) fail(Code::value, "bucket is for Sequences: an array has one length");
  check(options, model, data.samples);
  return Fit(*this, model, data, options).run();
}

History fit_sequences(Model& handle, const SequenceSource& source, const std::vector<Array>& y, const FitOptions& options) {
  ModelState& model = handle.internal();
  Data data{source, source.x_shapes(), source.samples()};
  Shapes sized = data.inputs;
  for (Shape& s : sized) s = s.with_first(source.samples());
  data.weights = weights_of_batch(model, sized, y, options.sample_weight, options.class_weight);
  std::optional<ArraySource> arrays;
  if (options.validation_data || options.validation_source) {
    use_validation(model, options, data, arrays);
  } else if (options.validation_split != 0) {
    data.samples = training_samples(source.samples(), options.validation_split);
    data.validation = &source;
    data.validation_inputs = data.inputs;
    data.validation_first = data.samples;
    data.validation_samples = source.samples() - data.samples;
    data.validation_weights = RowWeights(model, sized, options.sample_weight);
  }
  check(options, model, data.samples);
  return Fit(handle, model, data, options).run();
}

History Model::fit(const Source& source, const FitOptions& options) {
  ModelState& model = *p_;
  require_compiled(model, "fit");
  Data data{source, checked_source_inputs(model, source.x_shapes()), source.samples()};
  checked_source_targets(model, data.inputs, source.y_shapes());
  if (!options.class_weight.empty())
    fail(Code::unsupported, "class_weight is for arrays; give a Source's samples their weights by .sample_weight");
  Shapes sized = data.inputs;
  for (Shape& s : sized) s = s.with_first(source.samples());
  data.weights = RowWeights(model, sized, options.sample_weight);
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

}  // namespace rondo
