// A table of rows in time as train, plan, forecast and evaluate read it: dates found and audited, rows oldest first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "console.h"
#include "rondo/data/dates.h"
#include "rondo/data/frame.h"

namespace rondo::cli {

struct Series {
  Table table;
  std::optional<Dates> dates;        // of the table as it is here
  std::vector<std::string> remarks;  // what is wrong with the dates, and what was done

  // A row's date, or what the first text column calls it, control characters escaped; "" without either.
  std::string label(Index row) const;
  std::string label_name() const;  // of the column
};

// Which column holds the dates, and how it writes them, where that must be said.
struct DateArguments {
  std::optional<std::string> column, order;
  void declare(Arguments& arguments);
};

// Rows in another order than time are put in order, with a remark. Throws Error(value) for dates that come twice out of order:
// several series below one another.
Series read_series(const std::string& path, const DateArguments& dates);

// "column 'Month', monthly, 1949-01 .. 1960-12", or that there are none.
std::string dates_text(const Series& series);
Json dates_json(const Series& series);

// Missing and infinite values in the columns that windows read: what an audit found before anything was done about them.
std::string missing_text(const Frame& windows, const Series& series);
Json missing_json(const Frame& windows, const Series& series);

// The names in "A,B": a name may hold a comma, if the table has such a column. Spaces around a name are dropped unless they are
// part of one.
std::vector<std::string> column_names(const std::string& given, const Table& table);

// "rows 0 .. 99 (1949-01 .. 1957-04)"; "no rows" when first == end.
std::string rows_text(const Series& series, Index first, Index end);
Json rows_json(const Series& series, Index first, Index end);  // {"first", "end", "first_label", "last_label"}

}  // namespace rondo::cli
