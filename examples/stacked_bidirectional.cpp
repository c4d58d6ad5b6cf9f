// One LSTM above another, and one that reads from both ends: what do return_sequences and Bidirectional do to the shapes, and
// are they worth it?
//
//     X                          (samples, time steps 40, features 6)     8 seconds of a smartwatch
//     LSTM, return_sequences     (samples, time steps 40, 24)             an output every step: another LSTM can read it
//     LSTM                       (samples, 24)                            the last step's alone: a Dense can read it
//     Bidirectional(LSTM)        (samples, 48)                            24 forwards beside 24 backwards
//     Dense                      (samples, 7)                             which exercise it is
//
//   build/examples/stacked_bidirectional [data/watch.npz [epochs]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <rondo/rondo.hpp>

using namespace rondo;

namespace {

constexpr Index steps = 40, stride = 20;
constexpr int exercises = 7;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Part {
  std::vector<Array> windows;
  std::vector<real> exercise;
  Array x() const { return stack(windows).named({"samples", "time steps", "features"}); }
  Array y() const { return Array(Shape{static_cast<Index>(exercise.size())}, exercise); }
};

using Layers = std::function<std::vector<LayerRef>()>;  // between the scaled input and the answer

// Three times, from other first weights: with so few people one run says little. Prints a line.
void compare(const char* name, const Layers& layers, const Part& train, const Part& test, Index epochs) {
  double lowest = 100, highest = 0, start = seconds();
  Index weights = 0;
  for (const unsigned seed : {0U, 1U, 2U}) {
    set_random_seed(seed);
    Normalization scale({.input_shape = {steps, 6}});
    scale.adapt(train.x());  // mean and deviation of the people trained on; saved with the model
    Sequential model;
    model.add(scale);
    for (const LayerRef& layer : layers()) model.add(layer);
    model.add(Dense(exercises, {.activation = "softmax"}));
    model.compile(
        {.optimizer = Adam({.learning_rate = 0.005}), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
    model.fit(train.x(), train.y(), {.batch_size = 32, .epochs = epochs, .seed = seed});
    const double accuracy = 100 * model.evaluate(test.x(), test.y()).at("accuracy");
    lowest = std::min(lowest, accuracy), highest = std::max(highest, accuracy), weights = model.count_params();
  }
  std::printf("  %-38s %7lld   %.1f .. %.1f %%  %.1f s\n", name, static_cast<long long>(weights), lowest, highest,
              seconds() - start);
}

int run(const std::string& path, Index epochs) {
  const NamedArrays data = load_npz(path);
  const Sequences recordings = Sequences::from_rows(data["x"], data["lengths"]);

  // By people: nobody is in both parts, or the network would be asked about movements it has seen.
  Part train, test;
  for (Index i = 0; i < recordings.size(); ++i) {
    Part& part = data["subject"](i) <= 7 ? train : test;
    for (Index first = 0; first + steps <= recordings.length(i); first += stride) {
      part.windows.push_back(recordings[i].slice(0, first, first + steps));
      part.exercise.push_back(data["exercise"](i));
    }
  }
  std::cout << "train " << train.x().shape() << " of 7 people, test " << test.x().shape() << " of 3 others\n\n";

  std::vector<int> count(exercises);
  for (const real label : test.exercise) ++count[static_cast<std::size_t>(label)];
  std::printf("  %-38s %7s   test accuracy   time\n", "", "weights");
  std::printf("  %-38s %7d   %.1f %%\n", "the most frequent exercise", 0,
              100.0 * *std::max_element(count.begin(), count.end()) / static_cast<double>(test.exercise.size()));
  const auto try_out = [&](const char* name, const Layers& layers) { compare(name, layers, train, test, epochs); };
  using List = std::vector<LayerRef>;
  try_out("logistic regression on all values", [] { return List{Flatten()}; });
  try_out("LSTM(24)", [] { return List{LSTM(24)}; });
  try_out("LSTM(24, return_sequences), LSTM(24)", [] { return List{LSTM(24, {.return_sequences = true}), LSTM(24)}; });
  try_out("Bidirectional(LSTM(24))", [] { return List{Bidirectional(LSTM(24))}; });
  try_out("Bidirectional of both", [] {
    return List{Bidirectional(LSTM(24, {.return_sequences = true})), Bidirectional(LSTM(24))};
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/watch.npz", argc > 2 ? std::atoi(argv[2]) : 8);
  } catch (const Error& error) {
    std::cerr << "stacked_bidirectional: " << error.what() << "\n";
    return 1;
  }
}
