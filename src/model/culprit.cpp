// Where a number that is not finite was first seen. Slow and rare: called when a loss or a gradient is not finite.
#include <cmath>

#include "model/session_impl.h"

namespace rondo {
namespace {

Index first_bad(const real* p, Index samples, Index per_sample) {
  for (Index s = 0; s < samples; ++s)
    for (Index i = 0; i < per_sample; ++i)
      if (!std::isfinite(p[s * per_sample + i])) return s;
  return -1;
}

}  // namespace

std::optional<Culprit> Session::first_non_finite_value() const {
  const Impl& s = *impl_;
  const auto bad = [&](const Layout::Value& v) {
    return v.whole ? first_bad(s.port(v, 0, 0, s.samples).values, s.samples, v.per_sample) : Index{-1};
  };
  for (std::size_t k = 0; k < s.graph.nodes.size(); ++k) {
    const Graph::Node& node = s.graph.nodes[k];
    if (!node.layer) continue;
    Index first = -1;
    for (const Layout::Value& v : s.layout.nodes[k].out) {
      const Index at = bad(v);
      if (at >= 0 && (first < 0 || at < first)) first = at;
    }
    if (first < 0) continue;
    Culprit culprit{node.name, first};
    for (const Edge& e : node.in) {
      const Layout::Value& v = s.value_at(e);
      if (v.whole && first_bad(s.port(v, 0, first, 1).values, 1, v.per_sample) >= 0) culprit.given = true;
    }
    return culprit;
  }
  return std::nullopt;
}

std::optional<Culprit> Session::first_non_finite_gradient() const {
  const Impl& s = *impl_;
  const auto bad = [&](const Layout::Value& v, std::size_t at) {
    return at == nowhere ? Index{-1} : first_bad(s.d_port(v, at, 0, s.samples).values, s.samples, v.per_sample);
  };
  for (std::size_t i = 0; i < s.graph.outputs.size(); ++i) {
    const Edge& e = s.graph.outputs[i];
    const Index at = bad(s.value_at(e), s.layout.output_gradients[i]);
    if (at >= 0) return Culprit{s.graph.nodes[static_cast<std::size_t>(e.node)].name, at, true};
  }
  for (std::size_t k = s.graph.nodes.size(); k-- > 0;) {
    const Graph::Node& node = s.graph.nodes[k];
    const Layout::Node& n = s.layout.nodes[k];
    if (!n.backward) continue;
    Index first = -1;
    for (std::size_t i = 0; i < node.in.size(); ++i) {
      const Index at = bad(s.value_at(node.in[i]), n.d_in[i]);
      if (at >= 0 && (first < 0 || at < first)) first = at;
    }
    if (first >= 0) return Culprit{node.name, first};
  }
  for (std::size_t i = s.layout.trained.size(); i-- > 0;) {
    const real* g = s.shard_gradients(0) + s.layout.gradient_at[i];
    if (first_bad(g, 1, s.layout.trained[i].weight->value.size()) >= 0) return Culprit{s.layout.trained[i].layer->name(), -1};
  }
  return std::nullopt;
}

}  // namespace rondo
