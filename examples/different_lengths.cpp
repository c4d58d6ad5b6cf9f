// Samples of different lengths: how does an LSTM read sequences of 7 to 29 time steps, without scaling or cutting them?
//
//     X                    640 sequences of (time steps 7 .. 29, features 12)    a vowel, spoken by one of nine men
//     Bidirectional(LSTM)  (samples, 64)                                         what it made of each, from both ends
//     Dense                (samples, 9)                                          how probable each speaker is
//
// Sequences takes them as they are. The other way, padding and Masking, is beside it, and gives the same numbers.
//
//   build/examples/different_lengths [data/japanese-vowels.npz [epochs]]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <rondo/rondo.hpp>

using namespace rondo;

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<Index> numbers(Index first, Index end) {
  std::vector<Index> out(static_cast<std::size_t>(end - first));
  std::iota(out.begin(), out.end(), first);
  return out;
}

Sequential compiled(std::initializer_list<LayerRef> layers) {
  set_random_seed(0);
  Sequential model(layers);
  model.compile(
      {.optimizer = Adam({.learning_rate = 0.01}), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

int run(const std::string& path, Index epochs) {
  const NamedArrays data = load_npz(path);
  const Sequences all = Sequences::from_rows(data["x"], data["lengths"]);
  const Array& speaker = data["speaker"];

  // The cut of those who recorded them: 30 utterances of each speaker to learn from, the 370 recorded later to be judged by.
  const std::vector<Index> first = numbers(0, 270), later = numbers(270, all.size());
  const Sequences x = all.take(first), x_test = all.take(later);
  const Array y = take(speaker, first), y_test = take(speaker, later);
  const auto lengths = data["lengths"].values();
  std::cout << "train " << x.size() << " sequences, test " << x_test.size() << ", of " << *std::ranges::min_element(lengths)
            << " to " << all.longest() << " time steps x " << all.features() << " features\n\n";

  const FitOptions options = {.batch_size = 16, .epochs = epochs, .seed = 0};
  // The way to do it: x as it is, and no length in the input shape.
  Sequential ragged = compiled({Bidirectional(LSTM(32), {.input_shape = {None, 12}}), Dense(9, {.activation = "softmax"})});
  const std::vector<Array> first_weights = ragged.get_weights();
  double start = seconds();
  const std::vector<double> loss = ragged.fit(x, y, options).history.at("loss");
  std::printf("Sequences as they are:    %lld epochs in %.1f s\n", static_cast<long long>(epochs), seconds() - start);

  // The same by hand: zeros behind each end up to the longest, and a Masking that tells them apart.
  Sequential masked =
      compiled({Masking({.input_shape = {None, 12}}), Bidirectional(LSTM(32)), Dense(9, {.activation = "softmax"})});
  masked.set_weights(first_weights);
  const Array padded = pad_sequences(x, {.padding = "post"});
  start = seconds();
  const std::vector<double> masked_loss = masked.fit(padded, y, options).history.at("loss");
  std::printf("padded to %s: %lld epochs in %.1f s\n", padded.shape().text().c_str(), static_cast<long long>(epochs),
              seconds() - start);

  double apart = 0;
  for (std::size_t i = 0; i < loss.size(); ++i) apart = std::max(apart, std::abs(loss[i] - masked_loss[i]));
  std::printf("every epoch's loss is %s\n", apart < 1e-6 ? "the same both ways, to 1e-6" : "another");
  const Array p = ragged.predict(x_test), q = masked.predict(pad_sequences(x_test, {.padding = "post"}));
  apart = 0;
  for (Index i = 0; i < p.size(); ++i) apart = std::max(apart, std::abs(double(p.data()[i]) - double(q.data()[i])));
  std::printf("every probability is %s\n\n", apart < 1e-5 ? "the same both ways, to 1e-5" : "another");

  // What does without the order of the time steps: their mean, and a logistic regression on it.
  Sequential mean = compiled({GlobalAveragePooling1D({.input_shape = {None, 12}}), Dense(9, {.activation = "softmax"})});
  mean.fit(x, y, {.batch_size = 16, .epochs = 5 * epochs, .seed = 0});

  std::vector<int> count(9);
  for (const real label : y_test.values()) ++count[static_cast<std::size_t>(label)];
  std::printf("test accuracy\n");
  std::printf("  %-36s %.1f %%\n", "the most frequent speaker", 100.0 * *std::max_element(count.begin(), count.end()) / 370);
  std::printf("  %-36s %.1f %%\n", "logistic regression on the mean step", 100 * mean.evaluate(x_test, y_test).at("accuracy"));
  std::printf("  %-36s %.1f %%\n", "Bidirectional(LSTM)", 100 * ragged.evaluate(x_test, y_test).at("accuracy"));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/japanese-vowels.npz", argc > 2 ? std::atoi(argv[2]) : 40);
  } catch (const Error& error) {
    std::cerr << "different_lengths: " << error.what() << "\n";
    return 1;
  }
}
