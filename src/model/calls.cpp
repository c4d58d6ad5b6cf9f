// Symbolic calls: Input({10, 2}), LSTM(32)(x). Here a layer learns what comes in and is built.
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "model/graph.h"
#include "rondo/core/error.h"
#include "rondo/model/model.h"

namespace rondo {
namespace {

// Every layer built in this thread draws from a stream of its own: number `layers` under `seed`.
struct Seed {
  std::uint64_t seed = 0;
  std::uint64_t layers = 0;
};
thread_local Seed seed;

// splitmix64's mixer (Steele, Lea, Flood 2014): neighbours in, strangers out.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The nearest layer up the chain that made one row a sample out of time steps.
const Layer* summary_of(const SymbolicTensor& t) {
  for (const GraphNode* node = t.node().get(); node->layer && !node->inputs.empty(); node = node->inputs[0].node().get())
    if (node->inputs[0].shape().rank() >= 3 && node->output_shapes[0].rank() == 2) return &*node->layer;
  return nullptr;
}

}  // namespace

void set_random_seed(std::uint64_t value) { seed = {value, 0}; }

const Shape& SymbolicTensor::shape() const { return node_->output_shapes[static_cast<std::size_t>(output_)]; }

SymbolicTensor Input(const Shape& shape, const InputOptions& options) {
  if (shape.rank() + 1 > Dims::max_rank)
    fail(Code::shape, "Input(" + shape.text() + ") has " + std::to_string(shape.rank() + 1) + " axes with samples; at most " +
                          std::to_string(Dims::max_rank) + " are supported");
  for (const Index size : shape)
    if (size < 1 && size != None)
      fail(Code::shape, "Input(" + shape.text() + "): every size must be 1 or more, or None for any");
  if (options.batch_size < 1 && options.batch_size != None) fail(Code::value, "Input: batch_size must be 1 or more");
  auto node = std::make_shared<GraphNode>();
  node->input_name = options.name;
  node->output_shapes = {shape.prepended(options.batch_size)};
  return {std::move(node), 0};
}

SymbolicTensor LayerRef::operator()(const SymbolicTensor& input) const { return call({input})[0]; }

SymbolicTensor LayerRef::operator()(std::initializer_list<SymbolicTensor> inputs) const {
  return call(std::vector<SymbolicTensor>(inputs))[0];
}

std::vector<SymbolicTensor> LayerRef::call(const std::vector<SymbolicTensor>& inputs) const {
  if (!layer_) fail(Code::value, "an empty layer cannot be called");
  if (inputs.empty()) fail(Code::value, layer_->described() + " needs an input");
  Shapes in;
  for (const SymbolicTensor& t : inputs) in.push_back(t.shape());
  const Producer from(inputs[0].node()->layer ? &*inputs[0].node()->layer : nullptr, summary_of(inputs[0]));
  if (layer_->built()) {
    layer_->ensure_built(in, 0);
  } else {
    layer_->ensure_built(in, mixed(mixed(seed.seed) + seed.layers));
    ++seed.layers;
  }
  if (layer_->stateful() && in[0][0] == None) {
    const bool first = !inputs[0].node()->layer;
    fail(ShapeReport{layer_->described(), in[0].text() + " = " + axes_text(in[0]) + ": the number of samples is not fixed",
                     "a stateful layer keeps one state for each sample of a batch, so it must know how many there are",
                     first ? line_of(*layer_, {.batch_size = 32, .input_shape = in[0].without_first()})
                           : "Input({10, 2}, {.batch_size = 32})",
                     "batches of exactly 32 samples, sample i of one batch going on where sample i of the last one ended"});
  }
  auto node = std::make_shared<GraphNode>();
  node->layer = *this;
  node->inputs = inputs;
  node->output_shapes = layer_->output_shapes(in);
  if (node->output_shapes.empty()) fail(Code::internal, layer_->described() + " has no output");
  for (const Shape& s : node->output_shapes)
    if (s.rank() < 1) fail(Code::internal, layer_->described() + " gives an output without samples");
  std::vector<SymbolicTensor> out;
  for (std::size_t i = 0; i < node->output_shapes.size(); ++i) out.emplace_back(node, static_cast<int>(i));
  return out;
}

}  // namespace rondo
