// Layers on shapes that cannot be: each message names the layer, says what came and why it does not fit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "rondo/layers.h"
#include "rondo/model/model.h"
#include "support/refused.h"

namespace rondo {
namespace {

struct Impossible {
  const char* what;
  std::function<void()> make;
  std::vector<std::string> says;
};

std::vector<Impossible> table() {
  const auto on = [](const Shape& shape, const auto& layer) { return [=] { layer(Input(shape)); }; };
  const auto two = [](const Shape& a, const Shape& b, const auto& layer) { return [=] { layer.call({Input(a), Input(b)}); }; };
  return {
      {"no units", [] { Dense(0); }, {"Dense", "units", "0"}},
      {"negative units", [] { LSTM(-3); }, {"LSTM", "units", "-3"}},
      {"a kernel longer than the input", on({5, 1}, Conv1D(2, 9)), {"Conv1D", "5", "9", "fix:"}},
      {"a dilated kernel longer than the input", on({5, 1}, Conv1D(2, 3, {.dilation_rate = 4})), {"Conv1D", "5", "9", "fix:"}},
      {"a kernel larger than the image", on({4, 4, 1}, Conv2D(2, 5)), {"Conv2D", "4", "5", "fix:"}},
      {"a pool longer than the input", on({5, 1}, MaxPooling1D(9)), {"MaxPooling1D", "5", "pool_size", "9"}},
      {"filters not shared out", [] { Conv1D(5, 2, {.groups = 2}); }, {"Conv1D", "5", "2", "groups"}},
      {"channels not shared out", on({5, 3}, Conv1D(4, 2, {.groups = 2})), {"Conv1D", "3", "2", "groups"}},
      {"an image without channels", on({4, 4}, Conv2D(2, 3)), {"Conv2D", "samples"}},
      {"a sum of unequal shapes", two({4, 3}, {5, 3}, Add()), {"Add", "(None, 4, 3)", "(None, 5, 3)"}},
      {"a product of unequal shapes", two({4}, {5}, Multiply()), {"Multiply", "4", "5"}},
      {"Subtract of three",
       [] {
         Subtract().call({Input({2}), Input({2}), Input({2})});
       },
       {"Subtract", "3"}},
      {"Concatenate of unequal lengths", two({4, 3}, {5, 3}, Concatenate()), {"Concatenate", "(None, 4, 3)", "(None, 5, 3)"}},
      {"Concatenate along samples", two({4, 3}, {4, 3}, Concatenate({.axis = 0})), {"Concatenate", "axis", "samples"}},
      {"Dot of unequal axes", two({4}, {5}, Dot({.axes = {1}})), {"Dot", "4", "5"}},
      {"Dot along an axis that is not there", two({4}, {4}, Dot({.axes = {3}})), {"Dot", "axis 3", "(None, 4)"}},
      {"TimeDistributed without time steps", on({4}, TimeDistributed(Dense(2))), {"TimeDistributed", "(None, 4)"}},
      {"a recurrent layer without time steps", on({4}, GRU(2)), {"GRU", "(None, 4)", "fix:", "time steps"}},
      {"stacked without return_sequences",
       [] {
         LSTM(2)(LSTM(3)(Input({5, 1})));
       },
       {"LSTM", "return_sequences = true", "fix:"}},
      {"samples in input_shape", on({100, 10, 1}, LSTM(2)), {"LSTM", "number of samples", "fix:"}},
      {"Bidirectional without a recurrent layer", [] { Bidirectional(Dense(2)); }, {"Bidirectional", "Dense"}},
      {"Reshape of another total", on({6}, Reshape({4, 2})), {"Reshape", "6", "(4, 2)"}},
      {"Reshape with two unknowns",
       [] {
         Reshape({-1, -1});
       },
       {"Reshape", "-1"}},
      {"Reshape that does not divide", on({7}, Reshape({-1, 2})), {"Reshape", "7", "2"}},
      {"Permute of other axes", on({4, 3}, Permute({1})), {"Permute", "(None, 4, 3)"}},
      {"RepeatVector of a sequence", on({4, 3}, RepeatVector(2)), {"RepeatVector", "(None, 4, 3)", "return_sequences"}},
      {"features that are not known", on({4, None}, Dense(2)), {"Dense", "features"}},
      {"Flatten of unknown time steps, then Dense",
       [] {
         Dense(2)(Flatten()(Input({None, 3})));
       },
       {"features", "None"}},
      {"an axis that is not there", on({4, 3}, LayerNormalization({.axis = {5}})), {"LayerNormalization", "axis", "5"}},
      {"BatchNormalization of samples", on({4, 3}, BatchNormalization({.axis = 0})), {"BatchNormalization", "axis", "0"}},
      {"PReLU of unknown time steps", on({None, 3}, PReLU()), {"PReLU", "shared_axes"}},
      {"a query without values",
       [] {
         Attention()(Input({4, 3}));
       },
       {"Attention", "query", "value"}},
      {"a query of another width", two({4, 3}, {5, 2}, Attention()), {"Attention", "3", "2"}},
      {"one input of heads",
       [] {
         MultiHeadAttention(2, 3)(Input({4, 3}));
       },
       {"MultiHeadAttention", "query", "value"}},
      {"a state of another width",
       [] {
         LSTM(3).call({Input({4, 2}), Input({5}), Input({5})});
       },
       {"LSTM", "state", "5", "3"}},
      {"one state of two",
       [] {
         LSTM(3).call({Input({4, 2}), Input({3})});
       },
       {"LSTM", "2"}},
      {"ConvLSTM of frames without channels", on({4, 5, 5}, ConvLSTM2D(2, 3)), {"ConvLSTM2D", "axes"}},
      {"an Embedding without ids", [] { Embedding(0, 3); }, {"Embedding", "input_dim", "0"}},
      {"a layer on other features",
       [] {
         const Dense dense(2);
         dense(Input({3}));
         dense(Input({4}));
       },
       {"Dense", "features=3", "has 4"}},
  };
}

TEST(ImpossibleShapes, SayWhatCameAndWhy) {
  const bool show = std::getenv("RONDO_SHOW_MESSAGES") != nullptr;  // to read them all
  for (const Impossible& one : table()) {
    SCOPED_TRACE(one.what);
    try {
      one.make();
      ADD_FAILURE() << "not refused";
    } catch (const Error& e) {
      const std::string message = e.what();
      if (show) std::cout << one.what << "\n    " << message << '\n';
      for (const std::string& part : one.says)
        EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
    }
  }
}

}  // namespace
}  // namespace rondo
