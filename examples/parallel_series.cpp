// Ten parallel series of 50,000 rows: how do they become input for an LSTM that looks back 100 time steps, to forecast one of
// them?
//
//     table   (rows 50,000, columns 10)                    a year of a wind mast, a row every ten minutes
//     X       (samples, time steps 100, features 10)       a window a sample; gathered a batch at a time, never stored
//     LSTM    (samples, 32)                                what the network makes of a window
//     Dense   (samples, 1)                                 the wind at 80 m, one hour after the window's end
//
//   build/examples/parallel_series [data/wind-mast.npz [epochs]]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <rondo/rondo.hpp>

using namespace rondo;

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void print_scores(const char* name, const Scores& s) { std::printf("  %-22s %8.3f %8.3f\n", name, s.mae, s.rmse); }

int run(const std::string& path, Index epochs) {
  const Table table = read_table(path);  // each array of the .npz is a column; a .csv works as well
  std::cout << table << "\n\n";

  // Rows are time. `lookback` rows are the time steps of a sample, the columns its features; the target lies 6 rows, one hour,
  // after the last row the network sees.
  const Frame windows = frame(table, {.target = "speed_80", .lookback = 100, .gap = 5});
  std::cout << windows << "\n" << windows.sample_text() << "\n\n";

  // First the cut in time, then windows and scales: nothing of the later rows is in what the network learns from.
  const Split parts = split(windows, {.train = 0.70, .validation = 0.15, .test = 0.15});
  std::cout << parts << "\n\n";

  set_random_seed(0);
  Sequential model;
  model.add(LSTM(32, {.input_shape = {100, 10}}));
  model.add(Dense(1));
  model.compile({.optimizer = Adam({.learning_rate = 0.002}), .loss = "huber"});

  const double mb = 1024 * 1024;
  std::printf("memory: the table %.1f MB, training in batches of 64 %.1f MB;\n", table.rows() * table.columns() * 8 / mb,
              model.memory({.batch_size = 64}).total() / mb);
  std::printf("        all windows side by side would be %.0f MB\n\n", windows.samples() * 100 * 10 * 4 / mb);

  const double start = seconds();
  const History history =
      model.fit(parts.train, {.batch_size = 64, .epochs = epochs, .validation_source = &parts.validation, .seed = 0});
  for (std::size_t i = 0; i < history.epoch.size(); ++i)
    std::printf("epoch %zu: loss %.4f, validation %.4f\n", i + 1, history.history.at("loss")[i],
                history.history.at("val_loss")[i]);
  std::printf("trained in %.1f s\n\n", seconds() - start);

  // Beside it, what needs no network: the last wind known, and a linear forecast from the same windows.
  const Ridge ridge = fit_ridge(parts);
  const Comparison all = compare(parts.test, {.model = &model, .ridge = &ridge});
  std::printf("the wind at 80 m in one hour, %s, in m/s\n\n  %-22s %8s %8s\n", parts.test.text().c_str(), "", "MAE", "RMSE");
  print_scores("persistence", all.persistence);
  print_scores("ridge autoregression", *all.ridge);
  print_scores("LSTM", *all.model);
  std::printf("\nthe LSTM's error is %.0f %% of persistence's\n", 100 * all.model->mae / all.persistence.mae);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/wind-mast.npz", argc > 2 ? std::atoi(argv[2]) : 2);
  } catch (const Error& error) {
    std::cerr << "parallel_series: " << error.what() << "\n";
    return 1;
  }
}
