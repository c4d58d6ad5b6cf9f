// Split by time first: the rows are cut, then windows and scales follow. A window belongs to the part that holds all its target
// rows; its inputs may reach back over the cut, because the past is known. Windows whose targets lie on both sides of a cut
// belong to no part, so no target row is in two parts. Scales are fitted on training rows.
#pragma once

#include <iosfwd>
#include <string>

#include "rondo/data/frame.h"

namespace rondo {

// Fractions of the rows; each in [0, 1], train > 0, together 1.
struct SplitOptions {
  double train = 0.70;
  double validation = 0.15;
  double test = 0.15;
};

struct Split;

// Some windows of a frame, scaled: what fit, evaluate and forecast read.
class Part : public Source {
 public:
  // All windows of `frame` under scales fitted before (by split(), or read from a model file).
  Part(Frame frame, Scaler scaler);
  // The windows whose targets all lie in rows [first_row, end_row), possibly none. train_rows: see below.
  Part(Frame frame, Scaler scaler, Index first_row, Index end_row, Index train_rows = 0);

  Index samples() const override { return last_ - first_; }
  Shapes x_shapes() const override { return frame_.x_shapes(); }
  Shapes y_shapes() const override { return frame_.y_shapes(); }
  void gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept override;

  const Frame& frame() const { return frame_; }
  const Scaler& scaler() const { return scaler_; }
  Index first() const { return first_; }          // the frame's sample that is sample 0 here
  Index first_row() const { return first_row_; }  // the rows [first_row, end_row) that targets of this part lie in
  Index end_row() const { return end_row_; }
  Index train_rows() const { return train_rows_; }  // the scales were fitted on rows [0, train_rows); 0: not known here

  // `count` windows from sample `first` on, under the same scales. Throws Error(value) when out of range.
  Part slice(Index first, Index count) const;

  // One target value in original units (sample of this part, step of the horizon, target column). Both throw Error(value) when
  // out of range.
  double truth(Index sample, Index step, Index target = 0) const;
  // The network's answer z for one target, back in original units.
  double original(double z, Index sample, Index target = 0) const;

  // "rows 101 .. 121 (1957-06 .. 1959-02), 21 windows"
  std::string text() const;

 private:
  friend Split split(const Frame&, const SplitOptions&);
  Part(Frame frame, Scaler scaler, Index first, Index last, Index first_row, Index end_row, Index train_rows);
  void bind();
  void check(Index sample, Index step, Index target) const;
  Frame frame_;
  Scaler scaler_;
  Index first_ = 0, last_ = 0, first_row_ = 0, end_row_ = 0, train_rows_ = 0;
  struct Map {  // of one column: z = (v - reference) * inverse
    bool window;
    double reference, inverse, scale;
  };
  std::vector<Map> features_, targets_;
};

struct Split {
  Part train, validation, test;
  const Scaler& scaler() const { return train.scaler(); }
  std::string text() const;  // one line a part
};

std::ostream& operator<<(std::ostream& out, const Split& split);

// Throws Error(value) if the fractions make no sense or a part with a fraction above 0 holds no window.
Split split(const Frame& frame, const SplitOptions& options = {});

// Framing and scales as one JSON object, for rondo.json: {"lookback": 12, ..., "scalers": [{"column": ..., "kind": ..., ...}]}.
std::string framing_json(const Framing& framing, const Scaler& scaler);
// Throws Error(format) on anything that is not such an object; every number is checked as frame() and Scaler check theirs.
void framing_from_json(std::string_view json, Framing& framing, Scaler& scaler);

}  // namespace rondo
