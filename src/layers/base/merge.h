// What Add and its company share: broadcasting, masks, and the walk over rows (all axes but the last). A merge is written once,
// for one row.
//
//   shapes   sizes equal or 1, but for samples; fewer axes: sizes of 1 after samples       (a, F) + (a, T, F) -> (a, T, F)
//   mask     if every input has one: y's row counts if it does in any input; otherwise none, and Keras loses the others
#pragma once

#include "layers/base/activity.h"
#include "rondo/layers/layer.h"

namespace rondo {

// One input's part of a row of the output.
struct MergeRow {
  const real* x;
  real* dx;     // backward: to be added to; nullptr if nobody needs it
  Index step;   // 1, or 0 where its last axis is broadcast
  bool masked;  // it has a mask
  bool keep;    // the mask keeps this row, or there is none
};

class MergeLayer : public Layer, public KeywordActivity {
 public:
  void describe(ConfigVisitor&) override {}
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes& in, Plan& plan) const override;
  MaskFlow mask_flow(std::span<const bool> masked) const override;
  std::string streaming_refusal() const override;
  void forward(const Run& run) const noexcept override;
  void backward(const Run& run) const noexcept override;

 protected:
  // y = merged rows, `width` values; inputs in order.
  virtual void row(std::span<const MergeRow> in, real* y, Index width) const noexcept = 0;
  // Adds to every dx that is there.
  virtual void row_back(std::span<const MergeRow> in, const real* dy, Index width) const noexcept = 0;
  virtual Index exact_inputs() const { return 0; }  // exactly so many; 0: any number

 private:
  enum { rows = 0 };  // scratch
  template <class F>
  void each_row(const Run& run, bool back, F f) const noexcept;
};

// What the constructors do.
template <class T, class Options>
LayerRef made_merge(const Options& options) {
  auto layer = std::make_shared<T>();
  layer->set_name(options.name);
  return LayerRef(layer);
}

}  // namespace rondo
