// Dropout and its spatial forms: y = x k / (1 - rate), k being 0 with probability `rate` and otherwise 1, one k for all the
// values of a sample that share it. dx = dy k / (1 - rate).
#pragma once

#include <optional>

#include "layers/base/activity.h"
#include "layers/base/gives_back.h"
#include "layers/base/seed.h"
#include "rondo/layers/layer.h"

namespace rondo {

class DropLayer : public Layer, public KeywordActivity, public GivesBack {
 public:
  double rate = 0;
  std::optional<Index> seed;

  bool gives_back(bool training) const override { return !training || rate == 0; }
  void check() const override;
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  void plan(const Shapes& in, Plan& plan) const override;
  void forward(const Run& run) const noexcept override;
  void backward(const Run& run) const noexcept override;

 protected:
  // Whether the values along an axis share one draw. Axis 0: all samples of a batch do.
  virtual bool shared(int axis, int rank) const = 0;

 private:
  enum { drawn = 0 };  // saved: 1 = kept, one a draw, then (forward only) laid out like the input where draws are shared
  void draw(const Run& run, std::uint8_t* kept) const noexcept;
  void apply(const Run& run, const real* from, real* to) const noexcept;
};

}  // namespace rondo
