#include "model/session.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "core/memory.h"
#include "kernels/kernels.h"
#include "model/layout.h"
#include "model/pool.h"
#include "rondo/core/error.h"

namespace rondo {

Shards shards_of(Index samples) { return {std::clamp<Index>((samples + 15) / 16, 1, 16)}; }

namespace {

struct Free {
  void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{64}); }
};

// One stretch of a pass that every shard runs alone. Then, if `mix` is a node, its sums of round `round` are joined.
struct Phase {
  int first, last;  // nodes: forward first <= k < last, backward first >= k > last
  int mix = -1;
  int round = 0;
};

Index first_bad(const real* p, Index samples, Index per_sample) {
  for (Index s = 0; s < samples; ++s)
    for (Index i = 0; i < per_sample; ++i)
      if (!std::isfinite(p[s * per_sample + i])) return s;
  return -1;
}

}  // namespace

struct Session::Impl {
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
  std::vector<Port> outputs;                       // of the model, whole batch
  std::vector<std::vector<double*>> partials;      // node -> shard, round
  std::vector<std::vector<const double*>> joints;  // node -> round
  std::vector<char> carries;                       // node -> keeps its state between calls

  Shapes shapes;  // of the last start that named them
  Index samples = 0;
  Shards shards{1};
  bool training = false;
  std::uint64_t seed = 0;

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
    for (const Graph::Node& node : graph.nodes) in = std::max(in, node.in.size()), out = std::max(out, node.out.size());
    workers.resize(static_cast<std::size_t>(layout.workers));
    for (Worker& w : workers) w.in.resize(in), w.out.resize(out), w.d_in.resize(in), w.d_out.resize(out);
    outputs.resize(graph.outputs.size());
    partials.resize(graph.nodes.size());
    joints.resize(graph.nodes.size());
    carries.resize(graph.nodes.size());
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
    start(size.inputs[0][0]);
  }

  const Layout::Node& node_at(int k) const { return layout.nodes[static_cast<std::size_t>(k)]; }
  const Layout::Value& value_at(const Edge& e) const { return node_at(e.node).out[static_cast<std::size_t>(e.output)]; }

  void start(Index n) noexcept {
    samples = n;
    shards = shards_of(n);
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = port(value_at(graph.outputs[i]), 0, 0, n);
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
      context.keeps = s.size.purpose.training;
      context.seed = s.seed;
      context.first_sample = first;
    }

    Run run(int k, bool backward) {
      const Graph::Node& node = s.graph.nodes[static_cast<std::size_t>(k)];
      const Layout::Node& n = s.node_at(k);
      Worker& w = s.workers[static_cast<std::size_t>(worker)];
      context.carry = s.carries[static_cast<std::size_t>(k)] != 0;
      const int rounds = n.forward_rounds + n.backward_rounds;
      context.partial = rounds == 0 ? nullptr : s.partials[static_cast<std::size_t>(k)].data() + number * rounds;
      context.joint = rounds == 0 ? nullptr : s.joints[static_cast<std::size_t>(k)].data();
      const std::size_t in = node.in.size(), out = n.out.size();
      for (std::size_t i = 0; i < in; ++i) w.in[i] = s.port(s.value_at(node.in[i]), worker, first, rows);
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

    void forward(const Phase& phase) {
      const FloatMode mode;
      for (int k = phase.first; k < phase.last; ++k) {
        const Graph::Node& node = s.graph.nodes[static_cast<std::size_t>(k)];
        if (node.layer) node.layer->forward(run(k, false));
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
    for (const Phase& phase : training ? forward_phases : plain) {
      pool.run(static_cast<int>(shards.count), [&](int shard, int worker) { Shard(*this, shard, worker).forward(phase); });
      if (phase.mix >= 0) join(phase.mix, phase.round);
    }
  }

  void backward() noexcept {
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

Memory Session::measure(const Graph& graph, const SessionSize& size) { return Layout::make(graph, size).memory(); }

Session::Session(const Graph& graph, const SessionSize& size) {
  if (size.purpose.training)
    for (const LayerRef& layer : graph.layers) layer->book_training_packs();
  Layout layout = Layout::make(graph, size);
  check_memory(layout.memory().total(), std::string(size.purpose.training ? "Training" : "Running") + " this model on " +
                                            std::to_string(size.inputs[0][0]) + " samples at a time");
  try {
    impl_ = std::make_unique<Impl>(graph, size, std::move(layout));
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

const Port& Session::output(int i) const noexcept { return impl_->outputs[static_cast<std::size_t>(i)]; }

real* Session::output_gradient(int i) noexcept {
  return reinterpret_cast<real*>(impl_->arena.get() + impl_->layout.output_gradients[static_cast<std::size_t>(i)]);
}

void Session::forward(bool training, std::uint64_t seed) noexcept {
  impl_->training = training;
  impl_->seed = seed;
  impl_->forward();
}

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
