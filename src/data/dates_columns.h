// A column as dates: what find_dates tries on each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dates_form.h"
#include "rondo/data/dates.h"

namespace rondo {

struct FoundDates {
  std::vector<std::int64_t> micros;
  DateForm form;
  std::string refusal;  // "": these are dates
  Index row = -1;       // the row that is refused
  bool open = false;    // all are dates, but days and months cannot be told apart
  bool mostly = false;  // most of the others are dates
};

FoundDates text_dates(const Column& column, DateOrder order);
// `named`: the user says that these are dates, whatever the column is called.
FoundDates number_dates(const Column& column, bool named);
// Number columns year, month and perhaps day, hour, minute; `name` lists them.
FoundDates part_dates(const Table& table, std::string& name);

}  // namespace rondo
