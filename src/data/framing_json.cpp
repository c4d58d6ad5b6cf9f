// Framing and scales in the model file, so that a loaded model reads new data as it read the old and answers in original units.
#include <nlohmann/json.hpp>

#include "rondo/core/error.h"
#include "rondo/data/split.h"

namespace rondo {

using json = nlohmann::ordered_json;

std::string framing_json(const Framing& framing, const Scaler& scaler) {
  json out;
  out["targets"] = framing.targets;
  out["features"] = framing.features;
  out["lookback"] = framing.lookback;
  out["horizon"] = framing.horizon;
  out["stride"] = framing.stride;
  out["gap"] = framing.gap;
  out["missing"] = missing_name(framing.missing);
  out["normalize"] = normalize_name(framing.normalize);
  out["scalers"] = json::array();
  for (const ColumnScale& c : scaler.columns()) {
    out["scalers"].push_back(
        {{"column", c.column}, {"kind", normalize_name(c.kind)}, {"reference", c.reference}, {"scale", c.scale}});
  }
  // Column names come from files and need not be UTF-8.
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

void framing_from_json(std::string_view text, Framing& framing, Scaler& scaler) {
  Framing f;
  std::vector<ColumnScale> scales;
  try {
    const json in = json::parse(text);
    in.at("targets").get_to(f.targets);
    in.at("features").get_to(f.features);
    for (const auto& [name, value, least] : {std::tuple<const char*, Index*, Index>{"lookback", &f.lookback, 1},
                                             {"horizon", &f.horizon, 1},
                                             {"stride", &f.stride, 1},
                                             {"gap", &f.gap, 0}}) {
      const json& field = in.at(name);
      if (!field.is_number_integer() || field.get<Index>() < least)
        fail(Code::format, std::string("framing: '") + name + "' is out of range.");
      *value = field.get<Index>();
    }
    f.missing = missing_from(in.at("missing").get<std::string>());
    f.normalize = normalize_from(in.at("normalize").get<std::string>());
    for (const json& c : in.at("scalers")) {
      scales.push_back({c.at("column").get<std::string>(), normalize_from(c.at("kind").get<std::string>()),
                        c.at("reference").get<double>(), c.at("scale").get<double>()});
    }
    if (f.targets.empty() || f.features.empty()) fail(Code::format, "framing: no targets or no features.");
    scaler = Scaler(std::move(scales));
    for (const auto* columns : {&f.targets, &f.features}) {
      for (const std::string& name : *columns) scaler.of(name);
    }
  } catch (const Error& error) {
    fail(Code::format, error.what());
  } catch (const json::exception& error) {
    fail(Code::format, "framing: not the JSON object that was expected (" + escaped(error.what()).substr(0, 200) + ").");
  }
  framing = std::move(f);
}

}  // namespace rondo
