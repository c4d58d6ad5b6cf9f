#include "data/audit.h"

#include <algorithm>
#include <cmath>

#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {

std::vector<Gap> audit(std::span<const std::shared_ptr<const Column>> columns) {
  std::vector<Gap> gaps;
  for (const auto& column : columns) {
    bool again = false;
    for (const Gap& gap : gaps) again = again || gap.column == column->name;
    if (again) continue;
    Gap gap{column->name};
    for (std::size_t r = 0; r < column->numbers.size(); ++r) {
      const double v = column->numbers[r];
      if (std::isfinite(v)) continue;
      if (gap.missing + gap.infinite == 0) gap.first_row = static_cast<Index>(r);
      ++(std::isnan(v) ? gap.missing : gap.infinite);
    }
    if (gap.missing + gap.infinite > 0) gaps.push_back(std::move(gap));
  }
  return gaps;
}

std::string text(std::span<const Gap> gaps, const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (i > 0) out += "\n";
    if (i == 10) return out + "and " + std::to_string(gaps.size() - i) + " more columns";
    const Gap& gap = gaps[i];
    out += "column " + in_quotes(gap.column) + ": ";
    if (gap.missing > 0) out += grouped(gap.missing) + (gap.missing == 1 ? " missing value" : " missing values");
    if (gap.infinite > 0) out += (gap.missing > 0 ? ", " : "") + grouped(gap.infinite) + " infinite";
    out += ", first at " + table.row_text(gap.first_row);
  }
  return out;
}

std::shared_ptr<const Column> filled_forward(const Column& column, const Table& table) {
  auto out = std::make_shared<Column>(column);
  if (!out->numbers.empty() && !std::isfinite(out->numbers[0])) {
    if (std::none_of(out->numbers.begin(), out->numbers.end(), [](double v) { return std::isfinite(v); })) {
      fail(Code::value, "column " + in_quotes(column.name) + " holds no value at all, in " + grouped(table.rows()) +
                            " rows: leave it out by naming the others in .features.");
    }
    fail(Code::value, "column " + in_quotes(column.name) + " begins with a missing value, at " + table.row_text(0) +
                          ": there is nothing before it to repeat. Take the first rows out, or say .missing = Missing::drop.");
  }
  for (std::size_t r = 1; r < out->numbers.size(); ++r) {
    if (!std::isfinite(out->numbers[r])) out->numbers[r] = out->numbers[r - 1];
  }
  return out;
}

}  // namespace rondo
