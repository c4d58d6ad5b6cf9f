// Plan: what one call node of a layer needs, booked before the first batch. Run: where it lies, during one call.
//
// A slot is a small number the layer chooses; Plan books it, Run resolves it. Run has no booking method, so memory cannot be
// taken in the hot path. A plan is a capacity: a Run may carry fewer samples or steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rondo/core/shape.h"
#include "rondo/core/types.h"

namespace rondo {

class Layer;

enum class Life {
  state,    // carried across calls: the h and c of a stream
  saved,    // from forward to backward; never booked for inference
  scratch,  // within one call; overlapped with every other node's scratch
};

// What a plan is for.
struct Purpose {
  bool training = false;   // forward and backward; otherwise inference
  bool streaming = false;  // one time step a call, state carried in Life::state
};

class Plan {
 public:
  explicit Plan(Purpose purpose) : purpose_(purpose) {}

  bool training() const { return purpose_.training; }
  bool streaming() const { return purpose_.streaming; }

  // Books `count` values of T in slot `slot` of one life. Slots are numbered by the layer from 0 and booked in any order;
  // saved() of an inference plan books nothing (the slot resolves to nullptr). Throws Error(memory) on overflow.
  template <class T = real>
  void state(int slot, Index count) {
    book(Life::state, slot, count, sizeof(T));
  }
  template <class T = real>
  void saved(int slot, Index count) {
    if (training()) book(Life::saved, slot, count, sizeof(T));
  }
  template <class T = real>
  void scratch(int slot, Index count) {
    book(Life::scratch, slot, count, sizeof(T));
  }
  // saved when training, scratch otherwise: values that inference needs only within the call.
  template <class T = real>
  void kept(int slot, Index count) {
    book(training() ? Life::saved : Life::scratch, slot, count, sizeof(T));
  }

  // A layer inside this one (Bidirectional, TimeDistributed): its bookings, as child number k. A child may appear more than
  // once.
  void child(int k, const Layer& layer, const Shapes& in);

  // Bytes booked in one life, children included (64-byte aligned slots).
  std::size_t bytes(Life life) const;

 private:
  friend struct NodeTable;
  struct Booking {
    Life life;
    int slot;
    std::size_t bytes;
  };
  void book(Life life, int slot, Index count, std::size_t size);

  Purpose purpose_;
  std::vector<Booking> bookings_;
  struct Child {
    const Layer* layer;
    std::unique_ptr<Plan> plan;
  };
  std::vector<Child> children_;
};

// The sizes of one port during one call; fixed storage, so a Run never allocates.
struct Dims {
  static constexpr int max_rank = 8;
  std::array<Index, max_rank> size{};
  int rank = 0;

  Index operator[](int axis) const { return size[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)]; }
  Index& operator[](int axis) { return size[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)]; }
  Index elements() const {
    Index n = 1;
    for (int i = 0; i < rank; ++i) n *= size[static_cast<std::size_t>(i)];
    return n;
  }
  Index rows() const { return rank == 0 || (*this)[-1] == 0 ? 0 : elements() / (*this)[-1]; }  // all axes but the last
};

// Throws Error(shape) for more than Dims::max_rank axes.
Dims dims_of(const Shape& shape);

// One input or output of a call: values in the public layout (samples, time steps, features), C order.
struct Port {
  real* values = nullptr;  // nullptr: absent (a d_in nobody needs; a d_out of an output that took no part: zero)
  // One entry a row, 1 = keep: (samples, time steps), or all axes but the last where there are more. nullptr: no mask, every
  // row is valid. A port of two axes may carry one too, (samples): TimeDistributed hands its inner layer each time step as a
  // sample.
  std::uint8_t* mask = nullptr;
  Dims dims;

  Index mask_size() const { return dims.rows(); }  // entries of `mask`
};

// Where the slots of one call node lie: offsets into the arenas of a Run, and the layer's weights.
struct NodeTable {
  std::vector<std::size_t> state, saved, scratch;
  std::vector<const real*> weights;       // by weight slot
  std::vector<std::ptrdiff_t> gradients;  // offset in the shard's gradient vector; -1: not trained
  std::vector<const real*> packed;        // by pack slot
  std::vector<NodeTable> children;
  const Layer* layer = nullptr;

  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  // Lays out every booking of `plan` from the three cursors (state, saved, scratch) on, which advance. No weight is trained
  // yet.
  static NodeTable make(const Plan& plan, const Layer& layer, std::array<std::size_t, 3>& cursor);
};

// A value that a layer cannot work with (an id for which Embedding has no row): forward cannot throw, so it leaves the first
// one of its shard here, and the session throws it in the layer's words (Layer::complaint).
struct Finding {
  const Layer* layer = nullptr;  // nullptr: nothing was found
  Index sample = 0;              // of the batch
  Index position = 0;            // among the values of the sample
  double value = 0;
};

// What the whole call shares.
struct RunContext {
  std::byte* state = nullptr;
  std::byte* saved = nullptr;
  std::byte* scratch = nullptr;
  real* gradients = nullptr;
  bool training = false;                 // behave as in training: draw dropout, use the batch's own moments
  bool keeps = false;                    // Life::saved is there: the plan was made for training, a backward may follow
  bool keras_masks = false;              // the model's keras_mask_compat
  bool carry = false;                    // start from Life::state and leave the final state there
  std::uint64_t seed = 0;                // of this step; with the sample number it keys every random draw
  Index first_sample = 0;                // of this shard, in the batch
  Index rows_per_sample = 1;             // rows a layer sees of one sample: the time steps, inside TimeDistributed
  Finding* finding = nullptr;            // of this shard
  double* const* partial = nullptr;      // mixing layers: this shard's sums, by round
  const double* const* joint = nullptr;  // the same, summed over shards in shard order
};

class Run {
 public:
  Run(const NodeTable& table, const RunContext& context, std::span<const Port> in, std::span<const Port> out,
      std::span<const Port> d_in = {}, std::span<const Port> d_out = {})
      : table_(&table), context_(&context), in_(in), out_(out), d_in_(d_in), d_out_(d_out) {}

  const Port& in(int i = 0) const { return in_[static_cast<std::size_t>(i)]; }
  const Port& out(int i = 0) const { return out_[static_cast<std::size_t>(i)]; }
  // Gradients; values == nullptr when absent. A backward overwrites d_in and reads d_out; an absent d_out is all zeros. At
  // least one d_out is there whenever backward is called.
  const Port& d_in(int i = 0) const { return d_in_[static_cast<std::size_t>(i)]; }
  const Port& d_out(int i = 0) const { return d_out_[static_cast<std::size_t>(i)]; }
  int inputs() const { return static_cast<int>(in_.size()); }
  int outputs() const { return static_cast<int>(out_.size()); }

  bool training() const { return context_->training; }
  bool keeps() const { return context_->keeps; }  // forward must leave in saved() what backward will read
  bool carry() const { return context_->carry; }
  const RunContext& context() const { return *context_; }

  const real* weight(int slot) const { return table_->weights[static_cast<std::size_t>(slot)]; }
  // Where this shard ADDS the gradient of a weight; nullptr if the weight is not trained.
  real* gradient(int slot) const {
    const std::ptrdiff_t at = table_->gradients[static_cast<std::size_t>(slot)];
    return at < 0 ? nullptr : context_->gradients + at;
  }
  const real* packed(int slot) const { return table_->packed[static_cast<std::size_t>(slot)]; }

  template <class T = real>
  T* state(int slot) const {
    return at<T>(context_->state, table_->state, slot);
  }
  template <class T = real>
  T* saved(int slot) const {
    return at<T>(context_->saved, table_->saved, slot);
  }
  template <class T = real>
  T* scratch(int slot) const {
    return at<T>(context_->scratch, table_->scratch, slot);
  }
  // The slot booked by Plan::kept.
  template <class T = real>
  T* kept(int slot) const {
    return context_->keeps ? saved<T>(slot) : scratch<T>(slot);
  }
  double* partial(int round) const { return context_->partial[round]; }
  const double* joint(int round) const { return context_->joint[round]; }

  // The number of a row in the batch, wherever the shards are cut: with the seed it keys every random draw.
  std::uint64_t row_number(Index row) const {
    return static_cast<std::uint64_t>(context_->first_sample * context_->rows_per_sample + row);
  }
  // Value `position` of row `row` is one the layer cannot work with. The first of a shard is told.
  void report(Index row, Index position, double value) const {
    if (context_->finding == nullptr || context_->finding->layer != nullptr) return;
    *context_->finding = {table_->layer, context_->first_sample + row / context_->rows_per_sample, position, value};
  }

  // The same call on other ports, which the caller holds on its stack: a layer that works in another order of axes.
  Run on(std::span<const Port> in, std::span<const Port> out, std::span<const Port> d_in = {},
         std::span<const Port> d_out = {}) const {
    return {*table_, *context_, in, out, d_in, d_out};
  }
  // The Run of child k, with ports the caller holds on its stack.
  Run child(int k, std::span<const Port> in, std::span<const Port> out, std::span<const Port> d_in = {},
            std::span<const Port> d_out = {}) const {
    return child(k, *context_, in, out, d_in, d_out);
  }
  // The same under a context of its own, which must outlive it.
  Run child(int k, const RunContext& context, std::span<const Port> in, std::span<const Port> out,
            std::span<const Port> d_in = {}, std::span<const Port> d_out = {}) const {
    return {table_->children[static_cast<std::size_t>(k)], context, in, out, d_in, d_out};
  }

 private:
  template <class T>
  static T* at(std::byte* base, const std::vector<std::size_t>& offsets, int slot) {
    const auto i = static_cast<std::size_t>(slot);
    if (i >= offsets.size() || offsets[i] == NodeTable::absent) return nullptr;
    return reinterpret_cast<T*>(base + offsets[i]);
  }
  const NodeTable* table_;
  const RunContext* context_;
  std::span<const Port> in_, out_, d_in_, d_out_;
};

}  // namespace rondo
