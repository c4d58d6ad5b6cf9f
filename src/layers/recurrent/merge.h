// How Bidirectional brings two directions together, row by row; the backward direction counts its time steps from the end.
//
//   concat [f g]   sum f + g   ave (f + g) / 2   mul f * g   none: the two stay apart
#pragma once

#include <string>

#include "rondo/core/types.h"

namespace rondo {

enum class Merge { concat, sum, ave, mul, none };

// Throws Error(value) for a word that is none of them.
Merge merge_of(const std::string& mode);

// What the two directions put out: (samples, steps, places) rows each. A row of features has one place, a film's frame many.
// Only concat allows them rows of different length.
struct DirectionRows {
  Index rows, steps, places, units_f, units_g;
};

// Rows of the backward direction, from one order of time into the other.
void turn(const DirectionRows& of, const real* from, real* to) noexcept;

void merge(Merge how, const DirectionRows& of, const real* f, const real* g, real* out) noexcept;
// Its gradient: d is that of the merged rows, df and dg are overwritten.
void unmerge(Merge how, const DirectionRows& of, const real* d, const real* f, const real* g, real* df, real* dg) noexcept;

}  // namespace rondo
