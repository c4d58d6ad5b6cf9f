// The FMA peak of one core on the active ISA, measured: the yardstick beside every figure.
#pragma once

namespace rondo {
// FLOP per second of independent multiply-adds in registers.
double peak_flops();
}  // namespace rondo
