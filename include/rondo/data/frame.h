// Frame: a table seen as windows for a recurrent network. Nothing is copied: a window is gathered when a batch asks for it.
//
// Alignment. Rows are time and count from 0. Window i starts at row s = i * stride:
//
//     x = feature columns, rows s .. s+lookback-1                                      the past; its last row is the last known
//     row y = target columns,  rows s+lookback+gap .. s+lookback+gap+horizon-1             what follows, after `gap` unknown
//     rows
//
//     windows = floor((rows - lookback - gap - horizon) / stride) + 1                  (0 if rows are too few)
//
// As keras.utils.timeseries_dataset_from_array(data, targets, sequence_length=lookback, sequence_stride=stride) with
// targets[s] = the target rows above.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/data/scale.h"
#include "rondo/data/source.h"
#include "rondo/data/table.h"

namespace rondo {

// What to do with missing (and infinite) values in the columns used.
enum class Missing {
  error,    // refuse, naming column, row and count
  drop,     // leave out the windows that touch one: rows that were not neighbours never become neighbours
  forward,  // repeat the last known value; a column that begins with a missing one is refused
};
std::string_view missing_name(Missing policy);  // "error", "drop", "forward"
Missing missing_from(std::string_view name);    // throws Error(value) with did-you-mean

struct FrameOptions {
  Names target = {};    // required; several are allowed: y is then (samples, horizon * targets), step by step
  Names features = {};  // the inputs, in this order; default: every number column, the target's own past included
  Index lookback = 0;   // required: time steps of x, at least 1
  Index horizon = 1;    // steps to forecast, at least 1
  Index stride = 1;     // rows from one window to the next, at least 1
  Index gap = 0;        // rows between the last known row and the first target, at least 0
  Missing missing = Missing::error;
  Normalize normalize = Normalize::window;  // applied by split(): see rondo/data/scale.h
  std::string labels = {};                  // the column that names rows in messages; default: the first text column
};

// A framing is what a model file must remember to read new data as it read the old: all names spelled out.
struct Framing {
  std::vector<std::string> targets;
  std::vector<std::string> features;
  Index lookback = 0;
  Index horizon = 1;
  Index stride = 1;
  Index gap = 0;
  Missing missing = Missing::error;
  Normalize normalize = Normalize::window;
  FrameOptions options() const;
  friend bool operator==(const Framing&, const Framing&) = default;
};

struct FrameData;  // src/data/frame_data.h

// All windows of a table, in original units. Its handles share the table's columns.
class Frame : public Source {
 public:
  Index samples() const override;
  Shapes x_shapes() const override;  // {(None, lookback, features)}
  Shapes y_shapes() const override;  // {(None, horizon * targets)}
  void gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept override;

  const Framing& framing() const;
  const Table& table() const;
  Index rows() const;
  Index start(Index sample) const;       // first row of x
  Index last_row(Index sample) const;    // last row of x: the last known one
  Index target_row(Index sample) const;  // first row of y
  // "1950-01", or "" if the table has no labels.
  std::string_view label(Index row) const;

  // "rows 50,000 (time) x columns 10 (feature) -> 49,900 windows of (100, 10)", then the text columns left out and what was
  // done about missing values, a line each.
  std::string text() const;
  // Which rows, with their labels, one sample reads and answers; throws Error(value) if there is no such sample.
  //   sample 0: x = rows 0 .. 11 (1949-01 .. 1949-12) of Passengers
  //             y = row 12 (1950-01) of Passengers
  std::string sample_text(Index sample = 0) const;

  const FrameData& data() const { return *p_; }

 private:
  friend Frame frame(const Table&, const FrameOptions&);
  explicit Frame(std::shared_ptr<const FrameData> p) : p_(std::move(p)) {}
  std::shared_ptr<const FrameData> p_;
};

std::ostream& operator<<(std::ostream& out, const Frame& frame);

// Throws Error(value), saying what to type, for: a column that is not there (did you mean) or is text, a size out of range,
// fewer rows than one window needs, missing or infinite values that options.missing does not allow.
Frame frame(const Table& table, const FrameOptions& options);

}  // namespace rondo
