// Streaming: one time step a call. The plan has one step and books the state of every layer, so a step is a forward pass and no
// more.
#include <algorithm>
#include <cstring>

#include "layers/base/names.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo {

struct StreamState {
  StreamState(const Graph& graph, const SessionSize& size, Index n) : session(graph, size), rows(n) {}
  Session session;
  Index rows;
  std::vector<Index> sizes;  // reals of one step, per input
};

State::State(std::unique_ptr<StreamState> p) : p_(std::move(p)) {}
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;
Index State::rows() const { return p_->rows; }
void State::reset() noexcept { p_->session.reset_state(); }

namespace {

[[noreturn]] void refuse(const std::string& who, const std::string& why) {
  fail(Code::unsupported, "this model cannot be run one time step at a time: " + who + " " + why);
}

// Which inputs have time steps: those of three axes and more; and ids, (samples, time steps), which nothing but an Embedding
// reads. Where the number of ids is fixed they may as well be features of one time step: such an input has none.
std::vector<bool> inputs_with_time(const Graph& graph) {
  std::vector<bool> out;
  for (const int k : graph.inputs) {
    const Graph::Node& node = graph.nodes[static_cast<std::size_t>(k)];
    const Shape& s = node.out[0];
    const auto embeds = [&](int reader) {
      const LayerRef& layer = graph.nodes[static_cast<std::size_t>(reader)].layer;
      return layer && layer->class_name() == "Embedding";
    };
    out.push_back(s.rank() >= 3 || (s.rank() == 2 && s[1] == None && !node.consumers.empty() &&
                                    std::all_of(node.consumers.begin(), node.consumers.end(), embeds)));
  }
  return out;
}

// Refuses a graph in which a time step needs more than itself and the state: a layer that says so; one that changes the number
// of time steps; one that keeps state over an axis that is not the stream's time; one that reads at every time step what is
// known after the last alone, as a decoder does that starts from an encoder's states.
void check_streaming(const Graph& graph, const std::vector<bool>& with_time) {
  for (const LayerRef& layer : graph.layers)
    if (const std::string why = layer->streaming_refusal(); !why.empty()) refuse(layer->described(), why);

  // How each value's axis 1 answers to one time step, and to more (where the input's size is free or the layer takes any).
  enum class Time { absent, stream, end };  // end: no axis of the stream, but made of all of it
  std::vector<std::vector<Time>> time(graph.nodes.size());
  std::vector<Shapes> one(graph.nodes.size());
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const Graph::Node& node = graph.nodes[k];
    if (!node.layer) {
      Shape s = node.out[0].with_first(1);
      const auto input = std::find(graph.inputs.begin(), graph.inputs.end(), static_cast<int>(k)) - graph.inputs.begin();
      const bool streams = with_time[static_cast<std::size_t>(input)];
      time[k] = {streams ? Time::stream : Time::absent};
      if (streams) s[1] = 1;
      if (!s.known()) refuse("input '" + node.name + "'", "has the unknown sizes " + s.text());
      one[k] = {s};
      continue;
    }
    Shapes in, two;
    bool streams = false, ends = false, given = false;
    for (const Edge& e : node.in) {
      in.push_back(one[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
      two.push_back(in.back());
      const Time of = time[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)];
      if (of == Time::stream) streams = true, two.back()[1] = 2;
      ends = ends || of == Time::end;
      given = given || of != Time::stream;
    }
    Shapes longer;
    try {
      one[k] = node.layer->output_shapes(in);
      longer = node.layer->output_shapes(two);
    } catch (const Error&) {
      refuse(node.layer->described(), "needs all time steps at once");
    }
    for (std::size_t o = 0; o < one[k].size(); ++o) {
      const Shape &a = one[k][o], &b = longer[o];
      const bool follows = streams && a.rank() >= 2 && a[1] == 1 && b.rank() == a.rank() && b[1] == 2;
      if (a != b && !(follows && a.without_first().without_first() == b.without_first().without_first()))
        refuse(node.layer->described(), "changes the number of time steps");
      time[k].push_back(follows ? Time::stream : streams || ends ? Time::end : Time::absent);
    }
    Plan plan(Purpose{.training = false, .streaming = true});
    node.layer->plan(in, plan);
    if (!streams && plan.bytes(Life::state) > 0)
      refuse(node.layer->described(), "walks over an axis that is not the stream's time steps");
    if (streams && ends) refuse(node.layer->described(), "needs at every time step what another layer gives after the last");
    if (given && plan.bytes(Life::state) > 0)
      refuse(node.layer->described(), "starts from states that it is given, while a stream carries its states on");
  }
}

}  // namespace

State Model::state(Index rows) const {
  const Graph& graph = p_->built();
  if (rows < 1) fail(Code::value, "state: rows must be 1 or more");
  const Graph flat = flattened(graph);
  const std::vector<bool> with_time = inputs_with_time(flat);
  check_streaming(flat, with_time);
  SessionSize size{{}, {.training = false, .streaming = true}, 1};
  for (const int k : graph.inputs) {
    Shape s = graph.nodes[static_cast<std::size_t>(k)].out[0].with_first(rows);
    if (with_time[size.inputs.size()]) s[1] = 1;
    size.inputs.push_back(s);
  }
  auto p = std::make_unique<StreamState>(graph, size, rows);
  for (const Shape& s : size.inputs) p->sizes.push_back(s.elements());
  return State(std::move(p));
}

std::span<const real> Model::step(std::span<const real> x, State& state) const noexcept {
  return step(std::initializer_list<std::span<const real>>{x}, state);
}

std::span<const real> Model::step(std::initializer_list<std::span<const real>> x, State& state) const noexcept {
  StreamState& s = *state.p_;
  if (x.size() != s.sizes.size()) return {};
  std::size_t i = 0;
  for (const std::span<const real>& v : x)
    if (static_cast<Index>(v.size()) != s.sizes[i++]) return {};
  int input = 0;
  for (const std::span<const real>& v : x) std::memcpy(s.session.input(input++), v.data(), v.size_bytes());
  s.session.forward(false);
  if (s.session.finding()) return {};
  const Port& out = s.session.output(0);
  return {out.values, static_cast<std::size_t>(out.dims.elements())};
}

Shape Model::step_shape(const State& state) const {
  const Dims& dims = state.p_->session.output(0).dims;
  Shape out;
  for (int i = 0; i < dims.rank; ++i) out.push_back(dims[i]);
  return out;
}

}  // namespace rondo
