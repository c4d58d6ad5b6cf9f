#include "window_picture.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "console.h"

namespace rondo::cli {

namespace {

constexpr Index samples_shown = 3;
constexpr int label_width = 25, value_width = 16;

std::string value_text(double value) {
  if (value != value) return "missing";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.6g", value);
  return buffer;
}

}  // namespace

std::string window_picture(const Frame& frame, const Series& series, const Screen& screen) {
  const Framing& f = frame.framing();
  const Index shown = std::min(frame.samples(), samples_shown);
  const auto x_first = [&](Index s) { return frame.start(s); };
  const auto x_last = [&](Index s) { return frame.last_row(s); };
  const auto y_first = [&](Index s) { return frame.target_row(s); };
  const auto y_last = [&](Index s) { return frame.target_row(s) + f.horizon - 1; };
  std::set<Index> rows;  // where something begins or ends: between them nothing changes
  for (Index s = 0; s < shown; ++s) rows.insert({x_first(s), x_last(s), y_first(s), y_last(s)});
  const auto what = [&](Index s, Index row) {
    if (row >= y_first(s) && row <= y_last(s)) return 'y';
    return row >= x_first(s) && row <= x_last(s) ? 'x' : '.';
  };

  const std::string target = escaped(f.targets.front());
  const auto& values = frame.table().column(f.targets.front()).numbers;
  const std::string names = f.targets.size() + f.features.size() > 2 || f.features != f.targets ? " ..." : "";
  int row_width = 3, first_width = 0, second_width = std::min(columns_of(target), value_width);
  const std::string label_name = shortened(series.label_name(), label_width);
  first_width = columns_of(label_name);
  for (const Index row : rows) {
    row_width = std::max(row_width, static_cast<int>(grouped(row).size()));
    first_width = std::max(first_width, columns_of(shortened(series.label(row), label_width)));
    second_width = std::max(second_width, columns_of(value_text(values[static_cast<std::size_t>(row)])));
  }
  const auto line = [&](const std::string& row, const std::string& label, const std::string& value, const std::string& rest) {
    std::string out = "  " + right(row, row_width) + "  ";
    if (first_width > 0) out += left(label, first_width) + "  ";
    return out + right(value, second_width) +
           left(names.empty()  ? ""
                : row == "row" ? names
                               : "    ",
                static_cast<int>(names.size())) +
           "   " + rest + "\n";
  };
  std::string head = "sample 0";
  for (Index s = 1; s < shown; ++s) head += right(std::to_string(s), 4);
  std::string out = line("row", label_name, shortened(target, value_width), head);
  Index before = -1;
  const auto cells = [&](Index row, bool elided) {
    std::string text;
    for (Index s = 0; s < shown; ++s) {
      const char c = what(s, row);
      const std::string cell(1, elided && c != '.' ? ':' : c);
      text += std::string(s == 0 ? 7 : 3, ' ') + (c == 'y' ? screen.second(cell) : cell);
    }
    return text;
  };
  const auto show = [&](Index row) {
    out += line(grouped(row), shortened(series.label(row), label_width), value_text(values[static_cast<std::size_t>(row)]),
                cells(row, false));
  };
  for (const Index row : rows) {
    if (before >= 0 && row == before + 2) show(before + 1);
    if (before >= 0 && row > before + 2) out += line(":", ":", ":", cells(before + 1, true));
    show(row);
    before = row;
  }
  return out;
}

}  // namespace rondo::cli
