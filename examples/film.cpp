// Somebody watches a film: from the frames of his face, how does a network tell whether he follows it or is bored, and from
// what time on?
//
//     X                        (samples, time steps 12, rows 8, columns 8, channels 1)    a film of 12 frames
//     TimeDistributed(Conv2D)  (samples, time steps 12, rows 6, columns 6, filters 12)    each frame on its own
//     ... MaxPooling2D         (samples, time steps 12, rows 3, columns 3, filters 12)
//     ... Flatten              (samples, time steps 12, features 108)
//     LSTM                     (samples, time steps 12, 64)                               what came before each frame
//     Dense                    (samples, time steps 12, 1)                                an answer at every frame
//
// Faces are nobody's to give away, so the frames are scans of handwritten digits. A film counts up as long as he follows it
// (7, 8, 9, 0, 1, ...) and down from the moment he is bored. One frame says nothing; only its place among the others does.
//
//   build/examples/film [data/digits.npz [epochs]]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <rondo/rondo.hpp>

using namespace rondo;

namespace {

constexpr Index frames = 12, side = 8;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Films {
  Array x, y;  // y: 1 at a frame that he follows, 0 at one that bores him
};

// Films of the scans [first, end). Drawn with the engine alone, whose numbers are the same everywhere.
Films films(Index count, const NamedArrays& data, Index first, Index end, unsigned seed) {
  const Array &images = data["images"], &digit = data["digit"];
  std::vector<std::vector<Index>> scans(10);
  for (Index i = first; i < end; ++i) scans[static_cast<std::size_t>(digit(i))].push_back(i);
  std::mt19937 draw(seed);
  Films out{Array(Shape{count, frames, side, side, 1}), Array(Shape{count, frames, 1})};
  real* to = out.x.data();
  for (Index i = 0; i < count; ++i) {
    const Index bored = 2 + static_cast<Index>(draw() % (frames + 4));  // from this frame on; often never
    std::size_t shown = draw() % 10;
    for (Index t = 0; t < frames; ++t) {
      if (t > 0) shown = (shown + (t < bored ? 1 : 9)) % 10;
      const Array scan = images[scans[shown][draw() % scans[shown].size()]];
      for (const real ink : scan.values()) *to++ = ink / 16;
      out.y(i, t, 0) = t < bored ? 1 : 0;
    }
  }
  return out;
}

// By how many frames the answer misses the first boring one, on average.
double lateness(const Array& p, const Array& y) {
  double sum = 0;
  for (Index i = 0; i < y.shape()[0]; ++i) {
    Index said = 0, was = 0;
    while (said < frames && p(i, said, 0) > 0.5) ++said;
    while (was < frames && y(i, was, 0) > 0.5) ++was;
    sum += std::abs(static_cast<double>(said - was));
  }
  return sum / static_cast<double>(y.shape()[0]);
}

int run(const std::string& path, Index epochs) {
  const NamedArrays data = load_npz(path);
  const Films train = films(1500, data, 0, 1200, 1), test = films(500, data, 1200, 1797, 2);  // no scan is in both
  std::cout << "train " << train.x.shape() << " of 1200 scans, test " << test.x.shape() << " of 597 others\n\n";

  set_random_seed(0);
  Sequential model;
  model.add(TimeDistributed(Conv2D(12, 3, {.activation = "relu"}), {.input_shape = {frames, side, side, 1}}));
  model.add(TimeDistributed(MaxPooling2D(2)));
  model.add(TimeDistributed(Flatten()));
  model.add(LSTM(64, {.return_sequences = true}));
  model.add(Dense(1, {.activation = "sigmoid"}));
  model.compile({.optimizer = Adam({.learning_rate = 0.01}), .loss = "binary_crossentropy", .metrics = {"binary_accuracy"}});
  std::cout << model.summary() << "\n";

  double start = seconds();
  model.fit(train.x, train.y, {.batch_size = 16, .epochs = epochs, .seed = 0});
  std::printf("%lld epochs in %.1f s\n\n", static_cast<long long>(epochs), seconds() - start);

  // The same without memory: each frame is judged by its pixels alone.
  Sequential frame;
  frame.add(TimeDistributed(Flatten(), {.input_shape = {frames, side, side, 1}}));
  frame.add(Dense(1, {.activation = "sigmoid"}));
  frame.compile({.optimizer = Adam({.learning_rate = 0.005}), .loss = "binary_crossentropy", .metrics = {"binary_accuracy"}});
  frame.fit(train.x, train.y, {.batch_size = 32, .epochs = epochs, .seed = 0});

  double follows = 0;
  for (const real label : test.y.values()) follows += label;
  std::printf("test, frames judged rightly\n");
  std::printf("  %-36s %.1f %%\n", "he always follows", 100 * follows / static_cast<double>(test.y.size()));
  std::printf("  %-36s %.1f %%\n", "logistic regression on each frame",
              100 * frame.evaluate(test.x, test.y).at("binary_accuracy"));
  std::printf("  %-36s %.1f %%\n\n", "Conv2D and LSTM", 100 * model.evaluate(test.x, test.y).at("binary_accuracy"));
  const Array p = model.predict(test.x);
  std::printf("the time he is bored is missed by %.2f frames of 12, on average\n\n", lateness(p, test.y));

  // While the film runs: a frame in, an answer out, and the state is kept.
  State state = model.state();
  std::printf("one film, frame by frame:");
  for (Index t = 0; t < frames; ++t) {
    const Array now = test.x.slice(0, 0, 1).slice(1, t, t + 1);
    std::printf(" %.2f", model.step(now.values(), state)[0]);
  }
  std::printf("\nthe truth:               ");
  for (Index t = 0; t < frames; ++t) std::printf(" %4.0f", test.y(0, t, 0));
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/digits.npz", argc > 2 ? std::atoi(argv[2]) : 18);
  } catch (const Error& error) {
    std::cerr << "film: " << error.what() << "\n";
    return 1;
  }
}
