// Chunks of windows, so that nothing as long as the part is held; the sums go on from chunk to chunk in the order of score().
#include "rondo/forecast/compare.h"

#include <algorithm>

#include "forecast/error_sums.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr Index chunk_values = 65'536;  // of one forecast

}  // namespace

Comparison compare(const Part& part, const CompareOptions& options) {
  const Index steps = part.frame().framing().horizon;
  const auto targets = static_cast<Index>(part.frame().framing().targets.size());
  const double naive = naive_error(part, options.season, options.target);
  if (part.samples() == 0) fail(Code::value, "the part holds no window: there is nothing to compare.");
  const Index chunk = std::max(chunk_values / (steps * targets), options.model ? options.predict.batch_size : 1);
  ErrorSums model(steps), ridge(steps), persistent(steps), seasonal(steps);
  for (Index first = 0; first < part.samples(); first += chunk) {
    const Part some = part.slice(first, std::min(chunk, part.samples() - first));
    persistent.add(persistence(some), some, options.target);
    seasonal.add(seasonal_naive(some, options.season), some, options.target);
    if (options.ridge) ridge.add(forecast(*options.ridge, some), some, options.target);
    if (options.model) model.add(forecast(*options.model, some, options.predict), some, options.target);
  }
  Comparison out;
  out.windows = part.samples();
  out.persistence = persistent.scores(naive);
  out.seasonal_naive = seasonal.scores(naive);
  if (options.ridge) out.ridge = ridge.scores(naive);
  if (options.model) out.model = model.scores(naive);
  return out;
}

}  // namespace rondo
