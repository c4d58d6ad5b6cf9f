#include "model/session.h"

#include "core/memory.h"
#include "model/session_impl.h"
#include "rondo/core/error.h"

namespace rondo {

Shards shards_of(Index samples) { return {std::clamp<Index>((samples + 15) / 16, 1, 16)}; }

Memory Session::measure(const Graph& graph, const SessionSize& size) {
  return Layout::make(flattened(graph, size.masked_inputs), size).memory();
}

Session::Session(const Graph& graph, const SessionSize& size) {
  if (size.purpose.training)
    for (const LayerRef& layer : graph.layers) layer->book_training_packs();
  const Graph flat = flattened(graph, size.masked_inputs);
  if (size.masked_inputs && !flat.mask_refusal.empty() && !flat.keras_masks) fail(Code::shape, flat.mask_refusal);
  Layout layout = Layout::make(flat, size);
  check_memory(layout.memory().total(), std::string(size.purpose.training ? "Training" : "Running") + " this model on " +
                                            std::to_string(size.inputs[0][0]) + " samples at a time");
  try {
    impl_ = std::make_unique<Impl>(flat, size, std::move(layout));
  } catch (const std::bad_alloc&) {
    fail(Code::memory, "no memory left for a session of " + std::to_string(size.inputs[0][0]) + " samples");
  }
}

Session::~Session() = default;

Index Session::booked() const noexcept { return impl_->booked; }

bool Session::holds(const Shapes& inputs) const noexcept {
  const Shapes& capacity = impl_->size.inputs;
  if (inputs.size() != capacity.size()) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].rank() != capacity[i].rank()) return false;
    if (!std::equal(inputs[i].begin(), inputs[i].end(), capacity[i].begin(), [](Index a, Index b) { return a >= 0 && a <= b; }))
      return false;
    if (*inputs[i].begin() != *inputs[0].begin() || *inputs[i].begin() < 1) return false;
  }
  return true;
}

void Session::start(const Shapes& inputs) {
  if (!holds(inputs)) fail(Code::shape, "a batch is larger than the session it was given to");
  bool same = true;
  for (std::size_t i = 0; i < inputs.size() && same; ++i)
    same = std::equal(inputs[i].begin() + 1, inputs[i].end(), impl_->shapes[i].begin() + 1);
  if (!same) {
    impl_->layout.fit(impl_->graph, inputs);
    impl_->resize();
    impl_->shapes = inputs;
  }
  impl_->start(inputs[0][0]);
}

void Session::start(Index samples) noexcept { impl_->start(samples); }
Index Session::samples() const noexcept { return impl_->samples; }

real* Session::input(int i) noexcept {
  const int node = impl_->graph.inputs[static_cast<std::size_t>(i)];
  return reinterpret_cast<real*>(impl_->arena.get() + impl_->node_at(node).out[0].at);
}

std::uint8_t* Session::input_mask(int i) noexcept {
  const int node = impl_->graph.inputs[static_cast<std::size_t>(i)];
  return impl_->port(impl_->node_at(node).out[0], 0, 0, impl_->samples).mask;
}

const Port& Session::output(int i) const noexcept { return impl_->outputs[static_cast<std::size_t>(i)]; }

bool Session::find_padding(int i, std::uint8_t* kept) const noexcept {
  const std::vector<Edge>& masks = impl_->masks_before_output[static_cast<std::size_t>(i)];
  if (masks.empty()) return false;
  std::fill_n(kept, impl_->samples, std::uint8_t{0});
  for (const Edge& e : masks) {
    const Layout::Value& value = impl_->value_at(e);
    const std::uint8_t* mask = impl_->port(value, 0, 0, impl_->samples).mask;
    for (Index b = 0; b < impl_->samples; ++b, mask += value.mask_steps)
      kept[b] |= std::any_of(mask, mask + value.mask_steps, [](std::uint8_t m) { return m != 0; });
  }
  return std::any_of(kept, kept + impl_->samples, [](std::uint8_t k) { return k == 0; });
}

real* Session::output_gradient(int i) noexcept {
  return reinterpret_cast<real*>(impl_->arena.get() + impl_->layout.output_gradients[static_cast<std::size_t>(i)]);
}

void Session::forward(bool training, std::uint64_t seed) noexcept {
  if (impl_->training != training) {
    impl_->training = training;
    impl_->show_outputs();  // which masks Keras takes depends on it
  }
  impl_->seed = seed;
  impl_->forward();
}

std::optional<Finding> Session::finding() const noexcept {
  for (Index shard = 0; shard < impl_->shards.count; ++shard) {
    const Finding& found = impl_->findings[static_cast<std::size_t>(shard)];
    if (found.layer != nullptr) return found;
  }
  return {};
}

void Session::refuse_finding(Index first) const {
  const auto found = finding();
  if (!found) return;
  fail(Code::value, "sample " + std::to_string(first + found->sample) + ": " + found->layer->complaint(*found));
}

void Session::refuse_finding(std::span<const Index> ids) const {
  if (const auto found = finding()) refuse_finding(ids[static_cast<std::size_t>(found->sample)] - found->sample);
}

double Session::penalty() const noexcept { return impl_->penalty(); }

void Session::backward() noexcept { impl_->backward(); }

void Session::update_moving() noexcept {
  for (std::size_t k = 0; k < impl_->graph.nodes.size(); ++k)
    if (impl_->layout.nodes[k].forward_rounds > 0) impl_->graph.nodes[k].layer->update(impl_->joints[k].data());
}

int Session::gradients() const noexcept { return static_cast<int>(impl_->layout.trained.size()); }

std::span<real> Session::gradient(int i) noexcept {
  const auto k = static_cast<std::size_t>(i);
  return {impl_->shard_gradients(0) + impl_->layout.gradient_at[k],
          static_cast<std::size_t>(impl_->layout.trained[k].weight->value.size())};
}

const real* Session::input_gradient(int i) const noexcept {
  const Layout::Value& v = impl_->node_at(impl_->graph.inputs[static_cast<std::size_t>(i)]).out[0];
  return v.d.empty() ? nullptr : impl_->d_port(v, v.d[0], 0, impl_->samples).values;
}

void Session::reset_state() noexcept { std::memset(impl_->states, 0, state().size()); }

std::span<std::byte> Session::state() noexcept {
  return {impl_->states, impl_->layout.state * static_cast<std::size_t>(impl_->layout.shards)};
}

}  // namespace rondo
