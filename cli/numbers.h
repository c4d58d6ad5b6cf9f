// Numbers as people read them.
#pragma once

#include <span>
#include <string>

namespace rondo::cli {

// Decimals with which the smallest of these sizes shows about four digits, 0 to 6.
int decimals_for(std::span<const double> values);
// "22.64"; very large and very small ones as 1.234e+09; "-" when it is not finite.
std::string fixed(double value, int decimals);
// "0.744635", "nan": a loss or a metric, six digits.
std::string score(double value);
// A number of an axis with one such `step` apart: the digits that tell it from the next.
std::string axis_number(double value, double step);
// "0:41", "1:02:03"
std::string clock_text(double seconds);
// "45 ms", "3.2 s", "4 min", "2.1 h"
std::string duration_text(double seconds);
// "8 %", "0.4 %", "120 %": of a part, 0.08.
std::string percent(double part);

}  // namespace rondo::cli
