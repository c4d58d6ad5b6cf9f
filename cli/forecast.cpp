// rondo forecast: what comes after the end of a table, in its units and with its dates.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "files.h"
#include "io/file.h"
#include "numbers.h"
#include "plot.h"
#include "rondo/forecast/forecaster.h"
#include "series.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

constexpr Index shown_rows = 24;

// RFC 4180: quoted where it must be.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

class ForecastVerb : public Verb {
 public:
  std::string name() const override { return "forecast"; }
  std::string about() const override { return "what comes after the end of a CSV file, with dates, in its units"; }
  std::vector<std::string> examples() const override {
    return {"rondo forecast airline.keras airline.csv",
            "rondo forecast airline.keras airline.csv --steps 24 --out forecast.csv",
            "rondo forecast airline.keras airline.csv --json"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras", model_, "a forecaster that `rondo train` wrote");
    arguments.positional("DATA.csv", data_, "a table with the columns it was trained on, up to the last known row");
    arguments.count("--steps", steps_, 1, 1'000'000, "rows to forecast (default: the horizon it was trained for)");
    dates_.declare(arguments);
    arguments.text("--out", "forecast.csv", out_, "where the forecast goes, as CSV");
    arguments.count("--threads", threads_, 1, 256, "threads; changes no number (default: one a core)");
  }

  int run(Console& console) override {
    const auto start = std::chrono::steady_clock::now();
    if (out_) check_output({"--out", *out_}, {{"the model", model_}, {"the data", data_}});
    check_not_swapped("forecast", model_, data_);
    const Forecaster forecaster = load_forecaster(model_);
    const Series series = read_series(data_, dates_);
    const Framing& f = forecaster.framing;
    const Index steps = steps_.value_or(f.horizon);
    PredictOptions options;
    options.threads = static_cast<int>(threads_.value_or(0));
    const Forecast yhat = forecast_next(forecaster.model, f, forecaster.scaler, series.table, steps, options);
    // The last one too: dates end with the year 9999.
    const bool dated = series.dates && !series.dates->after(f.gap + 1).empty() && !series.dates->after(f.gap + steps).empty();
    if (series.dates && !dated) {
      console.note(std::string(series.dates->frequency().count == 0
                                   ? "the dates are irregular"
                                   : "the forecast's dates would be later than can be written") +
                   ": the rows of the forecast are numbered instead");
    }
    std::vector<std::string> when;
    for (Index step = 1; step <= steps; ++step) {
      when.push_back(dated ? series.dates->after(f.gap + step) : std::to_string(series.table.rows() + f.gap + step - 1));
    }
    const bool taken = std::find(f.targets.begin(), f.targets.end(), "row") != f.targets.end();
    const std::string first = dated ? series.dates->column() : taken ? "row number" : "row";
    if (out_) {
      std::string csv = csv_cell(first);
      for (const std::string& name : f.targets) csv += "," + csv_cell(name);
      csv += "\n";
      for (Index step = 0; step < steps; ++step) {
        csv += csv_cell(when[static_cast<std::size_t>(step)]);
        for (Index k = 0; k < yhat.targets(); ++k) csv += "," + Json(yhat(0, step, k)).text();
        csv += "\n";
      }
      const Uninterrupted writing;
      write_file_atomic(*out_, csv);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const Screen shown = screen();
    console.result(console.json() ? "" : text(yhat, series, f, when, first, shown),
                   json(yhat, series, f, when, dated, seconds));
    return Exit::done;
  }

 private:
  std::string text(const Forecast& yhat, const Series& series, const Framing& f, const std::vector<std::string>& when,
                   const std::string& first, const Screen& shown) const {
    const Index rows = series.table.rows();
    std::string out = escaped(data_) + ": " + grouped(rows) + " rows\n" + field("dates", dates_text(series), shown.width);
    for (const std::string& remark : series.remarks) out += field("", remark, shown.width);
    out += field("forecast",
                 grouped(yhat.steps()) + (yhat.steps() == 1 ? " row" : " rows") + " after the last" +
                     (f.gap > 0 ? ", and a gap of " + grouped(f.gap) : "") +
                     (yhat.steps() > f.horizon ? "; the model answers " + grouped(f.horizon) +
                                                     " at once, and then reads its own forecasts as the past"
                                               : ""),
                 shown.width);
    out += "\n";
    int when_width = columns_of(first);
    for (const std::string& w : when) when_width = std::max(when_width, columns_of(w));
    std::vector<std::string> names;
    for (const std::string& name : f.targets) names.push_back(shortened(escaped(name), 24));
    out += "  " + left(escaped(first), when_width);
    for (const std::string& name : names) out += "  " + right(name, std::max(columns_of(name), 12));
    out += "\n";
    const int decimals = decimals_for(yhat.values());
    for (Index step = 0; step < yhat.steps(); ++step) {
      if (yhat.steps() > shown_rows && step == shown_rows / 2) {
        out += "  ... " + grouped(yhat.steps() - shown_rows) + " more" +
               (out_ ? " in " + escaped(*out_) : "; --out forecast.csv keeps them all") + " ...\n";
        step = yhat.steps() - shown_rows / 2;
      }
      out += "  " + left(when[static_cast<std::size_t>(step)], when_width);
      for (Index k = 0; k < yhat.targets(); ++k) {
        out += "  " + right(fixed(yhat(0, step, k), decimals), std::max(columns_of(names[static_cast<std::size_t>(k)]), 12));
      }
      out += "\n";
    }
    out += "\n" + picture(yhat, series, f, when, shown);
    if (out_) out += "\nwritten to " + escaped(*out_) + "\n";
    return out;
  }

  // The end of what is known, and the forecast after it.
  static std::string picture(const Forecast& yhat, const Series& series, const Framing& f, const std::vector<std::string>& when,
                             const Screen& shown) {
    const auto& known = series.table.column(f.targets.front()).numbers;
    const Index room = plot_points(shown), rows = series.table.rows();
    const Index ahead = std::min(f.gap + yhat.steps(), room * 2 / 3), behind = std::min(rows, room - ahead);
    Plot plot;
    for (Index row = rows - behind; row < rows + ahead; ++row) {
      const Index step = row - rows - f.gap;
      plot.line.push_back(row < rows ? known[static_cast<std::size_t>(row)] : std::nan(""));
      plot.marks.push_back(step >= 0 && row >= rows ? yhat(0, step) : std::nan(""));
      const std::string label = series.label(row);
      plot.labels.push_back(step >= 0 && row >= rows ? when[static_cast<std::size_t>(step)]
                            : label.empty()          ? std::to_string(row)
                                                     : label);
    }
    plot.line_name = escaped(f.targets.front());
    plot.marks_name = "forecast";
    return plot_text(plot, shown);
  }

  // No key twice.
  static std::string key_of(const std::string& target) {
    return target == "row" || target == "date" ? target + " (forecast)" : target;
  }

  Json::Object json(const Forecast& yhat, const Series& series, const Framing& f, const std::vector<std::string>& when,
                    bool dated, double seconds) const {
    Json::List rows;
    for (Index step = 0; step < yhat.steps(); ++step) {
      Json::Object row{{"row", series.table.rows() + f.gap + step},
                       {"date", dated ? Json(when[static_cast<std::size_t>(step)]) : Json()}};
      for (Index k = 0; k < yhat.targets(); ++k)
        row.emplace_back(key_of(f.targets[static_cast<std::size_t>(k)]), yhat(0, step, k));
      rows.push_back(row);
    }
    return {{"verb", "forecast"},
            {"model", model_},
            {"data", data_},
            {"out", out_ ? Json(*out_) : Json()},
            {"rows", series.table.rows()},
            {"dates", dates_json(series)},
            {"remarks", Json::strings(series.remarks)},
            {"targets", Json::strings(f.targets)},
            {"horizon", f.horizon},
            {"steps", yhat.steps()},
            {"forecast", std::move(rows)},
            {"seconds", seconds}};
  }

  std::string model_, data_;
  std::optional<Index> steps_, threads_;
  std::optional<std::string> out_;
  DateArguments dates_;
};

}  // namespace

std::unique_ptr<Verb> make_forecast() { return std::make_unique<ForecastVerb>(); }

}  // namespace rondo::cli
