// What the command line says about windows, network and training: shared by train and plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "rondo/forecast/forecaster.h"
#include "series.h"

namespace rondo::cli {

struct Settings {
  std::string data;
  std::optional<std::string> target, features, layers, shortcut, optimizer, loss, normalize, split, missing;
  std::optional<Index> lookback, horizon, stride, gap, season, threads;
  std::optional<double> learning_rate, min_gain;
  DateArguments dates;
  Recipe recipe;  // with its defaults

  void declare_windows(Arguments& arguments);
  void declare_training(Arguments& arguments);

  // What needs no table is checked before one is read; throws UsageError or Error.
  void check();
  SplitOptions parts() const;
  FrameOptions framing(const Series& series) const;  // throws UsageError if no target was named

  bool windows_given() const;  // whether any option of declare_windows was
};

// "70/15/15", or "0.7/0.15/0.15": train, validation, test. Throws UsageError.
SplitOptions parse_split(const std::string& text);

// Rows to a season, and who says so.
struct Season {
  Index rows = 1;
  std::string from;  // "option", "dates", "none"
  std::string text;  // "12 rows: the dates are monthly"
};
// Throws Error(value) for a season the user gave that the rows before the test part are too few for; one that the dates tell
// gives way to 1 then.
Season find_season(const std::optional<Index>& given, const Series& series, const Split& split);

}  // namespace rondo::cli
