#include "train/batch.h"

#include <algorithm>
#include <cmath>

#include "metrics/base/keras_masks.h"
#include "rondo/core/error.h"

namespace rondo {

namespace {

Shapes with_samples(Shapes shapes, Index samples) {
  for (Shape& shape : shapes) shape = shape.with_first(samples);
  return shapes;
}

std::span<const Index> sizes_of(const Port& port) { return {port.dims.size.data(), static_cast<std::size_t>(port.dims.rank)}; }

// "time step 3, feature 0": where number `at` of one sample lies.
std::string place(const Shape& shape, Index at) {
  std::vector<Index> index(static_cast<std::size_t>(shape.rank() - 1));
  for (std::size_t axis = index.size(); axis-- > 0; at /= shape[static_cast<Index>(axis) + 1]) {
    index[axis] = at % shape[static_cast<Index>(axis) + 1];
  }
  if (index.size() == 1) return "feature " + std::to_string(index[0]);
  if (index.size() == 2) return "time step " + std::to_string(index[0]) + ", feature " + std::to_string(index[1]);
  std::string text = "index (";
  for (std::size_t i = 0; i < index.size(); ++i) text += (i ? ", " : "") + std::to_string(index[i]);
  return text + ")";
}

std::string first_bad(const char* what, std::span<real* const> arrays, const Shapes& shapes, Index row, Index id) {
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const Index width = shapes[i].with_first(1).elements();
    const real* values = arrays[i] + row * width;
    const real* bad = std::find_if_not(values, values + width, [](real v) { return std::isfinite(v); });
    if (bad == values + width) continue;
    return what + (arrays.size() > 1 ? "[" + std::to_string(i) + "]" : std::string()) + ", sample " + std::to_string(id) +
           ", " + place(shapes[i], bad - values);
  }
  return {};
}

bool takes_mask(const Loss& loss, const Shape& output) {
  try {
    loss.check_masked(output);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Batch::Batch(ModelState& model, const Source& source, const Shapes& inputs, Index size, bool training, int threads,
             const RowWeights* weights)
    : model_(model),
      source_(source),
      sequences_(dynamic_cast<const SequenceSource*>(&source)),
      inputs_(inputs),
      weights_(weights && !weights->empty() ? weights : nullptr) {
  const Graph& graph = model.built();
  if (const Index fixed = graph.nodes[0].out[0][0]; model.stateful() && fixed != None && size != fixed)
    fail(Code::shape, "a stateful model keeps the state of every sample of its batch: this one was built for batches of " +
                          std::to_string(fixed) + ", and was given " + std::to_string(size) +
                          " samples at once.\n  fix: {.batch_size = " + std::to_string(fixed) + "}");
  capacity_.inputs = with_samples(inputs, size);
  capacity_.purpose.training = training;
  capacity_.threads = thread_count(threads);
  capacity_.masked_inputs = sequences_ != nullptr;
  capacity_.penalties = !training && penalises(graph);
  // The state of a stateful model fits a session of its own size only.
  session_ = model.stateful() ? std::make_unique<Session>(graph, capacity_) : model.borrow(capacity_);
  session_->start(capacity_.inputs);
  take_targets(capacity_.inputs);
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    y_.emplace_back(static_cast<std::size_t>(targets_[i].with_first(size).elements()));
    const Port& port = session_->output(static_cast<int>(i));
    Shape output;
    for (int axis = 0; axis < port.dims.rank; ++axis) output.push_back(port.dims[axis]);
    if (weights_) row_weights_.emplace_back(static_cast<std::size_t>(port.dims.rows()));
    scratch_.emplace_back();
    kept_.emplace_back();
    if (!port.mask && (!model.losses[i] || takes_mask(*model.losses[i], output)))
      kept_.back().resize(static_cast<std::size_t>(port.dims.rows()));
    if (!model.losses[i]) continue;
    if (port.mask) model.losses[i]->check_masked(output);
    scratch_.back().resize(model.losses[i]->scratch(output, each_[i]) / sizeof(double) + 1);
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) x_at_.push_back(session_->input(static_cast<int>(i)));
  for (auto& y : y_) y_at_.push_back(y.data());
  for (const auto& metric : model.metrics)
    counts_masked_.push_back(model.keras_mask_compat && !sequences_ && keras_counts_masked(*metric));
  for (const LossRef& loss : model.losses)
    masks_values_.push_back(model.keras_mask_compat && !sequences_ && loss ? dynamic_cast<const MasksValues*>(&*loss)
                                                                           : nullptr);
  losses_.resize(y_.size());
}

// Where a loss leaves a size of its targets open, it is that of the data.
void Batch::take_targets(const Shapes& inputs) {
  targets_ = with_samples(target_shapes(model_, inputs), None);
  const Shapes given = source_.y_shapes();
  each_.clear();
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    for (Index axis = 1; axis < targets_[i].rank(); ++axis)
      if (targets_[i][axis] == None) targets_[i][axis] = given[i][axis];
    each_.push_back(targets_[i].with_first(1).elements());
  }
}

void Batch::keep_session() {
  if (!model_.stateful()) model_.give_back(std::move(session_), capacity_);
}

void Batch::load(std::span<const Index> ids) noexcept {
  ids_ = ids;
  if (sequences_ == nullptr) {
    session_->start(static_cast<Index>(ids.size()));
  } else if (const Index steps = sequences_->longest(ids); steps == inputs_[0][1]) {
    session_->start(with_samples(inputs_, static_cast<Index>(ids.size())));
  } else {  // another length than before: sizes are planned anew, within what is booked
    inputs_[0][1] = steps;
    const Shapes shapes = with_samples(inputs_, static_cast<Index>(ids.size()));
    session_->start(shapes);
    take_targets(shapes);
  }
  source_.gather(ids, x_at_, y_at_);
  if (sequences_) sequences_->gather_mask(ids, session_->input_mask(0));
  for (std::size_t i = 0; weights_ && i < targets_.size(); ++i) {
    const RowWeights::Output& w = weights_->of(i);
    const Index rows = session_->output(static_cast<int>(i)).dims.rows() / std::max<Index>(1, static_cast<Index>(ids.size()));
    real* to = row_weights_[i].data();
    for (const Index id : ids)
      for (Index r = 0; r < rows; ++r) *to++ = w.values[id * w.entries + (w.entries == 1 ? 0 : r)];
  }
}

Batch::Rows Batch::rows_of(const Port& port) const {
  const Index elements = port.dims.elements();
  const Index rows = port.dims.rows();
  return {rows, rows == 0 ? 0 : elements / rows};
}

const std::uint8_t* Batch::mask_of(std::size_t i) const noexcept {
  const Port& port = session_->output(static_cast<int>(i));
  if (port.mask != nullptr || kept_[i].empty()) return port.mask;
  std::uint8_t* const kept = kept_[i].data();
  if (!session_->find_padding(static_cast<int>(i), kept)) return nullptr;
  const auto samples = static_cast<Index>(ids_.size());
  const Index rows = port.dims.rows() / std::max<Index>(1, samples);  // of a sample, all with its entry: filled from the end
  for (Index b = samples; b-- > 0;) std::fill_n(kept + b * rows, rows, std::uint8_t{kept[b]});
  return kept;
}

// As many samples as batches are averaged by: of an output with a mask of its own all, as in Keras.
Index Batch::samples_of(const Port& port, const std::uint8_t* mask) const noexcept {
  const auto samples = static_cast<Index>(ids_.size());
  if (mask == nullptr || mask == port.mask) return samples;
  return std::count(mask, mask + port.dims.rows(), std::uint8_t{1}) * samples / std::max<Index>(1, port.dims.rows());
}

double Batch::loss(bool gradient) noexcept {
  double total = 0;
  counted_ = 0;
  for (std::size_t i = 0; i < y_.size(); ++i) {
    const int output = static_cast<int>(i);
    const Port& port = session_->output(output);
    real* const d = gradient ? session_->output_gradient(output) : nullptr;
    if (!model_.losses[i]) {
      losses_[i] = 0;
      if (d) std::fill_n(d, port.dims.elements(), real(0));
      continue;
    }
    const std::uint8_t* const mask = mask_of(i);
    counted_ = std::max(counted_, samples_of(port, mask));
    const LossBatch batch{.y = y_at_[i],
                          .yhat = port.values,
                          .sizes = sizes_of(port),
                          .targets = each_[i],
                          .mask = mask,
                          .weights = weights_ ? row_weights_[i].data() : nullptr,
                          .d = d,
                          .factor = model_.loss_weights[i],
                          .scratch = scratch_[i].data()};
    losses_[i] = masks_values_[i] ? masks_values_[i]->batch_as_keras(batch) : model_.losses[i]->batch(batch);
    total += model_.loss_weights[i] * losses_[i];
  }
  for (const WeightRules& rules : model_.rules) {
    if (rules.penalty) total += (*rules.penalty)(rules.weight->value.data(), nullptr);
  }
  return total + session_->penalty();
}

void Batch::update_metrics() noexcept {
  for (std::size_t m = 0; m < model_.metrics.size(); ++m) {
    const std::size_t output = model_.metric_outputs[m];
    const Port& port = session_->output(static_cast<int>(output));
    const Rows r = rows_of(port);
    const Index y_width = model_.losses[output] ? model_.losses[output]->target_width(r.width) : r.width;
    const real* weights = weights_ && model_.metric_weighted[m] ? row_weights_[output].data() : nullptr;
    model_.metrics[m]->update({.y = y_at_[output],
                               .yhat = port.values,
                               .rows = r.rows,
                               .y_width = y_width,
                               .width = r.width,
                               .mask = counts_masked_[m] ? nullptr : mask_of(output),
                               .weights = weights,
                               .sizes = sizes_of(port)});
  }
}

void Batch::check_targets() const {
  for (std::size_t i = 0; i < y_.size(); ++i) {
    if (!model_.losses[i]) continue;
    const Loss& loss = *model_.losses[i];
    const Port& port = session_->output(static_cast<int>(i));
    const std::uint8_t* const mask = mask_of(i);
    const Index each = each_[i], rows = port.dims.rows() / std::max<Index>(1, static_cast<Index>(ids_.size()));
    for (std::size_t sample = 0; sample < ids_.size(); ++sample) {
      const Index at = static_cast<Index>(sample);
      const std::string wanted =
          loss.bad_targets(y_at_[i] + at * each, each, sizes_of(port), mask ? mask + at * rows : nullptr);
      if (!wanted.empty())
        fail(Code::value, loss.class_name() + ": " + wanted + "; that of sample " + std::to_string(ids_[sample]) + " is not");
    }
  }
}

std::string Batch::bad_input(Index row) const {
  return first_bad("X", x_at_, inputs_, row, ids_[static_cast<std::size_t>(row)]);
}

std::string Batch::bad_target(Index row) const {
  return first_bad("y", y_at_, targets_, row, ids_[static_cast<std::size_t>(row)]);
}

Averages::Averages(ModelState& model) : model_(model), names_{"loss"}, metric_keys_(model.metrics.size()) {
  const std::vector<std::string> outputs = output_names(model);
  const auto with_loss =
      std::count_if(model.losses.begin(), model.losses.end(), [](const LossRef& l) { return static_cast<bool>(l); });
  for (std::size_t i = 0; i < outputs.size() && with_loss > 1; ++i) {
    if (!model.losses[i]) continue;
    names_.push_back(outputs[i] + "_loss");
    outputs_.push_back(i);
  }
  reset();
}

void Averages::reset() noexcept {
  sums_.assign(names_.size(), 0.0);
  samples_ = 0;
  for (const auto& metric : model_.metrics) metric->reset();
}

void Averages::add(double loss, const Batch& batch) noexcept {
  const double n = static_cast<double>(batch.counted());
  samples_ += n;
  sums_[0] += n * loss;
  for (std::size_t i = 1; i < sums_.size(); ++i) sums_[i] += n * batch.output_losses()[outputs_[i - 1]];
}

void Averages::copy_sums(std::vector<double>& out) const {
  out.assign(sums_.begin(), sums_.end());
  out.push_back(samples_);
}

void Averages::restore(std::span<const double> sums) {
  if (sums.size() != sums_.size() + 1) return;  // of other losses
  std::copy_n(sums.begin(), sums_.size(), sums_.begin());
  samples_ = sums.back();
}

void Averages::put(Logs& logs, const std::string& prefix) const {
  // Once a batch, without a prefix: a key that is there takes no memory.
  const auto at = [&](const std::string& name) -> double& { return prefix.empty() ? logs[name] : logs[prefix + name]; };
  for (std::size_t i = 0; i < names_.size(); ++i) at(names_[i]) = samples_ == 0 ? 0.0 : sums_[i] / samples_;
  for (std::size_t m = 0; m < model_.metrics.size(); ++m) {
    const Metric& metric = *model_.metrics[m];
    for (Index i = 0; i < metric.results(); ++i) {
      std::vector<std::string>& keys = metric_keys_[m];  // filled once
      if (keys.size() <= static_cast<std::size_t>(i))
        keys.push_back(model_.metric_names[m] + (metric.results() == 1 ? std::string() : "_" + std::to_string(i)));
      at(keys[static_cast<std::size_t>(i)]) = metric.result_at(i);
    }
  }
}

}  // namespace rondo
