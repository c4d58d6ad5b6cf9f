// What one cell is, before anything is known of its column.
#pragma once

#include <string>
#include <string_view>

namespace rondo::csv {

// Empty, NA, null, #N/A, -, ... in any case.
bool spells_missing(std::string_view cell);

// 1949-01, 01/02/1949, 12:30, 2020-01-01T00:00:00Z: begins with a digit and goes on like a date.
bool date_like(std::string_view cell);

// For a message: in quotes, short, and harmless to print.
std::string quoted(std::string_view cell);

}  // namespace rondo::csv
