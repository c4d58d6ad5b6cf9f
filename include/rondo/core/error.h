// One error type for the whole library. Its code is stable: Python maps it to exceptions, the command line to exit codes.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rondo {

enum class Code {
  not_found,    // a file that is not there or cannot be read
  format,       // a file that is empty, truncated, foreign or malformed
  shape,        // an array whose shape does not fit
  value,        // a number, name or option out of range
  unsupported,  // understood, but not something this version does
  memory,       // more memory than there is
  non_finite,   // NaN or infinity where training cannot go on
  output,       // a result that cannot be written
  state,        // a call out of order (fit before compile, predict before build)
  internal,     // a defect of ours
};

// The stable spelling of a code: "not_found", "shape", ...
std::string_view code_name(Code code);

class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

// A shape error in its five parts, always in this order. Data values never appear in it.
struct ShapeReport {
  std::string where;    // "layer 'lstm' (LSTM, built for (samples, time steps=10, features=2))"
  std::string got;      // "X (10, 2): 2 axes; an LSTM needs 3: (samples, time steps, features)"
  std::string likely;   // the most likely cause, read off the numbers
  std::string fix;      // the line to type
  std::string meaning;  // what that line would mean
};
std::string text(const ShapeReport& report);
[[noreturn]] void fail(const ShapeReport& report);
[[noreturn]] void fail(Code code, const std::string& message);

// `text` with control characters written as \n, \x1b, ...: what a file says may be printed, never obeyed.
std::string escaped(std::string_view text);

// " Did you mean 'lstm'?" for the nearest known name, or "" if none is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace rondo
