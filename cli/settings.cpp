#include "settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace rondo::cli {

namespace {

constexpr Index largest = 1'000'000'000;

// Whether the values one season before each target of the test part, and the training part's own, are there.
bool season_fits(Index season, const Split& split) {
  if (split.train.end_row() <= season) return false;
  const Part& part = split.test.samples() > 0 ? split.test : split.train;
  if (split.test.samples() == 0) return true;
  const Frame& frame = part.frame();
  const Index last = frame.last_row(part.first()), target = frame.target_row(part.first());
  for (Index step = 0; step < frame.framing().horizon; ++step) {
    const Index row = target + step, seasons = (row - last + season - 1) / season;
    if (row - seasons * season < 0) return false;
  }
  return true;
}

}  // namespace

void Settings::declare_windows(Arguments& arguments) {
  arguments.text("--target", "COL", target, "the column to forecast");
  arguments.text("--features", "A,B", features,
                 "the columns to read (default: every number column, the target's past included)");
  arguments.count("--lookback", lookback, 1, largest, "rows of the past that are read (default: a season, 12 to 168)");
  arguments.count("--horizon", horizon, 1, largest, "rows to forecast (default 1)");
  arguments.count("--stride", stride, 1, largest, "rows from one window to the next (default 1)");
  arguments.count("--gap", gap, 0, largest, "rows between the last known one and the first forecast (default 0)");
  dates.declare(arguments);
  arguments.text("--missing", "P", missing,
                 "missing values: error, drop (the windows that touch one), forward (default error)");
  arguments.text("--normalize", "N", normalize, "window, standard, min-max, none (default window)");
  arguments.text("--split", "70/15/15", split, "percent of the rows to train on, to choose the epoch by, and to test on");
  arguments.text("--layers", "L", layers, "\"lstm:64,dropout:0.2,gru:32\" (default " + recipe.network.layers + ")");
  arguments.text("--shortcut", "on|off", shortcut, "a linear path beside the layers, the ridge autoregression (default on)");
}

void Settings::declare_training(Arguments& arguments) {
  arguments.count("--epochs", recipe.epochs, 1, largest, "at most so many times through the windows");
  arguments.count("--batch-size", recipe.batch_size, 1, largest, "windows in one step");
  arguments.text("--optimizer", "O", optimizer, "adam, adamw, sgd, rmsprop, ... (default " + recipe.optimizer + ")");
  arguments.number("--learning-rate", learning_rate, 0, false, std::numeric_limits<double>::infinity(),
                   "of the optimizer (default: 0.003 for adam, else its own)");
  arguments.text("--loss", "L", loss, "mse, mae, huber, mape, msle (default " + recipe.loss + ")");
  arguments.number("--min-gain", min_gain, 0, true, 1,
                   "share by which an epoch must lower the validation error to be kept instead of the start (default 0.01)");
  arguments.count("--threads", threads, 1, 256, "threads; changes no number (default: one a core)");
}

void Settings::check() {
  if (optimizer) recipe.optimizer = *optimizer;
  if (loss) recipe.loss = *loss;
  if (layers) recipe.network.layers = *layers;
  recipe.learning_rate = learning_rate ? learning_rate : recipe.learning_rate;
  recipe.min_gain = min_gain.value_or(recipe.min_gain);
  recipe.threads = static_cast<int>(threads.value_or(0));
  if (shortcut) {
    if (*shortcut != "on" && *shortcut != "off")
      throw UsageError("--shortcut must be on or off, not '" + escaped(*shortcut) + "'");
    recipe.network.shortcut = *shortcut == "on";
  }
  parts();
  if (missing) missing_from(*missing);
  if (normalize) normalize_from(*normalize);
  if (dates.order) date_order_from(*dates.order);
  OptimizerRef{recipe.optimizer};
  LossRef{recipe.loss};
  for (const auto& [flag, given] :
       {std::pair{"--target", target}, {"--features", features}, {"--date", dates.column}, {"--layers", layers}}) {
    if (given && given->empty()) throw UsageError(std::string(flag) + " is empty");
  }
}

bool Settings::windows_given() const {
  return target || features || dates.column || dates.order || layers || shortcut || normalize || split || missing || lookback ||
         horizon || stride || gap;
}

SplitOptions Settings::parts() const { return split ? parse_split(*split) : SplitOptions{}; }

FrameOptions Settings::framing(const Series& series) const {
  const std::vector<std::string> numbers = series.table.number_names();
  if (!target) {
    std::string known;
    for (std::size_t i = 0; i < numbers.size() && i < 12; ++i) known += (i ? ", " : "") + escaped(numbers[i]);
    if (numbers.size() > 12) known += " and " + std::to_string(numbers.size() - 12) + " more";
    throw UsageError(
        "which column is to be forecast? Say --target COL" +
        (numbers.empty() ? std::string() : ", for example --target " + escaped(numbers.back()) + ". Number columns: " + known));
  }
  FrameOptions out;
  out.target = *target;
  if (features) {
    out.features = column_names(*features, series.table);
  } else if (series.dates && series.table.has(series.dates->column()) && !series.table.column(series.dates->column()).text) {
    std::vector<std::string> without;  // a date written as a number is no feature
    for (const std::string& name : numbers) {
      if (name != series.dates->column() || name == *target) without.push_back(name);
    }
    out.features = without;
  }
  out.lookback = lookback.value_or(std::clamp<Index>(series.dates ? series.dates->frequency().season() : 1, 12, 168));
  out.horizon = horizon.value_or(1);
  out.stride = stride.value_or(1);
  out.gap = gap.value_or(0);
  if (missing) out.missing = missing_from(*missing);
  if (normalize) out.normalize = normalize_from(*normalize);
  // Where several columns make the date, the first text column names rows in the library's messages.
  if (series.dates && series.table.has(series.dates->column())) out.labels = series.dates->column();
  return out;
}

SplitOptions parse_split(const std::string& text) {
  const std::string how =
      "--split is three numbers, 70/15/15: percent of the rows to train on, to choose the epoch by, and to test on; not '" +
      escaped(text) + "'";
  double part[3] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    const auto [stop, error] = std::from_chars(at, end, part[i]);
    const bool last = i == 2;
    if (error != std::errc() || !std::isfinite(part[i]) || (last ? stop != end : stop == end || *stop != '/'))
      throw UsageError(how);
    at = stop + 1;
  }
  double sum = 0;
  for (const double p : part) {
    if (p < 0) throw UsageError("--split '" + escaped(text) + "': no part can be negative");
    sum += p;
  }
  const double whole = std::abs(sum - 1) < 1e-6 ? 1 : 100;
  if (std::abs(sum - whole) > 1e-6 * whole) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.10g", sum);
    throw UsageError("--split '" + escaped(text) + "' makes " + buffer + "; the three must make 100: 70/15/15, say");
  }
  if (part[0] <= 0) throw UsageError("--split '" + escaped(text) + "' leaves nothing to train on: 70/15/15, say");
  return {part[0] / whole, part[1] / whole, part[2] / whole};
}

Season find_season(const std::optional<Index>& given, const Series& series, const Split& split) {
  const auto rows = [](Index n) { return grouped(n) + (n == 1 ? " row" : " rows"); };
  if (given) {
    if (!season_fits(*given, split)) {
      rondo::fail(Code::value, "a season of " + rows(*given) + " is too long: the training part has " +
                                   rows(split.train.end_row()) + ". Say a shorter --season, or --season 1 for none.");
    }
    return {*given, "option", rows(*given) + ", as --season says"};
  }
  if (!series.dates) return {1, "none", "none known: the table has no dates; --season M says how many rows make one"};
  const Frequency& frequency = series.dates->frequency();
  const Index season = frequency.season();
  if (season <= 1) return {1, "none", "none: the dates are " + frequency.text() + "; --season M says how many rows make one"};
  if (season_fits(season, split)) return {season, "dates", rows(season) + ": the dates are " + frequency.text()};
  return {1, "none",
          "none: the dates are " + frequency.text() + ", but the training part's " + rows(split.train.end_row()) +
              " are too few for a season of " + std::to_string(season)};
}

}  // namespace rondo::cli
