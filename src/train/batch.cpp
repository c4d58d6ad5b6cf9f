#include "train/batch.h"

#include <algorithm>
#include <cmath>

namespace rondo {

namespace {

Shapes with_samples(Shapes shapes, Index samples) {
  for (Shape& shape : shapes) shape = shape.with_first(samples);
  return shapes;
}

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

}  // namespace

Batch::Batch(ModelState& model, const Source& source, const Shapes& inputs, Index size, bool training, int threads)
    : model_(model), source_(source), inputs_(inputs) {
  const Graph& graph = model.built();
  capacity_.inputs = with_samples(inputs, size);
  capacity_.purpose.training = training;
  capacity_.threads = thread_count(threads);
  // The state of a stateful model fits a session of its own size only.
  session_ = model.stateful() ? std::make_unique<Session>(graph, capacity_) : model.borrow(capacity_);
  session_->start(capacity_.inputs);
  targets_ = with_samples(outputs_for(graph, capacity_.inputs), None);
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    y_.emplace_back(static_cast<std::size_t>(targets_[i].with_first(size).elements()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) x_at_.push_back(session_->input(static_cast<int>(i)));
  for (auto& y : y_) y_at_.push_back(y.data());
  losses_.resize(y_.size());
}

void Batch::keep_session() {
  if (!model_.stateful()) model_.give_back(std::move(session_), capacity_);
}

void Batch::load(std::span<const Index> ids) noexcept {
  ids_ = ids;
  session_->start(static_cast<Index>(ids.size()));
  source_.gather(ids, x_at_, y_at_);
}

Batch::Rows Batch::rows_of(const Port& port) const {
  const Index elements = port.dims.elements();
  const Index rows = port.dims.rows();
  return {rows, rows == 0 ? 0 : elements / rows};
}

double Batch::loss(bool gradient) noexcept {
  double total = 0;
  for (std::size_t i = 0; i < y_.size(); ++i) {
    const int output = static_cast<int>(i);
    const Port& port = session_->output(output);
    const Rows r = rows_of(port);
    losses_[i] = compute(*model_.loss, y_at_[i], port.values, r.rows, r.width, port.mask,
                         gradient ? session_->output_gradient(output) : nullptr);
    total += losses_[i];
  }
  return total;
}

void Batch::update_metrics() noexcept {
  if (model_.metrics.empty()) return;
  const Port& port = session_->output(0);
  const Rows r = rows_of(port);
  for (const auto& metric : model_.metrics) metric->update(y_at_[0], port.values, r.rows, r.width, port.mask);
}

std::string Batch::bad_input(Index row) const {
  return first_bad("X", x_at_, inputs_, row, ids_[static_cast<std::size_t>(row)]);
}

std::string Batch::bad_target(Index row) const {
  return first_bad("y", y_at_, targets_, row, ids_[static_cast<std::size_t>(row)]);
}

Averages::Averages(ModelState& model) : model_(model), names_{"loss"} {
  const Graph& graph = model.built();
  if (graph.outputs.size() > 1) {
    for (const Edge& edge : graph.outputs) names_.push_back(graph.nodes[static_cast<std::size_t>(edge.node)].name + "_loss");
  }
  reset();
}

void Averages::reset() noexcept {
  sums_.assign(names_.size(), 0.0);
  samples_ = 0;
  for (const auto& metric : model_.metrics) metric->reset();
}

void Averages::add(double loss, const Batch& batch) noexcept {
  const double n = static_cast<double>(batch.ids().size());
  samples_ += n;
  sums_[0] += n * loss;
  for (std::size_t i = 1; i < sums_.size(); ++i) sums_[i] += n * batch.output_losses()[i - 1];
}

void Averages::put(Logs& logs, const std::string& prefix) const {
  for (std::size_t i = 0; i < names_.size(); ++i) logs[prefix + names_[i]] = samples_ == 0 ? 0.0 : sums_[i] / samples_;
  for (const auto& metric : model_.metrics) logs[prefix + metric->name()] = metric->result();
}

}  // namespace rondo
