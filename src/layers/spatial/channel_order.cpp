#include "layers/spatial/channel_order.h"

#include <algorithm>

#include "layers/base/names.h"
#include "layers/base/options.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// `blocks` matrices of (rows, columns), each transposed.
void transpose(const real* from, Index blocks, Index rows, Index columns, real* to) noexcept {
  for (; blocks > 0; --blocks, from += rows * columns, to += rows * columns)
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
}

// The sizes around the place where the turn is: `leading` axes, then channels and places in one order or the other.
struct Block {
  Index blocks = 1, channels = 1, places = 1;

  Block(const Dims& channels_last, int leading) : channels(channels_last[-1]) {
    for (int i = 0; i < channels_last.rank - 1; ++i) (leading < 1 || i < leading ? blocks : places) *= channels_last[i];
  }
  void to_last(const real* from, real* to) const noexcept { transpose(from, blocks, channels, places, to); }
  void to_first(const real* from, real* to) const noexcept { transpose(from, blocks, places, channels, to); }
};

// One mask entry for each of the `n` blocks (1 if any of its rows counts), spread over the rows of other blocks.
void spread_mask(const std::uint8_t* from, Index n, Index rows, std::uint8_t* to, Index rows_to) noexcept {
  for (Index i = 0; i < n; ++i) {
    const bool any = std::any_of(from + i * rows, from + (i + 1) * rows, [](std::uint8_t keep) { return keep != 0; });
    std::fill_n(to + i * rows_to, rows_to, static_cast<std::uint8_t>(any ? 1 : 0));
  }
}

}  // namespace

Shape ChannelOrder::channels_last(const Shape& given) const {
  const Index channels = given.rank() - place_axes() - 1;
  if (!channels_first() || channels < 1) return given;
  std::vector<Index> sizes(given.begin(), given.end());
  std::rotate(sizes.begin() + channels, sizes.begin() + channels + 1, sizes.end());
  return Shape(std::move(sizes));
}

Shape ChannelOrder::as_given(const Shape& channels_last) const {
  const Index channels = channels_last.rank() - place_axes() - 1;
  if (!channels_first() || channels < 1) return channels_last;
  std::vector<Index> sizes(channels_last.begin(), channels_last.end());
  std::rotate(sizes.begin() + channels, sizes.end() - 1, sizes.end());
  return Shape(std::move(sizes));
}

Shapes ChannelOrder::channels_last(Shapes shapes) const {
  for (Shape& shape : shapes) shape = channels_last(shape);
  return shapes;
}

Shapes ChannelOrder::as_given(Shapes shapes) const {
  for (Shape& shape : shapes) shape = as_given(shape);
  return shapes;
}

std::string ChannelOrder::input_line(const Shape& channels_last) const {
  return "Input(" + braces_text(as_given(channels_last.prepended(None)).without_first()) + ")";
}

std::string ChannelOrder::axes_text(bool time_steps) const {
  const std::string places = place_axes() == 2 ? "rows, columns" : time_steps ? "places" : "time steps";
  return std::string("(samples, ") + (time_steps ? "time steps, " : "") +
         (channels_first() ? "channels, " + places : places + ", channels") + ")";
}

void ChannelOrder::plan_turned(const Shapes& in, const Shapes& out, Plan& plan) const {
  const auto book = [&](const Shapes& shapes, int slot, int d_slot) {
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      plan.scratch(slot + static_cast<int>(i), shapes[i].elements());
      if (plan.training()) plan.scratch(d_slot + static_cast<int>(i), shapes[i].elements());
    }
  };
  book(in, in_slot, d_in_slot);
  book(out, out_slot, d_out_slot);
  plan.scratch<std::uint8_t>(mask_slot, in[0].elements());
  plan.scratch<std::uint8_t>(out_mask_slot, out[0].elements());
}

ChannelOrder::Turned::Turned(const ChannelOrder& order, const Run& run, Direction direction) noexcept
    : order_(order), given_(run), direction_(direction) {
  const bool back = direction == Direction::backward;
  const auto bring = [&](const Port& port, const Port& given) {
    if (port.values) Block(port.dims, leading(port.dims)).to_last(given.values, port.values);
  };
  for (int i = 0; i < run.inputs(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    in_[k] = turned(run.in(i), in_slot + i);
    bring(in_[k], run.in(i));
    if (back) d_in_[k] = turned(run.d_in(i), d_in_slot + i);
  }
  for (int i = 0; i < run.outputs(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    out_[k] = turned(run.out(i), out_slot + i);
    if (!back) continue;
    bring(out_[k], run.out(i));
    d_out_[k] = turned(run.d_out(i), d_out_slot + i);
    bring(d_out_[k], run.d_out(i));
  }
  take_mask();
}

// An absent port stays absent.
Port ChannelOrder::Turned::turned(const Port& given, int slot) const noexcept {
  Port port = given;
  port.mask = nullptr;
  if (given.values) port.values = given_.scratch(slot);
  if (const int channels = leading(given.dims); channels >= 1)
    std::rotate(port.dims.size.begin() + channels, port.dims.size.begin() + channels + 1,
                port.dims.size.begin() + given.dims.rank);
  return port;
}

// The mask of sequences of frames says which time steps count. That of sequences of channels belongs to the axis behind the
// samples, and Keras lays it over the time steps: where there are as many of both it can be, else nothing can be masked.
void ChannelOrder::Turned::take_mask() noexcept {
  const Port &given = given_.in(), &out = given_.out();
  const auto rows = [](const Port& port, Index steps) { return port.mask_size() / std::max<Index>(1, steps); };
  const Index steps = given.dims[0] * given.dims[1];
  if (leading(given.dims) == 2) {
    if (given.mask) {
      in_[0].mask = given_.scratch<std::uint8_t>(mask_slot);
      spread_mask(given.mask, steps, rows(given, steps), in_[0].mask, rows(in_[0], steps));
    }
    if (out.mask) out_[0].mask = given_.scratch<std::uint8_t>(out_mask_slot);
  } else if (given.dims.rank == 3 && given.dims[1] == given.dims[2]) {
    in_[0].mask = given.mask;
  }
}

Run ChannelOrder::Turned::run() const noexcept {
  const auto part = [](const Ports& ports, int n) { return std::span<const Port>(ports.data(), static_cast<std::size_t>(n)); };
  const int ins = given_.inputs(), outs = given_.outputs();
  if (direction_ == Direction::forward) return given_.on(part(in_, ins), part(out_, outs));
  return given_.on(part(in_, ins), part(out_, outs), part(d_in_, ins), part(d_out_, outs));
}

void ChannelOrder::Turned::hand_on() const noexcept {
  const auto hand = [&](const Port& from, const Port& to) {
    if (to.values) Block(from.dims, leading(from.dims)).to_first(from.values, to.values);
  };
  if (direction_ == Direction::backward) {
    for (int i = 0; i < given_.inputs(); ++i) hand(d_in_[static_cast<std::size_t>(i)], given_.d_in(i));
    return;
  }
  for (int i = 0; i < given_.outputs(); ++i) hand(out_[static_cast<std::size_t>(i)], given_.out(i));
  const Port &from = out_[0], &to = given_.out();
  if (from.mask && to.mask) {
    const Index steps = to.dims[0] * to.dims[1];
    const Index each = std::max<Index>(1, steps);
    spread_mask(from.mask, steps, from.mask_size() / each, to.mask, to.mask_size() / each);
  }
}

void require_data_format(const Layer& layer, const std::string& data_format) {
  if (data_format != "None") require_word(layer, "data_format", data_format, {"channels_last", "channels_first"});
}

void require_order_suits(const Layer& layer, const ChannelOrder& order, const char* key, const Activation& activation) {
  const std::array<const char*, 3> of_rows{"softmax", "log_softmax", "sparsemax"};
  if (!order.channels_first() || std::find(of_rows.begin(), of_rows.end(), activation.name) == of_rows.end()) return;
  fail(Code::unsupported,
       layer.described() + ": " + key + " '" + activation.name +
           "' goes over the last axis, and with data_format 'channels_first' that is no axis of channels. Give "
           "the layer another activation and put Softmax({.axis = ...}) behind it, or build it with channels_last");
}

}  // namespace rondo
