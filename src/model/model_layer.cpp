#include "model/model_layer.h"

#include <algorithm>
#include <map>

#include "layers/base/each_step.h"
#include "layers/base/names.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo {

ModelLayer::ModelLayer(const Model& model) : model_(model) {
  const ModelState& state = model_.internal();
  const bool automatic = state.name == "functional" || state.name == "sequential";
  set_name(automatic ? std::string() : state.name, automatic);
}

const Graph& ModelLayer::graph() const { return *model_.internal().graph; }

Index ModelLayer::calls() const {
  if (calls_ > 0 || !model_.built()) return calls_;
  Index count = 1;
  for (const Graph::Node& node : graph().nodes) {
    Index each = node.layer ? 1 : 0;
    for (LayerRef inside = node.layer; inside; inside = layer_of_each_step(*inside))
      if (const ModelLayer* model = as_model(*inside)) each = model->calls();
    count = std::min(count + each, max_calls + 1);
  }
  return calls_ = count;
}

std::string ModelLayer::class_name() const { return model_.internal().sequential ? "Sequential" : "Functional"; }

void ModelLayer::build(const Shapes& in, Weights& weights) {
  ModelState& state = model_.internal();
  if (!state.graph) {
    if (in.size() != 1) fail(Code::shape, described() + " takes one input, not " + std::to_string(in.size()));
    const bool keeps = std::any_of(state.stack.begin(), state.stack.end(), [](const LayerRef& l) { return l->stateful(); });
    state.build(keeps ? in[0] : in[0].with_first(None));
  }
  output_shapes(in);  // throws if the inputs do not suit
  std::map<std::string, int> used;
  for (const LayerRef& layer : model_.layers()) {
    const std::string base = "layers/" + snake_case(layer->class_name());
    const int n = used[base]++;
    weights.child(n == 0 ? base : base + "_" + std::to_string(n), *layer, layer->built_for());
  }
}

Shapes ModelLayer::output_shapes(const Shapes& in) const {
  const Graph& g = graph();
  if (calls() > max_calls)
    fail(Code::unsupported, described() + " is made of more than " + std::to_string(max_calls) + " calls");
  if (in.size() != g.inputs.size())
    fail(Code::shape, described() + " takes " + how_many(static_cast<Index>(g.inputs.size()), "input") + ", not " +
                          std::to_string(in.size()));
  std::vector<Shapes> shapes(g.nodes.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Graph::Node& node = g.nodes[static_cast<std::size_t>(g.inputs[i])];
    const Shape& want = node.out[0];
    bool fits = want.rank() == in[i].rank();
    for (Index axis = 0; fits && axis < want.rank(); ++axis)
      fits = want[axis] == None || in[i][axis] == None || want[axis] == in[i][axis];
    if (!fits)
      fail(Code::shape, described() + ": its input '" + escaped(node.name) + "' takes " + axes_text(want) + " and was given " +
                            in[i].text() + " = " + axes_text(in[i]));
    shapes[static_cast<std::size_t>(g.inputs[i])] = {in[i]};
  }
  for (std::size_t k = 0; k < g.nodes.size(); ++k) {
    const Graph::Node& node = g.nodes[k];
    if (!node.layer) continue;
    Shapes inner;
    for (const Edge& e : node.in) inner.push_back(shapes[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
    shapes[k] = node.layer->output_shapes(inner);
  }
  Shapes out;
  for (const Edge& e : g.outputs) out.push_back(shapes[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
  return out;
}

void ModelLayer::plan(const Shapes&, Plan&) const {
  fail(Code::unsupported, described() + ": a model runs inside another model or a TimeDistributed, not inside another layer");
}

MaskFlow ModelLayer::mask_flow(std::span<const bool> masked) const {
  if (!model_.built()) return MaskFlow::none;
  const bool any = std::find(masked.begin(), masked.end(), true) != masked.end();
  const Graph flat = flattened(graph(), any);
  if (!flat.mask_refusal.empty()) return MaskFlow::drop;
  const Edge& out = flat.outputs[0];
  const Graph::Node& node = flat.nodes[static_cast<std::size_t>(out.node)];
  const bool carries = node.mask == MaskFlow::make ? out.output == 0 : carries_passed_mask(node, out.output);
  return carries ? MaskFlow::make : MaskFlow::none;
}

std::string ModelLayer::streaming_refusal() const {
  for (const LayerRef& layer : model_.layers())
    if (const std::string why = layer->streaming_refusal(); !why.empty()) return why;
  return {};
}

bool ModelLayer::stateful() const { return model_.internal().stateful(); }

ModelLayer* as_model(Layer& layer) { return dynamic_cast<ModelLayer*>(&layer); }
const ModelLayer* as_model(const Layer& layer) { return dynamic_cast<const ModelLayer*>(&layer); }

LayerRef Model::as_layer() const {
  std::shared_ptr<Layer> layer = p_->as_layer.lock();
  if (!layer) p_->as_layer = layer = std::make_shared<ModelLayer>(*this);
  return LayerRef(std::move(layer));
}

namespace {
void set_trainable(Layer& layer, bool trainable) {
  layer.trainable = trainable;
  for (const Weights::Child& child : layer.weights().children()) set_trainable(*child.layer, trainable);
  if (ModelLayer* model = as_model(layer))
    for (const LayerRef& inner : model->model().layers()) set_trainable(*inner, trainable);
}
}  // namespace

void Model::set_trainable(bool trainable) {
  if (const std::shared_ptr<Layer> layer = p_->as_layer.lock()) layer->trainable = trainable;
  for (const LayerRef& layer : layers()) rondo::set_trainable(*layer, trainable);
}

}  // namespace rondo
