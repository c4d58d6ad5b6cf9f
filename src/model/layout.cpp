#include "model/layout.h"

#include <algorithm>
#include <unordered_map>

#include "layers/base/activity.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// Bytes, rounded up to cache lines; refuses what overflows.
std::size_t room(Index count, std::size_t size) {
  return static_cast<std::size_t>(checked_add(checked_mul(count, static_cast<Index>(size)), 63) / 64 * 64);
}

// Rows of a value, all axes but the last: the entries of its mask.
Index rows_of(const Shape& shape) {
  Index rows = 1;
  for (Index i = 0; i + 1 < shape.rank(); ++i) rows = checked_mul(rows, shape[i]);
  return rows;
}

// Takes `bytes` from a cursor.
std::size_t take(std::size_t& cursor, std::size_t bytes) {
  const std::size_t at = cursor;
  cursor = static_cast<std::size_t>(checked_add(static_cast<Index>(cursor), static_cast<Index>(bytes)));
  return at;
}

// Every value's shape when the inputs have these; `hidden`: also of what layers have inside.
std::vector<Shapes> shapes_for(const Graph& graph, const Shapes& inputs, bool hidden = false) {
  std::vector<Shapes> out(graph.nodes.size());
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) out[static_cast<std::size_t>(graph.inputs[i])] = {inputs[i]};
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const Graph::Node& node = graph.nodes[k];
    if (!node.layer) continue;
    Shapes in;
    for (const Edge& e : node.in) in.push_back(out[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
    out[k] = hidden ? all_outputs(*node.layer, in) : node.layer->output_shapes(in);
    for (const Shape& s : out[k])
      if (s.rank() < 1 || !s.known() || s[0] != inputs[0][0])
        fail(Code::shape, node.layer->described() + " cannot say its output's shape for " + in[0].text() + ": " + s.text());
  }
  return out;
}

// A value's place among others that live while it lives.
struct Interval {
  std::size_t at, bytes;
  int last;
};

std::size_t place(std::vector<Interval>& live, std::size_t bytes, int first, int last) {
  std::erase_if(live, [&](const Interval& i) { return i.last < first; });
  std::sort(live.begin(), live.end(), [](const Interval& a, const Interval& b) { return a.at < b.at; });
  std::size_t at = 0;
  for (const Interval& i : live) {
    if (at + bytes <= i.at) break;
    at = std::max(at, i.at + i.bytes);
  }
  live.push_back({at, bytes, last});
  return at;
}

void bind_gradients(NodeTable& table, const std::unordered_map<const Weight*, std::ptrdiff_t>& offsets) {
  if (!table.layer) return;
  const std::vector<Weight>& own = table.layer->weights().own();
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto at = offsets.find(&own[i]);
    table.gradients[i] = at == offsets.end() ? -1 : at->second;
  }
  for (NodeTable& child : table.children) bind_gradients(child, offsets);
}

bool trains(const NodeTable& table) {
  return std::any_of(table.gradients.begin(), table.gradients.end(), [](std::ptrdiff_t g) { return g >= 0; }) ||
         std::any_of(table.children.begin(), table.children.end(), trains);
}

}  // namespace

Shapes outputs_for(const Graph& graph, const Shapes& inputs) {
  const std::vector<Shapes> shapes = shapes_for(graph, inputs);
  Shapes out;
  for (const Edge& e : graph.outputs)
    out.push_back(shapes[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
  return out;
}

Layout Layout::make(const Graph& graph, const SessionSize& size) {
  if (size.inputs.size() != graph.inputs.size()) fail(Code::internal, "a session needs a shape for every input of its model");
  for (const Shape& s : size.inputs)
    if (s.rank() < 1 || !s.known() || s[0] != size.inputs[0][0] || s[0] < 1)
      fail(Code::internal, "a session needs known sizes and the same number of samples in every input, at least 1");
  const bool training = size.purpose.training;
  const Index samples = size.inputs[0][0];
  Layout l;
  l.shards = shards_of(samples).count;
  // No smaller batch has a longer shard than this.
  l.rows = std::max(std::min<Index>(samples, 16), (samples + 15) / 16);
  l.workers = static_cast<int>(std::min<Index>(std::max(size.threads, 1), l.shards));
  const auto count = graph.nodes.size();
  l.nodes.resize(count);
  l.penalties = training || size.penalties;
  const std::vector<Shapes> shapes = shapes_for(graph, size.inputs, l.penalties);
  const auto node_of = [&](int k) -> Layout::Node& { return l.nodes[static_cast<std::size_t>(k)]; };
  const auto value_of = [&](const Edge& e) -> Value& { return node_of(e.node).out[static_cast<std::size_t>(e.output)]; };

  // Weights' gradients: one flat vector, every weight on its own cache lines.
  std::unordered_map<const Weight*, std::ptrdiff_t> offsets;
  std::size_t reals = 0;
  if (training) {
    for (const WeightEntry& w : weights_of(graph.layers)) {
      if (!w.trained) continue;
      l.trained.push_back(w);
      const std::size_t at = take(reals, room(w.weight->shape.elements(), sizeof(real)) / sizeof(real));
      l.gradient_at.push_back(at);
      offsets.emplace(w.weight, static_cast<std::ptrdiff_t>(at));
    }
    l.gradient = room(static_cast<Index>(reals), sizeof(real));
  }

  // What each call books for one shard.
  for (std::size_t k = 0; k < count; ++k) {
    const Graph::Node& node = graph.nodes[k];
    Layout::Node& n = l.nodes[k];
    n.out.resize(shapes[k].size());
    for (std::size_t o = 0; o < n.out.size(); ++o) n.out[o].dims = dims_of(shapes[k][o]);
    if (!node.layer) continue;
    try {
      for (const Shape& out : shapes[k]) out.elements();
    } catch (const Error& e) {  // more than can be counted
      fail(e.code(), node.layer->described() + ": its output: " + e.what());
    }
    Shapes whole;
    for (const Edge& e : node.in) whole.push_back(shapes[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
    if (l.penalties)
      for (auto& p : penalised_by(*node.layer, whole)) l.penalised.push_back({static_cast<int>(k), p.output, std::move(p.by)});
    Plan plan(size.purpose);
    Shapes in;
    for (const Shape& s : whole) in.push_back(s.with_first(l.rows));
    node.layer->plan(in, plan);
    std::array<std::size_t, 3> cursor{l.state, l.saved, 0};
    checked_add(static_cast<Index>(l.state), static_cast<Index>(plan.bytes(Life::state)));
    checked_add(static_cast<Index>(l.saved), static_cast<Index>(plan.bytes(Life::saved)));
    n.table = NodeTable::make(plan, *node.layer, cursor);
    l.state = cursor[0], l.saved = cursor[1];
    l.scratch = std::max(l.scratch, cursor[2]);
    bind_gradients(n.table, offsets);
  }

  // Values.
  std::vector<std::vector<int>> last(count);
  for (std::size_t k = 0; k < count; ++k) last[k].assign(l.nodes[k].out.size(), static_cast<int>(k));
  for (std::size_t k = 0; k < count; ++k)
    for (const Edge& e : graph.nodes[k].in)
      last[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)] = static_cast<int>(k);
  std::vector<Interval> live;
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t o = 0; o < l.nodes[k].out.size(); ++o) {
      Value& v = l.nodes[k].out[o];
      const bool output = std::any_of(graph.outputs.begin(), graph.outputs.end(), [&](const Edge& e) {
        return e.node == static_cast<int>(k) && e.output == static_cast<int>(o);
      });
      const bool penalised = std::any_of(l.penalised.begin(), l.penalised.end(), [&](const Penalised& p) {
        return p.node == static_cast<int>(k) && p.output == static_cast<int>(o);
      });
      v.whole = training || output || penalised || !graph.nodes[k].layer;
      if (v.whole) {
        v.at = take(l.common, room(shapes[k][o].elements(), sizeof(real)));
      } else {
        const std::size_t bytes = room(shapes[k][o].with_first(l.rows).elements(), sizeof(real));
        checked_add(static_cast<Index>(l.between), static_cast<Index>(bytes));
        v.at = place(live, bytes, static_cast<int>(k), last[k][o]);
        l.between = std::max(l.between, v.at + bytes);
      }
    }
    const Graph::Node& node = graph.nodes[k];
    if (node.mask == MaskFlow::pass) {
      for (std::size_t o = 0; o < node.out.size(); ++o)
        if (carries_passed_mask(node, static_cast<int>(o))) l.nodes[k].out[o].mask = value_of(node.in[0]).mask;
    } else if (node.mask == MaskFlow::make) {
      const Shape& s = shapes[k][0];
      l.nodes[k].out[0].mask = take(l.common, room(rows_of(s), 1));
    }
  }

  // Padding is not penalised; in Keras it is.
  for (Penalised& p : l.penalised)
    if (value_of({p.node, p.output}).mask != nowhere && (size.masked_inputs || !graph.keras_masks))
      p.kept = take(l.common, room(shapes[static_cast<std::size_t>(p.node)][static_cast<std::size_t>(p.output)].elements(),
                                   sizeof(real)));

  if (training) {
    // Which calls have a part in the gradient: weights or wanted inputs above them, the loss below.
    for (std::size_t k = 0; k < count; ++k) {
      const Graph::Node& node = graph.nodes[k];
      bool wanted = node.layer ? trains(l.nodes[k].table) : size.input_gradients;
      for (const Edge& e : node.in) wanted = wanted || value_of(e).wanted;
      for (Value& v : l.nodes[k].out) v.wanted = wanted;
    }
    for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
      const Edge& e = graph.outputs[i];
      const Shape& s = shapes[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)];
      l.output_gradients.push_back(take(l.common, room(s.elements(), sizeof(real))));
      value_of(e).d.push_back(l.output_gradients.back());
    }
    for (Penalised& p : l.penalised) {
      Value& v = value_of({p.node, p.output});
      if (!v.wanted) continue;
      p.d = take(l.common,
                 room(shapes[static_cast<std::size_t>(p.node)][static_cast<std::size_t>(p.output)].elements(), sizeof(real)));
      v.d.push_back(p.d);
    }
    for (Node& n : l.nodes)
      for (Value& v : n.out) v.read_first = v.d.size();
    for (std::size_t k = count; k-- > 0;) {  // readers before what they read
      const Graph::Node& node = graph.nodes[k];
      Layout::Node& n = l.nodes[k];
      if (!node.layer) continue;
      n.d_in.assign(node.in.size(), nowhere);
      n.backward = std::any_of(n.out.begin(), n.out.end(), [](const Value& v) { return v.wanted && !v.d.empty(); });
      if (!n.backward) continue;
      for (std::size_t i = node.in.size(); i-- > 0;) {
        Value& v = value_of(node.in[i]);
        if (!v.wanted) continue;
        const Edge& e = node.in[i];
        n.d_in[i] = take(l.common, room(shapes[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)].elements(),
                                        sizeof(real)));
        // Met from the last reader to the first; the loss and penalties stay in front.
        v.d.insert(v.d.begin() + static_cast<std::ptrdiff_t>(v.read_first), n.d_in[i]);
      }
    }
    // Sums of layers that mix samples.
    std::size_t partial = 0, joint = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const Graph::Node& node = graph.nodes[k];
      Layout::Node& n = l.nodes[k];
      if (!node.layer) continue;
      n.forward_rounds = node.layer->rounds(Direction::forward);
      n.backward_rounds = n.backward ? node.layer->rounds(Direction::backward) : 0;
      for (int r = 0; r < n.forward_rounds + n.backward_rounds; ++r) {
        n.partial_size.push_back(node.layer->partial_size(r));
        const std::size_t bytes = room(n.partial_size.back(), sizeof(double));
        n.partial.push_back(take(partial, bytes));
        n.joint.push_back(take(joint, bytes));
      }
    }
    l.partial_bytes = partial;
    const std::size_t joints = take(l.common, joint);
    const std::size_t partials = take(l.common, room(l.shards, partial));
    for (Layout::Node& n : l.nodes) {
      for (std::size_t& at : n.partial) at += partials;
      for (std::size_t& at : n.joint) at += joints;
    }
  }
  l.memory();
  l.fit(graph, size.inputs);
  return l;
}

Memory Layout::memory() const {
  const auto times = [](std::size_t bytes, Index n) { return checked_mul(static_cast<Index>(bytes), n); };
  Memory m;
  m.gradients = times(gradient, shards);
  m.activations = checked_add(checked_add(static_cast<Index>(common), times(state, shards)), times(between, workers));
  m.saved = times(saved, shards);
  m.scratch = times(scratch, workers);
  checked_add(checked_add(m.gradients, m.activations), checked_add(m.saved, m.scratch));
  return m;
}

void Layout::fit(const Graph& graph, const Shapes& inputs) {
  const std::vector<Shapes> shapes = shapes_for(graph, inputs, penalties);
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    for (std::size_t o = 0; o < nodes[k].out.size(); ++o) {
      Value& v = nodes[k].out[o];
      v.dims = dims_of(shapes[k][o]);
      v.per_sample = shapes[k][o].without_first().elements();
      v.mask_steps = v.mask == nowhere ? 0 : rows_of(shapes[k][o].with_first(1));
    }
  }
}

}  // namespace rondo
