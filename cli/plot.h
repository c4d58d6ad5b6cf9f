// A plot in the terminal: a line, what was, in braille dots (or full stops), and marks upon it, what was forecast.
#pragma once

#include <string>
#include <vector>

#include "screen.h"

namespace rondo::cli {

struct Plot {
  std::vector<double> line;         // NaN where it is not known
  std::vector<double> marks;        // NaN where there is none; as long as the line
  std::vector<std::string> labels;  // of the points; the first, the last and one between are shown
  std::string line_name, marks_name;
};

// How many points fit: a column each.
int plot_points(const Screen& screen);
// "" when no value is finite.
std::string plot_text(const Plot& plot, const Screen& screen);

}  // namespace rondo::cli
