// Inside a session: its one allocation, and the way a batch takes through it, shard by shard and phase by phase.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <new>

#include "core/random.h"
#include "kernels/kernels.h"
#include "layers/base/merge.h"
#include "model/layout.h"
#include "model/padding.h"
#include "model/pool.h"
#include "model/session.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {

struct Session::Impl {
  struct Free {
    void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{64}); }
  };

  // One stretch of a pass that every shard runs alone. Then, if `mix` is a node, its sums of round `round` are joined.
  struct Phase {
    int first, last;  // nodes: forward first <= k < last, backward first >= k > last
    int mix = -1;
    int round = 0;
  };

  Graph graph;
  SessionSize size;
  Layout layout;
  Index booked;
  std::unique_ptr<std::byte, Free> arena;
  std::byte *states, *saved, *gradients, *threads;  // parts of the arena
  Pool pool;
  std::vector<Phase> forward_phases, backward_phases, plain;

  // Ports of the call at hand, one set a thread.
  struct Worker {
    std::vector<Port> in, out, d_in, d_out;
  };
  std::vector<Worker> workers;
  std::vector<Port> outputs;                           // of the model, whole batch
  std::vector<std::vector<Edge>> masks_before_output;  // of the model: padding.h
  std::vector<std::vector<double*>> partials;          // node -> shard, round
  std::vector<std::vector<const double*>> joints;      // node -> round
  std::vector<char> carries;                           // node -> keeps its state between calls

  Shapes shapes;  // of the last start that named them
  Index samples = 0;
  Shards shards{1};
  bool training = false;
  std::uint64_t seed = 0;
  std::vector<std::uint64_t> keys;  // node -> what tells its random draws from those of others
  std::vector<Finding> findings;    // of each shard, in the forward at hand
  std::vector<Penalty> penalties;   // of each penalised value

  Impl(const Graph& g, const SessionSize& s, Layout l)
      : graph(g), size(s), layout(std::move(l)), booked(layout.memory().total()), pool(layout.workers), shapes(s.inputs) {
    arena.reset(
        static_cast<std::byte*>(::operator new (static_cast<std::size_t>(std::max<Index>(booked, 64)), std::align_val_t{64})));
    const auto n = static_cast<std::size_t>(layout.shards);
    states = arena.get() + layout.common;
    saved = states + layout.state * n;
    gradients = saved + layout.saved * n;
    threads = gradients + layout.gradient * n;
    std::memset(states, 0, layout.state * n);

    const int count = static_cast<int>(graph.nodes.size());
    std::size_t in = 0, out = 0;
    for (const Graph::Node& node : graph.nodes) in = std::max(in, node.in.size());
    for (const Layout::Node& node : layout.nodes) out = std::max(out, node.out.size());
    workers.resize(static_cast<std::size_t>(layout.workers));
    for (Worker& w : workers) w.in.resize(in), w.out.resize(out), w.d_in.resize(in), w.d_out.resize(out);
    outputs.resize(graph.outputs.size());
    masks_before_output.resize(graph.outputs.size());
    for (std::size_t i = 0; i < graph.outputs.size() && !graph.keras_masks; ++i)
      masks_before_output[i] = masks_before(graph, graph.outputs[i]);
    partials.resize(graph.nodes.size());
    joints.resize(graph.nodes.size());
    carries.resize(graph.nodes.size());
    findings.resize(n);
    std::map<std::string_view, std::uint64_t> calls;  // by name, not by place: a model saved and loaded draws the same
    for (const Graph::Node& node : graph.nodes) keys.push_back(hash_of(node.name) + calls[node.name]++ * 0x9E3779B97F4A7C15);
    for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
      const Layout::Node& node = layout.nodes[k];
      carries[k] = graph.nodes[k].layer && (size.purpose.streaming || graph.nodes[k].layer->stateful());
      for (std::size_t shard = 0; shard < n; ++shard)
        for (const std::size_t at : node.partial)
          partials[k].push_back(reinterpret_cast<double*>(arena.get() + at + shard * layout.partial_bytes));
      for (const std::size_t at : node.joint) joints[k].push_back(reinterpret_cast<const double*>(arena.get() + at));
    }

    plain = {{0, count}};
    int at = 0;
    for (int k = 0; k < count; ++k)
      for (int r = 0; r < node_at(k).forward_rounds; ++r, at = k) forward_phases.push_back({at, k, k, r});
    forward_phases.push_back({at, count});
    at = count - 1;
    for (int k = count - 1; k >= 0; --k)
      for (int r = 0; r < node_at(k).backward_rounds; ++r, at = k) backward_phases.push_back({at, k, k, r});
    backward_phases.push_back({at, -1});
    resize();
    start(size.inputs[0][0]);
  }

  // After the layout was fitted to a batch of other sizes.
  void resize() {
    penalties.clear();
    for (const Layout::Penalised& p : layout.penalised) {
      const Layout::Value& v = value_at({p.node, p.output});
      const Shape all(std::span<const Index>(v.dims.size.data(), static_cast<std::size_t>(v.dims.rank)));
      penalties.emplace_back(
          p.by, p.kept == nowhere ? all : Shape{v.dims[0] * v.mask_steps, v.per_sample / std::max<Index>(1, v.mask_steps)});
    }
  }

  const Layout::Node& node_at(int k) const { return layout.nodes[static_cast<std::size_t>(k)]; }
  const Layout::Value& value_at(const Edge& e) const { return node_at(e.node).out[static_cast<std::size_t>(e.output)]; }

  void start(Index n) noexcept {
    samples = n;
    shards = shards_of(n);
    show_outputs();
    for (std::size_t i = 0; i < penalties.size(); ++i)
      if (layout.penalised[i].kept == nowhere) penalties[i].resize(n);
  }

  void show_outputs() noexcept {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i] = port(value_at(graph.outputs[i]), 0, 0, samples);
      if (graph.output_loses_mask(i, training)) outputs[i].mask = nullptr;
    }
  }

  std::byte* thread_part(int worker) const {
    return threads + static_cast<std::size_t>(worker) * (layout.scratch + layout.between);
  }

  // Rows first .. first+rows-1 of a value.
  Port port(const Layout::Value& v, int worker, Index first, Index rows) const noexcept {
    Port p;
    p.values = v.whole ? reinterpret_cast<real*>(arena.get() + v.at) + first * v.per_sample
                       : reinterpret_cast<real*>(thread_part(worker) + layout.scratch + v.at);
    if (v.mask != nowhere) p.mask = reinterpret_cast<std::uint8_t*>(arena.get() + v.mask) + first * v.mask_steps;
    p.dims = v.dims;
    p.dims[0] = rows;
    return p;
  }
  // The same rows of a gradient buffer of this value.
  Port d_port(const Layout::Value& v, std::size_t at, Index first, Index rows) const noexcept {
    Port p;
    if (at != nowhere) p.values = reinterpret_cast<real*>(arena.get() + at) + first * v.per_sample;
    p.dims = v.dims;
    p.dims[0] = rows;
    return p;
  }

  // One shard's way through one phase.
  struct Shard {
    Impl& s;
    Index number;
    int worker;
    Index first, rows;
    RunContext context;

    Shard(Impl& impl, int n, int w) : s(impl), number(n), worker(w) {
      first = s.shards.first(n, s.samples);
      rows = s.shards.first(n + 1, s.samples) - first;
      const auto i = static_cast<std::size_t>(n);
      context.state = s.states + i * s.layout.state;
      context.saved = s.saved + i * s.layout.saved;
      context.scratch = s.thread_part(w);
      context.gradients = reinterpret_cast<real*>(s.gradients + i * s.layout.gradient);
      context.training = s.training;
      context.keras_masks = s.graph.keras_masks;
      context.keeps = s.size.purpose.training;
      context.first_sample = first;
      context.finding = &s.findings[i];
    }

    // as_made: with the masks of when the graph was made, also those that Keras has taken off since.
    Run run(int k, bool backward, bool as_made = false) {
      const Graph::Node& node = s.graph.nodes[static_cast<std::size_t>(k)];
      const Layout::Node& n = s.node_at(k);
      Worker& w = s.workers[static_cast<std::size_t>(worker)];
      context.carry = s.carries[static_cast<std::size_t>(k)] != 0;
      context.seed = s.seed + s.keys[static_cast<std::size_t>(k)];
      const int rounds = n.forward_rounds + n.backward_rounds;
      context.partial = rounds == 0 ? nullptr : s.partials[static_cast<std::size_t>(k)].data() + number * rounds;
      context.joint = rounds == 0 ? nullptr : s.joints[static_cast<std::size_t>(k)].data();
      const std::size_t in = node.in.size(), out = n.out.size();
      for (std::size_t i = 0; i < in; ++i) w.in[i] = s.port(s.value_at(node.in[i]), worker, first, rows);
      if (s.graph.hides_masks(node))
        for (std::size_t i = 0; i < in; ++i) w.in[i].mask = nullptr;
      if (const unsigned unseen = s.graph.unseen_masks(node, s.training); unseen != 0 && !as_made)
        for (std::size_t i = 0; i < in && i < 32; ++i)
          if ((unseen >> i & 1U) != 0) w.in[i].mask = nullptr;
      for (std::size_t i = 0; i < out; ++i) w.out[i] = s.port(n.out[i], worker, first, rows);
      if (!backward) return {n.table, context, {w.in.data(), in}, {w.out.data(), out}};
      for (std::size_t i = 0; i < in; ++i) w.d_in[i] = s.d_port(s.value_at(node.in[i]), n.d_in[i], first, rows);
      for (std::size_t i = 0; i < out; ++i)
        w.d_out[i] = s.d_port(n.out[i], n.out[i].d.empty() ? nowhere : n.out[i].d[0], first, rows);
      return {n.table, context, {w.in.data(), in}, {w.out.data(), out}, {w.d_in.data(), in}, {w.d_out.data(), out}};
    }

    void partial(const Phase& phase, bool backward) {
      const Layout::Node& n = s.node_at(phase.mix);
      const int round = phase.round + (backward ? n.forward_rounds : 0);
      const auto r = static_cast<std::size_t>(round);
      const Run call = run(phase.mix, backward);
      std::memset(context.partial[round], 0, static_cast<std::size_t>(n.partial_size[r]) * sizeof(double));
      s.graph.nodes[static_cast<std::size_t>(phase.mix)].layer->partial(call, round);
    }

    // What a merge hands on was settled when the graph was made; its values see the masks that are left.
    void merge(int k) {
      const Layer& layer = *s.graph.nodes[static_cast<std::size_t>(k)].layer;
      layer.forward(run(k, false, true));
      const Run call = run(k, false);
      s.workers[static_cast<std::size_t>(worker)].out[0].mask = nullptr;
      layer.forward(call);
    }

    void forward(const Phase& phase) {
      const FloatMode mode;
      for (int k = phase.first; k < phase.last; ++k) {
        const Graph::Node& node = s.graph.nodes[static_cast<std::size_t>(k)];
        if (!node.layer) continue;
        if (s.graph.unseen_masks(node, s.training) != 0 && dynamic_cast<const MergeLayer*>(&*node.layer)) {
          merge(k);
        } else {
          node.layer->forward(run(k, false));
        }
      }
      if (phase.mix >= 0) partial(phase, false);
    }

    // Gathers d of every output of a node in its first buffer: the loss, then the readers in node order.
    void gather(const Layout::Node& n) {
      for (const Layout::Value& v : n.out) {
        for (std::size_t i = 1; i < v.d.size(); ++i)
          kernels().add(s.d_port(v, v.d[0], first, rows).values, s.d_port(v, v.d[i], first, rows).values, rows * v.per_sample);
      }
    }

    void backward(const Phase& phase, bool begin) {
      const FloatMode mode;
      if (begin) std::memset(static_cast<void*>(context.gradients), 0, s.layout.gradient);
      for (int k = phase.first; k > phase.last; --k) {
        const Graph::Node& node = s.graph.nodes[static_cast<std::size_t>(k)];
        const Layout::Node& n = s.node_at(k);
        if (!node.layer) {
          gather(n);
          continue;
        }
        if (!n.backward) continue;
        const bool gathered = s.training && n.backward_rounds > 0;
        if (!gathered) gather(n);
        node.layer->backward(run(k, true));
      }
      if (phase.mix >= 0) {
        if (phase.round == 0) gather(s.node_at(phase.mix));
        partial(phase, true);
      }
    }
  };

  // joint = the shards' sums, in shard order.
  void join(int k, int round) noexcept {
    const auto n = static_cast<std::size_t>(k);
    const Layout::Node& node = node_at(k);
    const int rounds = node.forward_rounds + node.backward_rounds;
    double* sum = const_cast<double*>(joints[n][static_cast<std::size_t>(round)]);
    const Index length = node.partial_size[static_cast<std::size_t>(round)];
    for (Index i = 0; i < length; ++i) sum[i] = 0;
    for (Index shard = 0; shard < shards.count; ++shard) {
      const double* part = partials[n][static_cast<std::size_t>(shard * rounds + round)];
      for (Index i = 0; i < length; ++i) sum[i] += part[i];
    }
  }

  void forward() noexcept {
    std::fill(findings.begin(), findings.end(), Finding{});
    for (const Phase& phase : training ? forward_phases : plain) {
      pool.run(static_cast<int>(shards.count), [&](int shard, int worker) { Shard(*this, shard, worker).forward(phase); });
      if (phase.mix >= 0) join(phase.mix, phase.round);
    }
  }

  // Each penalty of its value, masked rows left out (Layout::Penalised::kept).
  double penalty() noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < penalties.size(); ++i) sum += penalty_of(i, nullptr) / static_cast<double>(samples);
    return sum;
  }

  void penalty_slopes() noexcept {
    for (std::size_t i = 0; i < penalties.size(); ++i) {
      const Layout::Penalised& p = layout.penalised[i];
      if (p.d == nowhere) continue;
      const Layout::Value& v = value_at({p.node, p.output});
      real* const d = d_port(v, p.d, 0, samples).values;
      const Index n = samples * v.per_sample;
      std::fill_n(d, n, real(0));
      penalty_of(i, d);
      const real each = real(1) / static_cast<real>(samples);
      for (Index j = 0; j < n; ++j) d[j] *= each;
    }
  }

  // Adds its slope to d, if given.
  double penalty_of(std::size_t i, real* d) noexcept {
    const Layout::Penalised& p = layout.penalised[i];
    const Layout::Value& v = value_at({p.node, p.output});
    const Port y = port(v, 0, 0, samples);
    if (p.kept == nowhere) return penalties[i](y.values, d);
    real* const kept = reinterpret_cast<real*>(arena.get() + p.kept);
    const Index rows = y.mask_size(), width = rows == 0 ? 0 : y.dims.elements() / rows;
    Index count = 0;
    for (Index row = 0; row < rows; ++row)
      if (y.mask[row] != 0) std::copy_n(y.values + row * width, width, kept + width * count++);
    penalties[i].resize(count);
    const double sum = penalties[i](kept, d);
    if (!d) return sum;
    for (Index row = rows; row-- > 0;) {  // to their places, the last first: none is in another's way
      if (y.mask[row] == 0) continue;
      if (--count == row) break;
      std::copy_n(d + count * width, width, d + row * width);
      std::fill_n(d + count * width, width, real(0));
    }
    return sum;
  }

  void backward() noexcept {
    penalty_slopes();
    const Phase all{static_cast<int>(graph.nodes.size()) - 1, -1};
    const std::span<const Phase> phases = training ? std::span<const Phase>(backward_phases) : std::span<const Phase>(&all, 1);
    for (const Phase& phase : phases) {
      const bool begin = &phase == &phases.front();
      pool.run(static_cast<int>(shards.count),
               [&](int shard, int worker) { Shard(*this, shard, worker).backward(phase, begin); });
      if (phase.mix >= 0) join(phase.mix, node_at(phase.mix).forward_rounds + phase.round);
    }
    if (shards.count == 1) return;
    // Ranges of the flat vector go to any thread; each number is summed in shard order.
    const Index reals = static_cast<Index>(layout.gradient / sizeof(real)), range = 8192;
    pool.run(static_cast<int>(std::min<Index>((reals + range - 1) / range, 4096)), [&](int task, int) {
      const FloatMode mode;
      const Index tasks = std::min<Index>((reals + range - 1) / range, 4096);
      const Index from = reals * task / tasks, to = reals * (task + 1) / tasks;
      real* sum = shard_gradients(0);
      for (Index shard = 1; shard < shards.count; ++shard) kernels().add(sum + from, shard_gradients(shard) + from, to - from);
    });
  }

  real* shard_gradients(Index shard) const noexcept {
    return reinterpret_cast<real*>(gradients + static_cast<std::size_t>(shard) * layout.gradient);
  }
};

}  // namespace rondo
