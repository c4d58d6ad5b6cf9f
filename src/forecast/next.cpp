// The rows after the end of a table. Only its last `lookback` rows are read (and, to fill gaps forward, what is before them).
//
// Up to the horizon the model answers at once. Beyond it the answers are read as if they were the past:
//
//     x = rows n-lookback .. n-1             -> rows n .. n+horizon-1
//     x = rows n+horizon-lookback .. n+horizon-1     -> rows n+horizon .. n+2 horizon-1        and so on
#include <algorithm>
#include <cmath>

#include "data/text.h"
#include "forecast/check_answer.h"
#include "rondo/core/error.h"
#include "rondo/forecast/forecast.h"

namespace rondo {
namespace {

constexpr Index most_steps = 1'000'000;

struct Past {  // of one column: its last values, oldest first
  std::string name;
  ColumnScale scale;
  std::vector<double> values;
  double reference() const { return scale.kind == Normalize::window ? values.back() : scale.reference; }
};

Past past_of(const std::string& name, const Framing& framing, const Scaler& scaler, const Table& table, Index rows) {
  const Column& column = table.column(name);
  if (column.text) {
    fail(Code::value, "column " + in_quotes(name) + " is text" + (table.source().empty() ? "" : " in " + table.source()) +
                          "; the model was trained on numbers there.");
  }
  Past out{name, scaler.of(name), {}};
  const std::vector<double>& v = column.numbers;
  for (Index r = table.rows() - rows; r < table.rows(); ++r) {
    Index from = r;
    if (framing.missing == Missing::forward) {
      while (from > 0 && !std::isfinite(v[static_cast<std::size_t>(from)])) --from;
    }
    const double value = v[static_cast<std::size_t>(from)];
    if (!std::isfinite(value)) {
      fail(Code::value,
           "column " + in_quotes(name) + " has a missing value at " + table.row_text(r) + ", in the last " + grouped(rows) +
               (rows == 1 ? " row" : " rows") + ": nothing can be forecast from there. " +
               (framing.missing == Missing::forward
                    ? "There is no value before it to repeat: bring more rows."
                    : "Fill it in, or train with .missing = Missing::forward, which repeats the last known value."));
    }
    out.values.push_back(value);
  }
  return out;
}

// The newest `lookback` values of every feature as one sample.
class NextWindow : public Source {
 public:
  NextWindow(const std::vector<Past>& features, Index lookback) : features_(features), lookback_(lookback) {}
  Index samples() const override { return 1; }
  Shapes x_shapes() const override { return {Shape{None, lookback_, static_cast<Index>(features_.size())}}; }
  Shapes y_shapes() const override { return {}; }
  void gather(std::span<const Index>, std::span<real* const> x, std::span<real* const>) const noexcept override {
    if (x.empty() || x[0] == nullptr) return;
    for (std::size_t c = 0; c < features_.size(); ++c) {
      const Past& past = features_[c];
      const double reference = past.reference(), inverse = 1 / past.scale.scale;
      const double* const newest = past.values.data() + past.values.size() - static_cast<std::size_t>(lookback_);
      real* to = x[0] + c;
      for (Index t = 0; t < lookback_; ++t, to += features_.size()) *to = static_cast<real>((newest[t] - reference) * inverse);
    }
  }

 private:
  const std::vector<Past>& features_;
  Index lookback_;
};

// Why the answers of this framing cannot stand for its past; "" if they can.
std::string why_not_further(const Framing& framing) {
  if (framing.gap > 0) {
    return "it leaves " + grouped(framing.gap) + (framing.gap == 1 ? " row" : " rows") +
           " between what it reads and what it forecasts";
  }
  std::vector<std::string> read_only;
  for (const std::string& name : framing.features) {
    if (std::find(framing.targets.begin(), framing.targets.end(), name) == framing.targets.end()) read_only.push_back(name);
  }
  return read_only.empty() ? "" : "it reads " + listed(read_only) + ", which it does not forecast";
}

}  // namespace

void check_answer(const std::vector<Array>& answer, const Framing& framing, Index samples) {
  const auto targets = static_cast<Index>(framing.targets.size());
  const Index numbers = checked_mul(framing.horizon, targets);
  if (answer.size() == 1 && answer[0].size() == samples * numbers && answer[0].ndim() >= 1 && answer[0].shape()[0] == samples)
    return;
  std::string got;
  for (const Array& a : answer) got += (got.empty() ? "" : " and ") + a.shape().text();
  fail(Code::shape, "the model answers " + got + ", the frame needs " + Shape{samples, numbers}.text() + ": horizon " +
                        std::to_string(framing.horizon) + " x targets " + std::to_string(targets) +
                        ". End the model with Dense(" + std::to_string(numbers) + ").");
}

Forecast forecast_next(const Model& model, const Framing& framing, const Scaler& scaler, const Table& table, Index steps,
                       const PredictOptions& options) {
  if (steps < 1 || steps > most_steps) {
    fail(Code::value, std::to_string(steps) + " steps to forecast: it must be from 1 to " + grouped(most_steps) + ".");
  }
  const std::string reason = steps > framing.horizon ? why_not_further(framing) : "";
  if (!reason.empty()) {
    fail(Code::value, "the model forecasts " + grouped(framing.horizon) + (framing.horizon == 1 ? " row" : " rows") +
                          " (its horizon), " + grouped(steps) +
                          " were asked for. Further on, its own forecasts would have to stand for the past, but " + reason +
                          ". Train a model with a horizon of " + std::to_string(steps) + ".");
  }
  if (table.rows() < framing.lookback) {
    fail(Code::value, "the model reads " + grouped(framing.lookback) + " rows of the past (its lookback), but " +
                          (table.source().empty() ? "the table" : escaped(table.source())) + " has " + grouped(table.rows()) +
                          ". Bring at least " + grouped(framing.lookback) + ".");
  }
  std::vector<Past> features, targets;
  for (const std::string& name : framing.features) features.push_back(past_of(name, framing, scaler, table, framing.lookback));
  for (const std::string& name : framing.targets) targets.push_back(past_of(name, framing, scaler, table, 1));
  Forecast out(1, steps, static_cast<Index>(targets.size()));
  for (Index done = 0; done < steps; done += framing.horizon) {
    const std::vector<Array> answer = model.predict(NextWindow(features, framing.lookback), options);
    check_answer(answer, framing, 1);
    std::vector<double> references;
    for (const Past& target : targets) references.push_back(target.reference());
    const real* z = answer[0].data();
    for (Index h = done; h < std::min(done + framing.horizon, steps); ++h) {
      for (std::size_t k = 0; k < targets.size(); ++k) {
        const double value = static_cast<double>(*z++) * targets[k].scale.scale + references[k];
        out(0, h, static_cast<Index>(k)) = value;
        if (!std::isfinite(value)) {
          fail(Code::non_finite, "the forecast of column " + in_quotes(targets[k].name) + " is not a finite number at step " +
                                     std::to_string(h + 1) + ": the model runs away.");
        }
        targets[k].values.push_back(value);
        for (Past& feature : features) {
          if (feature.name == targets[k].name) feature.values.push_back(value);
        }
      }
    }
  }
  return out;
}

Forecast forecast_next(const Model& model, const Part& part, const PredictOptions& options) {
  const Framing& framing = part.frame().framing();
  return forecast_next(model, framing, part.scaler(), part.frame().table(), framing.horizon, options);
}

}  // namespace rondo
