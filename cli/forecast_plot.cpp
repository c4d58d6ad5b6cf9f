#include "forecast_plot.h"

#include <algorithm>
#include <cmath>

#include "data/frame_data.h"
#include "plot.h"

namespace rondo::cli {

std::span<const double> target_values(const Frame& frame) { return frame.data().targets.front()->numbers; }

std::string forecast_plot(const Model& model, const Part& part, const Series& series, int threads, const Screen& screen) {
  const Frame& windows = part.frame();
  const Index horizon = windows.framing().horizon, room = plot_points(screen);
  // Windows whose targets fill the last `room` rows; the last one in any case.
  const Index end = windows.target_row(part.first() + part.samples() - 1) + horizon;
  const Index begin = std::max(part.first_row(), std::min(end - room, end - horizon));
  const Part last(windows, part.scaler(), begin, end, part.train_rows());
  PredictOptions options;
  options.threads = threads;
  const Forecast yhat = forecast(model, last, options);

  Index first = end;  // of the rows that are shown
  std::vector<double> marks(static_cast<std::size_t>(end - begin), std::nan(""));
  for (Index sample = last.samples() - 1; sample >= 0; --sample) {
    const Index row = windows.target_row(last.first() + sample);
    if (row + horizon > first) continue;
    if (end - row > room && first < end) break;
    for (Index step = 0; step < horizon; ++step) marks[static_cast<std::size_t>(row + step - begin)] = yhat(sample, step);
    first = row;
  }
  const std::span<const double> truth = target_values(windows);
  const Index shown_end = std::min(end, first + room);
  Plot plot;
  for (Index row = first; row < shown_end; ++row) {
    plot.line.push_back(truth[static_cast<std::size_t>(row)]);
    plot.marks.push_back(marks[static_cast<std::size_t>(row - begin)]);
    const std::string label = series.label(row);
    plot.labels.push_back(label.empty() ? "row " + grouped(row) : label);
  }
  plot.line_name = escaped(windows.framing().targets.front());
  plot.marks_name = horizon == 1 ? "forecast, one row ahead" : "forecast, each " + grouped(horizon) + " rows at once";
  if (horizon > shown_end - first) plot.marks_name += ", the first " + grouped(shown_end - first) + " of them";
  if (windows.framing().gap > 0) plot.marks_name += ", after a gap of " + grouped(windows.framing().gap);
  return plot_text(plot, screen);
}

}  // namespace rondo::cli
