// One training step and one prediction of every workload, with the fraction of this core's measured FMA peak beside the time.
// (W4 and W5 take seconds each; choose with --benchmark_filter.)
#include <benchmark/benchmark.h>

#include <chrono>

#include <rondo/rondo.hpp>

#include "kernels/kernels.h"
#include "peak.h"
#include "workloads.h"

namespace rondo {
namespace {

Array noise(const Shape& shape, double scale) {
  Array a(shape);
  std::uint32_t x = 12345;
  for (real& v : a.values()) {
    x = x * 1664525u + 1013904223u;
    v = static_cast<real>(scale * (static_cast<double>(x >> 8) / (1 << 24) - 0.5));
  }
  return a;
}

Sequential model_of(const Workload& w) {
  Sequential model;
  model.add(LSTM(w.units, {.return_sequences = w.stacked > 0, .input_shape = {w.steps, w.features}}));
  if (w.stacked) model.add(LSTM(w.stacked));
  model.add(Dense(1));
  return model;
}

void report(benchmark::State& state, double flop, int threads) {
  const auto rounds = static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(flop * rounds * 1e-9, benchmark::Counter::kIsRate);
  state.counters["of_peak"] = benchmark::Counter(flop * rounds / (peak_flops() * threads), benchmark::Counter::kIsRate);
}

void train_step(benchmark::State& state, const char* name, int threads) {
  const Workload& w = workload(name);
  Sequential model = model_of(w);
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Array x = noise({w.batch, w.steps, w.features}, 2), y = noise({w.batch, 1}, 1);
  // An epoch of many equal batches: what fit costs a step, without its start.
  constexpr Index batches = 16;
  std::vector<Array> xs(batches, x), ys(batches, y);
  const Array all_x = concatenate(xs), all_y = concatenate(ys);
  model.fit(all_x, all_y, {.batch_size = w.batch, .epochs = 1, .threads = threads});
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    model.fit(all_x, all_y, {.batch_size = w.batch, .epochs = 1, .shuffle = false, .threads = threads});
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / batches);
  }
  report(state, 3 * w.forward_flop(), threads);
}

void predict(benchmark::State& state, const char* name, int threads) {
  const Workload& w = workload(name);
  Sequential model = model_of(w);
  model.build({None, w.steps, w.features});
  const Array x = noise({w.batch, w.steps, w.features}, 2);
  for (auto _ : state) benchmark::DoNotOptimize(model.predict(x, {.batch_size = w.batch, .threads = threads}));
  report(state, w.forward_flop(), threads);
}

// One step of a stream, state kept.
void stream(benchmark::State& state, Index units) {
  Sequential model;
  model.add(LSTM(units, {.input_shape = {None, 1}}));
  model.add(Dense(1));
  State s = model.state(1);
  real x[1] = {real(0.25)};
  for (auto _ : state) benchmark::DoNotOptimize(model.step(x, s));
  report(state, 2.0 * static_cast<double>((1 + units) * 4 * units), 1);
}

const int registered = [] {
  for (const Workload& w : workloads)
    for (int threads : {1, 2}) {
      const std::string suffix = std::string(w.name) + "/threads:" + std::to_string(threads);
      if (w.name[0] == 'W') {
        benchmark::RegisterBenchmark(("train/" + suffix).c_str(), train_step, w.name, threads)
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
      } else {
        benchmark::RegisterBenchmark(("predict/" + suffix).c_str(), predict, w.name, threads)
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond);
      }
    }
  for (Index units : {8, 16, 32, 64})
    benchmark::RegisterBenchmark(("stream/I2/units:" + std::to_string(units)).c_str(), stream, units)
        ->Unit(benchmark::kNanosecond);
  return 0;
}();

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::AddCustomContext("isa", rondo::kernels().isa);
  benchmark::AddCustomContext("peak of one core (GFLOP/s)", std::to_string(rondo::peak_flops() * 1e-9));
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
