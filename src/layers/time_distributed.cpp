// TimeDistributed:  out[b, t] = layer(x[b, t])
//
// (samples, time steps, ...) is (samples * time steps, ...) in the same memory, so the layer runs once, on views. A layer that
// mixes samples (BatchNormalization in training) is a batch for every time step, as in Keras: it runs on copies, step by step.
#include "rondo/layers/time_distributed.h"

#include <algorithm>
#include <array>

#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/each_step.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr int max_ports = 8;   // inputs and outputs of the inner layer, on the stack of a call
constexpr int max_rounds = 8;  // of a layer that mixes samples

// (samples, time steps, ...) -> (samples * time steps, ...)
Shape folded(const Shape& shape) {
  std::vector<Index> sizes(shape.begin() + 1, shape.end());
  sizes[0] = shape[0] == None || shape[1] == None ? None : checked_mul(shape[0], shape[1]);
  return Shape(std::move(sizes));
}

Shapes folded(const Shapes& shapes) {
  Shapes out;
  for (const Shape& s : shapes) out.push_back(folded(s));
  return out;
}

// (samples * time steps, ...) -> (samples, time steps, ...), as many as `in` has.
Shape unfolded(const Shape& in, const Shape& inner) {
  std::vector<Index> sizes{in[0], in[1]};
  sizes.insert(sizes.end(), inner.begin() + 1, inner.end());
  return Shape(std::move(sizes));
}

// (samples, time steps, ...) -> (samples, ...): one time step.
Shape step_of(const Shape& shape) {
  std::vector<Index> sizes(shape.begin() + 1, shape.end());
  sizes[0] = shape[0];
  return Shape(std::move(sizes));
}

Dims folded(const Dims& dims) noexcept {
  Dims out;
  out.rank = dims.rank - 1;
  out[0] = dims[0] * dims[1];
  for (int i = 1; i < out.rank; ++i) out[i] = dims[i + 1];
  return out;
}

Port folded(const Port& port) noexcept { return {port.values, nullptr, folded(port.dims)}; }

using Ports = std::array<Port, max_ports>;
std::span<const Port> first(const Ports& ports, int n) { return {ports.data(), static_cast<std::size_t>(n)}; }

class TimeDistributedLayer final : public Layer, public KeywordActivity {
 public:
  TimeDistributedLayer() = default;
  TimeDistributedLayer(const LayerRef& layer, TimeDistributedOptions options) : layer_(layer) {
    input_shape = std::move(options.input_shape);
    if (!options.name.empty()) set_name(std::move(options.name));
    settle();
  }
  // Part of a model that runs over time steps: see each_step.h.
  TimeDistributedLayer(const LayerRef& layer, const Shapes& in, bool trains) : layer_(layer), part_of_model_(true), in_(in[0]) {
    trainable = trains;
    set_name(layer->name());
  }

  const LayerRef& inner() const { return layer_; }

  std::string class_name() const override { return "TimeDistributed"; }

  void describe(ConfigVisitor& visitor) override {
    visitor.field("layer", layer_);
    if (layer_) settle();
  }

  void check() const override {
    if (!layer_) fail(Code::value, "TimeDistributed needs a layer: TimeDistributed(Dense(1)).");
    layer_->check();
  }

  std::string streaming_refusal() const override {
    // Whatever needs several time steps at once has them: those inside the one time step of the stream.
    if (has_return_sequences(*layer_))
      return "its " + layer_->class_name() + " starts a new sequence in every time step, while a stream carries states on";
    return {};
  }

  void build(const Shapes& in, Weights& weights) override {
    check_inputs(in);
    if (layer_->stateful())
      fail(Code::unsupported, described() +
                                  " cannot wrap a layer with stateful = true: each time step is a sample of its own to the "
                                  "layer, so there is no next batch of the same samples.");
    in_ = in[0];
    weights.child("layer", *layer_, folded(in));
  }

  Shapes output_shapes(const Shapes& in) const override {
    check_inputs(in);
    Shapes out;
    for (const Shape& inner : layer_->output_shapes(folded(in))) out.push_back(unfolded(in[0], inner));
    if (out.size() > max_ports) fail(Code::unsupported, described() + " passes on at most 8 outputs of its layer.");
    return out;
  }

  // Its own. As in Keras a penalty on what the layer inside puts out does not count here, but those on values inside that do;
  // a model's layers count.
  std::vector<Penalised> penalised(const Shapes& in) const override {
    std::vector<Penalised> out = penalised_by(*layer_, folded(in));
    const auto own = static_cast<int>(layer_->output_shapes(folded(in)).size());
    if (!part_of_model_) std::erase_if(out, [&](const Penalised& p) { return p.output < own; });
    for (Penalised& p : ActivityRegularized::penalised(in)) out.push_back(std::move(p));
    return out;
  }
  Shapes hidden_outputs(const Shapes& in) const override {
    const Shapes all = all_outputs(*layer_, folded(in));
    Shapes out;
    for (std::size_t i = layer_->output_shapes(folded(in)).size(); i < all.size(); ++i) out.push_back(unfolded(in[0], all[i]));
    if (all.size() > max_ports)
      fail(Code::unsupported, described() + " passes on at most 8 outputs and penalised values of its layer.");
    return out;
  }

  void plan(const Shapes& in, Plan& plan) const override {
    if (!plan.training() || !mixes()) {
      const Shapes inner = folded(in);
      if (makes_mask()) plan.scratch<std::uint8_t>(slot_made, layer_->output_shapes(inner)[0].elements());
      plan.child(0, *layer_, inner);
      return;
    }
    if (in_.rank() < 2 || in_[1] == None)
      fail(Code::unsupported, described() + " cannot train its " + layer_->class_name() +
                                  " on any number of time steps: each step has statistics of its own. Give the input a fixed "
                                  "number of time steps, or set trainable = false.");
    if (in.size() != 1 || layer_->rounds(Direction::forward) + layer_->rounds(Direction::backward) > max_rounds)
      fail(Code::unsupported, described() + " cannot train its " + layer_->class_name() + ".");
    const Shape step = step_of(in[0]);
    const Index from = step.elements(), to = layer_->output_shapes({step})[0].elements();
    plan.scratch(slot_in, from);
    plan.scratch(slot_out, to);
    plan.scratch(slot_d_in, from);
    plan.scratch(slot_d_out, to);
    plan.scratch<std::uint8_t>(slot_mask, from);
    for (Index t = 0; t < in[0][1]; ++t) plan.child(static_cast<int>(t), *layer_, {step});
  }

  // The mask of the input is that of the output; where a time step has another number of rows in it, a step counts if any of
  // its rows does.
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    if (part_of_model_) return layer_->mask_flow(masked);
    return !masked.empty() && masked[0] ? MaskFlow::make : MaskFlow::none;
  }

  void forward(const Run& run) const noexcept override {
    if (by_steps(run)) {
      for (Index t = 0; t < run.in().dims[1]; ++t) {
        Step s(*this, run, t, false);
        layer_->forward(s.run());
        s.put(s.out, run.out());
      }
    } else {
      Ports ins, outs;
      const RunContext context = inner_context(run);
      layer_->forward(run.child(0, context, inner_inputs(run, ins), inner_outputs(run, outs)));
    }
    if (!part_of_model_ && run.in().mask != nullptr && run.out().mask != nullptr) put_mask(run.in(), run.out());
  }

  void backward(const Run& run) const noexcept override {
    if (by_steps(run)) {
      for (Index t = 0; t < run.in().dims[1]; ++t) {
        Step s(*this, run, t, true);
        layer_->backward(s.run());
        if (run.d_in().values) s.put(s.d_in, run.d_in());
      }
      return;
    }
    Ports ins, outs, d_ins, d_outs;
    for (int i = 0; i < run.inputs(); ++i) d_ins[static_cast<std::size_t>(i)] = folded(run.d_in(i));
    for (int i = 0; i < run.outputs(); ++i) d_outs[static_cast<std::size_t>(i)] = folded(run.d_out(i));
    const RunContext context = inner_context(run);
    layer_->backward(run.child(0, context, inner_inputs(run, ins), inner_outputs(run, outs), first(d_ins, run.inputs()),
                               first(d_outs, run.outputs())));
  }

  // The inner layer's sums, one time step after another.
  int rounds(Direction direction) const override { return mixes() ? layer_->rounds(direction) : 0; }
  Index partial_size(int round) const override { return checked_mul(in_[1], layer_->partial_size(round)); }
  void partial(const Run& run, int round) const noexcept override {
    const bool back = round >= layer_->rounds(Direction::forward);
    for (Index t = 0; t < run.in().dims[1]; ++t) {
      const Step s(*this, run, t, back);
      layer_->partial(s.run(), round);
    }
  }
  void update(const double* const* joint) noexcept override {
    std::array<const double*, max_rounds> of_step{};
    for (Index t = 0; t < in_[1]; ++t) {
      for (int r = 0; r < layer_->rounds(Direction::forward); ++r)
        of_step[static_cast<std::size_t>(r)] = joint[r] + t * layer_->partial_size(r);
      layer_->update(of_step.data());
    }
  }

 private:
  enum : int { slot_made, slot_in, slot_out, slot_d_in, slot_d_out, slot_mask };

  bool mixes() const { return trainable && layer_->rounds(Direction::forward) + layer_->rounds(Direction::backward) > 0; }
  // A plan for training a layer that mixes samples has room for steps, whatever the run behaves like.
  bool by_steps(const Run& run) const noexcept { return run.scratch(slot_in) != nullptr; }

  // One time step, copied out of all, with its part of the sums.
  struct Step {
    const Run& all;
    Index t;
    RunContext context;
    std::array<double*, max_rounds> partials{};
    std::array<const double*, max_rounds> joints{};
    Port in, out, d_in, d_out;
    bool back;

    Step(const TimeDistributedLayer& layer, const Run& run, Index step, bool backward)
        : all(run), t(step), context(run.context()), back(backward) {
      const Layer& inner = *layer.layer_;
      const int rounds = inner.rounds(Direction::forward) + inner.rounds(Direction::backward);
      for (int r = 0; r < rounds && context.joint != nullptr; ++r) {
        const auto i = static_cast<std::size_t>(r);
        partials[i] = run.partial(r) + t * inner.partial_size(r);
        joints[i] = run.joint(r) + t * inner.partial_size(r);
      }
      context.partial = partials.data();
      context.joint = joints.data();
      in = copy(run.in(), slot_in);
      if (run.in().mask != nullptr) {
        in.mask = run.scratch<std::uint8_t>(slot_mask);
        const Index steps = run.in().dims[1], each = run.in().mask_size() / std::max<Index>(1, run.in().dims[0] * steps);
        for (Index b = 0; b < run.in().dims[0]; ++b)
          std::copy_n(run.in().mask + (b * steps + t) * each, each, in.mask + b * each);
      }
      out = view(run.out(), slot_out);
      if (!back) return;
      d_in = run.d_in().values ? view(run.d_in(), slot_d_in) : Port{nullptr, nullptr, in.dims};
      d_out = run.d_out().values ? copy(run.d_out(), slot_d_out) : Port{nullptr, nullptr, out.dims};
    }
    Step(const Step&) = delete;

    Run run() const {
      return back ? all.child(static_cast<int>(t), context, {&in, 1}, {&out, 1}, {&d_in, 1}, {&d_out, 1})
                  : all.child(static_cast<int>(t), context, {&in, 1}, {&out, 1});
    }
    void put(const Port& from, const Port& to) const noexcept {
      const Index B = to.dims[0], T = to.dims[1], each = from.dims.elements() / std::max<Index>(1, B);
      for (Index b = 0; b < B; ++b) std::copy_n(from.values + b * each, each, to.values + (b * T + t) * each);
    }

   private:
    Port view(const Port& whole, int slot) const noexcept {
      Port p;
      p.values = all.scratch(slot);
      p.dims.rank = whole.dims.rank - 1;
      p.dims[0] = whole.dims[0];
      for (int i = 1; i < p.dims.rank; ++i) p.dims[i] = whole.dims[i + 1];
      return p;
    }
    Port copy(const Port& whole, int slot) const noexcept {
      const Port p = view(whole, slot);
      const Index B = whole.dims[0], T = whole.dims[1], each = p.dims.elements() / std::max<Index>(1, B);
      for (Index b = 0; b < B; ++b) std::copy_n(whole.values + (b * T + t) * each, each, p.values + b * each);
      return p;
    }
  };

  static void put_mask(const Port& in, const Port& out) noexcept {
    const Index steps = in.dims[0] * in.dims[1];
    if (steps == 0) return;
    const Index from = in.mask_size() / steps, to = out.mask_size() / steps;
    if (from == to) {
      std::copy_n(in.mask, in.mask_size(), out.mask);
      return;
    }
    for (Index i = 0; i < steps; ++i) {
      const bool any = std::any_of(in.mask + i * from, in.mask + (i + 1) * from, [](std::uint8_t keep) { return keep != 0; });
      std::fill_n(out.mask + i * to, to, static_cast<std::uint8_t>(any));
    }
  }

  // Every time step is a row of its own to the layer, with random draws of its own. Frozen from outside, a layer that mixes
  // samples does so no more.
  RunContext inner_context(const Run& run) const noexcept {
    RunContext context = run.context();
    context.rows_per_sample *= run.in().dims[1];
    if (!trainable && layer_->rounds(Direction::forward) > 0) context.training = false;
    return context;
  }

  // The same memory, and the same mask: one entry a row either way.
  static std::span<const Port> inner_inputs(const Run& run, Ports& ins) noexcept {
    for (int i = 0; i < run.inputs(); ++i) {
      Port& in = ins[static_cast<std::size_t>(i)];
      in = folded(run.in(i));
      in.mask = run.in(i).mask;
    }
    return first(ins, run.inputs());
  }

  std::span<const Port> inner_outputs(const Run& run, Ports& outs) const noexcept {
    for (int i = 0; i < run.outputs(); ++i) outs[static_cast<std::size_t>(i)] = folded(run.out(i));
    // The mask the layer makes, if it makes one: a model goes on with it.
    outs[0].mask = part_of_model_ ? run.out().mask : run.scratch<std::uint8_t>(slot_made);
    return first(outs, run.outputs());
  }

  bool makes_mask() const {
    const bool masked = true, unmasked = false;
    return layer_->mask_flow({&masked, 1}) == MaskFlow::make || layer_->mask_flow({&unmasked, 1}) == MaskFlow::make;
  }

  void check_inputs(const Shapes& in) const {
    if (!part_of_model_) return require_axes(*this, in, 3);
    if (in.size() > max_ports) fail(Code::unsupported, described() + " takes at most 8 inputs.");
    for (const Shape& s : in)
      if (s.rank() < 3) fail(Code::shape, described() + " needs time steps and features in every input, got " + s.text());
  }

  void settle() {
    check();
    if (layer_->name().empty()) layer_->set_name(snake_case(layer_->class_name()), true);
  }

  LayerRef layer_;
  bool part_of_model_ = false;
  Shape in_;  // of input 0, as it was built
};

}  // namespace

LayerRef layer_of_each_step(const Layer& layer) {
  const auto* td = dynamic_cast<const TimeDistributedLayer*>(&layer);
  return td ? td->inner() : LayerRef();
}

LayerRef each_step(const LayerRef& inner, const Shapes& in, bool trainable) {
  return LayerRef(std::make_shared<TimeDistributedLayer>(inner, in, trainable));
}

TimeDistributed::TimeDistributed(const LayerRef& layer, TimeDistributedOptions options)
    : LayerRef(std::make_shared<TimeDistributedLayer>(layer, std::move(options))) {}

}  // namespace rondo

RONDO_REGISTER(layers, time_distributed) {
  rondo::register_layer("TimeDistributed",
                        []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::TimeDistributedLayer>(); });
}
