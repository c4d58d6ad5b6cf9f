// Words for messages: numbers as people type them, and what is said of a name that is not known.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

// "0.5", "nan", "1e+300".
std::string short_number(double value);
// "(1, -1)", "(3,)": as Python prints a tuple. (Shape::text() says None for -1.)
std::string list_text(std::span<const Index> values);

// Throws Error(unsupported): "unknown layer 'LSTN'. Did you mean 'LSTM'? Known: ...": all names; of several
// spellings of one ("mse", "MSE") one.
[[noreturn]] void fail_unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known);

}  // namespace rondo
