// Sequences as a Source: a batch is as long as its longest sample, and its mask says where each sample ends.
#pragma once

#include <vector>

#include "rondo/data/sequences.h"
#include "rondo/data/source.h"

namespace rondo {

class SequenceSource final : public Source {
 public:
  // ids: the network takes (samples, time steps), an id a time step. One of y and steps: targets a sample (arrays), or a time
  // step. y_shapes: as the network takes them, (None, any steps, ...).
  SequenceSource(const Sequences& x, bool ids, const std::vector<Array>* y, const Sequences* steps, Shapes y_shapes);
  Index samples() const override { return x_.size(); }
  Shapes x_shapes() const override { return {shape(None, x_.longest())}; }
  Shape shape(Index samples, Index steps) const { return ids_ ? Shape{samples, steps} : Shape{samples, steps, x_.features()}; }
  Shapes y_shapes() const override { return y_shapes_; }
  void gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept override;

  Index length(Index id) const { return x_.length(id); }
  Index longest(std::span<const Index> ids) const noexcept;
  // (samples, longest of these): 1 where a sample has a time step. nullptr: an Embedding finds out itself.
  void gather_mask(std::span<const Index> ids, std::uint8_t* mask) const noexcept;
  // The same samples, those of like length in batches of `size` next to each other, batches in the order in which `ids` meets
  // their first sample.
  void bucket(std::span<Index> ids, std::size_t size) const;

 private:
  const Sequences& x_;
  bool ids_;
  const std::vector<Array>* y_;
  const Sequences* steps_;
  Shapes y_shapes_;
};

}  // namespace rondo
