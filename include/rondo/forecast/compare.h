// The model beside what needs no network, on one part, in original units. Memory does not grow with the part: windows are
// scored in chunks.
#pragma once

#include <optional>

#include "rondo/forecast/forecast.h"
#include "rondo/forecast/ridge.h"

namespace rondo {

struct Comparison {
  Index windows = 0;
  std::optional<Scores> model, ridge;  // when asked for
  Scores persistence, seasonal_naive;
};

struct CompareOptions {
  Index season = 1;
  Index target = 0;
  const Model* model = nullptr;
  const Ridge* ridge = nullptr;
  PredictOptions predict = {};
};

// Throws as score() and seasonal_naive() do.
Comparison compare(const Part& part, const CompareOptions& options = {});

}  // namespace rondo
