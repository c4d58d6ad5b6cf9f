#include "model/model_state.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "rondo/core/error.h"
#include "rondo/layers/recurrent.h"

namespace rondo {

int thread_count(int asked) {
  if (asked < 0) fail(Code::value, "threads must be 0 (as many as there are cores) or more, not " + std::to_string(asked));
  const int count = asked == 0 ? static_cast<int>(std::thread::hardware_concurrency()) : asked;
  return std::clamp(count, 1, 256);
}

void ModelState::list_weights() {
  const std::vector<Weight*> before = std::move(trainable);
  weights.clear();
  trainable.clear();
  if (!graph) return;
  for (const WeightEntry& w : weights_of(graph->layers)) {
    weights.push_back(w.weight);
    if (w.trained) trainable.push_back(w.weight);
  }
  rules.clear();
  for (Weight* w : trainable) {
    rules.push_back({w, {}, {}});
    if (w->regularizer) rules.back().penalty.emplace(w->regularizer, w->shape);
    if (w->constraint) rules.back().projection.emplace(w->constraint, w->shape);
  }
  if (trainable == before) return;
  // Sessions for training know which weights they train.
  const std::lock_guard lock(mutex);
  std::erase_if(idle, [](const Idle& i) { return i.size.purpose.training; });
}

void ModelState::build(const Shape& shape) {
  if (stack.empty()) fail(Code::state, "this Sequential has no layers yet: model.add(LSTM(32, {.input_shape = {10, 1}}))");
  SymbolicTensor first = Input(shape.without_first(), {.batch_size = shape[0], .name = ""});
  // A layer hands on all it gives, as in Keras: a merge takes them together, and those of the last are the model's outputs.
  std::vector<SymbolicTensor> last{first};
  const Layer* before = nullptr;
  for (const LayerRef& layer : stack) {
    const bool takes_states = dynamic_cast<RecurrentLayer*>(&*layer) != nullptr || layer->class_name() == "Bidirectional";
    if (last.size() > 1 && takes_states)
      fail(Code::shape, layer->described() + " takes one sequence, and " + before->described() + " gives " +
                            std::to_string(last.size()) +
                            " outputs.\n  fix: leave out return_state, or hand states on in a functional model");
    last = layer.call(last);
    before = &*layer;
  }
  Graph made = Graph::make({first}, last);
  made.keras_masks = keras_mask_compat;
  {
    const std::lock_guard lock(mutex);
    inputs = {first};
    outputs = last;
    graph = std::move(made);
    idle.clear();
    carried.clear();
  }
  list_weights();
  ready.store(true, std::memory_order_release);
}

const Graph& ModelState::built() const {
  if (!graph)
    fail(Code::state,
         "this model is not built: its input shape is not known yet. Give the first layer one, "
         ".input_shape = {10, 1}, or call model.build({None, 10, 1}), or fit it first");
  if (!keras_mask_compat && !graph->mask_refusal.empty()) fail(Code::shape, graph->mask_refusal);
  return *graph;
}

void ModelState::pack(bool for_training) {
  if (!graph) return;
  for (const LayerRef& layer : graph->layers) {
    if (for_training) layer->book_training_packs();
    layer->refresh(for_training);
  }
}

std::unique_ptr<Session> ModelState::borrow(const SessionSize& size) {
  {
    const std::lock_guard lock(mutex);
    for (std::size_t i = idle.size(); i-- > 0;) {
      const SessionSize& has = idle[i].size;
      if (has.threads != size.threads || has.purpose.training != size.purpose.training ||
          has.masked_inputs != size.masked_inputs || has.penalties != size.penalties || !idle[i].session->holds(size.inputs))
        continue;
      std::unique_ptr<Session> session = std::move(idle[i].session);
      idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i));
      return session;
    }
  }
  return std::make_unique<Session>(built(), size);
}

void ModelState::give_back(std::unique_ptr<Session> session, const SessionSize& size) {
  constexpr std::size_t most = 8;
  const std::lock_guard lock(mutex);
  // A smaller one of the same kind will not be missed.
  std::erase_if(idle, [&](const Idle& i) {
    return i.size.threads == size.threads && i.size.purpose.training == size.purpose.training &&
           i.size.masked_inputs == size.masked_inputs && i.size.penalties == size.penalties && i.size.inputs != size.inputs &&
           session->holds(i.size.inputs);
  });
  if (idle.size() >= most) idle.erase(idle.begin());
  idle.push_back({size, std::move(session)});
}

bool ModelState::stateful() const {
  return graph && std::any_of(graph->layers.begin(), graph->layers.end(), [](const LayerRef& l) { return l->stateful(); });
}

void ModelState::load_state(Session& session) {
  const std::span<std::byte> state = session.state();
  if (carried.empty()) {
    session.reset_state();
  } else {
    if (carried.size() != state.size())
      fail(Code::state, "the carried state of a stateful model is for another number of samples; call model.reset_states()");
    std::memcpy(state.data(), carried.data(), state.size());
  }
}

void ModelState::store_state(Session& session) {
  const std::span<std::byte> state = session.state();
  carried.assign(state.begin(), state.end());
}

}  // namespace rondo
