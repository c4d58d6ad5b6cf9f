// Where the rows of an array went when it was reshaped, in words: the part of explain() that needs arithmetic.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "rondo/core/array.h"

namespace rondo {

struct Trace {
  struct Warning {
    std::string what;
    std::vector<std::string> fixes;  // lines to type, each with what it would mean
  };
  std::string rows;                   // "" if the array was not reshaped
  std::vector<Warning> warnings;      // a reshape that scrambled, or that leaves an LSTM one time step
  std::array<std::string, 3> viewer;  // what holding axis 0, 1, 2 shows of the original; "" if nothing simple
};

Trace traced(const Array& array);

// "1 sample", "10 time steps", "2 axes".
std::string counted(Index n, const std::string& what);

}  // namespace rondo
