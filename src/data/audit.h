// Which columns hold missing or infinite values, how many, and where first.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rondo/data/table.h"

namespace rondo {

struct Gap {
  std::string column;
  Index missing = 0;
  Index infinite = 0;
  Index first_row = 0;
};

std::vector<Gap> audit(std::span<const std::shared_ptr<const Column>> columns);
// "column 'load': 3 missing values, 1 infinite, first at row 17 (line 19, 1950-06)", a line each, at most ten.
std::string text(std::span<const Gap> gaps, const Table& table);

// The column with the last finite value repeated. Throws Error(value) if it begins with none.
std::shared_ptr<const Column> filled_forward(const Column& column, const Table& table);

}  // namespace rondo
