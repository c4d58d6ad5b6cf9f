// What every forecast must beat.
//   persistence:      yhat[L+k] = v[L]                              L: the last known row
//   seasonal naive:   yhat[L+k] = v[L+k - m * ceil(k/m)]            m: season; always at or before L
#include <cmath>

#include "data/frame_data.h"
#include "rondo/core/error.h"
#include "rondo/forecast/forecast.h"

namespace rondo {

Forecast persistence(const Part& part) {
  const FrameData& d = part.frame().data();
  Forecast out(part.samples(), d.framing.horizon, static_cast<Index>(d.targets.size()));
  for (Index i = 0; i < out.samples(); ++i) {
    const auto last = static_cast<std::size_t>(d.last_row(part.first() + i));
    for (Index h = 0; h < out.steps(); ++h) {
      for (Index k = 0; k < out.targets(); ++k) out(i, h, k) = d.targets[static_cast<std::size_t>(k)]->numbers[last];
    }
  }
  return out;
}

Forecast seasonal_naive(const Part& part, Index season) {
  if (season < 1)
    fail(Code::value, "season is " + std::to_string(season) + "; it must be at least 1: rows from one season to the next.");
  const FrameData& d = part.frame().data();
  Forecast out(part.samples(), d.framing.horizon, static_cast<Index>(d.targets.size()));
  for (Index i = 0; i < out.samples(); ++i) {
    const Index last = d.last_row(part.first() + i);
    for (Index h = 0; h < out.steps(); ++h) {
      const Index row = d.target_row(part.first() + i) + h;
      const Index seasons = (row - last - 1) / season + 1;  // ceil, without overflow for a huge season
      for (Index k = 0; k < out.targets(); ++k) {
        const std::vector<double>& v = d.targets[static_cast<std::size_t>(k)]->numbers;
        Index from = season > row ? -1 : row - seasons * season;
        while (from >= 0 && !std::isfinite(v[static_cast<std::size_t>(from)])) from -= season;
        if (from < 0) {
          fail(Code::value, "a season of " + std::to_string(season) + " rows is longer than the history: the forecast of row " +
                                std::to_string(row) + " (from rows 0 .. " + std::to_string(last) +
                                ") has no value one season, or several, before it. Give .season = " + std::to_string(last + 1) +
                                " or less (on the command line --season), or a longer lookback.");
        }
        out(i, h, k) = v[static_cast<std::size_t>(from)];
      }
    }
  }
  return out;
}

}  // namespace rondo
