#include "rondo/forecast/network.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "rondo/core/error.h"
#include "rondo/layers.h"

namespace rondo {
namespace {

constexpr const char* shortcut_name = "shortcut";  // the Dense that holds the linear autoregression
constexpr const char* answer_name = "answer";      // the Dense that ends the other branch

// One word of the line: "lstm:32".
struct Word {
  std::string name;    // "lstm"
  std::string number;  // "32"
  std::string text;    // as it was written
};

[[noreturn]] void refuse(const std::string& layers, const std::string& why) {
  fail(Code::value, "layers '" + escaped(layers).substr(0, 200) + "': " + why +
                        " Write NAME:NUMBER, comma separated, for example lstm:32 or lstm:64,dropout:0.2,gru:32.");
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::vector<Word> words(const std::string& layers) {
  std::vector<Word> out;
  std::string_view rest = layers;
  for (bool more = true; more;) {
    const auto comma = rest.find(',');
    const std::string text = trimmed(rest.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
    const auto colon = text.find(':');
    Word word{trimmed(std::string_view(text).substr(0, colon)),
              colon == std::string::npos ? "" : trimmed(std::string_view(text).substr(colon + 1)), text};
    std::transform(word.name.begin(), word.name.end(), word.name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (word.name.empty()) refuse(layers, "a layer has no name.");
    if (word.number.empty()) refuse(layers, "'" + escaped(text).substr(0, 60) + "' has no number.");
    out.push_back(std::move(word));
    if (out.size() > 64) refuse(layers, "more than 64 layers.");
  }
  return out;
}

Index units(const std::string& layers, const Word& word) {
  Index value = 0;
  const char* const end = word.number.data() + word.number.size();
  const auto read = std::from_chars(word.number.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 1) {
    refuse(layers, "'" + escaped(word.text).substr(0, 60) + "' needs a whole number of units, at least 1.");
  }
  // A row of gates alone would then be gigabytes; what is really too large for this machine, building says.
  if (value > 1'000'000) refuse(layers, "'" + escaped(word.text).substr(0, 60) + "' asks for more than 1,000,000 units.");
  return value;
}

double rate(const std::string& layers, const Word& word) {
  double value = 0;
  const char* const end = word.number.data() + word.number.size();
  const auto read = std::from_chars(word.number.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !(value >= 0 && value < 1)) {
    refuse(layers, "'" + escaped(word.text).substr(0, 60) + "' needs a rate from 0 to below 1.");
  }
  return value;
}

// What a name makes. `sequences`: another layer reads time steps after it.
enum class Kind { recurrent, per_step, dropout };
struct Known {
  const char* name;
  Kind kind;
  LayerRef (*make)(Index units, bool sequences);
};

const std::vector<Known>& known() {
  static const std::vector<Known> all{
      {"lstm", Kind::recurrent, [](Index n, bool s) -> LayerRef { return LSTM(n, {.return_sequences = s}); }},
      {"gru", Kind::recurrent, [](Index n, bool s) -> LayerRef { return GRU(n, {.return_sequences = s}); }},
      {"simplernn", Kind::recurrent, [](Index n, bool s) -> LayerRef { return SimpleRNN(n, {.return_sequences = s}); }},
      {"bilstm", Kind::recurrent, [](Index n, bool s) -> LayerRef { return Bidirectional(LSTM(n, {.return_sequences = s})); }},
      {"bigru", Kind::recurrent, [](Index n, bool s) -> LayerRef { return Bidirectional(GRU(n, {.return_sequences = s})); }},
      {"dense", Kind::per_step, [](Index n, bool) -> LayerRef { return Dense(n, {.activation = "relu"}); }},
      {"dropout", Kind::dropout, nullptr},
  };
  return all;
}

const Known& known(const Word& word) {
  std::vector<std::string> names;
  std::string list;
  for (const Known& k : known()) {
    if (word.name == k.name) return k;
    names.emplace_back(k.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  fail(Code::unsupported, "unknown layer '" + escaped(word.name).substr(0, 60) + "' in '" + escaped(word.text).substr(0, 60) +
                              "'." + did_you_mean(word.name, names) + " Known: " + list + ".");
}

}  // namespace

Model forecast_network(const Framing& framing, const NetworkOptions& options) {
  const std::vector<Word> line = words(options.layers);
  const Index answers = checked_mul(framing.horizon, static_cast<Index>(framing.targets.size()));
  std::size_t recurrent_left = 0;
  for (const Word& word : line) recurrent_left += known(word).kind == Kind::recurrent;

  const SymbolicTensor x = Input({framing.lookback, static_cast<Index>(framing.features.size())}, {.name = "window"});
  SymbolicTensor h = x;
  for (const Word& word : line) {
    const Known& layer = known(word);
    if (layer.kind == Kind::dropout) {
      h = Dropout(rate(options.layers, word))(h);
      continue;
    }
    if (layer.kind == Kind::recurrent) --recurrent_left;
    const bool steps = h.shape().rank() == 3;
    if (!steps && layer.kind == Kind::recurrent) refuse(options.layers, "nothing has time steps left.");
    h = layer.make(units(options.layers, word), recurrent_left > 0)(h);
  }
  if (h.shape().rank() == 3) h = Flatten()(h);
  h = Dense(answers, {.name = answer_name})(h);
  if (options.shortcut) h = Add()({h, Dense(answers, {.name = shortcut_name})(Flatten()(x))});
  return Model(x, h, "forecaster");
}

void start_from(Model& model, const Ridge& ridge) {
  const auto find = [&](const char* name) {
    for (const LayerRef& layer : model.layers()) {
      if (layer->name() == name) return layer;
    }
    fail(Code::value, std::string("the model has no layer '") + name + "': it was not made with a shortcut.");
  };
  const LayerRef shortcut = find(shortcut_name);
  Weights& linear = shortcut->weights();
  Weights& answer = find(answer_name)->weights();
  if (linear.own()[0].shape != Shape{ridge.inputs, ridge.outputs}) {
    fail(Code::value, "the shortcut is " + linear.own()[0].shape.text() + ", the ridge autoregression is " +
                          Shape{ridge.inputs, ridge.outputs}.text() + ".");
  }
  const auto put = [](const std::vector<double>& from, Array& to) {
    std::transform(from.begin(), from.end(), to.data(), [](double v) { return static_cast<real>(v); });
  };
  put(ridge.weights, linear.own()[0].value);
  put(ridge.bias, linear.own()[1].value);
  for (Weight& weight : answer.own()) std::fill_n(weight.value.data(), weight.value.size(), real(0));
  shortcut->trainable = false;
  model.set_weights(model.get_weights());  // refreshes what the kernels read
}

}  // namespace rondo
