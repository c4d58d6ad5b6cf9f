#include "rondo/forecast/forecast.h"

#include "forecast/check_answer.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

Index target_count(const Part& part) { return static_cast<Index>(part.frame().framing().targets.size()); }

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
  check_answer(answer, part.frame().framing(), part.samples());
  Forecast out = truth(part);
  const real* z = answer[0].data();
  for (Index i = 0; i < out.samples(); ++i) {
    for (Index h = 0; h < out.steps(); ++h) {
      for (Index k = 0; k < out.targets(); ++k) out(i, h, k) = part.original(*z++, i, k);
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
