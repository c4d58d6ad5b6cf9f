#include "rondo/forecast/forecast.h"

#include <cmath>
#include <limits>

#include "data/frame_data.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

Index target_count(const Part& part) { return static_cast<Index>(part.frame().framing().targets.size()); }

// The windows of a part, or a single one, asked without targets.
void check_answer(const std::vector<Array>& answer, const Part& part, Index samples) {
  const Index numbers = part.frame().framing().horizon * target_count(part);
  if (answer.size() == 1 && answer[0].size() == samples * numbers && answer[0].ndim() >= 1 && answer[0].shape()[0] == samples)
    return;
  std::string got;
  for (const Array& a : answer) got += (got.empty() ? "" : " and ") + a.shape().text();
  fail(Code::shape, "the model answers " + got + ", the frame needs " + Shape{samples, numbers}.text() + ": horizon " +
                        std::to_string(part.frame().framing().horizon) + " x targets " + std::to_string(target_count(part)) +
                        ". End the model with Dense(" + std::to_string(numbers) + ").");
}

// The last `lookback` rows of the table as one sample; targets are what is asked for.
class LastWindow : public Source {
 public:
  explicit LastWindow(const Part& part) : part_(part) {}
  Index samples() const override { return 1; }
  Shapes x_shapes() const override { return part_.x_shapes(); }
  Shapes y_shapes() const override { return {}; }
  void gather(std::span<const Index>, std::span<real* const> x, std::span<real* const>) const noexcept override {
    const FrameData& d = part_.frame().data();
    const std::size_t width = d.features.size();
    if (x.empty() || x[0] == nullptr) return;
    for (std::size_t c = 0; c < width; ++c) {
      const Column& column = *d.features[c];
      const ColumnScale* scale = nullptr;
      for (const ColumnScale& s : part_.scaler().columns()) {
        if (s.column == column.name) scale = &s;
      }
      const double reference = scale->kind == Normalize::window ? column.numbers.back() : scale->reference;
      const double inverse = 1 / scale->scale;
      for (Index t = 0; t < d.framing.lookback; ++t) {
        const double v = column.numbers[static_cast<std::size_t>(d.rows - d.framing.lookback + t)];
        x[0][static_cast<std::size_t>(t) * width + c] = static_cast<real>((v - reference) * inverse);
      }
    }
  }

 private:
  const Part& part_;
};

}  // namespace

Forecast::Forecast(Index samples, Index steps, Index targets)
    : samples_(samples),
      steps_(steps),
      targets_(targets),
      values_(static_cast<std::size_t>(checked_mul(checked_mul(samples, steps), targets))) {}

std::size_t Forecast::at(Index sample, Index step, Index target) const {
  if (sample < 0 || sample >= samples_ || step < 0 || step >= steps_ || target < 0 || target >= targets_) {
    fail(Code::value, "no forecast (" + std::to_string(sample) + ", " + std::to_string(step) + ", " + std::to_string(target) +
                          ") among (samples, steps, targets) = " + Shape{samples_, steps_, targets_}.text() + ".");
  }
  return static_cast<std::size_t>((sample * steps_ + step) * targets_ + target);
}

Array Forecast::array() const {
  Shape shape{samples_, steps_};
  if (targets_ > 1) shape.push_back(targets_);
  std::vector<real> values(values_.begin(), values_.end());
  return Array(shape, std::move(values));
}

Forecast forecast(const Model& model, const Part& part, const PredictOptions& options) {
  if (part.samples() == 0) return truth(part);
  const std::vector<Array> answer = model.predict(part, options);
  check_answer(answer, part, part.samples());
  Forecast out = truth(part);
  const real* z = answer[0].data();
  for (Index i = 0; i < out.samples(); ++i) {
    for (Index h = 0; h < out.steps(); ++h) {
      for (Index k = 0; k < out.targets(); ++k) out(i, h, k) = part.original(*z++, i, k);
    }
  }
  return out;
}

Forecast forecast_next(const Model& model, const Part& part, const PredictOptions& options) {
  const FrameData& d = part.frame().data();
  for (const auto* columns : {&d.features, &d.targets}) {
    for (const auto& column : *columns) {
      const Index first = columns == &d.features ? d.rows - d.framing.lookback : d.rows - 1;
      for (Index r = first; r < d.rows; ++r) {
        if (!std::isfinite(column->numbers[static_cast<std::size_t>(r)])) {
          fail(Code::value, "column '" + escaped(column->name) + "' has a missing value at " + d.table.row_text(r) +
                                ", in the last " + std::to_string(d.framing.lookback) +
                                " rows: nothing can be forecast from there. Say "
                                ".missing = Missing::forward to repeat the last known value.");
        }
      }
    }
  }
  const std::vector<Array> answer = model.predict(LastWindow(part), options);
  check_answer(answer, part, 1);
  Forecast out(1, d.framing.horizon, target_count(part));
  const real* z = answer[0].data();
  for (Index h = 0; h < out.steps(); ++h) {
    for (Index k = 0; k < out.targets(); ++k) {
      const Column& column = *d.targets[static_cast<std::size_t>(k)];
      const ColumnScale& s = part.scaler().of(column.name);
      out(0, h, k) = static_cast<double>(*z++) * s.scale + (s.kind == Normalize::window ? column.numbers.back() : s.reference);
    }
  }
  return out;
}

Forecast truth(const Part& part) {
  Forecast out(part.samples(), part.frame().framing().horizon, target_count(part));
  for (Index i = 0; i < out.samples(); ++i) {
    for (Index h = 0; h < out.steps(); ++h) {
      for (Index k = 0; k < out.targets(); ++k) out(i, h, k) = part.truth(i, h, k);
    }
  }
  return out;
}

}  // namespace rondo
