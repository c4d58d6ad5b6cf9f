// Original rows through a reshape. N rows of F values; now S samples of T time steps with L features. In C order, original row
// r is the values r*F .. r*F + F-1, and the vector X[i, t, :] is the values (i*T + t)*L .. + L-1. So:
//   L = F            a row is one time step
//   L divides F      a row is cut into F/L time steps: sound when those make up whole samples (T*L divides F), otherwise the
//   columns
//                    of one row become moments in time beside those of the next row
//   F divides L      L/F rows stand side by side in one time step
//   otherwise        a row straddles two time steps
#include "core/trace.h"

#include <algorithm>

namespace rondo {
namespace {

std::string str(Index n) { return std::to_string(n); }

// "t", "i" or "10 * i + t": the place of step t of sample i among all time steps, times k.
std::string place(Index samples, Index steps, Index k) {
  const auto times = [](Index factor, const char* what) { return (factor == 1 ? "" : str(factor) + " * ") + what; };
  if (samples == 1 && steps == 1) return "0";
  if (samples == 1) return times(k, "t");
  if (steps == 1) return times(k, "i");
  return times(k * steps, "i") + " + " + times(k, "t");
}

std::string every(Index n) {
  const bool teen = n % 100 >= 11 && n % 100 <= 13;
  const char* ending = teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
  return "every " + str(n) + ending + " original ";
}

std::string range(const std::string& from, Index n) {
  return from == "0" ? "0 to " + str(n - 1) : from + " to " + from + " + " + str(n - 1);
}

std::string shape_list(const Shape& shape) {
  std::string out = "{";
  for (Index axis = 0; axis < shape.rank(); ++axis) out += (axis > 0 ? ", " : "") + str(shape[axis]);
  return out + "}";
}

std::vector<Index> squeezed(const Shape& shape) {
  std::vector<Index> out;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(out), [](Index size) { return size != 1; });
  return out;
}

// The same sizes in another order: someone reshaped where a transpose was meant.
bool swapped(const Shape& from, const Shape& to) {
  std::vector<Index> a = squeezed(from), b = squeezed(to);
  if (a == b) return false;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

// The transpose that was meant, written on the original array.
std::string transpose_fix(const Shape& from, const Shape& to) {
  std::vector<Index> order;  // original axes (those of size 1 first) in the order of the new sizes
  for (Index axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] == 1) order.push_back(axis);
  }
  for (const Index size : to) {
    for (Index axis = 0; size != 1 && axis < from.rank(); ++axis) {
      if (from[axis] == size && std::find(order.begin(), order.end(), axis) == order.end()) {
        order.push_back(axis);
        break;
      }
    }
  }
  Shape moved;
  for (const Index axis : order) moved.push_back(from[axis]);
  std::string code = "original.transpose(" + (from.rank() == 2 && order[0] == 1 ? "" : shape_list(Shape(order))) + ")";
  if (moved != to) code += ".reshape(" + shape_list(to) + ")";
  return code;
}

// A few values as an illustration, of small arrays only.
std::string example(const Array& array, Index i, Index t) {
  const Index features = array.shape()[2];
  if (array.size() > 100 || features > 8) return {};
  const auto row = array.values().subspan(static_cast<std::size_t>((i * array.shape()[1] + t) * features),
                                          static_cast<std::size_t>(features));
  return "  " + Array(Shape{features}, {row.begin(), row.end()}).text();
}

struct Sizes {
  Index n, f;     // original rows and their values
  Index s, t, l;  // samples, time steps, features
};

std::string first_and_last(const Array& array, const Sizes& z, const std::string& thing) {
  const auto line = [&](const char* label, Index i, Index t, Index row) {
    return std::string("    ") + label + "X[" + str(i) + ", " + str(t) + ", :] is original " + thing + " " + str(row) +
           example(array, i, t) + "\n";
  };
  if (z.n == 1) return {};
  return line("first: ", 0, 0, 0) + line("last:  ", z.s - 1, z.t - 1, z.n - 1);
}

std::string at_step(const Sizes& z) { return std::string(z.s == 1 ? "X[0, " : "X[i, ") + (z.t == 1 ? "0, " : "t, "); }

void one_series(const Array& array, const Sizes& z, Trace& out) {  // the original has one axis
  const std::string from = place(z.s, z.t, z.l);
  if (z.l == 1) {
    out.rows += "  " + at_step(z) + "0] is original value " + from + "\n" + first_and_last(array, z, "value");
    out.viewer = {z.s == 1 ? "the original series, standing upright"
                           : "original values " + range(z.t == 1 ? "i" : str(z.t) + " * i", z.t) + ", standing upright",
                  z.s == 1 ? "original value t, alone" : "one value of every sample",
                  z.s == 1 ? "the original series, lying on its side"
                           : "the original series, cut into " + counted(z.s, "line") + " of " + str(z.t)};
  } else {
    out.rows += "  " + at_step(z) + ":] is original values " + range(from, z.l) + ": " + str(z.l) +
                " consecutive values became the features of one time step\n";
  }
}

void rows_are_steps(const Array& array, const Sizes& z, Trace& out) {  // L = F
  const std::string row = place(z.s, z.t, 1);
  out.rows += "  " + at_step(z) + ":] is original row " + row + ": a row became a time step, its columns the features\n" +
              first_and_last(array, z, "row");
  if (z.n == z.f && z.n > 1) {
    out.rows +=
        "  (the original is square, so its sizes cannot tell: if each of its rows held one series, transpose it first)\n";
  }
  out.viewer = {z.s == 1   ? "the original table, unchanged"
                : z.t == 1 ? "original row i, as its only line"
                           : "original rows " + range(str(z.t) + " * i", z.t),
                z.s == 1   ? "original row t, as its only line"
                : z.t == 1 ? "the original table, unchanged"
                           : every(z.t) + "row, from row t on",
                z.s == 1   ? "original column f, lying on its side as the only line"
                : z.t == 1 ? "original column f, standing upright"
                           : "original column f, cut into " + counted(z.s, "line") + " of " + str(z.t)};
}

void rows_are_cut(const Sizes& z, Trace& out) {  // L divides F, L < F
  const Index per_row = z.f / z.l;               // time steps
  const std::string columns = z.l == 1 ? "column t" : "columns " + range(str(z.l) + " * t", z.l);
  if (per_row == z.t) {
    out.rows += "  X[i, :, :] is original row i: a row became a sample, its " + str(z.f) + " columns " +
                counted(z.t, "time step") + "\n";
    out.rows += "  X[i, t, " + std::string(z.l == 1 ? "0" : ":") + "] is original row i, " + columns + "\n";
    if (z.l > 1)
      out.rows +=
          "  (sound if the columns stand moment by moment: all " + str(z.l) + " features of the first, then of the next)\n";
    out.viewer = {
        z.l == 1 ? "original row i, standing upright" : "original row i, cut into " + counted(z.t, "line") + " of " + str(z.l),
        z.l == 1 ? "original column t, standing upright" : "original " + columns,
        z.l == 1 ? "the original table, unchanged" : every(z.l) + "column, from column f on"};
  } else if (per_row % z.t == 0) {
    out.rows += "  a row of " + str(z.f) + " values became " + counted(per_row / z.t, "sample") + " of " +
                counted(z.t, "time step") + "\n";
  } else {
    out.rows +=
        "  a row of " + str(z.f) + " values became " + counted(per_row, "time step") + ", followed by those of the next row\n";
    out.warnings.push_back(
        {"the columns of one original row now stand one after the other in time. If the rows are moments, and the\n"
         "columns were measured together, keep the columns as features.",
         {"original.reshape({1, " + str(z.n) + ", " + str(z.f) + "})   1 sample of " + counted(z.n, "time step") + " with " +
          counted(z.f, "feature")}});
  }
}

void rows_side_by_side(const Sizes& z, Trace& out) {  // F divides L, F < L
  const Index k = z.l / z.f;
  out.rows += "  " + at_step(z) + ":] is original rows " + range(place(z.s, z.t, k), k) +
              ", side by side: " + counted(k, "row") + " became one time step\n";
}

void rows_straddle(const Sizes& z, Trace& out) {
  // The first row that does not end where a time step ends is row 0: F is no multiple of L.
  const Index step = (z.f - 1) / z.l;  // the step that holds the end of row 0
  std::string what =
      "the reshape scrambled the rows: original row 0 has " + counted(z.f, "value") + ", a time step " + str(z.l) + ",\nso ";
  what += z.f < z.l ? "time step 0 of sample 0 holds row 0 and the beginning of row 1."
                    : "the end of row 0 and the beginning of row 1 share time step " + str(step % z.t) + " of sample " +
                          str(step / z.t) + ".";
  out.rows += "  a row straddles time steps\n";
  out.warnings.push_back({what,
                          {"original.reshape({1, " + str(z.n) + ", " + str(z.f) + "})   1 sample of " +
                           counted(z.n, "time step") + " with " + counted(z.f, "feature")}});
}

// An LSTM that gets samples of one time step has nothing to remember.
void one_step(const Sizes& z, bool series, Trace& out) {
  if (z.t != 1 || z.l == 1) return;
  Trace::Warning warning{"every sample has one time step, so an LSTM has nothing to remember.", {}};
  const std::string s = str(z.s), l = str(z.l);
  warning.fixes.push_back("X.reshape({" + s + ", " + l + ", 1})   if the " + l +
                          " values are moments of one series: " + counted(z.s, "sample") + " of " + counted(z.l, "time step"));
  if (!series && z.s > 1) {
    warning.fixes.push_back("X.reshape({1, " + s + ", " + l + "})   if the rows are moments: 1 sample of " +
                            counted(z.s, "time step") + " with " + counted(z.l, "feature"));
  }
  out.warnings.push_back(std::move(warning));
}

}  // namespace

std::string counted(Index n, const std::string& what) {
  if (n == 1) return "1 " + what;
  return str(n) + " " + (what == "axis" ? "axes" : what + "s");
}

Trace traced(const Array& array) {
  Trace out;
  const Shape &from = array.origin(), &to = array.shape();
  if (from == to || array.size() == 0) {
    if (to.rank() == 3 && array.size() > 0) one_step({to[0], to[2], to[0], to[1], to[2]}, false, out);
    return out;
  }
  out.rows = "The original was " + from.text() +
             ". reshape moves no value: it counts the same values off anew, last axis fastest.\nSo in X, this array:\n";
  if (swapped(from, to)) {
    out.warnings.push_back(
        {"these are the sizes of the original in another order. reshape does not swap axes: it mixed the rows.\n"
         "To swap axes, transpose.",
         {transpose_fix(from, to)}});
    const Index last = to.rank() - 1;
    if (to.rank() == 3 && from.rank() == 2) {
      out.rows += "  X[0, 0, :] is values 0 to " + str(to[last] - 1) + " in that order: " +
                  (from[1] >= to[last] ? str(to[last]) + " values of original row 0, not one of each row\n"
                                       : "original row 0 and what follows it\n");
    }
    return out;
  }
  if (to.rank() != 3 || from.rank() == 0 || from.rank() > 2) {
    out.rows += squeezed(from) == squeezed(to) ? "  only axes of size 1 were added or taken away\n"
                                               : "  value k of the original, counted in that order, is value k of this array\n";
    return out;
  }
  const bool series = from.rank() == 1;
  const Sizes z{from[0], series ? 1 : from[1], to[0], to[1], to[2]};
  if (series) {
    one_series(array, z, out);
  } else if (z.l == z.f) {
    rows_are_steps(array, z, out);
  } else if (z.f % z.l == 0) {
    rows_are_cut(z, out);
  } else if (z.l % z.f == 0) {
    rows_side_by_side(z, out);
  } else {
    rows_straddle(z, out);
  }
  one_step(z, series, out);
  return out;
}

}  // namespace rondo
