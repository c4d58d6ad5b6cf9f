// Each line of the input is a cell of a column. Dates that are found are written on and audited.
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"
#include "rondo/data/dates.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return rondo::survives([&] {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> cells;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      cells.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    rondo::Table table;
    table.add_text("date", cells);
    const auto dates = rondo::find_dates(table);
    if (!dates) return;
    for (const rondo::Index steps : {1, 7, 1'000'000'000}) dates->after(steps);
    dates->text(table);
    rondo::in_time_order(table, *dates);
  });
}
