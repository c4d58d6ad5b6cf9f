// rondo train: from a CSV file to a forecaster, told as a story: what was understood, the epochs, how good it is on rows it
// never saw.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "core/memory.h"
#include "epochs.h"
#include "files.h"
#include "forecast_plot.h"
#include "interrupt.h"
#include "numbers.h"
#include "scores.h"
#include "settings.h"
#include "verbs.h"
#include "window_picture.h"
#include "wording.h"

namespace rondo::cli {

namespace {

using Clock = std::chrono::steady_clock;

class Train : public Verb {
 public:
  std::string name() const override { return "train"; }
  std::string about() const override { return "from a CSV file to a forecaster, compared with forecasts that need no network"; }
  std::vector<std::string> examples() const override {
    return {
        "rondo train airline.csv --target Passengers --lookback 12 --horizon 1 --out airline.keras",
        "rondo train airline.csv --target Passengers --lookback 24 --horizon 6 --layers lstm:16,dropout:0.2,gru:8 --epochs 10",
        "rondo train airline.csv --target Passengers --split 60/20/20 --season 12 --missing forward --seed 7 --threads 2 "
        "--json"};
  }

  void declare(Arguments& arguments) override {
    arguments.positional("DATA.csv", settings_.data, "the table: rows are time, oldest first; columns are features");
    settings_.declare_windows(arguments);
    arguments.count("--season", settings_.season, 1, 1'000'000'000,
                    "rows to a season, of the seasonal naive forecast and of MASE (default: what the dates say)");
    settings_.declare_training(arguments);
    arguments.count("--patience", settings_.recipe.patience, 0, 1'000'000'000,
                    "epochs without a better validation loss before it stops; 0: never");
    arguments.count("--seed", seed_, 0, std::numeric_limits<Index>::max(),
                    "of the first weights and of the order of the windows");
    arguments.text("--out", "model.keras", out_, "where the forecaster goes (default: it is not kept)");
  }

  int run(Console& console) override {
    const auto start = Clock::now();
    settings_.check();
    Recipe& recipe = settings_.recipe;
    recipe.seed = static_cast<std::uint64_t>(seed_);
    if (out_) {
      check_output({"--out", *out_}, {{"the data", settings_.data}});
      if (!out_->ends_with(".keras")) console.note("Keras opens only names that end in .keras; '" + *out_ + "' does not");
    }
    const Screen shown = screen();
    const Series series = read_series(settings_.data, settings_.dates);
    const Frame windows = frame(series.table, settings_.framing(series));
    const Split parts = split(windows, settings_.parts());
    check_target(parts);
    if (out_) check_names(windows.framing(), parts.scaler());
    const Season season = find_season(settings_.season, series, parts);
    const Ridge ridge = fit_ridge(parts);
    Forecaster forecaster{make_forecaster(parts, recipe, ridge), windows.framing(), parts.scaler(), season.rows,
                          trained_on(parts, series.dates ? &*series.dates : nullptr)};
    // Said at once: a command that is refused prints nothing.
    console.say(understood(series, parts, season, shown) + network_text(forecaster.model, series, parts, shown) + "\n");

    FitReport fitted;
    bool usable = false;  // the start or an epoch has been judged
    {
      Interrupt interrupt;
      EpochLines lines(console, recipe.epochs);
      FitHooks hooks;
      hooks.on_epoch = [&](const EpochReport& report) {
        usable = usable || std::isfinite(report.mae);
        lines.epoch(report);
      };
      hooks.on_batch = [&](Index done, Index all) { lines.batch(done, all); };
      hooks.stop = &interrupt.requested();
      try {
        fitted = fit_forecaster(forecaster.model, parts, recipe, hooks);
      } catch (const Error& error) {
        if (error.code() != Code::non_finite || !usable || !out_) throw;
        lines.finish();
        interrupt.writing();
        save_forecaster(forecaster, *out_);
        rondo::fail(error.code(), error.what() + ("\n  kept:   the best model before that is in '" + escaped(*out_) + "'"));
      }
      lines.finish();
      interrupt.writing();
      if (out_) save_forecaster(forecaster, *out_);
    }
    if (fitted.interrupted) {
      console.note(out_ ? "interrupted: the best model so far is in '" + *out_ + "'"
                        : "interrupted: nothing was kept, as there is no --out");
    }
    std::vector<Contender> all = contenders({}, season.rows);
    for (Contender& one : all) one.scores.reset();
    if (parts.test.samples() > 0) {
      CompareOptions options;
      options.season = season.rows;
      options.model = &forecaster.model;
      options.ridge = &ridge;
      options.predict.threads = recipe.threads;
      all = contenders(compare(parts.test, options), season.rows);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    console.result(console.json() ? "" : results(fitted, all, forecaster, series, parts, season, seconds, shown),
                   json(fitted, all, forecaster, series, parts, season, seconds));
    return fitted.interrupted ? Exit::interrupted : Exit::done;
  }

 private:
  // A model file is UTF-8: it must give the columns' names back, or it could not be used on this very table.
  static void check_names(const Framing& framing, const Scaler& scaler) {
    Framing back;
    Scaler unused;
    framing_from_json(framing_json(framing, scaler), back, unused);
    for (const auto& [names, kept] : {std::pair{&framing.targets, &back.targets}, {&framing.features, &back.features}}) {
      for (std::size_t i = 0; i < names->size(); ++i) {
        if ((*names)[i] == (*kept)[i]) continue;
        rondo::fail(Code::value, "the name of column '" + escaped((*names)[i]) +
                                     "' is not UTF-8, and a model file could not hold it: save the table as UTF-8.");
      }
    }
  }

  // A network would learn to say the one value it saw.
  static void check_target(const Split& parts) {
    const Frame& windows = parts.train.frame();
    const std::string& name = windows.framing().targets.front();
    const auto values = target_values(windows);
    const Index rows = parts.train.end_row();
    double first = std::nan("");
    for (Index row = 0; row < rows; ++row) {
      const double v = values[static_cast<std::size_t>(row)];
      if (!std::isfinite(v)) continue;
      if (std::isnan(first)) first = v;
      if (v != first) return;
    }
    char value[40];
    std::snprintf(value, sizeof value, "%.10g", first);
    rondo::fail(
        Code::value,
        "the target '" + escaped(name) + "' is constant: " + value + " in every one of the training part's " + grouped(rows) +
            " rows. There is nothing to learn; choose another column, or give the training part rows in which it moves.");
  }

  std::string understood(const Series& series, const Split& parts, const Season& season, const Screen& shown) {
    const Frame& windows = parts.train.frame();
    const Framing& f = windows.framing();
    const int width = shown.width;
    std::string out = escaped(settings_.data) + ": " + grouped(series.table.rows()) + " rows x " +
                      std::to_string(series.table.columns()) + (series.table.columns() == 1 ? " column\n" : " columns\n");
    out += field("dates", dates_text(series), width);
    for (const std::string& remark : series.remarks) out += field("", remark, width);
    out += field("target", escaped(f.targets.front()), width);
    std::string names;
    for (std::size_t i = 0; i < f.features.size() && i < 12; ++i) names += (i ? ", " : "") + escaped(f.features[i]);
    if (f.features.size() > 12) names += " and " + std::to_string(f.features.size() - 12) + " more";
    out += field("features", names, width);
    out += field("missing", missing_text(windows, series), width);
    out += field("windows", windows.text(), width);
    if (!settings_.features && f.features.size() < series.table.number_names().size()) {
      out += field("", "left out, as they are the dates: " + escaped(series.dates->column()), width);
    }
    if (!settings_.lookback) {
      out += field("",
                   "lookback " + grouped(f.lookback) + (f.lookback > 12 && f.lookback < 168 ? ": a season" : "") +
                       ", as --lookback does not say otherwise",
                   width);
    }
    out += "\n" + window_picture(windows, series, shown) + "\n";
    const auto part = [&](const char* label, const Part& p) {
      out += field(label,
                   p.samples() == 0 ? "none"
                                    : rows_text(series, p.first_row(), p.end_row()) + ", " + grouped(p.samples()) +
                                          (p.samples() == 1 ? " window" : " windows"),
                   width);
    };
    part("train", parts.train);
    part("validation", parts.validation);
    part("test", parts.test);
    out += field("normalised", normalize_text(f.normalize), width);
    out += field("season", season.text, width);
    return out;
  }

  // The columns of the table that nothing reads.
  static std::vector<std::string> left_out(const Series& series, const Frame& windows) {
    std::vector<std::string> out;
    const Framing& f = windows.framing();
    for (const std::string& name : series.table.names()) {
      const auto in = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
      };
      if (!in(f.features) && !in(f.targets)) out.push_back(name);
    }
    return out;
  }

  static std::string normalize_text(Normalize kind) {
    switch (kind) {
      case Normalize::window:
        return "window: a value becomes its distance from the window's last known one, over a scale fitted on the training "
               "part";
      case Normalize::standard:
        return "standard: (value - mean) / standard deviation, of the training part";
      case Normalize::min_max:
        return "min-max: (value - minimum) / (maximum - minimum), of the training part";
      case Normalize::none:
        break;
    }
    return "none";
  }

  std::string network_text(const Model& model, const Series& series, const Split& parts, const Screen& shown) {
    const Recipe& recipe = settings_.recipe;
    const Index horizon = settings_.horizon.value_or(1);
    std::string text =
        escaped(recipe.network.layers) + " -> " + std::to_string(horizon) + (horizon == 1 ? " value" : " values");
    if (recipe.network.shortcut) text += ", beside a linear path, the ridge autoregression";
    text += "; " + grouped(model.count_params()) + " parameters";
    std::string out = field("network", text, shown.width);
    char rate[40];
    std::snprintf(rate, sizeof rate, "%g", model.optimizer()->learning_rate);
    text = recipe.optimizer + ", learning rate " + rate + ", loss " + recipe.loss + ", batches of " +
           grouped(recipe.batch_size) + ", at most " + grouped(recipe.epochs) + (recipe.epochs == 1 ? " epoch" : " epochs");
    if (recipe.patience > 0) text += ", stops after " + grouped(recipe.patience) + " without a better validation loss";
    out += field("training", text, shown.width);
    MemoryOptions options;
    options.batch_size = std::min(recipe.batch_size, parts.train.samples());
    options.threads = recipe.threads;
    const Index table = 8 * series.table.rows() * static_cast<Index>(series.table.number_names().size());
    return out + field("memory",
                       bytes_text(table) + " for the numbers of the table, " + bytes_text(model.memory(options).total()) +
                           " to train; windows are gathered batch by batch",
                       shown.width);
  }

  std::string results(const FitReport& fitted, const std::vector<Contender>& all, const Forecaster& forecaster,
                      const Series& series, const Split& parts, const Season& season, double seconds,
                      const Screen& shown) const {
    const Frame& windows = parts.train.frame();
    const std::string target = escaped(windows.framing().targets.front());
    const Index last = fitted.epochs.empty() ? 0 : fitted.epochs.back().epoch;
    std::string text = fitted.interrupted ? "interrupted in epoch " + std::to_string(last + 1)
                                          : "trained for " + grouped(last) + (last == 1 ? " epoch" : " epochs");
    if (fitted.stopped_early) text += ", the last " + grouped(last - fitted.best_epoch) + " without a better validation loss";
    text += fitted.best_epoch > 0
                ? "; the weights of epoch " + grouped(fitted.best_epoch) + " are kept"
                : std::string("; no epoch was better than the start") +
                      (settings_.recipe.network.shortcut ? ", the ridge autoregression, which is kept" : ", which is kept");
    std::string out = "\n" + wrapped(text, shown.width) + "\n";
    if (parts.test.samples() > 0) {
      out += wrapped("TEST: errors in units of " + target + " over " + grouped(parts.test.samples()) +
                         (parts.test.samples() == 1 ? " window, " : " windows, ") +
                         rows_text(series, parts.test.first_row(), parts.test.end_row()) + ", which nothing above has seen",
                     shown.width);
      out += "\n" + scores_text(all, shown) + "\n";
      out += wrapped(mase_text(season), shown.width) + "\n";
      out += emphasised(verdict(all), shown);
      if (parts.test.samples() < 10)
        out += wrapped("So few windows say little: another test part could turn this around.", shown.width);
      out += "\n" + forecast_plot(forecaster.model, parts.test, series, settings_.recipe.threads, shown) + "\n";
    } else {
      out += wrapped("No rows were kept for a test (--split), so nothing is known of how good this is.", shown.width) + "\n";
    }
    if (out_) {
      out += "saved to " + escaped(*out_) + " (" + duration_text(seconds) + " in all). Next:\n  rondo forecast " +
             shell_word(*out_, true) + " " + shell_word(settings_.data, true) + "\n";
    } else {
      out += "not saved (" + duration_text(seconds) + " in all): add --out model.keras to keep it\n";
    }
    return out;
  }

  static std::string emphasised(const std::string& text, const Screen& shown) {
    const std::string lines = wrapped(text, shown.width);
    std::string out;
    for (std::size_t i = 0, end; i < lines.size(); i = end + 1) {
      end = lines.find('\n', i);
      out += shown.bold(lines.substr(i, end - i)) + "\n";
    }
    return out;
  }

  static std::string mase_text(const Season& season) {
    return "MASE: MAE over that of the " +
           (season.rows > 1 ? "seasonal naive forecast (" + grouped(season.rows) + " rows to a season)"
                            : std::string("naive forecast (no season)")) +
           ", one season ahead in the training part; below 1 is better than it.";
  }

  Json::Object json(const FitReport& fitted, const std::vector<Contender>& all, const Forecaster& forecaster,
                    const Series& series, const Split& parts, const Season& season, double seconds) const {
    const Frame& windows = parts.train.frame();
    const Framing& f = windows.framing();
    std::vector<std::string> columns = f.features;
    for (const std::string& name : f.targets) {
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
    }
    const auto part = [&](const Part& p) {
      return Json::Object{{"rows", rows_json(series, p.first_row(), p.end_row())}, {"windows", p.samples()}};
    };
    const auto history = [&](double EpochReport::*value) {
      return Json(Json::list(fitted.epochs, [&](const EpochReport& report) { return Json(report.*value); }));
    };
    char digest[20];
    std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(forecaster.model.weights_digest()));
    const Recipe& recipe = settings_.recipe;
    return {{"verb", "train"},
            {"data", settings_.data},
            {"out", out_ ? Json(*out_) : Json()},
            {"rows", windows.rows()},
            {"columns", Json::strings(columns)},
            {"target", f.targets.front()},
            {"left_out", Json::strings(left_out(series, windows))},
            {"dates", dates_json(series)},
            {"remarks", Json::strings(series.remarks)},
            {"lookback", f.lookback},
            {"horizon", f.horizon},
            {"stride", f.stride},
            {"gap", f.gap},
            {"missing", std::string(missing_name(f.missing))},
            {"missing_values", missing_json(windows, series)},
            {"normalize", std::string(normalize_name(f.normalize))},
            {"windows", windows.samples()},
            {"split",
             Json::Object{{"train", part(parts.train)}, {"validation", part(parts.validation)}, {"test", part(parts.test)}}},
            {"season", season.rows},
            {"season_from", season.from},
            {"layers", recipe.network.layers},
            {"shortcut", recipe.network.shortcut},
            {"parameters", forecaster.model.count_params()},
            {"optimizer", recipe.optimizer},
            {"learning_rate", forecaster.model.optimizer()->learning_rate},
            {"loss", recipe.loss},
            {"batch_size", recipe.batch_size},
            {"seed", seed_},
            {"epochs", fitted.epochs.empty() ? Index{0} : fitted.epochs.back().epoch},
            {"best_epoch", fitted.best_epoch},
            {"stopped_early", fitted.stopped_early},
            {"interrupted", fitted.interrupted},
            {"history", Json::Object{{"loss", history(&EpochReport::loss)},
                                     {"validation_loss", history(&EpochReport::validation_loss)},
                                     {"mae", history(&EpochReport::mae)},
                                     {"skill", history(&EpochReport::skill)}}},
            {"test", Json::Object{{"model", scores_json(all[0].scores)},
                                  {"persistence", scores_json(all[1].scores)},
                                  {"seasonal_naive", scores_json(all[2].scores)},
                                  {"ridge", scores_json(all[3].scores)}}},
            {"verdict", verdict(all)},
            {"weights_digest", digest},
            {"seconds", seconds}};
  }

  Settings settings_;
  Index seed_ = 0;
  std::optional<std::string> out_;
};

}  // namespace

std::unique_ptr<Verb> make_train() { return std::make_unique<Train>(); }

}  // namespace rondo::cli
