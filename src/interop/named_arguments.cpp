#include "interop/named_arguments.h"

#include <cctype>
#include <charconv>
#include <set>

#include "interop/config.h"
#include "interop/keras_losses.h"
#include "rondo/optimizers/loss_scale_optimizer.h"

namespace rondo::interop {

namespace {

// Where the value that begins at `at` ends: at the next comma outside brackets.
std::size_t end_of(const std::string& text, std::size_t at) {
  for (int open = 0; at < text.size(); ++at) {
    if (text[at] == '[') ++open;
    if (text[at] == ']') --open;
    if (text[at] == ',' && open <= 0) break;
  }
  return at;
}

// true, 3, 0.5, None, [0.1,0.2]; anything else is a text.
Json value_of(const std::string& text) {
  if (text.size() > 1 && text.front() == '[' && text.back() == ']') {
    Json list = Json::array();
    const std::string inside = text.substr(1, text.size() - 2);
    for (std::size_t at = 0; at < inside.size();) {
      const std::size_t end = std::min(inside.find(',', at), inside.size());
      list.push_back(value_of(inside.substr(at, end - at)));
      at = end + 1;
    }
    return list;
  }
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  if (text == "none" || text == "None") return nullptr;
  const char* end = text.data() + text.size();
  Index whole = 0;
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole); error == std::errc() && stop == end) return whole;
  double number = 0;
  if (const auto [stop, error] = std::from_chars(text.data(), end, number); error == std::errc() && stop == end) return number;
  return text;
}

struct Named {
  std::string name;
  Json arguments = Json::object();
};

Named parsed(const std::string& text, const std::string& what) {
  const std::size_t colon = text.find(':');
  Named out{text.substr(0, colon)};
  if (colon == std::string::npos) return out;
  for (std::size_t at = colon + 1; at <= text.size();) {
    const std::size_t end = end_of(text, at);
    const std::string one = text.substr(at, end - at), key = one.substr(0, one.find('='));
    if (key.empty() || key.size() == one.size())
      fail(Code::value,
           what + " '" + escaped(text) + "': '" + escaped(one) + "' is no argument: write NAME:argument=value,argument=value");
    if (!out.arguments.emplace(key, value_of(one.substr(key.size() + 1))).second)
      fail(Code::value, what + " '" + escaped(text) + "' names '" + escaped(key) + "' twice");
    at = end + 1;
  }
  return out;
}

// By the letters alone: cosine_decay, CosineDecay.
std::string letters(const std::string& name) {
  std::string out;
  for (const char c : name)
    if (c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// What is wrong with an argument is the user's, not a file's.
template <class Thing>
void set(Thing& thing, Json& arguments, const std::string& where) {
  std::vector<std::string> notes;
  ConfigReader reader(arguments, where, notes);
  thing.describe(reader);
  reader.finish();
}

// Its arguments, and the name it wraps; what is left is the inner optimizer's.
LossScaleOptions loss_scale_of(Named& named) {
  const auto inner = named.arguments.find("inner_optimizer");
  if (inner == named.arguments.end() || !inner->is_string())
    fail(Code::value, "optimizer " + named.name + " wraps another: " + named.name + ":inner_optimizer=adam");
  LossScaleOptions options;
  Json own = Json::object();
  for (const char* key : {"initial_scale", "dynamic_growth_steps"}) {
    const auto at = named.arguments.find(key);
    if (at == named.arguments.end()) continue;
    own[key] = *at;
    named.arguments.erase(at);
  }
  std::vector<std::string> notes;
  ConfigReader reader(own, "optimizer LossScaleOptimizer", notes);
  reader.field("initial_scale", options.initial_scale, options.initial_scale);
  reader.field("dynamic_growth_steps", options.dynamic_growth_steps, options.dynamic_growth_steps);
  named.name = inner->get<std::string>();
  named.arguments.erase(inner);
  return options;
}

}  // namespace

OptimizerRef optimizer_from_text(const std::string& text) {
  Named named = parsed(text, "optimizer");
  const bool scaled = letters(named.name) == "lossscaleoptimizer";
  const LossScaleOptions scale = scaled ? loss_scale_of(named) : LossScaleOptions();
  const OptimizerRef optimizer(OptimizerRef(named.name).shared());  // no mere name: it has options
  // A method in Keras, not an argument.
  if (const auto at = named.arguments.find("exclude_from_weight_decay"); at != named.arguments.end()) {
    std::vector<std::string> words;
    for (const Json& word : at->is_array() ? *at : Json::array({*at})) {
      if (!word.is_string())
        fail(Code::value,
             "exclude_from_weight_decay is the names of weights: " + named.name + ":exclude_from_weight_decay=[bias,gamma]");
      words.push_back(word.get<std::string>());
    }
    optimizer->exclude_from_weight_decay(std::move(words));
    named.arguments.erase(at);
  }
  if (!named.arguments.empty()) set(*optimizer, named.arguments, "optimizer " + optimizer->class_name());
  optimizer->check();
  return scaled ? LossScaleOptimizer(optimizer, scale) : optimizer;
}

LossRef loss_from_text(const std::string& text) {
  Named named = parsed(text, "loss");
  const LossRef loss(named.name);
  take_reduction(named.arguments, const_cast<Loss&>(*loss));
  if (!named.arguments.empty()) set(const_cast<Loss&>(*loss), named.arguments, "loss " + loss->class_name());
  loss->check();
  return loss;
}

MetricRef metric_from_text(const std::string& text) {
  Named named = parsed(text, "metric");
  const MetricRef metric(named.name);
  if (const Json& name = member(named.arguments, "name"); name.is_string()) {
    metric->set_name(name.get<std::string>());
    named.arguments.erase("name");
  }
  if (!named.arguments.empty()) set(*metric, named.arguments, "metric " + metric->class_name());
  metric->check();
  return metric;
}

LearningRate schedule_from_text(const std::string& text) {
  Named named = parsed(text, "schedule");
  for (const std::string& known : schedule_names())
    if (letters(known) == letters(named.name)) named.name = known;
  const auto schedule = make_schedule(named.name);
  if (named.arguments.empty()) named.arguments = Json::object();
  set(*schedule, named.arguments, "schedule " + schedule->class_name());
  return schedule;  // checked by LearningRate
}

}  // namespace rondo::interop
