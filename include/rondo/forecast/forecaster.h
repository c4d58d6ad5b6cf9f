// A forecaster: a network and everything it must remember of the table it was trained on. One file holds it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rondo/data/dates.h"
#include "rondo/forecast/compare.h"
#include "rondo/forecast/network.h"

namespace rondo {

// How a forecaster is trained. The defaults come from docs/defaults.md.
struct Recipe {
  NetworkOptions network = {};
  std::string optimizer = "adam";
  std::optional<double> learning_rate = {};  // absent: 0.003 for adam, else the optimizer's own
  std::string loss = "huber";
  Index epochs = 100;
  Index batch_size = 32;
  Index patience = 20;  // epochs without a better validation loss before it stops; 0: never
  // An epoch is kept instead of the start only if it lowers the validation loss and the validation MAE by this share: less is
  // no evidence, and the start may be the ridge autoregression.
  double min_gain = 0.01;
  std::uint64_t seed = 0;
  int threads = 0;
};

// Which rows of which table it saw, so that evaluate can tell them from the others.
struct TrainedOn {
  Index rows = 0;                               // of the table
  Index train_end = 0;                          // rows [0, train_end) were trained on,
  Index validation_end = 0;                     // [train_end, validation_end) chose the epoch; the others are new to it
  std::string train_last = {};                  // the dates of rows train_end - 1
  std::string validation_last = {};             // and validation_end - 1 as the table writes them; "" without dates
  std::optional<std::int64_t> train_time = {};  // the same, in seconds since 1970
  std::optional<std::int64_t> validation_time = {};
  std::uint64_t fingerprint = 0;  // of the targets' values in rows [0, validation_end)
};

struct Forecaster {
  Model model;
  Framing framing;
  Scaler scaler;
  Index season = 1;
  TrainedOn trained_on = {};
};

// Of a very large validation part, at most so many windows are looked at, evenly taken: more do not change which epoch is the
// best, and cost as much as training.
inline constexpr Index judged_windows = 20'000;

struct EpochReport {
  Index epoch = 0;  // 0: before training
  double loss = 0,
         validation_loss = 0;  // in normalised units; loss is NaN for epoch 0, validation_loss without a validation part
  double mae = 0;              // validation, original units (training part when there is no validation part)
  double skill = 0;            // 1 - mae / persistence's mae
  bool best = false;           // so far
  Index windows = 0;           // trained on in this epoch
  double seconds = 0;          // it took
};

struct FitReport {
  std::vector<EpochReport> epochs;
  Index best_epoch = 0;
  bool interrupted = false;
  bool stopped_early = false;
};

struct FitHooks {
  std::function<void(const EpochReport&)> on_epoch = {};
  std::function<void(Index done, Index all)> on_batch = {};
  const std::atomic<bool>* stop = nullptr;
};

// Trains and keeps the weights of the best validation epoch, the untrained start included; also when it is stopped from
// outside.
FitReport fit_forecaster(Model& model, const Split& split, const Recipe& recipe, const FitHooks& hooks = {});
// Builds, starts from the ridge autoregression, compiles: what fit_forecaster trains.
Model make_forecaster(const Split& split, const Recipe& recipe, const Ridge& ridge);

// dates: of the split's table, if it has any.
TrainedOn trained_on(const Split& split, const Dates* dates = nullptr);

void save_forecaster(const Forecaster& forecaster, const std::string& path);
// Throws as load_model does, and Error(format) if the file is a model that holds no framing, saying what to do.
Forecaster load_forecaster(const std::string& path);

// What of a table a forecaster has seen.
struct SeenRows {
  enum class By { values, dates, nothing };
  Index train_end = 0;       // rows [0, train_end) were trained on,
  Index validation_end = 0;  // [train_end, validation_end) chose the epoch; the others are new to it
  By by = By::nothing;  // how they were recognised: the same values in the same rows, else by date. By nothing: all rows count
                        // as new
};
SeenRows seen_rows(const Forecaster& forecaster, const Table& table, const Dates* dates = nullptr);

// `steps` rows after the end of the table (after `gap` unknown ones), in original units: (1, steps, targets). Up to the horizon
// at once; beyond it, forecasts are read as if they were the past, which needs every feature to be a target. Throws
// Error(value) otherwise, saying what to train.
Forecast forecast_steps(const Forecaster& forecaster, const Table& table, Index steps, const PredictOptions& options = {});

}  // namespace rondo
