#include "rondo/forecast/backtest.h"

#include <algorithm>
#include <cmath>

#include "data/frame_data.h"
#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// The frame over the first `rows` rows of its table: the columns in use, and no later value.
Frame head(const Frame& whole, Index rows) {
  const Framing& f = whole.framing();
  const Table& from = whole.table();
  Table table;
  for (const auto* names : {&f.targets, &f.features}) {
    for (const std::string& name : *names) {
      if (table.has(name)) continue;
      const std::vector<double>& v = from.column(name).numbers;
      table.add(name, std::vector<double>(v.begin(), v.begin() + rows));
    }
  }
  FrameOptions options = f.options();
  const auto& labels = whole.data().labels;
  if (labels && labels->text && !table.has(labels->name)) {
    std::vector<std::string> some;
    for (Index r = 0; r < rows; ++r) some.emplace_back(labels->labels[r]);
    table.add_text(labels->name, some);
  }
  return frame(table, options);
}

// One split at these rows: the fractions are of a table of `end` rows, and split() rounds them back to the same rows.
Split split_at(const Frame& part, Index train_end, Index validation_end, Index end) {
  const auto n = static_cast<double>(end);
  const double train = static_cast<double>(train_end) / n, validation = static_cast<double>(validation_end - train_end) / n;
  return split(part, {train, validation, 1 - train - validation});
}

// Sums of scores times windows, and back.
void add(Scores& sum, const Scores& s, double windows) {
  const auto each = [&](std::vector<double>& to, const std::vector<double>& from, bool squared) {
    to.resize(from.size());
    for (std::size_t h = 0; h < from.size(); ++h) to[h] += windows * (squared ? from[h] * from[h] : from[h]);
  };
  sum.mae += windows * s.mae;
  sum.rmse += windows * s.rmse * s.rmse;
  sum.mase += windows * s.mase;
  each(sum.mae_by_step, s.mae_by_step, false);
  each(sum.rmse_by_step, s.rmse_by_step, true);
  each(sum.mase_by_step, s.mase_by_step, false);
}

void divide(Scores& sum, double windows) {
  sum.mae /= windows;
  sum.rmse = std::sqrt(sum.rmse / windows);
  sum.mase /= windows;
  for (double& v : sum.mae_by_step) v /= windows;
  for (double& v : sum.rmse_by_step) v = std::sqrt(v / windows);
  for (double& v : sum.mase_by_step) v /= windows;
}

}  // namespace

Backtest backtest(const Frame& frame, const BacktestOptions& options, const Fitter& fit) {
  const Index rows = frame.rows();
  if (options.cuts < 1 || options.cuts > rows)
    fail(Code::value, std::to_string(options.cuts) + " cuts: it must be at least 1, and no more than there are rows. 5, say.");
  if (!(options.test > 0 && options.test * static_cast<double>(options.cuts) < 1)) {
    fail(Code::value, "a test part of " + number_text(options.test) + " of the rows, " + std::to_string(options.cuts) +
                          " times, leaves nothing to learn from. Together the test parts must be less than 1: 0.1 and 5 "
                          "cuts, say.");
  }
  if (!(options.validation >= 0 && options.validation < 1))
    fail(Code::value, "validation is " + number_text(options.validation) + "; it must be at least 0 and less than 1.");
  const auto test = std::max<Index>(1, static_cast<Index>(std::floor(options.test * static_cast<double>(rows) + 1e-6)));
  Backtest out;
  for (Index c = 0; c < options.cuts; ++c) {
    BacktestCut cut;
    cut.test_end = rows - (options.cuts - 1 - c) * test;
    cut.validation_end = cut.test_end - test;
    cut.train_end =
        cut.validation_end - static_cast<Index>(std::floor(options.validation * static_cast<double>(cut.validation_end)));
    try {
      if (cut.train_end < 1) fail(Code::value, "no row is left to learn from.");
      const Split s = split_at(head(frame, cut.test_end), cut.train_end, cut.validation_end, cut.test_end);
      const Ridge ridge = fit_ridge(s);
      std::optional<Model> model;
      if (fit) model.emplace(fit(s, ridge));
      cut.scores = compare(s.test, {.season = options.season,
                                    .target = options.target,
                                    .model = model ? &*model : nullptr,
                                    .ridge = &ridge,
                                    .predict = options.predict});
    } catch (const Error& error) {
      if (error.code() != Code::value) throw;
      fail(Code::value, "cut " + std::to_string(c + 1) + " of " + std::to_string(options.cuts) + ", at row " +
                            grouped(cut.validation_end) + ": " + error.what());
    }
    const auto windows = static_cast<double>(cut.scores.windows);
    out.all.windows += cut.scores.windows;
    add(out.all.persistence, cut.scores.persistence, windows);
    add(out.all.seasonal_naive, cut.scores.seasonal_naive, windows);
    if (c == 0) out.all.ridge.emplace();
    add(*out.all.ridge, *cut.scores.ridge, windows);
    if (cut.scores.model) {
      if (c == 0) out.all.model.emplace();
      add(*out.all.model, *cut.scores.model, windows);
    }
    out.cuts.push_back(std::move(cut));
  }
  const auto windows = static_cast<double>(out.all.windows);
  divide(out.all.persistence, windows);
  divide(out.all.seasonal_naive, windows);
  divide(*out.all.ridge, windows);
  if (out.all.model) divide(*out.all.model, windows);
  return out;
}

}  // namespace rondo
