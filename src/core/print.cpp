// Values as NumPy prints them (numpy.set_printoptions' defaults: precision 8, threshold 1000, edgeitems 3, linewidth 75).
//
// Numbers are shown with the fewest digits that tell them from their neighbours, at most 8 after the point, padded to line up.
// All of them switch to scientific notation together when the largest is 1e8 or more, when the smallest that is not zero is
// below 1e-4, or when the largest is more than 1000 times the smallest; these thresholds are compared in double, as NumPy 1
// does.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <string_view>

#include "rondo/core/array.h"

namespace rondo {
namespace {

constexpr int precision = 8;
constexpr Index threshold = 1000, edge_items = 3;
constexpr std::size_t line_width = 75;

// |x| as 0.d1d2d3... * 10^point with the fewest digits: "25" and 1 for 2.5. Zero is "0" and 1.
struct Digits {
  std::string digits;
  int point = 1;
};

Digits shortest(real x) {
  if (x == 0) return {"0", 1};
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(x), std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  Digits out{std::string(text.substr(0, 1)), 0};
  if (e > 2) out.digits += text.substr(2, e - 2);
  const char* const exponent = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent, end, out.point);
  ++out.point;
  return out;
}

std::string printed(const char* format, int digits, real x) {
  std::array<char, 400> buffer{};  // the largest double has 309 digits before the point
  const int n = std::snprintf(buffer.data(), buffer.size(), format, digits, static_cast<double>(x));
  std::string out(buffer.data(), static_cast<std::size_t>(n));
  std::replace(out.begin(), out.end(), ',', '.');  // the program may have set a locale
  return out;
}

std::string sign(real x) { return std::signbit(x) ? "-" : ""; }

// "0.25", "10.", "0.": at most `places` after the point, no trailing zeros, always a point.
std::string positional(real x, int places) {
  const Digits d = shortest(x);
  const int n = static_cast<int>(d.digits.size());
  std::string out;
  if (n - d.point > places ||
      n < d.point) {  // more digits than there is room for, or fewer than reach the point: exact ones, rounded
    out = printed("%.*f", n < d.point ? 0 : places, x);
    if (out.find('.') == std::string::npos) return out + '.';
    out.erase(out.find_last_not_of('0') + 1);
    return out;
  }
  out = sign(x);
  out += d.point > 0 ? d.digits.substr(0, static_cast<std::size_t>(d.point)) : "0";
  out += '.';
  out.append(static_cast<std::size_t>(std::max(0, -d.point)), '0');
  if (x != 0) out += d.digits.substr(static_cast<std::size_t>(std::max(0, d.point)));
  return out;
}

// "1.25e+00" with exactly `places` digits after the point.
std::string scientific(real x, int places) {
  const Digits d = shortest(x);
  if (static_cast<int>(d.digits.size()) != places + 1) return printed("%.*e", places, x);
  const int exponent = x == 0 ? 0 : d.point - 1;
  std::string out = sign(x) + d.digits[0] + '.' + d.digits.substr(1) + (exponent < 0 ? "e-" : "e+");
  const std::string figure = std::to_string(std::abs(exponent));
  return out + (figure.size() < 2 ? "0" : "") + figure;
}

// How all the numbers of one array are shown.
struct Format {
  bool exponents = false;
  int places = 0;         // after the point, with exponents
  std::size_t left = 0;   // width before the point
  std::size_t right = 0;  // width after it
  bool any = false;       // there are finite values
};

Format format_of(const std::vector<real>& values) {
  Format f;
  double largest = 0, smallest = 0;
  bool special = false, minus_infinity = false;
  for (const real x : values) {
    if (!std::isfinite(x)) {
      special = true;
      minus_infinity = minus_infinity || (std::isinf(x) && x < 0);
      continue;
    }
    f.any = true;
    const double size = std::fabs(static_cast<double>(x));
    if (size == 0) continue;
    largest = std::max(largest, size);
    smallest = smallest == 0 ? size : std::min(smallest, size);
  }
  const double ratio = static_cast<double>(static_cast<real>(largest) / static_cast<real>(smallest));  // divided as `real`
  f.exponents = largest > 0 && (largest >= 1e8 || smallest < 0.0001 || ratio > 1000);

  if (f.exponents) {
    std::size_t tail = 0;
    for (const real x : values) {
      if (!std::isfinite(x)) continue;
      f.places = std::max(f.places, std::min(precision, static_cast<int>(shortest(x).digits.size()) - 1));
      f.left = std::max(f.left, sign(x).size() + 1);
      const std::string text = scientific(x, 0);
      tail = std::max(tail, text.size() - text.find('e'));
    }
    f.right = static_cast<std::size_t>(f.places) + tail;
  } else {
    for (const real x : values) {
      if (!std::isfinite(x)) continue;
      const std::string text = positional(x, precision);
      const std::size_t point = text.find('.');
      f.left = std::max(f.left, point);
      f.right = std::max(f.right, text.size() - point - 1);
    }
  }
  if (special) {
    const std::size_t after = f.right + 1, widest = minus_infinity ? 4 : 3;
    f.left = std::max(f.left, widest > after ? widest - after : 0);
  }
  return f;
}

std::string pad(std::size_t n) { return std::string(n, ' '); }

std::string show(const Format& f, real x) {
  if (!std::isfinite(x)) {
    const std::string text = std::isnan(x) ? "nan" : x < 0 ? "-inf" : "inf";
    const std::size_t width = f.left + f.right + 1;
    return pad(width > text.size() ? width - text.size() : 0) + text;
  }
  const std::string text = f.exponents ? scientific(x, f.places) : positional(x, precision);
  const std::size_t point = text.find('.') == std::string::npos ? text.find('e') : text.find('.');
  std::string out = pad(f.left > point ? f.left - point : 0) + text;
  const std::size_t width = f.left + 1 + f.right;
  return f.exponents || out.size() >= width ? out : out + pad(width - out.size());
}

// Writes an array as nested brackets, one row a line, summarised when it is large.
class Writer {
 public:
  explicit Writer(const Array& array) : shape_(array.shape()), values_(array.values()), summary_(array.size() > threshold) {
    std::vector<real> shown;
    collect(0, 0, shown);
    format_ = format_of(shown);
  }
  std::string write() const { return block(0, 0, " ", line_width); }

 private:
  bool cut(Index axis) const { return summary_ && shape_[axis] > 2 * edge_items; }

  // The values that are shown: they alone decide the format.
  void collect(Index axis, Index at, std::vector<real>& out) const {
    if (axis == shape_.rank()) return out.push_back(values_[static_cast<std::size_t>(at)]);
    const Index n = shape_[axis];
    for (Index i = 0; i < n; ++i) {
      if (cut(axis) && i == edge_items) i = n - edge_items;
      collect(axis + 1, at * n + i, out);
    }
  }

  // hang: what stands before a wrapped line. width: what is left of the line for this depth, its brackets closed.
  std::string block(Index axis, Index at, const std::string& hang, std::size_t width) const {
    const Index n = shape_[axis];
    const bool last = axis + 1 == shape_.rank();
    std::string out, line = hang;
    // `ahead`: bracket to be closed or blank between values.
    const auto add = [&](const std::string& word) {
      if (line.size() + word.size() > width - 1 && line.size() > hang.size()) {
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
        line = hang;
      }
      line += word;
    };
    const std::string between(static_cast<std::size_t>(last ? 0 : shape_.rank() - axis - 1), '\n');
    for (Index i = 0; i < n; ++i) {
      if (cut(axis) && i == edge_items) {
        if (last) {
          add("...");
          line += ' ';
        } else {
          out += hang + "..." + between;
        }
        i = n - edge_items;
      }
      const bool more = i + 1 < n;
      if (last) {
        add(show(format_, values_[static_cast<std::size_t>(at * n + i)]));
        if (more) line += ' ';
      } else {
        out += hang + block(axis + 1, at * n + i, hang + ' ', width - 1) + (more ? between : "");
      }
    }
    if (last) out += line;
    return '[' + out.substr(hang.size()) + ']';
  }

  const Shape& shape_;
  std::span<const real> values_;
  bool summary_;
  Format format_;
};

// A single number, as str() shows it: "0.1", "1.0", "1e-05".
std::string scalar_text(real x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
  const Digits d = shortest(x);
  const double size = std::fabs(static_cast<double>(x));
  const auto n = static_cast<int>(d.digits.size());
  if (size == 0 || (size >= 1e-4 && size < 1e16)) {
    if (n <= d.point) return sign(x) + d.digits + std::string(static_cast<std::size_t>(d.point - n), '0') + ".0";
    return positional(x, 400);
  }
  const std::string text = scientific(x, n - 1);
  return n > 1 ? text : std::string(text).erase(text.find('.'), 1);
}

}  // namespace

std::string Array::text() const {
  if (ndim() == 0) return scalar_text(values_[0]);
  if (size() == 0) return "[]";
  return Writer(*this).write();
}

std::ostream& operator<<(std::ostream& out, const Array& array) { return out << array.text(); }

}  // namespace rondo
