// Rows of two directions merged, and the gradient of that: see merge.h.
#include "layers/recurrent/merge.h"

#include <algorithm>
#include <vector>

#include "rondo/core/error.h"

namespace rondo {
namespace {

// Row r with its time step counted from the end.
Index turned(Index r, const DirectionRows& of) {
  const Index step = r / of.places;
  return (step / of.steps * of.steps + (of.steps - 1 - step % of.steps)) * of.places + r % of.places;
}

// One row of f (`units` long) and of g; for concat g may have another length.
void merge_row(Merge merge, const real* f, const real* g, Index units, Index units_g, real* out) noexcept {
  switch (merge) {
    case Merge::concat:
      std::copy_n(f, units, out);
      std::copy_n(g, units_g, out + units);
      break;
    case Merge::sum:
      for (Index u = 0; u < units; ++u) out[u] = f[u] + g[u];
      break;
    case Merge::ave:
      for (Index u = 0; u < units; ++u) out[u] = (f[u] + g[u]) * real(0.5);
      break;
    case Merge::mul:
      for (Index u = 0; u < units; ++u) out[u] = f[u] * g[u];
      break;
    case Merge::none:
      break;
  }
}

void unmerge_row(Merge merge, const real* d, const real* f, const real* g, Index units, Index units_g, real* df,
                 real* dg) noexcept {
  switch (merge) {
    case Merge::concat:
      std::copy_n(d, units, df);
      std::copy_n(d + units, units_g, dg);
      break;
    case Merge::sum:
      std::copy_n(d, units, df);
      std::copy_n(d, units, dg);
      break;
    case Merge::ave:
      for (Index u = 0; u < units; ++u) df[u] = dg[u] = d[u] * real(0.5);
      break;
    case Merge::mul:
      for (Index u = 0; u < units; ++u) {
        df[u] = d[u] * g[u];
        dg[u] = d[u] * f[u];
      }
      break;
    case Merge::none:
      break;
  }
}

Index width(Merge how, const DirectionRows& of) { return how == Merge::concat ? of.units_f + of.units_g : of.units_f; }

}  // namespace

Merge merge_of(const std::string& mode) {
  const std::vector<std::string> known = {"concat", "sum", "ave", "mul", "none"};
  const auto at = std::find(known.begin(), known.end(), mode);
  if (at != known.end()) return static_cast<Merge>(at - known.begin());
  fail(Code::value, "Bidirectional's merge_mode is '" + escaped(mode) + "'; it must be concat, sum, mul, ave or none." +
                        did_you_mean(mode, known));
}

void turn(const DirectionRows& of, const real* from, real* to) noexcept {
  for (Index r = 0; r < of.rows; ++r) std::copy_n(from + r * of.units_g, of.units_g, to + turned(r, of) * of.units_g);
}

void merge(Merge how, const DirectionRows& of, const real* f, const real* g, real* out) noexcept {
  const Index each = width(how, of);
  for (Index r = 0; r < of.rows; ++r)
    merge_row(how, f + r * of.units_f, g + turned(r, of) * of.units_g, of.units_f, of.units_g, out + r * each);
}

void unmerge(Merge how, const DirectionRows& of, const real* d, const real* f, const real* g, real* df, real* dg) noexcept {
  const Index each = width(how, of);
  for (Index r = 0; r < of.rows; ++r) {
    const Index m = turned(r, of) * of.units_g;
    unmerge_row(how, d + r * each, f + r * of.units_f, g + m, of.units_f, of.units_g, df + r * of.units_f, dg + m);
  }
}

}  // namespace rondo
