// Thousands of tweets: how do short texts become input for an LSTM that says whether they are glad or not, and is the memory of
// this machine enough?
//
//     texts      3,350 tweets, rated by people from -4 to 4
//     ids        (samples, time steps 30)                 a word a time step; 0 is padding, 1 a word never seen in training
//     Embedding  (samples, time steps 30, features 24)    a row of 24 numbers a word, learned; padding is masked
//     LSTM       (samples, 24)
//     Dense      (samples, 1)                             how probable it is that the tweet is glad
//
//   build/examples/sentiment [data/tweets.csv [epochs]]
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <rondo/rondo.hpp>

using namespace rondo;

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Tweets {
  std::vector<std::string> texts;
  std::vector<real> glad;  // 1, or 0
  Array y() const { return Array(Shape{static_cast<Index>(glad.size())}, glad); }
};

int run(const std::string& path, Index epochs) {
  const Table table = read_csv(path, {.text = {"text"}});
  const Column &rating = table.column("rating"), &text = table.column("text");
  std::cout << table << "\n\n";

  // Tweets without a mood, rated about 0, are left out. Every fifth of the others is kept for the end: no word of those is
  // learned from, and none decides which words there are.
  Tweets train, test;
  for (Index row = 0, kept = 0; row < table.rows(); ++row) {
    const double rated = rating.numbers[static_cast<std::size_t>(row)];
    if (std::abs(rated) <= 0.5) continue;
    Tweets& part = ++kept % 5 == 0 ? test : train;
    part.texts.emplace_back(text.labels[row]);
    part.glad.push_back(rated > 0 ? 1 : 0);
  }

  TextVectorization words({.max_tokens = 2000});
  words.adapt(train.texts);
  const PadOptions last_words = {.maxlen = 30};
  const Array x = pad_sequences(words.ids(train.texts), last_words), x_test = pad_sequences(words.ids(test.texts), last_words);
  std::cout << "train " << x.shape() << ", test " << x_test.shape() << ", " << words.vocabulary_size() << " words\n"
            << "'" << train.texts[1] << "' is\n"
            << x.slice(0, 1, 2) << "\n\n";

  set_random_seed(0);
  Sequential model;
  model.add(Embedding(words.vocabulary_size(), 24, {.mask_zero = true, .input_shape = {30}}));
  model.add(Dropout(0.5));
  model.add(LSTM(24));
  model.add(Dense(1, {.activation = "sigmoid"}));
  model.compile({.optimizer = Adam({.learning_rate = 0.003}), .loss = "binary_crossentropy", .metrics = {"accuracy"}});

  // Known before anything is trained, to the byte; a hundred times the tweets add to the ids alone.
  const double mb = 1024 * 1024;
  std::printf("memory: training in batches of 32 needs %.1f MB, the ids of 12,000 tweets %.1f MB\n\n",
              model.memory({.batch_size = 32}).total() / mb, 12000 * 30 * sizeof(real) / mb);

  const double start = seconds();
  model.fit(x, train.y(), {.batch_size = 32, .epochs = epochs, .seed = 0});
  std::printf("%lld epochs in %.1f s\n\n", static_cast<long long>(epochs), seconds() - start);

  // Beside it: which words are there, whatever their order, and a logistic regression on them.
  TextVectorization bag({.max_tokens = 2000, .output_mode = "multi_hot"});
  bag.adapt(train.texts);
  Sequential logistic;
  logistic.add(Dense(1, {.activation = "sigmoid", .kernel_initializer = "zeros", .input_shape = {bag.vocabulary_size()}}));
  logistic.compile({.optimizer = Adam({.learning_rate = 0.01}), .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  logistic.fit(bag(train.texts), train.y(), {.batch_size = 32, .epochs = epochs, .seed = 0});

  double glad = 0;
  for (const real label : test.glad) glad += label;
  std::printf("test accuracy, %zu tweets\n", test.texts.size());
  std::printf("  %-40s %.1f %%\n", "every tweet is glad", 100 * glad / static_cast<double>(test.glad.size()));
  std::printf("  %-40s %.1f %%\n", "logistic regression on the bag of words",
              100 * logistic.evaluate(bag(test.texts), test.y()).at("accuracy"));
  std::printf("  %-40s %.1f %%\n\n", "LSTM", 100 * model.evaluate(x_test, test.y()).at("accuracy"));

  const std::vector<std::string> own = {"I love this place :)", "the train is late again and I hate it",
                                        "good, not bad at all"};
  const Array p = model.predict(pad_sequences(words.ids(own), last_words));
  for (std::size_t i = 0; i < own.size(); ++i) std::printf("%.2f  %s\n", p(i, 0), own[i].c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "data/tweets.csv", argc > 2 ? std::atoi(argv[2]) : 5);
  } catch (const Error& error) {
    std::cerr << "sentiment: " << error.what() << "\n";
    return 1;
  }
}
