// Forecasts of a part against the truth, in the terminal.
#pragma once

#include <span>
#include <string>

#include "rondo/forecast/forecast.h"
#include "screen.h"
#include "series.h"

namespace rondo::cli {

// The first target's values as the windows read them: gaps filled if the framing says so.
std::span<const double> target_values(const Frame& frame);

// The last rows of the part, as many as the screen holds, forecast window by window: each window's whole horizon, no row twice.
std::string forecast_plot(const Model& model, const Part& part, const Series& series, int threads, const Screen& screen);

}  // namespace rondo::cli
