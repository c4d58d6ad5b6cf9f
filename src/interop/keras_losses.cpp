#include "interop/keras_losses.h"

#include <algorithm>

#include "interop/config.h"
#include "rondo/metrics/metric.h"

namespace rondo::interop {
namespace {

// A loss or a metric may be a name, a function or an object; all three come down to a name here.
std::string function_name(const Json& json, const std::string& what) {
  if (json.is_string()) return json.get<std::string>();
  const std::string class_name = read_class(json, what);
  if (class_name == "function") return string_at(json, "config", what);
  return class_name;
}

LossRef read_loss(const Json& json, std::vector<std::string>& notes) {
  if (json.is_null()) return {};  // an output without a loss
  const LossRef loss(function_name(json, "the loss"));
  if (json.is_object() && member(json, "config").is_object()) {
    Json config = json["config"];
    if (const Json& reduction = member(config, "reduction"); !reduction.is_null() && reduction != "sum_over_batch_size")
      fail(Code::unsupported, "loss reduction " + shown(reduction) + " is not supported");
    config.erase("reduction");
    ConfigReader reader(config, "loss " + escaped(loss->class_name()), notes);
    const_cast<Loss&>(*loss).describe(reader);
    reader.finish();
  }
  return loss;
}

std::string read_metric(const Json& json) {
  std::string name = function_name(json, "a metric");
  if (const Json& given = member(member(json, "config"), "name"); given.is_string()) {
    const auto known = metric_names();
    if (std::find(known.begin(), known.end(), given.get<std::string>()) != known.end()) name = given.get<std::string>();
  }
  make_metric(name);  // throws if it is not known
  return name;
}

// One metric, a list of them, or null.
std::vector<std::string> read_metric_list(const Json& json) {
  std::vector<std::string> names;
  if (json.is_array()) {
    for (const Json& one : json) names.push_back(read_metric(one));
  } else if (!json.is_null()) {
    names.push_back(read_metric(json));
  }
  return names;
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
  return writer.config.empty() ? Json(loss->key()) : keras_object("keras.losses", loss->class_name(), writer.config);
}

Json write_metrics(const MetricLists& given, std::size_t outputs) {
  const auto& lists = given.lists();
  if (!lists.empty() && lists[0].output()) {
    Json named = Json::object();
    for (const MetricList& list : lists) named[*list.output()] = list.names();
    return named;
  }
  Json out = Json::array();
  for (const MetricList& list : lists) {
    if (outputs > 1) {
      out.push_back(list.names());
    } else {
      for (const std::string& name : list.names()) out.push_back(name);
    }
  }
  return out;
}

}  // namespace

PerOutput<LossRef> read_losses(const Json& json, std::vector<std::string>& notes) {
  if (!is_one(json) && json.empty()) fail(Code::format, "an empty list of losses");
  return read_each<LossRef>(json, [&](const Json& one) { return read_loss(one, notes); });
}

PerOutput<double> read_loss_weights(const Json& json) {
  if (json.is_null()) return {};
  return read_each<double>(json, [](const Json& one) { return number_of(one, "loss_weights"); });
}

MetricLists read_metrics(const Json& json) {
  std::vector<MetricList> lists;
  if (json.is_array()) {
    for (const Json& one : json) lists.emplace_back(read_metric_list(one));
  } else if (json.is_object() && !json.contains("class_name")) {
    for (const auto& [output, list] : json.items()) lists.emplace_back(output, read_metric_list(list));
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
}

}  // namespace rondo::interop
