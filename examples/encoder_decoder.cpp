// From one sequence to another of a different length: how does an encoder-decoder forecast the 24 hours to come from the 48
// behind?
//
//     X                (samples, time steps 48, features 4)     two days of weather, an hour a time step
//     LSTM             (samples, 32)                            the encoder: what it remembers of them
//     RepeatVector     (samples, time steps 24, 32)             the same memory, once for every hour to come
//     LSTM             (samples, time steps 24, 32)             the decoder: an output for each
//     TimeDistributed  (samples, time steps 24, 1)              its temperature
//
//   build/examples/encoder_decoder [data/nyc-weather.csv [epochs]]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <rondo/rondo.hpp>

using namespace rondo;

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void print_scores(const char* name, const Scores& s) {
  std::printf("  %-24s %6.2f %6.2f %6.2f %6.2f %8.2f\n", name, s.mae_by_step[0], s.mae_by_step[5], s.mae_by_step[11],
              s.mae_by_step[23], s.mae);
}

int run(const std::string& path, Index epochs) {
  const Table table = read_csv(path);
  const Frame windows = frame(
      table,
      {.target = "temp", .features = {"temp", "dewp", "humid", "visib"}, .lookback = 48, .horizon = 24, .labels = "date"});
  std::cout << windows << "\n" << windows.sample_text() << "\n\n";
  const Split parts = split(windows, {.train = 0.70, .validation = 0.10, .test = 0.20});
  std::cout << parts << "\n\n";

  set_random_seed(0);
  Sequential model;
  model.add(LSTM(32, {.input_shape = {48, 4}}));
  model.add(RepeatVector(24));
  model.add(LSTM(32, {.return_sequences = true}));
  model.add(TimeDistributed(Dense(1)));
  model.compile({.optimizer = Adam({.learning_rate = 0.005}), .loss = "mae"});
  std::cout << model.summary() << "\n";

  const double start = seconds();
  EarlyStopping best({.patience = 3, .restore_best_weights = true});
  const History history =
      model.fit(parts.train,
                {.batch_size = 64, .epochs = epochs, .callbacks = {best}, .validation_source = &parts.validation, .seed = 0});
  std::printf("%zu epochs in %.1f s; the weights of epoch %lld kept\n\n", history.epoch.size(), seconds() - start,
              static_cast<long long>(best->best_epoch + 1));

  const Ridge ridge = fit_ridge(parts);
  const Comparison all = compare(parts.test, {.season = 24, .model = &model, .ridge = &ridge});
  std::printf("mean absolute error in degrees Fahrenheit, %lld forecasts\n\n", static_cast<long long>(all.windows));
  std::printf("  %-24s %6s %6s %6s %6s %8s\n", "hours ahead", "1", "6", "12", "24", "1 to 24");
  print_scores("the last hour known", all.persistence);
  print_scores("the same hour yesterday", all.seasonal_naive);
  print_scores("ridge autoregression", *all.ridge);
  print_scores("encoder-decoder", *all.model);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/nyc-weather.csv", argc > 2 ? std::atoi(argv[2]) : 8);
  } catch (const Error& error) {
    std::cerr << "encoder_decoder: " << error.what() << "\n";
    return 1;
  }
}
