// BackupAndRestore: one file, replaced as a whole, that holds
//   model.weights.h5   weights and the optimizer's variables
//   state.json         where fit is, the learning rate to the last bit, the numbers that callbacks remember
//   carried            the state of stateful layers
//   callback<i>_<j>    the arrays of callback i
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <typeinfo>

#include "interop/json.h"
#include "io/file.h"
#include "io/zip.h"
#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/train/callbacks.h"

namespace rondo {

namespace {

using interop::Json;

constexpr const char* who = "BackupAndRestore";
constexpr Index format = 1, max_json = Index{1} << 24;

// A number that JSON would round, or not hold at all.
std::string bits_of(double value) { return std::to_string(std::bit_cast<std::uint64_t>(value)); }
double of_bits(const Json& json, const std::string& what) {
  const std::string text = interop::string_of(json, what);
  std::uint64_t bits = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, bits); error != std::errc() || stop != end)
    fail(Code::format, what + " must hold the bits of a number");
  return std::bit_cast<double>(bits);
}

std::span<const std::byte> bytes_of(const Array& array) { return std::as_bytes(array.values()); }

// Callbacks are known again by their class.
std::string type_of(const Callback& callback) { return typeid(callback).name(); }

std::string member_name(std::size_t callback, std::size_t array) {
  return "callback" + std::to_string(callback) + "_" + std::to_string(array);
}

Json written(const CallbackState& state) {
  Json numbers = Json::object(), shapes = Json::array();
  for (const auto& [key, value] : state.numbers) numbers[key] = bits_of(value);
  for (const Array& array : state.arrays) shapes.push_back(interop::json_of(array.shape()));
  return {{"numbers", numbers}, {"arrays", shapes}};
}

CallbackState read_state(const Json& json, std::size_t number, const ZipReader& zip) {
  const std::string where = "state.json: callback " + std::to_string(number);
  CallbackState out;
  for (const auto& [key, value] : interop::object_at(json, "numbers", where).items())
    out.numbers[key] = of_bits(value, where + ": " + escaped(key));
  const Json& arrays = interop::array_at(json, "arrays", where);
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const Shape shape = interop::shape_of(arrays[i], where);
    const auto raw = zip.read(member_name(number, i));
    if (!shape.known() || checked_mul(shape.elements(), static_cast<Index>(sizeof(real))) != static_cast<Index>(raw.size()))
      fail(Code::format, where + ": an array of shape " + shape.text() + " has " + std::to_string(raw.size()) + " bytes");
    Array array(shape);
    if (!raw.empty()) std::memcpy(array.data(), raw.data(), raw.size());
    out.arrays.push_back(std::move(array));
  }
  return out;
}

}  // namespace

BackupAndRestoreCallback::BackupAndRestoreCallback(BackupAndRestoreOptions options) : options_(std::move(options)) {
  if (options_.backup_dir.empty()) fail(Code::value, "BackupAndRestore: backup_dir is empty");
  if (options_.save_freq && *options_.save_freq < 1)
    fail(Code::value, "BackupAndRestore: save_freq is a number of batches, from 1 on; without it, every epoch is saved");
}

std::string BackupAndRestoreCallback::file() const {
  return (std::filesystem::path(options_.backup_dir) / "latest.backup").string();
}

void BackupAndRestoreCallback::on_train_begin(Model& model) {
  batches_ = 0;
  resumed_epoch.reset();
  states_.clear();
  std::error_code failed;
  std::filesystem::create_directories(options_.backup_dir, failed);
  check_writable(file());
  if (!std::filesystem::exists(file())) return;
  try {
    read(file(), model);
  } catch (const Error& e) {
    const std::string before = file() + ".previous";
    if (e.code() != Code::format || !std::filesystem::exists(before))
      fail(e.code(), std::string(who) + ": the backup in '" + escaped(options_.backup_dir) + "' is not of this fit: " +
                         e.what() + "\n  fix: the arguments of the fit that was broken off, another backup_dir, or delete '" +
                         escaped(file()) + "' to begin anew");
    read(before, model);
  }
}

void BackupAndRestoreCallback::read(const std::string& path, Model& model) {
  const std::vector<std::byte> bytes = read_file(path);
  const ZipReader zip(bytes, "backup");
  const auto raw = zip.read("state.json", max_json);
  const Json json = interop::parse_json({reinterpret_cast<const char*>(raw.data()), raw.size()}, "state.json");
  const auto whole = [&](const char* key) {
    const Index value = interop::index_of(interop::member(json, key), std::string("state.json: ") + key);
    if (value < 0) fail(Code::format, std::string("state.json: ") + key + " is negative");
    if (value > Index{1} << 53) fail(Code::format, std::string("state.json: ") + key + " is larger than any count");
    return value;
  };
  if (whole("format") > format) fail(Code::unsupported, "it was written by a newer Rondo");
  ModelState& state = model.internal();
  FitPosition at = *state.fitting;
  const auto same = [&](const char* key, Index here) {
    if (const Index then = whole(key); then != here)
      fail(Code::value, std::string(key) + " was " + std::to_string(then) + ", and is " + std::to_string(here));
  };
  same("batch_size", at.batch_size);
  same("samples", at.samples);
  same("shuffle", at.shuffle);
  if (at.shuffle && interop::string_at(json, "seed", "state.json") != std::to_string(at.seed))
    fail(Code::value,
         "seed was " + escaped(interop::string_at(json, "seed", "state.json")) + ", and is " + std::to_string(at.seed));
  if (const std::string name = interop::string_at(json, "optimizer", "state.json"); name != state.optimizer->class_name())
    fail(Code::value, "the optimizer was " + escaped(name) + ", and is " + state.optimizer->class_name());
  at.epoch = whole("epoch");
  at.batch = whole("batch");
  at.pass = whole("pass");
  at.sample = whole("sample");
  at.loss_sums.clear();
  for (const Json& sum : interop::array_at(json, "loss_sums", "state.json"))
    at.loss_sums.push_back(of_bits(sum, "state.json: loss_sums"));
  const double rate = of_bits(interop::member(json, "learning_rate"), "state.json: learning_rate");
  if (!(rate >= 0 && std::isfinite(rate))) fail(Code::format, "state.json: learning_rate is negative or not finite");
  std::vector<std::pair<std::size_t, CallbackState>> states;
  for (const Json& one : interop::array_at(json, "states", "state.json")) {
    const Index number = interop::index_of(interop::member(one, "callback"), "state.json: callback");
    const bool there = number >= 0 && number < static_cast<Index>(at.callbacks->size());
    if (!there ||
        interop::string_at(one, "type", "state.json: callback") != type_of(*(*at.callbacks)[static_cast<std::size_t>(number)]))
      fail(Code::value, "callback number " + std::to_string(number) + " was another one");
    states.emplace_back(number, read_state(one, static_cast<std::size_t>(number), zip));
  }
  std::vector<std::byte> carried = zip.contains("carried") ? zip.read("carried") : std::vector<std::byte>();
  if (carried.size() != state.carried.size() && !state.carried.empty()) fail(Code::format, "a carried state of another size");
  const Index step = whole("step"), batches = whole("batches");
  std::vector<std::string> notes;  // from here on nothing of state.json can fail
  load_weights(model, zip.read("model.weights.h5"), {.notes = &notes});
  if (!notes.empty()) fail(Code::value, notes.front());
  state.optimizer->learning_rate = rate;
  state.step = static_cast<std::uint64_t>(step);
  state.carried = std::move(carried);
  batches_ = batches;
  states_ = std::move(states);
  *state.fitting = std::move(at);
  resumed_epoch = state.fitting->epoch;
}

void BackupAndRestoreCallback::after_train_begin(Model& model) {
  const Callbacks& all = *model.internal().fitting->callbacks;
  for (const auto& [number, state] : states_) all[number]->restore(state);
  states_.clear();
}

void BackupAndRestoreCallback::on_batch_end(Index, const Logs&, Model& model) {
  if (!options_.save_freq || ++batches_ < *options_.save_freq) return;
  batches_ = 0;
  save(model);
}

void BackupAndRestoreCallback::after_epoch_end(Index, Model& model) {
  if (!options_.save_freq) save(model);
}

void BackupAndRestoreCallback::save(Model& model) const {
  const ModelState& state = model.internal();
  const FitPosition& at = *state.fitting;
  Json sums = Json::array(), states = Json::array();
  if (at.batch > 0)
    for (const double sum : at.loss_sums) sums.push_back(bits_of(sum));
  ZipWriter zip;
  for (std::size_t i = 0; i < at.callbacks->size(); ++i) {
    const CallbackState one = (*at.callbacks)[i]->state();
    if (one.numbers.empty() && one.arrays.empty()) continue;
    states.push_back(written(one));
    states.back()["callback"] = i;
    states.back()["type"] = type_of(*(*at.callbacks)[i]);
    for (std::size_t k = 0; k < one.arrays.size(); ++k) zip.add(member_name(i, k), bytes_of(one.arrays[k]));
  }
  const Json json = {{"format", format},
                     {"epoch", at.epoch},
                     {"batch", at.batch},
                     {"pass", at.pass},
                     {"sample", at.sample},
                     {"loss_sums", sums},
                     {"batch_size", at.batch_size},
                     {"samples", at.samples},
                     {"shuffle", at.shuffle ? 1 : 0},
                     {"seed", std::to_string(at.seed)},
                     {"optimizer", state.optimizer->class_name()},
                     {"learning_rate", bits_of(state.optimizer->learning_rate)},
                     {"step", state.step},
                     {"batches", batches_},
                     {"states", states}};
  zip.add("state.json", interop::json_text(json));
  zip.add("model.weights.h5", save_weights(model));
  if (!state.carried.empty()) zip.add("carried", state.carried);
  if (options_.double_checkpoint && std::filesystem::exists(file())) write_file_atomic(file() + ".previous", read_file(file()));
  write_file_atomic(file(), zip.finish());
}

void BackupAndRestoreCallback::on_train_end(Model&) {
  if (!options_.delete_checkpoint) return;
  std::error_code ignored;  // only what is ours; the folder too, if nothing else is in it
  std::filesystem::remove(file(), ignored);
  std::filesystem::remove(file() + ".previous", ignored);
  // A process that was killed while it wrote has left its temporary file.
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(options_.backup_dir, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".rondo-") && name.ends_with(".tmp")) left.push_back(entry.path());
  }
  for (const auto& path : left) std::filesystem::remove(path, ignored);
  std::filesystem::remove(options_.backup_dir, ignored);
}

BackupAndRestore::BackupAndRestore(BackupAndRestoreOptions options)
    : std::shared_ptr<BackupAndRestoreCallback>(std::make_shared<BackupAndRestoreCallback>(std::move(options))) {}

}  // namespace rondo
