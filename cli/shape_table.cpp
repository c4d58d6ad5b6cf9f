// rondo shape, for a table: what it is, the windows an LSTM would see, what is wrong, and the line that trains on it.
#include <algorithm>
#include <cmath>
#include <map>

#include "numbers.h"
#include "shape.h"
#include "wording.h"

namespace rondo::cli {

namespace {

std::string many(Index count, const char* one, const char* several) {
  return grouped(count) + " " + (count == 1 ? one : several);
}

std::string quoted(const std::string& name) { return "'" + escaped(name.size() > 40 ? name.substr(0, 38) + ".." : name) + "'"; }

std::string short_number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", value);
  return buffer;
}

struct Look {  // at one number column
  Index missing = 0, infinite = 0, first_bad = -1;
  double low = 0, high = 0;
  bool any = false, constant = false, counter = false;
};

Look look_at(const std::vector<double>& values) {
  Look out;
  bool steps = values.size() > 2;
  for (std::size_t r = 0; r < values.size(); ++r) {
    const double v = values[r];
    if (r > 0) steps = steps && v == values[r - 1] + 1;
    if (!std::isfinite(v)) {
      ++(std::isnan(v) ? out.missing : out.infinite);
      if (out.first_bad < 0) out.first_bad = static_cast<Index>(r);
      continue;
    }
    out.low = out.any ? std::min(out.low, v) : v;
    out.high = out.any ? std::max(out.high, v) : v;
    out.any = true;
  }
  out.constant = out.any && out.low == out.high && values.size() > 1;
  out.counter = steps;
  return out;
}

// A column that says which of several series a row belongs to: it changes where time goes back, and only there.
std::optional<std::string> series_column(const Table& table, const Dates& dates) {
  for (Index c = 0; c < table.columns(); ++c) {
    const Column& column = table.column(c);
    if (column.name == dates.column()) continue;
    bool fits = true;
    for (Index r = 1; fits && r < table.rows(); ++r) {
      const auto i = static_cast<std::size_t>(r);
      const bool changes = column.text ? column.labels[r] != column.labels[r - 1] : column.numbers[i] != column.numbers[i - 1];
      fits = changes == (dates.microseconds(r) < dates.microseconds(r - 1));
    }
    if (fits) return column.name;
  }
  return {};
}

std::string cell_text(const Column& column, Index row) {
  return column.text ? std::string(column.labels[row]) : short_number(column.numbers[static_cast<std::size_t>(row)]);
}

void several_series(const Settings& settings, const Series& series, Findings& out) {
  const DateAudit& audit = series.dates->audit();
  std::string text = "Several series below one another? Time goes back " + many(audit.disorder, "time", "times") +
                     ", first at " + series.table.row_text(audit.first_disorder) + ", and " +
                     many(audit.duplicates, "row has", "rows have") + " the date of an earlier one. ";
  const auto which = series_column(series.table, *series.dates);
  text += which ? "Column " + quoted(*which) + " tells them apart: give each value a file of its own."
                : "Give each series a file of its own, or one column each beside a single column of dates.";
  out.problem("several_series", text);
  if (!which) return;
  const Column& column = series.table.column(*which);
  const std::string value = cell_text(column, 0);
  const std::vector<std::string> names = series.table.names();
  const auto place = std::find(names.begin(), names.end(), *which) - names.begin() + 1;
  const bool simple = value.find_first_of("\"\\,;\t\n") == std::string::npos && value.size() < 40 && !value.empty();
  if (!simple) return;
  out.next.push_back("awk -F, " + shell_word("NR == 1 || $" + std::to_string(place) + " == \"" + value + "\"") + " " +
                     shell_word(settings.data, true) + " > one_series.csv");
}

void look_at_order(const Settings& settings, Series& series, Findings& out) {
  const DateAudit audit = series.dates->audit();
  if (audit.disorder > 0 && audit.duplicates > 0 && !audit.newest_first) {
    several_series(settings, series, out);
    return;
  }
  if (audit.newest_first) {
    out.problem("newest_first",
                "The newest row comes first. `rondo train` reads the rows oldest first; nothing is to be done.");
  } else if (audit.disorder > 0) {
    out.problem("disorder", many(audit.disorder, "row is", "rows are") + " earlier than the row before, first " +
                                series.table.row_text(audit.first_disorder) +
                                ". `rondo train` puts the rows in order of time.");
  }
  if (audit.duplicates > 0) {
    out.problem("duplicates", many(audit.duplicates, "row has", "rows have") + " the date of an earlier row, first " +
                                  series.table.row_text(audit.first_duplicate) +
                                  ". They are kept, as time steps of their own.");
  }
  if (audit.gaps > 0) {
    out.problem("gaps", many(audit.gaps, "gap", "gaps") + " in time, " + many(audit.missing_rows, "row", "rows") +
                            " missing, first before " + series.table.row_text(audit.first_gap) +
                            ". Windows read across a gap as if no time were missing.");
  }
  if (audit.disorder > 0) {
    Table table = std::move(series.table);
    series.table = in_time_order(std::move(table), *series.dates);
    series.dates = find_dates(series.table, settings.dates.column.value_or(""),
                              settings.dates.order ? date_order_from(*settings.dates.order) : DateOrder::open);
  }
}

void columns_part(const Settings& settings, const Series& series, const std::map<std::string, Look>& looks,
                  const Screen& screen, Findings& out) {
  const Table& table = series.table;
  out.what += folded(escaped(settings.data) + ": a table of " + many(table.rows(), "row", "rows") + " (time) x " +
                         many(table.columns(), "column", "columns") + "\n",
                     screen.width) +
              "\n";
  constexpr Index shown = 20;
  int width = 6;
  for (Index c = 0; c < std::min(table.columns(), shown); ++c)
    width = std::min(24, std::max(width, columns_of(escaped(table.column(c).name))));
  out.what += "  " + left("column", width) + "  kind     values\n";
  Json::List list;
  for (Index c = 0; c < table.columns(); ++c) {
    const Column& column = table.column(c);
    const bool dates = series.dates && series.dates->column() == column.name;
    Json::Object json{{"name", column.name}, {"kind", dates ? "dates" : column.text ? "text" : "number"}};
    std::string line = "  " + left(shortened(escaped(column.name), width), width) +
                       (dates         ? "  dates    "
                        : column.text ? "  text     "
                                      : "  number   ");
    if (column.text || dates) {
      const std::string first = dates ? series.label(0) : escaped(cell_text(column, 0)),
                        last = dates ? series.label(table.rows() - 1) : escaped(cell_text(column, table.rows() - 1));
      line += shortened(first, 24) + " .. " + shortened(last, 24);
      json.emplace_back("first", first);
      json.emplace_back("last", last);
    } else {
      const Look& look = looks.at(column.name);
      line += !look.any       ? std::string("none")
              : look.constant ? "always " + short_number(look.low)
                              : short_number(look.low) + " to " + short_number(look.high);
      if (look.missing > 0) line += ", " + grouped(look.missing) + " missing";
      if (look.infinite > 0) line += ", " + grouped(look.infinite) + " infinite";
      json.emplace_back("min", look.any ? Json(look.low) : Json());
      json.emplace_back("max", look.any ? Json(look.high) : Json());
      json.emplace_back("missing", look.missing);
      json.emplace_back("infinite", look.infinite);
      json.emplace_back("constant", look.constant);
    }
    if (c < shown) out.what += shortened(line, screen.width) + "\n";
    list.emplace_back(std::move(json));
  }
  if (table.columns() > shown) out.what += "  and " + grouped(table.columns() - shown) + " more, listed with --json\n";
  out.what += "\n" + field("dates", dates_text(series), screen.width);
  out.json.insert(out.json.end(),
                  {{"kind", "table"}, {"rows", table.rows()}, {"columns", std::move(list)}, {"dates", dates_json(series)}});
}

// The column to forecast when the user names none: the last one that is neither the date nor constant, and a count of the rows
// only where there is no other.
std::optional<std::string> likely_target(const Series& series, const std::map<std::string, Look>& looks) {
  std::optional<std::string> varies, counts;
  for (const std::string& name : series.table.number_names()) {
    if (series.dates && series.dates->column() == name) continue;
    const Look& look = looks.at(name);
    if (look.any && !look.constant) (look.counter ? counts : varies) = name;
  }
  return varies ? varies : counts;
}

// Windows of this framing that leave something in every part. Where the rows are too few for the look-back, a shorter one may
// do: half, a quarter, ...
std::optional<Frame> fitting_windows(const Table& table, FrameOptions options, bool constant, Findings& out) {
  const Index wanted = options.lookback;
  for (bool first = true; options.lookback > 0; options.lookback /= 2, first = false) {
    try {
      Frame windows = frame(table, options);
      if (!constant) split(windows);
      return windows;
    } catch (const Error& error) {
      if (!first) continue;
      const Index needed = wanted + options.horizon;
      if (table.rows() >= needed) {
        out.problem("windows", in_flags(error.what()));
      } else {
        out.problem("too_few_rows", "Too few rows: one window takes lookback " + grouped(wanted) + " + horizon " +
                                        grouped(options.horizon) + " = " + grouped(needed) + ", and the table has " +
                                        grouped(table.rows()) + ".");
      }
    }
  }
  return {};
}

// What an LSTM would see of it, in words and numbers.
void windows_text(const Settings& settings, const Frame& windows, const Screen& screen, Findings& out) {
  const Index rows = windows.rows(), horizon = windows.framing().horizon;
  const Index samples = windows.samples(), steps = windows.framing().lookback, width = windows.x_shapes()[0][2];
  out.sees = wrapped("An LSTM reads (samples, time steps, features). The rows are time steps, " +
                         (width == 1 ? std::string("the number column is the one feature")
                                     : "the " + grouped(width) + " number columns are features") +
                         ". The file as it stands would be ONE sample, (1, " + std::to_string(rows) + ", " +
                         std::to_string(width) + "). One sample is nothing to train on, so windows are cut from it, " +
                         grouped(steps) + " rows each, and every window is a sample:",
                     screen.width, 2);
  const Shape x{samples, steps, width}, y{samples, windows.y_shapes()[0][1]};
  const int columns = std::max(columns_of(x.text()), columns_of(y.text()));
  std::string sample = windows.sample_text(0);
  sample.insert(sample.find('\n') + 1, "  ");
  const std::string shapes = "    X " + left(x.text(), columns) + "   " + many(samples, "sample", "samples") + " x " +
                             many(steps, "time step", "time steps") + " x " + many(width, "feature", "features") + "\n    y " +
                             left(y.text(), columns) + "   " +
                             (horizon == 1 ? "the next row" : "the next " + grouped(horizon) + " rows") + " of " +
                             escaped(*settings.target) + "\n";
  out.sees += "\n" + folded(shapes, screen.width) + "\n" + folded("  " + sample, screen.width);
  out.json.insert(out.json.end(), {{"target", *settings.target},
                                   {"features", Json::strings(windows.framing().features)},
                                   {"lookback", steps},
                                   {"horizon", horizon},
                                   {"samples", samples},
                                   {"x", Json(x)},
                                   {"y", Json(y)}});
}

// "Columns 'a', 'b' are"
std::string columns_named(const std::vector<std::string>& names, const char* one, const char* several) {
  std::string out = names.size() == 1 ? "Column " : "Columns ";
  for (std::size_t i = 0; i < names.size() && i < 8; ++i) out += (i ? ", " : "") + quoted(names[i]);
  if (names.size() > 8) out += " and " + std::to_string(names.size() - 8) + " more";
  return out + (names.size() == 1 ? one : several);
}

// The windows of this framing, or what stands against them.
void windows_part(Settings& settings, const Series& series, const std::map<std::string, Look>& looks, const Screen& screen,
                  Findings& out) {
  const Table& table = series.table;
  std::vector<std::string> left_out;
  FrameOptions options = settings.framing(series);
  std::vector<std::string> features = options.features.empty() ? table.number_names() : options.features.all();
  std::vector<std::string> counters, constants, nothing;
  for (const std::string& name : features) {
    const Look& look = looks.at(name);
    if (name == *settings.target) continue;
    if (look.counter) counters.push_back(name);
    if (look.constant) constants.push_back(name);
    if (!look.any) nothing.push_back(name);
  }
  if (!counters.empty()) {
    out.problem("counter", columns_named(counters, " only counts", " only count") +
                               " the rows, and would be read as a feature. --features leaves it out.");
  }
  if (!constants.empty()) {
    out.problem("constant_feature",
                columns_named(constants, " is", " are") + " constant: that tells a network nothing, and does no harm.");
  }
  if (!nothing.empty()) {
    out.problem("empty", columns_named(nothing, " holds", " hold") + " no value at all. --features leaves it out.");
  }
  left_out = counters;
  left_out.insert(left_out.end(), nothing.begin(), nothing.end());
  for (const std::string& name : left_out) features.erase(std::find(features.begin(), features.end(), name));
  if (!left_out.empty()) options.features = features;

  bool forward = true;  // can gaps be filled with the value before?
  std::vector<std::string> holes;
  for (const std::string& name : features) {
    const Look& look = looks.at(name);
    if (look.first_bad < 0) continue;
    forward = forward && look.first_bad > 0;
    holes.push_back("column " + quoted(name) + ": " +
                    (look.missing > 0 ? many(look.missing, "missing value", "missing values") : std::string()) +
                    (look.infinite > 0 ? (look.missing > 0 ? ", " : "") + grouped(look.infinite) + " infinite" : "") +
                    ", first at " + table.row_text(look.first_bad));
  }
  if (!holes.empty()) {
    if (!settings.missing) settings.missing = "forward";
    std::string text = "Missing or infinite values:\n";
    for (std::size_t h = 0; h < holes.size() && h < 6; ++h) text += holes[h] + "\n";
    if (holes.size() > 6) text += "and " + std::to_string(holes.size() - 6) + " more columns\n";
    out.problem("missing",
                text + "--missing forward repeats the last known value, --missing drop leaves out the windows that touch one.");
  }
  if (settings.missing && *settings.missing == "forward" && !forward) settings.missing = "drop";
  if (settings.missing) options.missing = missing_from(*settings.missing);
  const Look& target = looks.at(*settings.target);
  if (target.constant) {
    out.problem("constant_target", "Column " + quoted(*settings.target) + " is constant: there is nothing to forecast.");
  }

  const std::optional<Frame> windows = fitting_windows(table, options, target.constant, out);
  if (!windows) return;
  windows_text(settings, *windows, screen, out);
  if (target.constant) return;
  std::string line = "rondo train " + shell_word(settings.data, true) + " --target " + shell_word(*settings.target) +
                     " --lookback " + std::to_string(windows->framing().lookback) + " --horizon " +
                     std::to_string(options.horizon);
  if (!left_out.empty() && features.size() <= 20) {
    std::string names;
    for (const std::string& name : features) names += (names.empty() ? "" : ",") + name;
    line += " --features " + shell_word(names);
  }
  if (settings.missing) line += " --missing " + *settings.missing;
  if (settings.dates.column) line += " --date " + shell_word(*settings.dates.column);
  if (settings.dates.order) line += " --date-order " + *settings.dates.order;
  out.next.push_back(line);
}

}  // namespace

Series look_at_table(Settings& settings, const Screen& screen, Findings& out) {
  Series series;
  series.table = read_table(settings.data);
  const std::string column = settings.dates.column.value_or("");
  const DateOrder order = settings.dates.order ? date_order_from(*settings.dates.order) : DateOrder::open;
  std::string why;
  try {
    series.dates = find_dates(series.table, column, order, &why);
  } catch (const Error& error) {
    if (!column.empty()) throw;
    out.problem("open_dates", in_flags(error.what()));
  }
  if (!why.empty()) out.problem("no_dates", why + ". It is read as text.");
  std::map<std::string, Look> looks;
  for (Index c = 0; c < series.table.columns(); ++c) {
    const Column& values = series.table.column(c);
    if (!values.text) looks[values.name] = look_at(values.numbers);
  }
  bool one_series = true;
  if (series.dates) {
    const std::size_t before = out.wrong.size();
    look_at_order(settings, series, out);
    for (std::size_t i = before; i < out.wrong.size(); ++i)
      one_series = one_series && !out.wrong[i].starts_with("Several series");
    for (auto& [name, look] : looks) look = look_at(series.table.column(name).numbers);
  }
  columns_part(settings, series, looks, screen, out);

  const Table& table = series.table;
  if (settings.target && table.column(*settings.target).text)
    rondo::fail(Code::value, "--target " + quoted(*settings.target) + " is a column of text; a network forecasts numbers.");
  if (table.columns() > 2 * table.rows() && table.rows() < 20) {
    out.problem("turned", "Rows are time and columns are features: is the table turned? " + many(table.rows(), "row", "rows") +
                              " and " + grouped(table.columns()) + " columns would be " +
                              many(table.rows(), "time step", "time steps") + " of " + grouped(table.columns()) + " features.");
  }
  if (!settings.target) settings.target = likely_target(series, looks);
  if (!settings.target) {
    out.problem("no_numbers", looks.empty() ? "Every column is text: there is nothing that a network could read."
                                            : "No number column varies: there is nothing to forecast.");
  } else if (one_series) {
    windows_part(settings, series, looks, screen, out);
  }
  return series;
}

}  // namespace rondo::cli
