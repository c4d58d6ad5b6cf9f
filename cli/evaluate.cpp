// rondo evaluate: a forecaster on a table, the rows it was trained on apart from those that chose its epoch, and both apart
// from the rows that are new to it.
#include <chrono>

#include "evaluate_arrays.h"
#include "files.h"
#include "numbers.h"
#include "rondo/forecast/forecaster.h"
#include "scores.h"
#include "series.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

struct Scored {
  const char* key;
  const char* about;  // "rows 0 .. 99 ..."
  Index first, end, windows = 0;
  std::vector<Contender> scores = {};
};

class Evaluate : public Verb {
 public:
  std::string name() const override { return "evaluate"; }
  std::string about() const override {
    return "how good a forecaster is, on the rows it saw and on new ones; or any model, on arrays";
  }
  std::vector<std::string> examples() const override {
    return {"rondo evaluate airline.keras airline.csv", "rondo evaluate airline.keras airline.csv --season 12 --json",
            "rondo evaluate model.keras --x X.npy --y Y.npy --loss mse --metrics mae --metrics r2_score"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras", model_, "a forecaster that `rondo train` wrote; with --x and --y any model");
    arguments.positional("DATA.csv", given_, "a table with the columns it was trained on");
    arguments.count("--season", season_, 1, 1'000'000'000, "rows to a season (default: as it was trained)");
    dates_.declare(arguments);
    arrays_.declare(arguments);
    arguments.count("--threads", threads_, 1, 256, "threads; changes no number (default: one a core)");
  }

  int run(Console& console) override {
    if (arrays_.given()) {
      if (given_)
        throw UsageError("a table, '" + escaped(*given_) + "', and arrays by --x are two things to evaluate: give one");
      if (season_ || dates_.column || dates_.order)
        throw UsageError("--season, --date and --date-order are for a table, not for arrays");
      return arrays_.run(model_, threads_, console);
    }
    if (!given_) throw UsageError("what is it to be evaluated on? Give a table, DATA.csv, or arrays, --x X.npy --y Y.npy");
    arrays_.refuse_for_a_table();
    data_ = *given_;
    const auto start = std::chrono::steady_clock::now();
    check_not_swapped("evaluate", model_, data_);
    const Forecaster forecaster = load_forecaster(model_);
    const Series series = read_series(data_, dates_);
    FrameOptions framing = forecaster.framing.options();
    if (series.dates && series.table.has(series.dates->column())) framing.labels = series.dates->column();
    const Frame windows = frame(series.table, framing);
    const SeenRows seen = seen_rows(forecaster, series.table, series.dates ? &*series.dates : nullptr);
    const Index season = season_for(forecaster, windows, console);

    std::vector<Scored> parts{{"train", "was trained on", 0, seen.train_end},
                              {"validation", "chose its epoch by", seen.train_end, seen.validation_end},
                              {"new", "has never seen", seen.validation_end, windows.rows()}};
    if (seen.by == SeenRows::By::dates) parts[0].about = "was trained on, or that are older";
    for (Scored& part : parts) {
      // Before the first target there is nothing to score, nor where the seasonal naive forecast does not reach back.
      const Index reach = std::max(windows.target_row(0), season + forecaster.framing.gap);
      const Part rows(windows, forecaster.scaler, std::max(part.first, std::min(reach, part.end)), part.end, seen.train_end);
      part.windows = rows.samples();
      if (part.windows == 0) continue;
      CompareOptions options;
      options.season = season;
      options.model = &forecaster.model;
      options.predict.threads = static_cast<int>(threads_.value_or(0));
      part.scores = contenders(compare(rows, options), season);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    console.result(console.json() ? "" : text(forecaster, series, windows, seen, parts, season),
                   json(forecaster, series, windows, seen, parts, season, seconds));
    return Exit::done;
  }

 private:
  // The seasonal naive forecast of the last window must have a value to repeat.
  Index season_for(const Forecaster& forecaster, const Frame& windows, Console& console) const {
    const Index season = season_.value_or(forecaster.season);
    const Index last = windows.target_row(windows.samples() - 1);
    if (season + forecaster.framing.gap <= last) return season;
    const std::string few =
        "a season of " + grouped(season) + " rows is too long for the " + grouped(windows.rows()) + " rows of this table";
    if (season_) rondo::fail(Code::value, few + ". Say a shorter --season, or --season 1 for none.");
    console.note(few + ": none is assumed");
    return 1;
  }

  static std::string recognised(const SeenRows& seen) {
    switch (seen.by) {
      case SeenRows::By::values:
        return "the rows it saw are recognised by their values";
      case SeenRows::By::dates:
        return "the rows it saw are recognised by their dates: the table begins elsewhere, or its values differ from those it "
               "was trained on";
      case SeenRows::By::nothing:
        break;
    }
    return "not known: its rows are not recognised, neither by value nor by date, and all count as new. If it was trained on "
           "some of them, these scores flatter it";
  }

  std::string text(const Forecaster& forecaster, const Series& series, const Frame& windows, const SeenRows& seen,
                   const std::vector<Scored>& parts, Index season) const {
    const Screen shown = screen();
    const Framing& f = forecaster.framing;
    std::string out = escaped(model_) + " on " + escaped(data_) + ": " + grouped(windows.rows()) + " rows -> " +
                      grouped(windows.samples()) + (windows.samples() == 1 ? " window\n" : " windows\n");
    out += field("dates", dates_text(series), shown.width);
    for (const std::string& remark : series.remarks) out += field("", remark, shown.width);
    out += field("target",
                 escaped(f.targets.front()) + ", " + (f.horizon == 1 ? "one row" : grouped(f.horizon) + " rows") +
                     " ahead of " + grouped(f.lookback),
                 shown.width);
    out += field("season", grouped(season) + (season == 1 ? " row: none" : " rows"), shown.width);
    out += field("seen", recognised(seen), shown.width);
    for (const Scored& part : parts) {
      if (part.first >= part.end) continue;
      const bool unknown = seen.by == SeenRows::By::nothing;
      out += "\n" + wrapped((unknown ? std::string("Rows that count as new: ") : "Rows it " + std::string(part.about) + ": ") +
                                rows_text(series, part.first, part.end) + ", " + grouped(part.windows) +
                                (part.windows == 1 ? " window" : " windows"),
                            shown.width);
      if (part.windows > 0) out += scores_text(part.scores, shown);
      if (part.windows > 0 && part.key == std::string_view("new"))
        out += wrapped(verdict(part.scores, "the new rows"), shown.width);
    }
    if (parts[2].windows == 0)
      out +=
          "\n" + wrapped("No row is new to the model: how good it is on rows it has never seen cannot be told from this table.",
                         shown.width);
    return out;
  }

  Json::Object json(const Forecaster& forecaster, const Series& series, const Frame& windows, const SeenRows& seen,
                    const std::vector<Scored>& parts, Index season, double seconds) const {
    Json::Object scored;
    for (const Scored& part : parts) {
      const auto scores = [&](std::size_t i) {
        return scores_json(part.scores.empty() ? std::nullopt : part.scores[i].scores);
      };
      scored.emplace_back(part.key, Json::Object{{"rows", rows_json(series, part.first, part.end)},
                                                 {"windows", part.windows},
                                                 {"model", scores(0)},
                                                 {"persistence", scores(1)},
                                                 {"seasonal_naive", scores(2)}});
    }
    const char* by = seen.by == SeenRows::By::values ? "values" : seen.by == SeenRows::By::dates ? "dates" : "nothing";
    return {{"verb", "evaluate"},
            {"model", model_},
            {"data", data_},
            {"rows", windows.rows()},
            {"windows", windows.samples()},
            {"target", forecaster.framing.targets.front()},
            {"dates", dates_json(series)},
            {"remarks", Json::strings(series.remarks)},
            {"season", season},
            {"recognised_by", by},
            {"parts", std::move(scored)},
            {"seconds", seconds}};
  }

  std::string model_, data_;
  std::optional<std::string> given_;
  EvaluateArrays arrays_;
  std::optional<Index> season_, threads_;
  DateArguments dates_;
};

}  // namespace

std::unique_ptr<Verb> make_evaluate() { return std::make_unique<Evaluate>(); }

}  // namespace rondo::cli
