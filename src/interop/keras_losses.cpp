#include "interop/keras_losses.h"

#include <algorithm>

#include "interop/config.h"
#include "rondo/losses/custom.h"
#include "rondo/metrics/custom.h"

namespace rondo::interop {
namespace {

// A loss or a metric may be a name, a function or an object; all three come down to a name here.
std::string function_name(const Json& json, const std::string& what, const OwnClasses& own) {
  if (json.is_string()) return json.get<std::string>();
  const std::string class_name = read_class(json, what, &own);
  if (class_name == "function") return string_at(json, "config", what);
  return class_name;
}

LossRef read_loss(const Json& json, std::vector<std::string>& notes) {
  if (json.is_null()) return {};  // an output without a loss
  const LossRef loss(function_name(json, "the loss", own_losses));
  if (json.is_object() && member(json, "config").is_object()) {
    Json config = json["config"];
    take_reduction(config, const_cast<Loss&>(*loss));
    for (const char* key : {"name", "dtype", "fn"}) config.erase(key);
    ConfigReader reader(config, "loss " + escaped(loss->class_name()), notes);
    const_cast<Loss&>(*loss).describe(reader);
    reader.finish();
    loss->check();
  }
  return loss;
}

MetricRef read_metric(const Json& json, std::vector<std::string>& notes) {
  const std::string known = function_name(json, "a metric", own_metrics);
  const MetricRef metric = json.is_object() ? MetricRef(make_metric(known)) : MetricRef(known);
  if (json.is_object() && member(json, "config").is_object()) {
    Json config = json["config"];
    if (const Json& name = member(config, "name"); name.is_string()) metric->set_name(name.get<std::string>());
    // AUC writes its label_weights as a tensor.
    if (const Json& weights = member(config, "label_weights"); weights.is_object() && weights.contains("config"))
      config["label_weights"] = member(weights["config"], "value");
    for (const char* key : {"name", "dtype", "fn", "reduction"}) config.erase(key);
    ConfigReader reader(config, "metric " + escaped(known), notes);
    metric->describe(reader);
    reader.finish();
  }
  metric->check();
  return metric;
}

// A short config may ask for much: what AUC, IoU and their kin count at, over all metrics.
constexpr double most_places = 2e6;
void count_places(const Json& json, double& places) {
  if (json.is_object())
    for (const char* key : {"num_thresholds", "num_classes"})
      if (const Json& number = member(json, key); number.is_number()) places += std::max(0.0, number.get<double>());
  if (json.is_structured())
    for (const Json& one : json) count_places(one, places);
}

Json write_metric(const MetricRef& metric) {
  ConfigWriter writer;
  metric->describe(writer);
  const auto all = metric_names();
  const std::string registered = registered_name(*metric);
  if (!registered.empty() || std::find(all.begin(), all.end(), metric->class_name()) == all.end()) {
    writer.config["name"] = metric->name();
    return own_object(metric->class_name(), registered, writer.config);
  }
  // A name that makes the same metric is all that Keras needs.
  const auto known = metric_names();
  const bool not_a_name = metric->name() == "kld" || metric->name() == "KLD";  // of Keras: it has the loss by it alone
  const bool by_name = !not_a_name && std::find(known.begin(), known.end(), metric->name()) != known.end() &&
                       MetricRef(metric->name())->class_name() == metric->class_name();
  if (writer.config.empty() && by_name) return metric->name();
  writer.config["name"] = metric->name();
  return keras_object("keras.metrics", metric->class_name(), writer.config);
}

Json write_metric_list(const MetricList& list) {
  Json out = Json::array();
  for (const MetricRef& metric : list.metrics()) out.push_back(write_metric(metric));
  return out;
}

// One metric, a list of them, or null.
std::vector<MetricRef> read_metric_list(const Json& json, std::vector<std::string>& notes) {
  std::vector<MetricRef> metrics;
  if (json.is_array()) {
    for (const Json& one : json) metrics.push_back(read_metric(one, notes));
  } else if (!json.is_null()) {
    metrics.push_back(read_metric(json, notes));
  }
  return metrics;
}

// An object that is one thing, and not a thing for each output.
bool is_one(const Json& json) { return !json.is_array() && (!json.is_object() || json.contains("class_name")); }

template <class T, class Read>
PerOutput<T> read_each(const Json& json, Read read) {
  if (is_one(json)) return PerOutput<T>(read(json));
  if (json.is_array()) {
    std::vector<T> list;
    for (const Json& one : json) list.push_back(read(one));
    return PerOutput<T>(std::move(list));
  }
  PerOutput<T> named;
  for (const auto& [output, one] : json.items()) named.add(output, read(one));
  return named;
}

template <class T, class Write>
Json write_each(const PerOutput<T>& given, Write write) {
  using Form = typename PerOutput<T>::Form;
  if (given.form() == Form::one) return write(given.entries()[0].value);
  Json out = given.form() == Form::named ? Json::object() : Json::array();
  for (const auto& [output, value] : given.entries()) {
    if (given.form() == Form::named) {
      out[output] = write(value);
    } else {
      out.push_back(write(value));
    }
  }
  return out;
}

Json write_loss(const LossRef& loss) {
  if (!loss) return {};
  ConfigWriter writer;
  const_cast<Loss&>(*loss).describe(writer);
  if (loss->reduction() != Reduction::sum_over_batch_size) writer.config["reduction"] = name_of(loss->reduction());
  const auto all = loss_names();
  const std::string registered = registered_name(*loss);
  if (!registered.empty() || std::find(all.begin(), all.end(), loss->key()) == all.end())
    return own_object(loss->class_name(), registered, writer.config);
  // The one that Keras knows by its class alone goes without a short spelling.
  return writer.config.empty() && loss->key() != loss->class_name()
             ? Json(loss->key())
             : keras_object("keras.losses", loss->class_name(), writer.config);
}

Json write_metrics(const MetricLists& given, std::size_t outputs) {
  const auto& lists = given.lists();
  if (!lists.empty() && lists[0].output()) {
    Json named = Json::object();
    for (const MetricList& list : lists) named[*list.output()] = write_metric_list(list);
    return named;
  }
  Json out = Json::array();
  for (const MetricList& list : lists) {
    if (outputs > 1) {
      out.push_back(write_metric_list(list));
    } else {
      for (const MetricRef& metric : list.metrics()) out.push_back(write_metric(metric));
    }
  }
  return out;
}

}  // namespace

void take_reduction(Json& arguments, Loss& loss) {
  const auto at = arguments.find("reduction");
  if (at == arguments.end()) return;
  // Keras 2 wrote "auto" for what is the default now; None is "none".
  const std::string reduction = at->is_null() ? "none" : at->is_string() ? at->get<std::string>() : shown(*at);
  loss.set_reduction(reduction_of(reduction == "auto" ? "sum_over_batch_size" : reduction));
  arguments.erase(at);
}

PerOutput<LossRef> read_losses(const Json& json, std::vector<std::string>& notes) {
  if (!is_one(json) && json.empty()) fail(Code::format, "an empty list of losses");
  return read_each<LossRef>(json, [&](const Json& one) { return read_loss(one, notes); });
}

PerOutput<double> read_loss_weights(const Json& json) {
  if (json.is_null()) return {};
  return read_each<double>(json, [](const Json& one) { return number_of(one, "loss_weights"); });
}

MetricLists read_metrics(const Json& json, std::vector<std::string>& notes) {
  double asked = 0;
  count_places(json, asked);
  if (!(asked <= most_places))
    fail(Code::unsupported, "metrics of a file may have 2,000,000 thresholds and classes together; these ask for more");
  std::vector<MetricList> lists;
  if (json.is_array()) {
    for (const Json& one : json) lists.emplace_back(read_metric_list(one, notes));
  } else if (json.is_object() && !json.contains("class_name")) {
    for (const auto& [output, list] : json.items()) lists.emplace_back(output, read_metric_list(list, notes));
  } else if (!json.is_null()) {
    fail(Code::format, "metrics must be a list, not " + shown(json));
  }
  return lists;
}

void write_losses(const CompileOptions& options, std::size_t outputs, Json& compile_config) {
  compile_config["loss"] = write_each(options.loss, write_loss);
  if (!options.loss_weights.empty())
    compile_config["loss_weights"] = write_each(options.loss_weights, [](double weight) { return Json(weight); });
  if (!options.metrics.empty()) compile_config["metrics"] = write_metrics(options.metrics, outputs);
  if (!options.weighted_metrics.empty()) compile_config["weighted_metrics"] = write_metrics(options.weighted_metrics, outputs);
}

}  // namespace rondo::interop
