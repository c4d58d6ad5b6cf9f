// Bidirectional:  out[t] = merge(f[t], g[T-1-t])    f reads x[0..T), g reads it from the end; g's output is turned in time
//
// The rows are turned and merged in recurrent/merge.h; here the masks, states and penalties of two layers meet.
#include "rondo/layers/bidirectional.h"

#include <algorithm>
#include <array>

#include "core/registry.h"
#include "kernels/kernels.h"
#include "layers/base/activity.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "layers/base/state_tree.h"
#include "layers/recurrent/arguments.h"
#include "layers/recurrent/merge.h"
#include "rondo/core/error.h"
#include "rondo/layers/recurrent.h"

namespace rondo {
namespace {

constexpr int max_ports = 32;  // of one child, on the stack of a call

RecurrentLayer& recurrent(const LayerRef& layer) {
  if (auto* r = dynamic_cast<RecurrentLayer*>(layer.shared().get())) return *r;
  fail(Code::unsupported, layer ? "Bidirectional wraps a recurrent layer, such as LSTM or GRU, but was given a " +
                                      escaped(layer->class_name()) + "."
                                : std::string("Bidirectional needs a layer: Bidirectional(LSTM(32))."));
}

// "forward_" + the layer's own name, once.
std::string prefixed(const std::string& prefix, const Layer& layer) {
  const std::string name = layer.name().empty() ? snake_case(layer.class_name()) : layer.name();
  return name.starts_with(prefix) ? name : prefix + name;
}

void require_equal(const char* what, Index forward, Index backward) {
  if (forward != backward)
    fail(Code::value, std::string("Bidirectional needs the same ") + what + " in both directions, but the layer has " +
                          std::to_string(forward) + " and backward_layer has " + std::to_string(backward) + ".");
}

class BidirectionalLayer final : public Layer, public NestedStates, public KeywordActivity {
 public:
  BidirectionalLayer() = default;
  BidirectionalLayer(const LayerRef& layer, BidirectionalOptions options)
      : merge_mode_(std::move(options.merge_mode)), backward_(std::move(options.backward_layer)) {
    const RecurrentLayer& given = recurrent(layer);
    // Twice reversed: a copy without the weights, as Keras makes it.
    forward_ = LayerRef(recurrent(LayerRef(given.reversed_copy())).reversed_copy());
    forward_->set_name(given.name());
    forward_->trainable = given.trainable;
    input_shape = options.input_shape.empty() ? given.input_shape : options.input_shape;
    batch_size = given.batch_size;
    if (!options.name.empty()) set_name(std::move(options.name));
    settle();
  }

  std::string class_name() const override { return "Bidirectional"; }

  void describe(ConfigVisitor& visitor) override {
    std::string mode = merge_mode_ == "none" ? "None" : merge_mode_;  // a file's null
    visitor.field("merge_mode", mode, "concat");
    merge_mode_ = mode == "None" ? "none" : mode;
    visitor.field("layer", forward_);
    visitor.field("backward_layer", backward_);
    if (forward_) settle();
  }

  void check() const override {
    recurrent(forward_);
    f_->check();
    g_->check();
  }
  bool stateful() const override { return f_ != nullptr && f_->stateful(); }
  std::string streaming_refusal() const override {
    return "it reads each sequence from its end too, which a stream has not reached";
  }

  std::vector<StateTree> state_trees() const override {
    std::vector<StateTree> all;
    for (const RecurrentLayer* layer : {f_, g_}) {
      const auto* nested = dynamic_cast<const NestedStates*>(layer);
      const auto more = nested ? nested->state_trees() : std::vector<StateTree>(static_cast<std::size_t>(layer->states()));
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  void build(const Shapes& in, Weights& weights) override {
    check_inputs(in);
    weights.child("forward_layer", *f_, inputs_of(true, in));
    weights.child("backward_layer", *g_, inputs_of(false, in));
    width_f_ = f_->output_shapes(inputs_of(true, in))[0][-1];
    width_g_ = g_->output_shapes(inputs_of(false, in))[0][-1];
  }

  Shapes output_shapes(const Shapes& in) const override {
    check_inputs(in);
    const Shapes of_f = f_->output_shapes(inputs_of(true, in)), of_g = g_->output_shapes(inputs_of(false, in));
    Shapes out{of_f[0]};
    if (merge_ == Merge::concat) out[0][-1] = checked_add(out[0][-1], of_g[0][-1]);
    if (merge_ == Merge::none) out.push_back(of_g[0]);
    if (!std::equal(of_f[0].begin() + 1, of_f[0].end() - 1, of_g[0].begin() + 1, of_g[0].end() - 1))
      fail(Code::shape, described() + ": the layer gives " + of_f[0].text() + " and backward_layer " + of_g[0].text() +
                            "; only the last axis may differ");
    out.insert(out.end(), of_f.begin() + 1, of_f.end());
    out.insert(out.end(), of_g.begin() + 1, of_g.end());
    return out;
  }

  // Its own, and the penalties of the two layers, on outputs that are merged, and on states. Penalised outputs that nobody
  // else sees: f's before g's.
  std::vector<Penalised> penalised(const Shapes& in) const override {
    std::vector<Penalised> out = ActivityRegularized::penalised(in);
    int hidden = static_cast<int>(output_shapes(in).size());
    for (const bool forward : {true, false}) {
      const int first_state = (merge_ == Merge::none ? 2 : 1) + (forward ? 0 : f_->states());
      for (Penalised& p : penalised_by(forward ? *f_ : *g_, inputs_of(forward, in))) {
        if (p.output > 0) {
          p.output += first_state - 1;
        } else {
          p.output = merge_ != Merge::none ? hidden++ : forward ? 0 : 1;
        }
        out.push_back(std::move(p));
      }
    }
    return out;
  }
  Shapes hidden_outputs(const Shapes& in) const override {
    Shapes out;
    for (const bool forward : {true, false})
      if (merge_ != Merge::none && penalises_output(forward, in))
        out.push_back((forward ? *f_ : *g_).output_shapes(inputs_of(forward, in))[0]);
    return out;
  }

  MaskFlow mask_flow(std::span<const bool> masked) const override {
    if (masked.empty() || !masked[0] || !f_->return_sequences) return MaskFlow::none;
    if (f_->input_rank() == 3) return MaskFlow::pass;
    return merge_ == Merge::none ? MaskFlow::drop : MaskFlow::make;  // a mask is made for one output alone
  }

  void plan(const Shapes& in, Plan& plan) const override {
    const Shapes in_f = inputs_of(true, in), in_g = inputs_of(false, in);
    const Index values_f = f_->output_shapes(in_f)[0].elements(), values_g = g_->output_shapes(in_g)[0].elements();
    if (!direct(true)) plan.kept(slot_yf, values_f);
    if (!direct(false)) plan.kept(slot_yg, values_g);
    if (plan.training()) {
      if (!direct(true)) plan.scratch(slot_df, values_f);
      if (!direct(false)) plan.scratch(slot_dg, values_g);
      plan.scratch(slot_dx, in[0].elements());
    }
    plan.child(0, *f_, in_f);
    plan.child(1, *g_, in_g);
  }

  void forward(const Run& run) const noexcept override {
    const Half f = half(run, true, false), g = half(run, false, false);
    f_->forward(run.child(0, f.in(), f.out()));
    g_->forward(run.child(1, g.in(), g.out()));

    const DirectionRows rows = rows_of(f.dims, g.dims);
    const real *yf = f.outs[0].values, *yg = g.outs[0].values;
    if (merge_ == Merge::none) {
      if (!direct(false)) turn(rows, yg, run.out(1).values);
      return;
    }
    if (const Port* hidden = hidden_port(run, true, false)) std::copy_n(yf, f.dims.elements(), hidden->values);
    if (const Port* hidden = hidden_port(run, false, false)) std::copy_n(yg, g.dims.elements(), hidden->values);
    merge(merge_, rows, yf, yg, run.out().values);
  }

  void backward(const Run& run) const noexcept override {
    Half f = half(run, true, true), g = half(run, false, true);
    const DirectionRows rows = rows_of(f.dims, g.dims);
    real *df = run.scratch(slot_df), *dg = run.scratch(slot_dg);
    const real* d = run.d_out().values;  // nullptr: only the other outputs are used
    if (merge_ == Merge::none) {
      df = run.d_out(0).values;
      real* d_second = run.d_out(1).values;
      if (direct(false) || d_second == nullptr) {
        dg = d_second;
      } else {
        turn(rows, d_second, dg);
      }
    } else if (d == nullptr) {
      df = dg = nullptr;
    } else {
      unmerge(merge_, rows, d, f.outs[0].values, g.outs[0].values, df, dg);
    }
    // The penalties on what is merged.
    for (const bool forward : {true, false}) {
      const Port* const more = hidden_port(run, forward, true);
      if (more == nullptr || more->values == nullptr) continue;
      real*& to = forward ? df : dg;
      if (to == nullptr) {
        to = run.scratch(forward ? slot_df : slot_dg);
        std::copy_n(more->values, more->dims.elements(), to);
      } else {
        kernels().add(to, more->values, more->dims.elements());
      }
    }
    f.d_outs[0] = {df, nullptr, f.dims};
    g.d_outs[0] = {dg, nullptr, g.dims};
    real* dx = run.d_in().values;
    if (dx != nullptr) g.d_ins[0].values = run.scratch(slot_dx);
    f_->backward(run.child(0, f.in(), f.out(), f.d_in(), f.d_out()));
    g_->backward(run.child(1, g.in(), g.out(), g.d_in(), g.d_out()));
    if (dx != nullptr) kernels().add(dx, g.d_ins[0].values, run.in().dims.elements());
  }

 private:
  enum : int { slot_yf, slot_yg, slot_df, slot_dg, slot_dx };

  // The ports of one child during one call.
  struct Half {
    Dims dims;  // of its output 0
    std::size_t inputs = 0, outputs = 0;
    std::array<Port, max_ports> ins, outs, d_ins, d_outs;
    std::span<const Port> in() const { return {ins.data(), inputs}; }
    std::span<const Port> out() const { return {outs.data(), outputs}; }
    std::span<const Port> d_in() const { return {d_ins.data(), inputs}; }
    std::span<const Port> d_out() const { return {d_outs.data(), outputs}; }
  };

  Half half(const Run& run, bool forward, bool back) const noexcept {
    const RecurrentLayer& layer = forward ? *f_ : *g_;
    Half h;
    h.dims = run.out().dims;
    h.dims[-1] = forward ? width_f_ : width_g_;
    const auto take_in = [&](int i) {
      h.ins[h.inputs] = run.in(i);
      if (back) h.d_ins[h.inputs] = run.d_in(i);
      ++h.inputs;
    };
    take_in(0);
    if (run.inputs() > 1)
      for (int s = 0; s < layer.states(); ++s) take_in(1 + (forward ? 0 : f_->states()) + s);

    h.outs[0] = {direct(forward) ? run.out(forward ? 0 : 1).values : run.kept(forward ? slot_yf : slot_yg), nullptr, h.dims};
    if (forward && mask_of_frames()) h.outs[0].mask = run.out().mask;
    h.outputs = 1;
    if (layer.return_state)
      for (int s = 0; s < layer.states(); ++s, ++h.outputs) {
        const int at = (merge_ == Merge::none ? 2 : 1) + (forward ? 0 : f_->states()) + s;
        h.outs[h.outputs] = run.out(at);
        if (back) h.d_outs[h.outputs] = run.d_out(at);
      }
    return h;
  }

  // The child writes its output where it belongs: two outputs, and nothing to turn.
  bool direct(bool forward) const { return merge_ == Merge::none && (forward || !f_->return_sequences); }
  DirectionRows rows_of(const Dims& f, const Dims& g) const {
    DirectionRows rows{f.rows(), f_->return_sequences ? f[1] : 1, 1, f[-1], g[-1]};
    for (int axis = f_->return_sequences ? 2 : 1; axis < f.rank - 1; ++axis) rows.places *= f[axis];
    return rows;
  }

  // A ConvLSTM makes the mask of its frames itself.
  bool mask_of_frames() const { return f_->input_rank() > 3; }

  bool penalises_output(bool forward, const Shapes& in) const {
    const auto all = penalised_by(forward ? *f_ : *g_, inputs_of(forward, in));
    return std::any_of(all.begin(), all.end(), [](const Penalised& p) { return p.output == 0; });
  }
  // Where a layer's own output goes that is penalised before it is merged; nullptr if it is not.
  const Port* hidden_port(const Run& run, bool forward, bool gradient) const noexcept {
    const auto penalty = [](const RecurrentLayer& layer) {
      const auto* a = dynamic_cast<const ActivityRegularized*>(&layer);
      return a != nullptr && static_cast<bool>(a->activity_regularizer);
    };
    const int own = 1 + (f_->return_state ? f_->states() + g_->states() : 0);
    if (merge_ == Merge::none || run.outputs() == own || !penalty(forward ? *f_ : *g_)) return nullptr;
    const int at = own + (!forward && penalty(*f_) ? 1 : 0);
    return gradient ? &run.d_out(at) : &run.out(at);
  }

  Shapes inputs_of(bool forward, const Shapes& in) const {
    if (in.size() == 1) return in;
    const auto half = static_cast<std::size_t>(f_->states());
    Shapes out{in[0]};
    const auto from = in.begin() + 1 + static_cast<std::ptrdiff_t>(forward ? 0 : half);
    out.insert(out.end(), from, forward ? from + static_cast<std::ptrdiff_t>(half) : in.end());
    return out;
  }

  void check_inputs(const Shapes& in) const {
    const int states = f_->states() + g_->states();
    if (in.size() != 1 && in.size() != 1 + static_cast<std::size_t>(states))
      fail(Code::shape, described() + " takes the sequences alone or with " + std::to_string(states) +
                            " initial states (those of the forward layer, then those of the backward layer), but was given " +
                            std::to_string(in.size()) + " inputs.");
    if (f_->input_rank() == 3) require_sequences(*this, in);  // a ConvLSTM asks for its axes itself
  }

  // After the config is known: makes the backward layer, and checks that the two suit each other.
  void settle() {
    merge_ = merge_of(merge_mode_);
    f_ = &recurrent(forward_);
    if (!backward_) {
      if (f_->go_backwards)
        fail(Code::value,
             "Bidirectional makes the backward layer by go_backwards = true, but the layer it was given has that already. "
             "Leave go_backwards out of it.");
      backward_ = LayerRef(f_->reversed_copy());
      backward_->trainable = forward_->trainable;
      backward_->set_name(prefixed("backward_", *f_));
    }
    g_ = &recurrent(backward_);
    forward_->set_name(prefixed("forward_", *f_));
    if (g_->name().empty()) backward_->set_name(prefixed("backward_", *g_), true);
    if (f_ == g_) fail(Code::value, "Bidirectional needs a backward_layer of its own, not the layer itself.");
    require_equal("axes in what it reads", f_->input_rank(), g_->input_rank());
    if (f_->go_backwards == g_->go_backwards)
      fail(Code::value, std::string("Bidirectional needs one layer in each direction, but both have go_backwards = ") +
                            (f_->go_backwards ? "true." : "false. Give backward_layer go_backwards = true."));
    require_equal("stateful", f_->stateful(), g_->stateful());
    require_equal("return_sequences", f_->return_sequences, g_->return_sequences);
    require_equal("return_state", f_->return_state, g_->return_state);
    if (merge_ != Merge::concat && merge_ != Merge::none) require_equal("units", f_->units, g_->units);
    if (std::max(f_->states(), g_->states()) >= max_ports)
      fail(Code::unsupported, "Bidirectional carries at most " + std::to_string(max_ports - 1) + " states a layer.");
    f_->zero_output_for_mask = g_->zero_output_for_mask = f_->return_sequences;
    for (RecurrentLayer* layer : {f_, g_})
      if (auto* rows = dynamic_cast<OutputRows*>(layer)) rows->keep_reading_order(true);
  }

  std::string merge_mode_ = "concat";
  Index width_f_ = 0, width_g_ = 0;  // of the last axis of what the two give
  LayerRef forward_, backward_;
  Merge merge_ = Merge::concat;
  RecurrentLayer* f_ = nullptr;
  RecurrentLayer* g_ = nullptr;
};

}  // namespace

Bidirectional::Bidirectional(const LayerRef& layer, BidirectionalOptions options)
    : LayerRef(std::make_shared<BidirectionalLayer>(layer, std::move(options))) {}

}  // namespace rondo

RONDO_REGISTER(layers, bidirectional) {
  rondo::register_layer("Bidirectional",
                        []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::BidirectionalLayer>(); });
}
