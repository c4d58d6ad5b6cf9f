// TimeDistributed:  out[b, t] = layer(x[b, t])
//
// (samples, time steps, ...) is (samples * time steps, ...) in the same memory, so the layer runs once, on views.
#include "rondo/layers/time_distributed.h"

#include <algorithm>
#include <array>

#include "core/registry.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr int max_ports = 8;  // outputs of the inner layer, on the stack of a call

// (samples, time steps, ...) -> (samples * time steps, ...)
Shape folded(const Shape& shape) {
  std::vector<Index> sizes(shape.begin() + 1, shape.end());
  sizes[0] = shape[0] == None || shape[1] == None ? None : checked_mul(shape[0], shape[1]);
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

class TimeDistributedLayer final : public Layer {
 public:
  TimeDistributedLayer() = default;
  TimeDistributedLayer(const LayerRef& layer, TimeDistributedOptions options) : layer_(layer) {
    input_shape = std::move(options.input_shape);
    if (!options.name.empty()) set_name(std::move(options.name));
    settle();
  }

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
    weights.child("layer", *layer_, {folded(in[0])});
  }

  Shapes output_shapes(const Shapes& in) const override {
    check_inputs(in);
    Shapes out;
    for (const Shape& inner : layer_->output_shapes({folded(in[0])})) {
      std::vector<Index> sizes{in[0][0], in[0][1]};
      sizes.insert(sizes.end(), inner.begin() + 1, inner.end());
      out.emplace_back(std::move(sizes));
    }
    if (out.size() > max_ports) fail(Code::unsupported, described() + " passes on at most 8 outputs of its layer.");
    return out;
  }

  void plan(const Shapes& in, Plan& plan) const override {
    if (plan.training() && layer_->rounds(Direction::forward) + layer_->rounds(Direction::backward) > 0)
      fail(Code::unsupported,
           described() + " cannot train its " + layer_->class_name() +
               ", which takes statistics over a batch: one batch for each time step, in Keras. Put " + layer_->class_name() +
               " into the model without TimeDistributed (it then takes them over samples and time steps), or set its trainable "
               "to false.");
    const Shape inner = folded(in[0]);
    if (makes_mask()) plan.scratch<std::uint8_t>(slot_made, layer_->output_shapes({inner})[0].elements());
    plan.child(0, *layer_, {inner});
  }

  // The mask of the input is that of the output; where a time step has another number of rows in it, a step counts if any of
  // its rows does.
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::make : MaskFlow::none;
  }

  void forward(const Run& run) const noexcept override {
    std::array<Port, max_ports> outs;
    const Port in = inner_input(run);
    const RunContext context = inner_context(run);
    layer_->forward(run.child(0, context, {&in, 1}, inner_outputs(run, outs)));
    if (run.in().mask != nullptr && run.out().mask != nullptr) put_mask(run.in(), run.out());
  }

  void backward(const Run& run) const noexcept override {
    std::array<Port, max_ports> outs, d_outs;
    const Port in = inner_input(run);
    const Port d_in = folded(run.d_in());
    const auto ports = inner_outputs(run, outs);
    for (int i = 0; i < run.outputs(); ++i) d_outs[static_cast<std::size_t>(i)] = folded(run.d_out(i));
    const RunContext context = inner_context(run);
    layer_->backward(run.child(0, context, {&in, 1}, ports, {&d_in, 1}, {d_outs.data(), ports.size()}));
  }

 private:
  enum : int { slot_made };

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

  // Every time step is a row of its own to the layer, with random draws of its own.
  static RunContext inner_context(const Run& run) noexcept {
    RunContext context = run.context();
    context.rows_per_sample *= run.in().dims[1];
    return context;
  }

  // The same memory, and the same mask: one entry a row either way.
  Port inner_input(const Run& run) const noexcept {
    Port in = folded(run.in());
    in.mask = run.in().mask;
    return in;
  }

  std::span<const Port> inner_outputs(const Run& run, std::array<Port, max_ports>& outs) const noexcept {
    for (int i = 0; i < run.outputs(); ++i) outs[static_cast<std::size_t>(i)] = folded(run.out(i));
    outs[0].mask = run.scratch<std::uint8_t>(slot_made);  // nullptr unless the layer makes one
    return {outs.data(), static_cast<std::size_t>(run.outputs())};
  }

  bool makes_mask() const {
    const bool masked = true, unmasked = false;
    return layer_->mask_flow({&masked, 1}) == MaskFlow::make || layer_->mask_flow({&unmasked, 1}) == MaskFlow::make;
  }

  void check_inputs(const Shapes& in) const {
    require_inputs(*this, in);
    require_axes(*this, in, 3);
  }

  void settle() {
    check();
    if (layer_->name().empty()) layer_->set_name(snake_case(layer_->class_name()), true);
  }

  LayerRef layer_;
};

}  // namespace

TimeDistributed::TimeDistributed(const LayerRef& layer, TimeDistributedOptions options)
    : LayerRef(std::make_shared<TimeDistributedLayer>(layer, std::move(options))) {}

}  // namespace rondo

RONDO_REGISTER(layers, time_distributed) {
  rondo::register_layer("TimeDistributed",
                        []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::TimeDistributedLayer>(); });
}
