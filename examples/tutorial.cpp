// How to reshape input data for an LSTM: the samples, time steps and features of a one-dimensional series and of two parallel
// ones, step by step, with the names a Keras user knows. Prints the shapes (1, 10, 1) and (1, 10, 2), and where every row went.
#include <rondo/rondo.hpp>

#include <iostream>

using namespace rondo;

// A network with one hidden LSTM layer and one Dense output layer. Without an input_shape it is built by the first data it
// sees.
void lstm_input_layer() {
  Sequential model;
  model.add(LSTM(32));
  model.add(Dense(1));
}

// The same, defined for one or more samples of 50 time steps with 2 features.
void input_shape() {
  Sequential model;
  model.add(LSTM(32, {.input_shape = {50, 2}}));
  model.add(Dense(1));
}

// One sequence of 10 values: 1 sample, 10 time steps, 1 feature.
void single_input_sample() {
  Array data = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
  data = data.reshape({1, 10, 1});
  std::cout << data.shape() << '\n';

  Sequential model;
  model.add(LSTM(32, {.input_shape = {10, 1}}));
  model.add(Dense(1));
}

// Two parallel series of 10 values, one a column: 1 sample, 10 time steps, 2 features.
Array multiple_input_features() {
  Array data = {{0.1, 1.0}, {0.2, 0.9}, {0.3, 0.8}, {0.4, 0.7}, {0.5, 0.6},
                {0.6, 0.5}, {0.7, 0.4}, {0.8, 0.3}, {0.9, 0.2}, {1.0, 0.1}};
  data = data.reshape(1, 10, 2);
  std::cout << data.shape() << '\n';
  return data;
}

int main() {
  lstm_input_layer();
  input_shape();
  single_input_sample();
  const Array X = multiple_input_features();

  // Which axis is which, and where did the rows go?
  std::cout << '\n' << explain(X) << '\n';

  // This data is now ready to be used as input (X) to the LSTM with an input_shape of (10, 2). Let it learn what comes next.
  const Array y = {{1.1}};
  Sequential model;
  model.add(LSTM(32, {.input_shape = {10, 2}}));
  model.add(Dense(1));
  model.compile({.optimizer = "adam", .loss = "mse"});
  const History history = model.fit(X, y, {.batch_size = 32, .epochs = 50});
  const Array yhat = model.predict(X);

  const std::vector<double>& loss = history.history.at("loss");
  std::cout << "\ninput  " << X.shape() << "\noutput " << yhat.shape() << '\n';
  std::cout << "after " << loss.size() << " epochs the loss is "
            << (loss.back() < loss.front() / 10 ? "less than a tenth" : "no tenth") << " of what it was\n";
}
