// The contract side of Recurrent: shapes, weights, bookings. The walk itself is in forward.cpp and backward.cpp.
#include "layers/recurrent/walk.h"

#include "layers/base/options.h"
#include "layers/base/require.h"
#include "layers/recurrent/slots.h"
#include "rondo/activations/activation.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

Index up(Index n, Index to) { return checked_mul(checked_add(n, to - 1) / to, to); }

}  // namespace

Padded Recurrent::padded(Index features) const {
  const Index lanes = kernels().lanes;
  return {features, units, up(features, lanes), up(units, lanes)};
}

bool Recurrent::standard() const { return activation.name == "tanh" && recurrent_activation.name == "sigmoid"; }

RowFunctions Recurrent::row_functions(const Run& run) const noexcept {
  return {activation_, recurrent_activation_, run.scratch(slot::calls)};
}

void Recurrent::check() const {
  require_positive(*this, "units", units);
  check_cell(*this);
}

void Recurrent::check_inputs(const Shapes& in) const {
  require_sequences(*this, in);
  if (in[0][2] == None || in[0][2] <= 0)
    fail(Code::shape,
         described() + ": the number of features must be known and positive, got an input of shape " + in[0].text());
  if (in.size() != 1 && in.size() != 1 + static_cast<std::size_t>(states()))
    fail(Code::shape, described() + ": takes x, or x and " + std::to_string(states()) + " initial state(s); got " +
                          std::to_string(in.size()) + " inputs");
  for (std::size_t i = 1; i < in.size(); ++i)
    if (in[i].rank() != 2 || in[i][1] != units)
      fail(Code::shape,
           described() + ": an initial state has shape (samples, " + std::to_string(units) + "), got " + in[i].text());
}

void Recurrent::build(const Shapes& in, Weights& weights) {
  check();
  check_inputs(in);
  activation_ = &activation_function(activation);
  recurrent_activation_ = &activation_function(recurrent_activation);
  by_rows_ = !elementwise(activation.name) || !elementwise(recurrent_activation.name);
  const Index F = in[0][2];
  const Index columns = checked_mul(cell().shape.columns, units);
  const std::string folder = is_cell() ? "" : "cell/";
  weights.add(folder + "kernel", {F, columns}, kernel_initializer, kernel_regularizer, kernel_constraint);
  weights.add(folder + "recurrent_kernel", {units, columns}, recurrent_initializer, recurrent_regularizer,
              recurrent_constraint);
  if (use_bias)
    weights.add(folder + "bias", two_biases() ? Shape{2, columns} : Shape{columns}, first_bias(), bias_regularizer,
                bias_constraint);

  const Padded size = padded(F);
  // What the packs hold, with checked sizes: [bias, W, U] and, for backward, U^T and W^T.
  const Index gates = checked_mul(cell().shape.gates, size.Hp);
  checked_mul(gates, checked_add(checked_add(F, units), 1));
  weights.pack(cell().kernels->active().packed_size(size));
  weights.pack(kernels().packed_size(checked_mul(cell().shape.h_gates, size.Hp), units), true);
  weights.pack(kernels().packed_size(checked_mul(cell().shape.x_gates, size.Hp), F), true);
  if (cell().shape.late >= 0) {
    weights.pack(kernels().packed_size(units, units));
    weights.pack(kernels().packed_size(size.Hp, units), true);
  }
  if (recurrent_dropout > 0) {
    const auto each = [&](Index of, Index k, Index n) { weights.pack(checked_mul(of, kernels().packed_size(k, n)), true); };
    each(cell().shape.x_gates, F, units);
    each(cell().shape.h_gates, units, units);
    each(cell().shape.h_gates, size.Hp, units);
    each(cell().shape.x_gates, size.Hp, F);
  }
}

Shapes Recurrent::output_shapes(const Shapes& in) const {
  check_inputs(in);
  const Index B = in[0][0];
  Shapes out{return_sequences ? Shape{B, in[0][1], units} : Shape{B, units}};
  if (return_state)
    for (int i = 0; i < states(); ++i) out.push_back({B, units});
  return out;
}

void Recurrent::plan(const Shapes& in, Plan& plan) const {
  const Index B = in[0][0], T = in[0][1];
  const Padded size = padded(in[0][2]);
  const CellShape& shape = cell().shape;
  const Index steps = checked_mul(B, T);  // rows of all time steps
  // Training keeps every step, and one step more for the states that come out of the last; inference alternates two.
  const Index rows = plan.training() ? checked_add(steps, B) : checked_mul(2, B);
  plan.kept(slot::rows, checked_mul(rows, size.row()));
  if (shape.states == 2) plan.kept(slot::cells, checked_mul(rows, size.Hp));
  const Index kept = plan.training() ? steps : B;
  if (by_rows_) plan.scratch(slot::calls, checked_mul(RowFunctions::most_calls + 2, size.Hp));
  if (plan.training() || shape.late >= 0 || by_rows_)
    plan.kept(slot::gates, checked_mul(kept, checked_mul(shape.gates, size.Hp)));
  if (shape.late >= 0) plan.kept(slot::aux, checked_mul(kept, size.Hp));
  plan.kept<Index>(slot::order, B);
  plan.kept<Index>(slot::length, B);
  plan.kept<Index>(slot::alive, checked_add(T, 1));
  plan.kept<std::int32_t>(slot::visit, steps);
  if (plan.training()) {
    plan.scratch(slot::dh, checked_mul(B, size.Hp));
    if (shape.states == 2) plan.scratch(slot::dc, checked_mul(B, size.Hp));
    if (shape.late >= 0) plan.scratch(slot::late, checked_mul(B, size.Hp));
    const Index masks = recurrent_dropout > 0 ? shape.columns : 1;
    if (dropout > 0) plan.saved(slot::drop_x, checked_mul(masks, checked_mul(B, size.F)));
    if (recurrent_dropout > 0) {
      plan.saved(slot::drop_h, checked_mul(masks, checked_mul(B, size.Hp)));
      plan.scratch(slot::dropped, checked_mul(steps, std::max(size.F, size.Hp)));
    }
  }
  if (plan.streaming() || keep_state)
    for (int i = 0; i < shape.states; ++i) plan.state(slot::state + i, checked_mul(B, units));
}

MaskFlow Recurrent::mask_flow(std::span<const bool> masked) const {
  return !masked.empty() && masked[0] && return_sequences ? MaskFlow::pass : MaskFlow::none;
}

std::string Recurrent::streaming_refusal() const {
  return go_backwards ? "it reads the sequence from its end (go_backwards)" : "";
}

void Recurrent::pack(Weights& weights, bool for_training) const noexcept {
  const Index F = weights.own()[0].shape[0], H = units;
  const Padded size = padded(F);
  const CellShape& shape = cell().shape;
  const real* kernel = weights.value(0);
  const real* recurrent = weights.value(1);
  const real* bias_x = use_bias ? weights.value(2) : nullptr;
  const real* bias_h = use_bias && two_biases() ? bias_x + shape.columns * H : nullptr;
  cell().kernels->active().pack(size, kernel, recurrent, bias_x, bias_h, weights.packed(slot::forward));

  // B (gates x Hp, n) = the transposed columns of those gates: rows k = (gate, unit), zero where the unit is padding.
  const Index lanes = kernels().lanes, stride = shape.columns * H;
  const auto transpose = [&](const real* w, Index n, int first, int gates, real* packed) {
    for (Index j = 0; j < n; j += lanes) {
      for (int g = 0; g < gates; ++g) {
        const Index column = shape.column[first + g] * H;
        for (Index c = 0; c < lanes; ++c) {
          const real* from = w + (j + c) * stride + column;
          const bool inside = j + c < n;
          for (Index u = 0; u < size.Hp; ++u) packed[u * lanes + c] = inside && u < H ? from[u] : real(0);
        }
        packed += size.Hp * lanes;
      }
    }
  };
  if (for_training) {
    transpose(recurrent, H, shape.h_first, shape.h_gates, weights.packed(slot::transposed_recurrent));
    transpose(kernel, F, shape.x_first, shape.x_gates, weights.packed(slot::transposed_kernel));
  }
  if (shape.late >= 0) {
    kernels().pack_b(recurrent + shape.column[shape.late] * H, stride, H, H, weights.packed(slot::late_forward));
    if (for_training) transpose(recurrent, H, shape.late, 1, weights.packed(slot::late_transposed));
  }
  if (for_training && recurrent_dropout > 0) {
    const int first = shape.late >= 0 ? slot::late_transposed + 1 : slot::transposed_kernel + 1;
    const auto gates = [&](const real* w, Index n, int from, int count, int forward, int transposed) {
      real *packed = weights.packed(first + forward), *turned = weights.packed(first + transposed);
      for (int g = from; g < from + count; ++g) {
        kernels().pack_b(w + shape.column[g] * H, stride, n, H, packed);
        packed += kernels().packed_size(n, H);
        transpose(w, n, g, 1, turned);
        turned += kernels().packed_size(size.Hp, n);
      }
    };
    gates(kernel, F, shape.x_first, shape.x_gates, slot::gate_kernel, slot::gate_transposed_kernel);
    gates(recurrent, H, shape.h_first, shape.h_gates, slot::gate_recurrent, slot::gate_transposed_recurrent);
  }
}

std::shared_ptr<Layer> Recurrent::reversed_copy() const {
  auto made = copy();
  made->go_backwards = !go_backwards;
  return made;
}

void Recurrent::copy_config(const Recurrent& from) {
  units = from.units;
  static_cast<CellArguments&>(*this) = from;
  activity_regularizer = from.activity_regularizer;
  copy_walk(from, *this);
}

void Recurrent::require_rnn() const {
  if (rnn == nullptr)
    fail(Code::unsupported, described() + " is a cell, which makes one time step; put it into an RNN: RNN(" + class_name() +
                                "(" + std::to_string(units) + "))");
}

void Recurrent::describe_weights(ConfigVisitor& v) {
  v.required("units", units);
  describe_cell_weights(v, gated());
}

void Recurrent::describe_rest(ConfigVisitor& v) {
  describe_cell_training(v, class_name(), is_cell() ? nullptr : &activity_regularizer);
  if (!is_cell()) describe_walk(v, *this);
}

}  // namespace rondo
