// RNN:  (y_t, s_t) = cell(x_t, s_(t-1)) for every t; with several cells, each takes in the y_t of the one before.
//
// Every cell is walked over the whole sequence by layers/recurrent (stacked_rnn_cells.cpp says why that is the same), so a
// single LSTMCell is exactly an LSTM. With go_backwards the first cell turns the order of time; those behind it read on in that
// order: with the mask turned, or where the first leaves its outputs (OutputRows).
#include "rondo/layers/rnn.h"

#include <algorithm>
#include <array>

#include "core/random.h"
#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "layers/recurrent/stack.h"
#include "layers/recurrent/walk.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr int max_ports = 8;  // of one cell, on the stack of a call

class RNNLayer final : public RecurrentLayer, public NestedStates, public ActivityRegularized, public OutputRows {
 public:
  ~RNNLayer() override { release(); }

  std::string class_name() const override { return "RNN"; }

  void set_cell(LayerRef cell) {
    cell_ = std::move(cell);
    settle();
  }

  void describe(ConfigVisitor& v) override {
    v.field("cell", cell_);
    describe_walk(v, *this);
    v.field("activity_regularizer", activity_regularizer);
    if (cell_) settle();
  }

  void check() const override {
    if (!cell_) fail(Code::value, "RNN needs a cell: RNN(LSTMCell(32))");
    cell_->check();
  }

  int states() const override {
    int n = 0;
    for (const Walked& cell : walked_) n += cell->states();
    return n;
  }
  std::vector<StateTree> state_trees() const override { return state_tree(cell_).parts; }
  std::shared_ptr<Layer> reversed_copy() const override {
    auto made = std::make_shared<RNNLayer>();
    copy_walk(*this, *made);
    made->go_backwards = !go_backwards;
    made->activity_regularizer = activity_regularizer;
    made->set_cell(copy_of_cell(cell_));
    return made;
  }

  void keep_reading_order(bool keep) override {
    in_reading_order = keep;
    for (const Walked& cell : walked_)
      if (auto* rows = dynamic_cast<OutputRows*>(cell.get())) rows->keep_reading_order(cells_keep_order());
  }

  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] && return_sequences ? MaskFlow::pass : MaskFlow::none;
  }
  std::string streaming_refusal() const override {
    return go_backwards ? "it reads the sequence from its end (go_backwards)" : "";
  }

  void build(const Shapes& in, Weights& weights) override {
    settle();
    check();
    output_shapes(in);
    build_cell(cell_, "cell", in[0], weights);
  }

  Shapes output_shapes(const Shapes& in) const override {
    check_inputs(in);
    Shapes out(1);
    for (std::size_t k = 0; k < walked_.size(); ++k) {
      const Shapes of_cell = walked_[k]->output_shapes(inputs_of(k, in));
      out[0] = of_cell[0];
      out.insert(out.end(), of_cell.begin() + 1, of_cell.end());
    }
    return out;
  }

  void plan(const Shapes& in, Plan& plan) const override {
    const Index steps = checked_mul(in[0][0], in[0][1]);
    for (std::size_t k = 0; k < walked_.size(); ++k) {
      if (k + 1 < walked_.size()) {
        const Index values = checked_mul(steps, walked_[k]->units);
        plan.scratch(between(k), values);
        if (plan.training()) plan.scratch(d_between(k), values);
      }
      plan.child(static_cast<int>(k), *walked_[k], inputs_of(k, in));
    }
    if (go_backwards && walked_.size() > 1) plan.scratch<std::uint8_t>(turned_mask(), steps);
  }

  void forward(const Run& run) const noexcept override {
    int state = 0;
    for (std::size_t k = 0; k < walked_.size(); ++k) {
      const Call call(*this, run, k, state, false);
      walked_[k]->forward(call.run());
      state += walked_[k]->states();
    }
  }

  void backward(const Run& run) const noexcept override {
    int state = states();
    for (std::size_t k = walked_.size(); k-- > 0;) {
      state -= walked_[k]->states();
      const Call call(*this, run, k, state, true);
      walked_[k]->backward(call.run());
    }
  }

 private:
  // Scratch: what flows between cell k and the next, its gradient, and the mask in the order of a walk from the end.
  static int between(std::size_t k) { return 2 * static_cast<int>(k); }
  static int d_between(std::size_t k) { return 2 * static_cast<int>(k) + 1; }
  int turned_mask() const { return between(walked_.size()); }
  bool turns(const Run& run) const {
    return go_backwards && walked_.size() > 1 && (cells_keep_order() || run.context().keras_masks);
  }
  // With the last output alone there are no rows to settle.
  bool cells_keep_order() const { return in_reading_order || !return_sequences; }

  // The ports of one cell during one call. `state`: the number of its first state.
  struct Call {
    const Run& all;
    std::size_t k;
    RunContext context;
    std::size_t inputs = 0, outputs = 0;
    bool back;
    std::array<Port, max_ports> ins, outs, d_ins, d_outs;

    Call(const RNNLayer& rnn, const Run& run, std::size_t cell, int state, bool backward)
        : all(run), k(cell), context(run.context()), back(backward) {
      // Cells draw for themselves, whatever they are called.
      context.seed += hash_of(rnn.name()) + k;
      const RecurrentLayer& layer = *rnn.walked_[k];
      const bool last = k + 1 == rnn.walked_.size();
      const auto add_in = [&](const Port& value, const Port& gradient) {
        ins[inputs] = value;
        d_ins[inputs++] = gradient;
      };
      const auto add_out = [&](const Port& value, const Port& gradient) {
        outs[outputs] = value;
        d_outs[outputs++] = gradient;
      };
      const auto flowing = [&](std::size_t from, int slot) {
        Port port;
        port.dims = run.in().dims;
        port.dims[-1] = rnn.walked_[from]->units;
        port.values = run.scratch(slot);
        return port;
      };
      const Port none;
      if (k == 0) {
        add_in(run.in(), back ? run.d_in() : none);
      } else {
        add_in(flowing(k - 1, between(k - 1)), back ? flowing(k - 1, d_between(k - 1)) : none);
        ins[0].mask = rnn.mask_behind(run);
      }
      if (run.inputs() > 1)
        for (int s = 1 + state; s <= state + layer.states(); ++s) add_in(run.in(s), back ? run.d_in(s) : none);
      if (last) {
        add_out(run.out(), back ? run.d_out() : none);
      } else {
        add_out(flowing(k, between(k)), back ? flowing(k, d_between(k)) : none);
      }
      if (rnn.return_state)
        for (int s = 1 + state; s <= state + layer.states(); ++s) add_out(run.out(s), back ? run.d_out(s) : none);
    }
    Run run() const {
      const auto part = [](const std::array<Port, max_ports>& ports, std::size_t n) {
        return std::span<const Port>(ports.data(), n);
      };
      if (!back) return all.child(static_cast<int>(k), context, part(ins, inputs), part(outs, outputs));
      return all.child(static_cast<int>(k), context, part(ins, inputs), part(outs, outputs), part(d_ins, inputs),
                       part(d_outs, outputs));
    }
  };

  // The mask of what the cells behind the first take in.
  std::uint8_t* mask_behind(const Run& run) const noexcept {
    if (run.in().mask == nullptr || !turns(run)) return run.in().mask;
    auto* const turned = run.scratch<std::uint8_t>(turned_mask());
    const Index B = run.in().dims[0], T = run.in().dims[1];
    for (Index b = 0; b < B; ++b) std::reverse_copy(run.in().mask + b * T, run.in().mask + (b + 1) * T, turned + b * T);
    return turned;
  }

  void check_inputs(const Shapes& in) const {
    require_sequences(*this, in);
    const auto n = static_cast<std::size_t>(states());
    if (in.size() != 1 && in.size() != 1 + n)
      fail(Code::shape, described() + ": takes x, or x and " + std::to_string(n) + " initial state(s)" +
                            (walked_.size() > 1 ? ", cell by cell" : "") + "; got " + std::to_string(in.size()) + " inputs");
  }

  Shapes inputs_of(std::size_t k, const Shapes& in) const {
    Shapes out{in[0]};
    if (k > 0) out[0][-1] = walked_[k - 1]->units;
    if (in.size() == 1) return out;
    std::size_t at = 1;
    for (std::size_t i = 0; i < k; ++i) at += static_cast<std::size_t>(walked_[i]->states());
    for (int s = 0; s < walked_[k]->states(); ++s) out.push_back(in[at + static_cast<std::size_t>(s)]);
    return out;
  }

  // The cells walk as this layer does; all but the last hand on every time step.
  void pass_on_options() const {
    for (std::size_t k = 0; k < walked_.size(); ++k) {
      RecurrentLayer& cell = *walked_[k];
      const bool last = k + 1 == walked_.size();
      copy_walk(*this, cell);
      cell.return_sequences = !last || return_sequences;
      cell.go_backwards = k == 0 && go_backwards;
      cell.zero_output_for_mask = last && zero_output_for_mask;
      if (auto* rows = dynamic_cast<OutputRows*>(&cell)) rows->keep_reading_order(cells_keep_order());
    }
  }

  void release() {
    for (const Walked& cell : walked_)
      if (auto* known = dynamic_cast<Recurrent*>(cell.get()); known && known->rnn == this) known->rnn = nullptr;
    walked_.clear();
  }

  // After the cell is known.
  void settle() {
    release();
    const std::vector<Walked> cells = walked_cells(cell_);
    for (const Walked& cell : cells) {
      auto* known = dynamic_cast<Recurrent*>(cell.get());
      if (known && known->rnn != nullptr)
        fail(Code::unsupported, "this " + cell->class_name() + " is in " + (known->rnn == this ? "this" : "another") +
                                    " RNN already, and a cell belongs to one place in one RNN. Make another cell");
      if (known) known->rnn = this;
      walked_.push_back(cell);
      if (cell->name().empty()) cell->set_name(snake_case(cell->class_name()), true);
      if (cell->states() >= max_ports)
        fail(Code::unsupported, "RNN carries at most " + std::to_string(max_ports - 1) + " states a cell");
    }
    if (cell_->name().empty()) cell_->set_name(snake_case(cell_->class_name()), true);
    if (walked_.empty()) fail(Code::value, "RNN needs a cell: RNN(LSTMCell(32))");
    units = walked_.back()->units;
    pass_on_options();
  }

  LayerRef cell_;
  std::vector<Walked> walked_;  // its cells, in the order x flows through them
};

std::shared_ptr<RNNLayer> make_rnn(const LayerRef& cell, const RNNOptions& o) {
  auto layer = std::make_shared<RNNLayer>();
  take_walk(*layer, o);
  layer->activity_regularizer = o.activity_regularizer;
  layer->set_name(o.name);
  layer->set_cell(cell);
  layer->check();
  return layer;
}

}  // namespace

RNN::RNN(const LayerRef& cell, const RNNOptions& options) : LayerRef(make_rnn(cell, options)) {}
RNN::RNN(std::initializer_list<LayerRef> cells, const RNNOptions& options)
    : LayerRef(make_rnn(cells.size() == 1 ? *cells.begin() : StackedRNNCells(cells), options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, rnn) {
  rondo::register_layer("RNN", []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::RNNLayer>(); });
}
