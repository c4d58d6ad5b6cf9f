#include "model/padding.h"

#include <set>
#include <utility>

namespace rondo {

std::vector<Edge> masks_before(const Graph& graph, const Edge& output) {
  const auto node_of = [&](const Edge& e) -> const Graph::Node& { return graph.nodes[static_cast<std::size_t>(e.node)]; };
  const auto carries = [&](const Edge& e) {
    return node_of(e).mask == MaskFlow::make ? e.output == 0 : carries_passed_mask(node_of(e), e.output);
  };
  if (carries(output)) return {};
  std::vector<Edge> found, ahead{output};
  std::set<std::pair<int, int>> seen;
  while (!ahead.empty()) {
    const Edge at = ahead.back();
    ahead.pop_back();
    if (!seen.insert({at.node, at.output}).second) continue;
    if (carries(at)) {
      found.push_back(at);
      continue;
    }
    const Graph::Node& node = node_of(at);
    // A stateful layer brings in what earlier calls have read.
    if (!node.layer || graph.ignores_masks(node) || node.layer->stateful()) return {};
    ahead.insert(ahead.end(), node.in.begin(), node.in.end());
  }
  return found;
}

}  // namespace rondo
