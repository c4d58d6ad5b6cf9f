// Masks that Keras's MultiHeadAttention takes off the tensors it reads. When a model runs, Keras 3.15 leaves query, value and
// key without their masks, for all that reads them later: the second of two blocks x = Add([x, attention(x, x)]) sees none.
// Layers with an argument `mask` (recurrent ones, poolings, models) have it from when the graph was made, and see it, unless
// their file says mask = null, as Keras 3.9 writes on NumPy; attentions look at their tensors when they run, and other layers
// hand on what the tensor still has. So it depends on the order in which calls run: by depth, then in the order in which a walk
// from the outputs back first names them.
#include <set>

#include "layers/attention/scored.h"
#include "layers/base/require.h"
#include "model/graph.h"
#include "model/model_layer.h"

namespace rondo {
namespace {

// What a call of this layer puts out has its mask, whatever became of the masks on its inputs.
bool keeps_its_mask(const Layer& layer) {
  static const std::set<std::string_view> names = {
      "Masking", "Embedding", "TimeDistributed", "BatchNormalization", "Softmax", "GlobalAveragePooling1D"};
  return names.contains(layer.class_name()) || has_return_sequences(layer);
}

bool looks_when_it_runs(const Layer& layer) {
  return layer.class_name() == "Attention" || layer.class_name() == "AdditiveAttention";
}

}  // namespace

void find_taken_masks(Graph& graph, const std::vector<int>& order) {
  std::vector<std::vector<char>> taken(graph.nodes.size());
  for (std::size_t k = 0; k < taken.size(); ++k) taken[k].assign(graph.nodes[k].out.size(), 0);
  const auto of = [&](const Edge& e) -> char& {
    return taken[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)];
  };
  for (const int k : order) {
    Graph::Node& node = graph.nodes[static_cast<std::size_t>(k)];
    std::vector<char>& out = taken[static_cast<std::size_t>(k)];
    if (!node.layer || node.in.empty()) continue;
    if (const ModelLayer* model = as_model(*node.layer)) {
      if (node.late_mask && of(node.in[0]) != 0) {  // it is given none: nothing in it sees one
        node.unseen = ~0U;
        out.assign(node.out.size(), 1);
        continue;
      }
      // It is given the mask, and puts it on the tensors again.
      for (const Edge& e : node.in) of(e) = 0;
      out = model->graph().taken_outputs;
      out.resize(node.out.size(), 0);
    } else if (const auto* attention = dynamic_cast<const TakesMasks*>(&*node.layer);
               attention || looks_when_it_runs(*node.layer)) {
      const std::size_t reads = attention ? attention->masks_taken(node.in.size()) : node.in.size();
      for (std::size_t i = 0; i < reads; ++i) {
        if (of(node.in[i]) == 0) continue;
        node.unseen |= 1U << i;
        const Graph::Node& from = graph.nodes[static_cast<std::size_t>(node.in[i].node)];
        if (graph.mask_loss.empty() && (from.mask == MaskFlow::pass || from.mask == MaskFlow::make))
          graph.mask_loss = node.layer->described() + " does not see the mask on what layer '" + from.name +
                            "' puts out: a MultiHeadAttention takes it off before";
      }
      out[0] = of(node.in[0]);
      for (std::size_t i = 0; i < reads && attention; ++i) of(node.in[i]) = 1;
    } else if (node.late_mask) {
      out[0] = of(node.in[0]);
      if (out[0] != 0) node.unseen |= 1U;
    } else if (!keeps_its_mask(*node.layer)) {
      for (const Edge& e : node.in) out[0] = out[0] != 0 || of(e) != 0 ? 1 : 0;
    }
  }
  graph.taken_outputs.clear();
  for (const Edge& e : graph.outputs) graph.taken_outputs.push_back(of(e));
}

}  // namespace rondo
