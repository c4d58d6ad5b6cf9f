#include "series.h"

#include <algorithm>

#include "data/audit.h"

namespace rondo::cli {

namespace {

std::string many(Index count, const char* one, const char* several) {
  return grouped(count) + " " + (count == 1 ? one : several);
}

// The lines of a text.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    out.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

}  // namespace

void DateArguments::declare(Arguments& arguments) {
  arguments.text("--date", "COL", column, "the column of dates (default: the first that holds dates)");
  arguments.text("--date-order", "dmy|mdy", order, "what 01/02/1960 is, where the column does not tell");
}

std::string Series::label(Index row) const {
  if (row < 0 || row >= table.rows()) return {};
  if (dates) return escaped(dates->label(row));
  const auto labels = table.labels();
  return labels ? escaped(labels->labels[row].substr(0, 40)) : std::string();
}

std::string Series::label_name() const {
  if (dates) return escaped(dates->column());
  const auto labels = table.labels();
  return labels ? escaped(labels->name) : std::string();
}

Series read_series(const std::string& path, const DateArguments& given) {
  const DateOrder order = given.order ? date_order_from(*given.order) : DateOrder::open;
  Series out;
  out.table = read_table(path);
  std::string why;
  const auto find = [&] { out.dates = find_dates(out.table, given.column.value_or(""), order, &why); };
  find();
  if (!out.dates && !why.empty()) out.remarks.push_back(why + ": it is read as text");
  if (!out.dates) return out;
  const DateAudit audit = out.dates->audit();
  if (audit.duplicates > 0 && audit.disorder > 0 && !audit.newest_first) {
    rondo::fail(Code::value, "column '" + escaped(out.dates->column()) + "' goes back in time " +
                                 many(audit.disorder, "time", "times") + ", first at " +
                                 out.table.row_text(audit.first_disorder) + ", and " +
                                 many(audit.duplicates, "row has", "rows have") +
                                 " the date of an earlier one: these look like several series below one another.\n"
                                 "Give each a file of its own, or one column each beside a single column of dates.");
  }
  if (audit.disorder > 0) {
    out.remarks.push_back((audit.newest_first
                               ? std::string("the rows were newest first: they are read oldest first")
                               : many(audit.disorder, "row was", "rows were") + " earlier than the row before, first " +
                                     out.table.row_text(audit.first_disorder) + ": the rows are read in order of time") +
                          "; row numbers below count in that order");
    Table table = std::move(out.table);
    out.table = in_time_order(std::move(table), *out.dates);
    find();
  }
  if (!out.dates) return out;
  std::vector<std::string> lines = lines_of(out.dates->text(out.table));
  for (std::size_t i = 1; i < lines.size(); ++i) out.remarks.push_back(std::move(lines[i]));
  if (out.dates->audit().gaps > 0) out.remarks.push_back("windows read across gaps as if no time were missing");
  return out;
}

std::string dates_text(const Series& series) {
  if (!series.dates) return "none: rows are counted from 0";
  std::string text = lines_of(series.dates->text(series.table)).front();
  if (text.starts_with("dates: ")) text.erase(0, 7);
  return text;
}

Json dates_json(const Series& series) {
  if (!series.dates) return {};
  const DateAudit& audit = series.dates->audit();
  return Json::Object{{"column", series.dates->column()},
                      {"frequency", series.dates->frequency().text()},
                      {"gaps", audit.gaps},
                      {"missing_rows", audit.missing_rows},
                      {"duplicates", audit.duplicates}};
}

namespace {

std::vector<Gap> found(const Frame& windows, const Series& series) {
  std::vector<std::shared_ptr<const Column>> columns;
  const Framing& f = windows.framing();
  for (const auto* names : {&f.features, &f.targets}) {
    for (const std::string& name : *names) columns.push_back(series.table.share(name));  // as they were before gaps were filled
  }
  return audit(columns);
}

}  // namespace

std::string missing_text(const Frame& windows, const Series& series) {
  const std::vector<Gap> gaps = found(windows, series);
  return gaps.empty() ? "none" : text(gaps, series.table);
}

Json missing_json(const Frame& windows, const Series& series) {
  return Json::list(found(windows, series), [](const Gap& gap) {
    return Json(Json::Object{
        {"column", gap.column}, {"missing", gap.missing}, {"infinite", gap.infinite}, {"first_row", gap.first_row}});
  });
}

std::vector<std::string> column_names(const std::string& given, const Table& table) {
  std::vector<std::string> parts(1);
  for (const char c : given) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  const auto trimmed = [](const std::string& name) {
    const std::size_t first = name.find_first_not_of(' ');
    return first == std::string::npos ? std::string() : name.substr(first, name.find_last_not_of(' ') - first + 1);
  };
  std::vector<std::string> out;
  for (std::size_t i = 0; i < parts.size();) {
    std::string name = parts[i], longest = trimmed(name);
    std::size_t next = i + 1;
    for (std::size_t j = i; j < parts.size() && j < i + 8; ++j) {  // the longest run that is a column
      if (j > i) name += "," + parts[j];
      for (const std::string& candidate : {name, trimmed(name)}) {
        if (!table.has(candidate)) continue;
        longest = candidate;
        next = j + 1;
        break;
      }
    }
    out.push_back(longest);
    i = next;
  }
  return out;
}

std::string rows_text(const Series& series, Index first, Index end) {
  if (first >= end) return "no rows";
  const std::string from = series.label(first), to = series.label(end - 1);
  std::string out = end - first == 1 ? "row " + grouped(first) : "rows " + grouped(first) + " .. " + grouped(end - 1);
  if (!from.empty()) out += " (" + from + (end - first == 1 ? "" : " .. " + to) + ")";
  return out;
}

Json rows_json(const Series& series, Index first, Index end) {
  const auto label = [&](Index row) {
    const std::string text = first < end ? series.label(row) : "";
    return text.empty() ? Json() : Json(text);
  };
  return Json::Object{{"first", first}, {"end", end}, {"first_label", label(first)}, {"last_label", label(end - 1)}};
}

}  // namespace rondo::cli
