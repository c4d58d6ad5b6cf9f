// The public Model and Sequential, but for training (train/) and what has files of its own: summary, stream.
#include "rondo/model/model.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/memory.h"
#include "layers/base/names.h"
#include "model/model_layer.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo {

Model::Model(std::vector<SymbolicTensor> inputs, std::vector<SymbolicTensor> outputs, const std::string& name)
    : p_(std::make_shared<ModelState>()) {
  require_plain_name("a model", name);
  p_->name = name.empty() ? "functional" : name;
  p_->graph = Graph::make(inputs, outputs);
  p_->inputs = std::move(inputs);
  p_->outputs = std::move(outputs);
  p_->list_weights();
}

const std::string& Model::name() const { return p_->name; }
bool Model::built() const { return p_->graph.has_value(); }

Shapes Model::input_shapes() const {
  Shapes out;
  for (const SymbolicTensor& t : p_->inputs) out.push_back(t.shape());
  return out;
}
Shapes Model::output_shapes() const {
  Shapes out;
  for (const SymbolicTensor& t : p_->outputs) out.push_back(t.shape());
  return out;
}

std::vector<LayerRef> Model::layers() const {
  if (p_->sequential) return p_->stack;
  return p_->graph ? p_->graph->layers : std::vector<LayerRef>{};
}

LayerRef Model::layer(const std::string& name) const {
  std::vector<std::string> known;
  for (const LayerRef& l : layers()) {
    if (l->name() == name) return l;
    known.push_back(l->name());
  }
  fail(Code::value, "this model has no layer named '" + escaped(name) + "'." + did_you_mean(name, known));
}

std::vector<Array> Model::get_weights() const {
  if (!built() && !p_->stack.empty()) p_->built();
  std::vector<Array> out;
  for (const Weight* w : p_->weights) out.push_back(w->value);
  return out;
}

void Model::set_weights(const std::vector<Array>& weights) {
  if (!p_->stack.empty() && !built()) p_->built();
  const std::vector<Weight*>& own = p_->weights;
  if (weights.size() != own.size())
    fail(Code::value, "set_weights was given " + std::to_string(weights.size()) + " arrays; this model has " +
                          std::to_string(own.size()) + " weights");
  const std::vector<WeightEntry> entries = weights_of(p_->graph ? p_->graph->layers : std::vector<LayerRef>{});
  for (std::size_t i = 0; i < own.size(); ++i)
    if (weights[i].shape() != own[i]->shape)
      fail(Code::shape, "set_weights: array " + std::to_string(i) + " has shape " + weights[i].shape().text() + "; weight '" +
                            own[i]->name + "' of " + entries[i].layer->described() + " has shape " + own[i]->shape.text());
  for (std::size_t i = 0; i < own.size(); ++i)
    std::copy(weights[i].values().begin(), weights[i].values().end(), own[i]->value.data());
  p_->pack(p_->fitting != nullptr);  // a callback's: the next step goes backward through them
}

Index Model::count_params() const {
  Index n = 0;
  for (const Weight* w : p_->weights) n += w->value.size();
  return n;
}

std::uint64_t Model::weights_digest() const {
  // FNV-1a over the bits of every weight, in order.
  std::uint64_t h = 0xcbf29ce484222325u;
  const auto mix = [&h](const void* data, std::size_t bytes) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) h = (h ^ p[i]) * 0x100000001b3u;
  };
  for (const Weight* w : p_->weights) {
    for (const Index size : w->shape) mix(&size, sizeof size);
    mix(w->value.data(), static_cast<std::size_t>(w->value.size()) * sizeof(real));
  }
  return h;
}

void Model::set_keras_mask_compat(bool compat) {
  const std::lock_guard lock(p_->mutex);
  p_->keras_mask_compat = compat;
  if (p_->graph) p_->graph->keras_masks = compat;
  p_->idle.clear();  // sessions have a graph of their own
  const auto inside = [&](const auto& self, Layer& layer) -> void {
    if (ModelLayer* model = as_model(layer)) Model(model->model()).set_keras_mask_compat(compat);
    for (const Weights::Child& c : layer.weights().children()) self(self, *c.layer);
  };
  for (const LayerRef& layer : layers()) inside(inside, *layer);
}

void Model::reset_states() { p_->carried.clear(); }

namespace {

// Runs `gather(first, count, session)` and the network over all samples, `batch` at a time.
template <class Gather>
std::vector<Array> run_batches(ModelState& model, const Shapes& x, const PredictOptions& options, Gather gather) {
  if (options.batch_size < 1) fail(Code::value, "predict: batch_size must be 1 or more");
  const Graph& graph = model.built();
  const Index samples = x[0][0];
  const Index fixed = graph.nodes[0].out[0][0];
  const Index batch = fixed != None ? fixed : std::min(options.batch_size, std::max<Index>(samples, 1));
  SessionSize size{{}, {}, thread_count(options.threads)};
  for (const Shape& s : x) size.inputs.push_back(s.with_first(batch));
  const Shapes shapes = outputs_for(graph, size.inputs);
  Index bytes = 0;
  for (const Shape& s : shapes)
    bytes = checked_add(bytes, checked_mul(s.with_first(samples).elements(), static_cast<Index>(sizeof(real))));
  check_memory(bytes, "The predictions");
  std::vector<Array> out;
  for (const Shape& s : shapes) out.emplace_back(s.with_first(samples));
  if (samples == 0) return out;

  std::unique_ptr<Session> session = model.borrow(size);
  session->start(size.inputs);
  if (model.stateful()) {
    if (samples % batch != 0)
      fail(Code::shape, "a stateful model keeps one state for each of its " + std::to_string(batch) +
                            " samples a batch; X has " + std::to_string(samples) + " samples, which is no multiple of " +
                            std::to_string(batch));
    model.load_state(*session);
  }
  for (Index first = 0; first < samples; first += batch) {
    const Index count = std::min(batch, samples - first);
    session->start(count);
    gather(first, count, *session);
    session->forward(false);
    session->refuse_finding(first);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Index each = shapes[i].without_first().elements();
      std::copy_n(session->output(static_cast<int>(i)).values, count * each, out[i].data() + first * each);
    }
  }
  if (model.stateful()) model.store_state(*session);
  model.give_back(std::move(session), size);
  return out;
}

}  // namespace

std::vector<Array> Model::predict_all(const Arrays& x, const PredictOptions& options) const {
  const std::vector<Array>& arrays = x.all();
  const Shapes shapes = checked_inputs(*p_, arrays, "X");
  return run_batches(*p_, shapes, options, [&](Index first, Index count, Session& session) {
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const Index each = shapes[i].without_first().elements();
      std::copy_n(arrays[i].data() + first * each, count * each, session.input(static_cast<int>(i)));
    }
  });
}

Array Model::predict(const Arrays& x, const PredictOptions& options) const {
  const auto outputs = p_->sequential ? 1 : p_->outputs.size();
  if (outputs != 1) fail(Code::value, "this model has " + std::to_string(outputs) + " outputs; use predict_all");
  return std::move(predict_all(x, options)[0]);
}

std::vector<Array> Model::predict(const Source& data, const PredictOptions& options) const {
  Shapes shapes = checked_source_inputs(*p_, data.x_shapes());
  for (Shape& s : shapes) s = s.with_first(data.samples());
  std::vector<Index> ids;
  std::vector<real*> x(shapes.size());
  // A source writes its targets with the samples: they need a place, though nobody reads them here.
  std::vector<std::vector<real>> targets;
  std::vector<real*> y;
  const Index batch = std::min(std::max<Index>(options.batch_size, 1), std::max<Index>(data.samples(), 1));
  for (const Shape& s : data.y_shapes()) targets.emplace_back(static_cast<std::size_t>(s.with_first(batch).elements()));
  for (std::vector<real>& t : targets) y.push_back(t.data());
  return run_batches(*p_, shapes, options, [&](Index first, Index count, Session& session) {
    ids.resize(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(), first);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = session.input(static_cast<int>(i));
    data.gather(ids, x, y);
  });
}

Memory Model::memory(const MemoryOptions& options) const {
  const Graph& graph = p_->built();
  if (options.batch_size < 1) fail(Code::value, "memory: batch_size must be 1 or more");
  SessionSize size{{}, {.training = options.training}, thread_count(options.threads)};
  for (const SymbolicTensor& t : p_->inputs) {
    Shape s = t.shape().with_first(options.batch_size);
    for (Index axis = 1; axis < s.rank(); ++axis) {
      if (s[axis] != None) continue;
      if (!options.steps)
        fail(Code::value, "the input takes any number of time steps: say how many, for example memory({.batch_size = " +
                              std::to_string(options.batch_size) + ", .steps = 100})");
      if (*options.steps < 1) fail(Code::value, "memory: steps must be 1 or more");
      s[axis] = *options.steps;
    }
    size.inputs.push_back(s);
  }
  Memory m = Session::measure(graph, size);
  const auto packs = [&](const auto& self, const Layer& layer) -> void {
    for (const Weights::Pack& p : layer.weights().packs())
      if (options.training || !p.for_training) m.weights += p.reals * static_cast<Index>(sizeof(real));
    for (const Weights::Child& c : layer.weights().children()) self(self, *c.layer);
  };
  m.weights = count_params() * static_cast<Index>(sizeof(real));
  for (const LayerRef& layer : graph.layers) packs(packs, *layer);
  if (options.training && p_->optimizer) {
    std::vector<Shape> trained;
    for (const WeightEntry& w : weights_of(graph.layers))
      if (w.trained) trained.push_back(w.weight->value.shape());
    m.optimizer = p_->optimizer->slot_bytes(trained);
  }
  return m;
}

Sequential::Sequential(const std::string& name) : Model(std::make_shared<ModelState>()) {
  require_plain_name("a model", name);
  p_->sequential = true;
  p_->name = name.empty() ? "sequential" : name;
}

Sequential::Sequential(std::initializer_list<LayerRef> layers, const std::string& name)
    : Sequential(std::vector<LayerRef>(layers), name) {}
Sequential::Sequential(const std::vector<LayerRef>& layers, const std::string& name) : Sequential(name) {
  for (const LayerRef& layer : layers) add(layer);
}

void Sequential::add(const LayerRef& layer) {
  if (!layer) fail(Code::value, "an empty layer cannot be added");
  p_->stack.push_back(layer);
  try {
    name_layers(p_->stack);
    if (p_->graph) {
      p_->build(p_->inputs[0].shape());
    } else if (p_->stack.size() == 1 && p_->input) {
      p_->build(p_->input->shape());
    } else if (p_->stack.size() == 1 && !layer->input_shape.empty()) {
      p_->build(layer->input_shape.prepended(layer->batch_size));
    }
  } catch (...) {
    p_->stack.pop_back();
    throw;
  }
}

void Sequential::add(const SymbolicTensor& input) {
  if (input.node()->layer) fail(Code::value, "only an Input or a layer can be added to a Sequential");
  if (!p_->stack.empty() || p_->input) fail(Code::value, "an Input comes first in a Sequential, and only once");
  p_->input = input;
}

void Sequential::pop() {
  if (p_->stack.empty()) fail(Code::state, "there are no layers in the model");
  p_->stack.pop_back();
  if (!p_->graph) return;
  if (!p_->stack.empty()) return p_->build(p_->inputs[0].shape());
  p_->graph.reset();
  p_->ready = false;
  p_->inputs.clear();
  p_->outputs.clear();
  p_->idle.clear();
  p_->list_weights();
}

void Sequential::build(const Shape& input_shape) {
  if (input_shape.rank() < 2)
    fail(Code::shape,
         "build takes the shape of a batch, samples first: model.build({None, 10, 1}); it was given " + input_shape.text());
  if (p_->graph) {
    const Shape& now = p_->inputs[0].shape();
    if (now == input_shape) return;
    // Any number of time steps, with the same weights.
    if (now.rank() == input_shape.rank() && now.rank() >= 3 && input_shape[1] == None && now[1] != None) {
      Shape any = now;
      any[1] = None;
      if (any == input_shape) return p_->build(input_shape);
    }
    fail(Code::state, "this model is already built for " + p_->inputs[0].shape().text());
  }
  p_->build(input_shape);
}

}  // namespace rondo
