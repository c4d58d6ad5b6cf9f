// A cell of the picture is a character: 2 x 4 braille dots for the line, or one mark. Marks lie above the line.
#include "plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "numbers.h"

namespace rondo::cli {

namespace {

constexpr int rows = 12;
constexpr int margin = 12;  // columns for the numbers of the axis, as a rule
constexpr int widest_step = 8;

struct Canvas {
  Canvas(int columns, bool braille) : width(columns), unicode(braille), dots(cells()), mark(cells()) {}
  std::size_t cells() const { return static_cast<std::size_t>(width) * rows; }
  std::size_t at(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column);
  }
  int fine_x() const { return unicode ? 2 : 1; }
  int fine_y() const { return unicode ? 4 : 1; }

  void dot(int x, int y) {
    static constexpr std::array<std::array<unsigned, 2>, 4> bits{{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    const int column = x / fine_x(), row = y / fine_y();
    if (column < 0 || column >= width || row < 0 || row >= rows) return;
    dots[at(column, row)] |= unicode ? bits[static_cast<std::size_t>(y % 4)][static_cast<std::size_t>(x % 2)] : 1u;
  }
  void line(int x0, int y0, int x1, int y1) {
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) {
      const double part = static_cast<double>(i) / steps;
      dot(static_cast<int>(std::lround(x0 + part * (x1 - x0))), static_cast<int>(std::lround(y0 + part * (y1 - y0))));
    }
  }
  std::string text(int row, const Screen& screen) const {
    std::string out;
    for (int column = 0; column < width; ++column) {
      const std::size_t i = at(column, row);
      if (mark[i]) {
        out += screen.second("o");
      } else if (dots[i] == 0) {
        out += ' ';
      } else if (!unicode) {
        out += '.';
      } else {  // U+2800 + dots
        out += {static_cast<char>(0xE2), static_cast<char>(0xA0 | (dots[i] >> 6)), static_cast<char>(0x80 | (dots[i] & 0x3F))};
      }
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  }

  int width;
  bool unicode;
  std::vector<unsigned> dots;
  std::vector<bool> mark;
};

// Round numbers for the axis: 1, 2 or 5 times a power of ten, about four of them.
double round_step(double range) {
  const double rough = range / 3.5, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power * 1.0001) return factor * power;
  }
  return 10 * power;
}

// First, middle and last label under their columns, where they have room.
std::string axis_labels(const Plot& plot, const std::vector<int>& column, int width) {
  const std::size_t last = plot.labels.size() - 1, middle = last / 2;
  const auto size = [&](std::size_t point) { return columns_of(plot.labels[point]); };
  const int first_end = size(0);
  if (last == 0) return plot.labels[0];
  const int last_at = std::min(width, column[last] + 1 + size(last) / 2) - size(last);
  const bool room = last_at >= first_end + 2;
  const int middle_at = column[middle] - size(middle) / 2;
  std::string out = plot.labels[0];
  if (room && middle > 0 && middle_at >= first_end + 2 && middle_at + size(middle) + 2 <= last_at) {
    out = left(out, middle_at) + plot.labels[middle];
  }
  return room ? left(out, last_at) + plot.labels[last] : out;
}

}  // namespace

int plot_points(const Screen& screen) { return screen.width - margin - 2; }

std::string plot_text(const Plot& plot, const Screen& screen) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const auto* values : {&plot.line, &plot.marks}) {
    for (const double v : *values) {
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  if (!(low <= high) || !std::isfinite(2 * (high - low))) return {};
  if (const double size = std::max(std::abs(low), std::abs(high));
      high - low <= 1e-9 * size) {  // no axis could tell them apart
    const double room = size == 0 ? 1 : size / 10;
    low -= room;
    high += room;
  }
  const int points = static_cast<int>(plot.line.size());
  const double step = round_step(high - low);
  std::array<std::string, rows> tick;
  int axis = 0;
  const auto fine_row = [&](double v, int fine) {  // 0 is the top
    const int all = rows * fine - 1;
    return std::clamp(static_cast<int>(std::lround((high - v) / (high - low) * all)), 0, all);
  };
  const double first_tick = std::ceil(low / step);
  for (int i = 0; i < rows && (first_tick + i) * step <= high + step * 1e-9; ++i) {
    const double v = (first_tick + i) * step;
    auto& text = tick[static_cast<std::size_t>(screen.unicode ? fine_row(v, 4) / 4 : fine_row(v, 1))];
    if (text.empty()) text = axis_number(v, step);
    axis = std::max(axis, columns_of(text));
  }

  const int room = screen.width - axis - 4;
  const int width = points < 2 ? 1 : std::min(room, (points - 1) * widest_step + 1);
  Canvas canvas(width, screen.unicode);
  std::vector<int> column(static_cast<std::size_t>(points));
  for (int i = 0; i < points; ++i) {
    column[static_cast<std::size_t>(i)] =
        points < 2 ? 0 : static_cast<int>(std::lround(static_cast<double>(i) * (width - 1) / (points - 1)));
  }
  int last = -1;
  for (int i = 0; i < points; ++i) {
    const double v = plot.line[static_cast<std::size_t>(i)];
    if (std::isfinite(v)) {
      const auto x = [&](int point) { return column[static_cast<std::size_t>(point)] * canvas.fine_x(); };
      const int from = last >= 0 && last == i - 1 ? last : i;
      canvas.line(x(from), fine_row(plot.line[static_cast<std::size_t>(from)], canvas.fine_y()), x(i),
                  fine_row(v, canvas.fine_y()));
      last = i;
    }
    const double m = plot.marks[static_cast<std::size_t>(i)];
    if (std::isfinite(m))
      canvas.mark[canvas.at(column[static_cast<std::size_t>(i)], fine_row(m, canvas.fine_y()) / canvas.fine_y())] = true;
  }

  const std::string bar = screen.unicode ? "│" : "|", tee = screen.unicode ? "┤" : "+";
  std::string out;
  for (int row = 0; row < rows; ++row) {
    const std::string& text = tick[static_cast<std::size_t>(row)];
    out += "  " + right(text, axis) + (text.empty() ? bar : tee) + canvas.text(row, screen) + "\n";
  }
  std::string floor;
  for (int i = 0; i < width; ++i) floor += screen.unicode ? "─" : "-";
  const std::string indent(static_cast<std::size_t>(axis) + 3, ' ');
  out += "  " + right("", axis) + (screen.unicode ? "└" : "+") + floor + "\n";
  if (const std::string labels = axis_labels(plot, column, std::max(width, std::min(room, 30))); !labels.empty())
    out += indent + labels + "\n";
  out += indent + (screen.unicode ? "⠒⠒ " : ".. ") + plot.line_name + "   " + screen.second("o") + " " + plot.marks_name + "\n";
  return out;
}

}  // namespace rondo::cli
