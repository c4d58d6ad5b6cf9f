// From a CSV file to an honest forecast: trains an LSTM on the monthly airline passengers and sets its forecast of months it
// has never seen beside two that need no training.
//
//   build/examples/forecast [data/airline-passengers.csv [build/airline.keras]]
#include <cmath>
#include <cstdio>
#include <iostream>
#include <rondo/rondo.hpp>
#include <string>

using namespace rondo;

namespace {

void print_forecasts(const Part& part, const Forecast& model, const Forecast& persistence, const Forecast& seasonal) {
  std::printf("\nThe last 12 months, in thousands of passengers, each forecast one month ahead:\n\n");
  std::printf("%-9s %9s %9s %13s %16s\n", "month", "truth", "LSTM", "persistence", "seasonal naive");
  for (Index i = std::max<Index>(0, part.samples() - 12); i < part.samples(); ++i) {
    const std::string month(part.frame().label(part.frame().target_row(part.first() + i)));
    std::printf("%-9s %9.0f %9.1f %13.1f %16.1f\n", month.c_str(), part.truth(i, 0), model(i, 0), persistence(i, 0),
                seasonal(i, 0));
  }
}

void print_scores(const char* name, const Scores& s) { std::printf("%-16s %8.2f %8.2f %8.2f\n", name, s.mae, s.rmse, s.mase); }

int run(const std::string& csv, const std::string& model_path) {
  constexpr Index season = 12;
  const Table table = read_csv(csv);
  std::cout << table << "\n\n";

  // Each window is read relative to its last known row (Normalize::window, the default): the series keeps growing, and an LSTM
  // does not know levels it has never seen.
  const Frame windows = frame(table, {.target = "Passengers", .lookback = 12, .horizon = 1});
  std::cout << windows << "\n" << windows.sample_text() << "\n\n";
  const Split parts = split(windows, {0.70, 0.15, 0.15});
  std::cout << parts << "\n" << std::flush;

  set_random_seed(0);
  Sequential model;
  model.add(LSTM(32, {.input_shape = {12, 1}}));
  model.add(Dense(1));
  model.compile({.optimizer = Adam({.learning_rate = 0.01}), .loss = "mse"});
  EarlyStopping best({.patience = 30, .restore_best_weights = true});
  const History history = model.fit(
      parts.train, {.batch_size = 16, .epochs = 150, .callbacks = {best}, .validation_source = &parts.validation, .seed = 0});
  std::printf("\nLSTM(32) -> Dense(1), Adam: %zu epochs, the weights of epoch %lld kept (loss %.4f, validation %.4f)\n",
              history.epoch.size(), static_cast<long long>(best->best_epoch) + 1,
              history.history.at("loss")[static_cast<std::size_t>(best->best_epoch)],
              history.history.at("val_loss")[static_cast<std::size_t>(best->best_epoch)]);

  // The test part: months that neither the weights, nor the scale, nor the choice of the epoch have seen.
  const Forecast yhat = forecast(model, parts.test);
  const Forecast last = persistence(parts.test);
  const Forecast year_ago = seasonal_naive(parts.test, season);
  print_forecasts(parts.test, yhat, last, year_ago);

  const Scores lstm = score(yhat, parts.test, {.season = season});
  const Scores naive = score(last, parts.test, {.season = season});
  const Scores seasonal = score(year_ago, parts.test, {.season = season});
  std::printf("\nErrors over the test part's %lld months:\n\n%-16s %8s %8s %8s\n", static_cast<long long>(parts.test.samples()),
              "", "MAE", "RMSE", "MASE");
  print_scores("LSTM", lstm);
  print_scores("persistence", naive);
  print_scores("seasonal naive", seasonal);

  const bool wins = lstm.mae < naive.mae && lstm.mae < seasonal.mae;
  const double best_naive = std::min(naive.mae, seasonal.mae);
  std::printf("\nThe LSTM %s: its MAE is %.0f %% of the best naive forecast's (%s).\n", wins ? "wins" : "loses",
              100 * lstm.mae / best_naive, naive.mae <= seasonal.mae ? "persistence" : "seasonal naive");

  const Forecast next = forecast_next(model, parts.test);
  std::printf("The month after the table's end: %.1f thousand passengers.\n", next(0, 0));
  save_model(model, model_path, {.extra = framing_json(windows.framing(), parts.scaler())});
  std::printf("Model written to %s\n", model_path.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/airline-passengers.csv", argc > 2 ? argv[2] : "build/airline.keras");
  } catch (const Error& error) {
    std::cerr << "forecast: " << error.what() << "\n";
    return 1;
  }
}
