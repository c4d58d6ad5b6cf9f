// Layout of a plan: every slot starts at a multiple of 64 bytes (a cache line and the widest vector), in booking order, a
// layer's own slots before those of the layers inside it.
#include "rondo/layers/plan.h"

#include "rondo/core/error.h"
#include "rondo/layers/layer.h"

namespace rondo {
namespace {
constexpr std::size_t alignment = 64;

std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

std::vector<std::size_t>& offsets_of(NodeTable& table, Life life) {
  return life == Life::state ? table.state : life == Life::saved ? table.saved : table.scratch;
}
}  // namespace

void Plan::book(Life life, int slot, Index count, std::size_t size) {
  if (slot < 0 || count < 0) fail(Code::internal, "a layer booked a negative slot or size");
  const Index bytes = checked_add(checked_mul(count, static_cast<Index>(size)), alignment);  // room for the rounding
  bookings_.push_back({life, slot, aligned(static_cast<std::size_t>(bytes - static_cast<Index>(alignment)))});
}

void Plan::child(int k, const Layer& layer, const Shapes& in) {
  const auto i = static_cast<std::size_t>(k);
  if (k < 0) fail(Code::internal, "a layer planned a negative child");
  if (children_.size() <= i) children_.resize(i + 1);
  if (children_[i].plan) fail(Code::internal, "a layer planned the same child twice");
  children_[i].layer = &layer;
  children_[i].plan = std::make_unique<Plan>(purpose_);
  layer.plan(in, *children_[i].plan);
}

std::size_t Plan::bytes(Life life) const {
  Index sum = 0;
  for (const Booking& b : bookings_)
    if (b.life == life) sum = checked_add(sum, static_cast<Index>(b.bytes));
  for (const Child& c : children_)
    if (c.plan) sum = checked_add(sum, static_cast<Index>(c.plan->bytes(life)));
  return static_cast<std::size_t>(sum);
}

NodeTable NodeTable::make(const Plan& plan, const Layer& layer, std::array<std::size_t, 3>& cursor) {
  NodeTable table;
  table.layer = &layer;
  for (const Plan::Booking& b : plan.bookings_) {
    std::vector<std::size_t>& offsets = offsets_of(table, b.life);
    const auto slot = static_cast<std::size_t>(b.slot);
    if (offsets.size() <= slot) offsets.resize(slot + 1, absent);
    if (offsets[slot] != absent) fail(Code::internal, layer.described() + " booked the same slot twice");
    std::size_t& at = cursor[static_cast<std::size_t>(b.life)];
    offsets[slot] = at;
    at += b.bytes;
  }
  for (const Weight& w : layer.weights().own()) table.weights.push_back(w.value.data());
  table.gradients.assign(table.weights.size(), -1);
  for (const Weights::Pack& p : layer.weights().packs()) table.packed.push_back(p.values.empty() ? nullptr : p.values.data());
  for (const Plan::Child& c : plan.children_) table.children.push_back(c.plan ? make(*c.plan, *c.layer, cursor) : NodeTable{});
  return table;
}

Dims dims_of(const Shape& shape) {
  if (shape.rank() > Dims::max_rank)
    fail(Code::shape, "shape " + shape.text() + " has " + std::to_string(shape.rank()) + " axes; at most " +
                          std::to_string(Dims::max_rank) + " are supported");
  Dims dims;
  dims.rank = static_cast<int>(shape.rank());
  for (int i = 0; i < dims.rank; ++i) dims[i] = shape[i];
  return dims;
}

}  // namespace rondo
