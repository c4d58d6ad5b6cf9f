// What a forecaster's file holds beside the network: {"targets": ..., "scalers": ..., "season": 12, "trained_on": {...}}, in
// rondo.json.
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/frame_data.h"
#include "rondo/core/error.h"
#include "rondo/forecast/forecaster.h"
#include "rondo/interop/keras.h"

namespace rondo {
namespace {

using json = nlohmann::ordered_json;

json trained_on_json(const TrainedOn& t) {
  json out;
  out["rows"] = t.rows;
  out["train_end"] = t.train_end;
  out["validation_end"] = t.validation_end;
  out["train_last"] = t.train_last;
  out["validation_last"] = t.validation_last;
  if (t.train_time) out["train_time"] = *t.train_time;
  if (t.validation_time) out["validation_time"] = *t.validation_time;
  out["fingerprint"] = t.fingerprint;
  return out;
}

Index count(const json& in, const char* name, Index least) {
  const json& field = in.at(name);
  if (!field.is_number_integer() || (field.is_number_unsigned() && field.get<std::uint64_t>() > 1'000'000'000'000'000u) ||
      field.get<Index>() < least || field.get<Index>() > 1'000'000'000'000'000) {
    fail(Code::format, std::string("'") + name + "' in the forecaster's record is out of range.");
  }
  return field.get<Index>();
}

TrainedOn trained_on_from(const json& in) {
  TrainedOn out;
  out.rows = count(in, "rows", 0);
  out.train_end = count(in, "train_end", 0);
  out.validation_end = count(in, "validation_end", 0);
  if (out.train_end > out.validation_end || out.validation_end > out.rows) {
    fail(Code::format, "the forecaster's record names rows it cannot have been trained on.");
  }
  out.train_last = in.at("train_last").get<std::string>();
  out.validation_last = in.at("validation_last").get<std::string>();
  if (in.contains("train_time")) out.train_time = in.at("train_time").get<std::int64_t>();
  if (in.contains("validation_time")) out.validation_time = in.at("validation_time").get<std::int64_t>();
  if (!in.at("fingerprint").is_number_unsigned()) fail(Code::format, "the forecaster's fingerprint is not a number.");
  out.fingerprint = in.at("fingerprint").get<std::uint64_t>();
  return out;
}

// FNV-1a over the targets' values as the table holds them; every missing value counts as the same one.
std::uint64_t fingerprint(const Table& table, const std::vector<std::string>& targets, Index rows) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::string& target : targets) {
    const std::vector<double>& v = table.column(target).numbers;
    for (Index r = 0; r < rows; ++r) {
      const double value = v[static_cast<std::size_t>(r)];
      const auto bits = std::bit_cast<std::uint64_t>(value == value ? value + 0.0 : std::numeric_limits<double>::quiet_NaN());
      for (int shift = 0; shift < 64; shift += 8) hash = (hash ^ ((bits >> shift) & 0xff)) * 0x100000001b3u;
    }
  }
  return hash;
}

}  // namespace

TrainedOn trained_on(const Split& split, const Dates* dates) {
  const Frame& frame = split.train.frame();
  TrainedOn out;
  out.rows = frame.rows();
  out.train_end = split.train.end_row();
  out.validation_end = std::max(out.train_end, split.validation.end_row());
  if (split.validation.first_row() >= split.validation.end_row()) out.validation_end = out.train_end;
  out.train_last = frame.label(out.train_end - 1);
  out.validation_last = frame.label(out.validation_end - 1);
  if (dates && dates->rows() == out.rows) {
    out.train_time = dates->seconds(out.train_end - 1);
    out.validation_time = dates->seconds(out.validation_end - 1);
  }
  out.fingerprint = fingerprint(frame.table(), frame.framing().targets, out.validation_end);
  return out;
}

SeenRows seen_rows(const Forecaster& forecaster, const Table& table, const Dates* dates) {
  const TrainedOn& t = forecaster.trained_on;
  SeenRows out;
  if (t.validation_end > 0 && t.validation_end <= table.rows() &&
      fingerprint(table, forecaster.framing.targets, t.validation_end) == t.fingerprint) {
    return {t.train_end, t.validation_end, SeenRows::By::values};
  }
  if (dates && dates->rows() == table.rows() && t.train_time && t.validation_time) {
    out.by = SeenRows::By::dates;
    for (Index r = 0; r < table.rows(); ++r) {  // the rows are in time order
      if (dates->seconds(r) <= *t.train_time) out.train_end = r + 1;
      if (dates->seconds(r) <= *t.validation_time) out.validation_end = r + 1;
    }
    out.validation_end = std::max(out.train_end, out.validation_end);
  }
  return out;
}

void save_forecaster(const Forecaster& forecaster, const std::string& path) {
  json extra = json::parse(framing_json(forecaster.framing, forecaster.scaler));
  extra["season"] = forecaster.season;
  extra["trained_on"] = trained_on_json(forecaster.trained_on);
  save_model(forecaster.model, path, {.extra = extra.dump(-1, ' ', false, json::error_handler_t::replace)});
}

Forecaster load_forecaster(const std::string& path) {
  LoadReport report;
  Model model = load_model(path, {.report = &report});
  if (report.extra.empty()) {
    fail(Code::format,
         "'" + escaped(path) +
             "' holds a network but no framing: nothing says which columns it reads and in what units it answers. "
             "`rondo train` writes files that do; `rondo predict` runs a network alone on arrays.");
  }
  Forecaster out{model, {}, {}, 1, {}};
  framing_from_json(report.extra, out.framing, out.scaler);
  try {
    const json extra = json::parse(report.extra);
    if (extra.contains("season")) out.season = count(extra, "season", 1);
    if (extra.contains("trained_on")) out.trained_on = trained_on_from(extra.at("trained_on"));
  } catch (const json::exception& error) {
    fail(Code::format,
         "'" + escaped(path) + "': the forecaster's record cannot be read (" + escaped(error.what()).substr(0, 200) + ").");
  }
  // The network must be the one the framing is about.
  const Shapes in = out.model.input_shapes(), answers = out.model.output_shapes();
  const auto features = static_cast<Index>(out.framing.features.size());
  const Index numbers = checked_mul(out.framing.horizon, static_cast<Index>(out.framing.targets.size()));
  if (in.size() != 1 || in[0].rank() != 3 || (in[0][1] != None && in[0][1] != out.framing.lookback) || in[0][2] != features ||
      answers.size() != 1 || answers[0].rank() != 2 || answers[0][1] != numbers) {
    fail(Code::format, "'" + escaped(path) + "': the framing does not suit the network beside it.");
  }
  return out;
}

}  // namespace rondo
