// Callbacks that write files: ModelCheckpoint and CSVLogger.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/train/callbacks.h"
#include "train/monitor.h"

namespace rondo {

namespace {

constexpr const char* checkpoint = "ModelCheckpoint";

// "{epoch:02d}" and "{val_loss:.3f}" as Python's format() writes them: a width with or without a leading 0, and digits after a
// point.
std::string filled_in(const std::string& path, Index epoch, std::optional<Index> batch, const Logs& logs) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '{') {
      out += path[i];
      continue;
    }
    const std::size_t end = path.find('}', i);
    const auto refuse = [&](const std::string& why) {
      fail(Code::value, std::string(checkpoint) + ": filepath '" + escaped(path) + "': " + why);
    };
    if (end == std::string::npos) refuse("a { without its }");
    const std::string field = path.substr(i + 1, end - i - 1), key = field.substr(0, field.find(':'));
    const std::string form = field.find(':') == std::string::npos ? "" : field.substr(field.find(':') + 1);
    int width = 0, digits = 6;
    const bool counted = key == "epoch" || (key == "batch" && batch);
    char kind = counted ? 'd' : 'g';
    std::size_t at = 0;
    for (; at < form.size() && form[at] >= '0' && form[at] <= '9' && width < 100; ++at) width = width * 10 + (form[at] - '0');
    if (at < form.size() && form[at] == '.') {
      digits = 0;
      for (++at; at < form.size() && form[at] >= '0' && form[at] <= '9' && digits < 100; ++at)
        digits = digits * 10 + (form[at] - '0');
    }
    if (at < form.size()) kind = form[at++];
    const bool number = kind == 'f' || kind == 'g' || kind == 'e';
    if (at != form.size() || width >= 100 || digits >= 100 || (counted ? kind != 'd' : !number)) {
      refuse("'{" + escaped(field) + "}' is no form this version writes; {epoch:02d} and {" +
             (counted ? "val_loss" : escaped(key)) + ":.4f} are");
    }
    const bool zeros = !form.empty() && form[0] == '0';
    char text[512];
    if (counted) {
      const Index value = (key == "epoch" ? epoch : *batch) + 1;
      std::snprintf(text, sizeof text, zeros ? "%0*lld" : "%*lld", width, static_cast<long long>(value));
    } else {
      const double value = monitored(checkpoint, key, logs);
      const char* pattern = kind == 'f'   ? (zeros ? "%0*.*f" : "%*.*f")
                            : kind == 'e' ? (zeros ? "%0*.*e" : "%*.*e")
                                          : (zeros ? "%0*.*g" : "%*.*g");
      std::snprintf(text, sizeof text, pattern, width, digits, value);
    }
    out += text;
    i = end;
  }
  return out;
}

class Logger final : public Callback {
 public:
  explicit Logger(CSVLoggerOptions options) : o_(std::move(options)) {
    if (o_.filename.empty()) fail(Code::value, "CSVLogger: filename is empty");
    if (o_.separator.size() != 1) fail(Code::value, "CSVLogger: separator is one character");
  }
  void on_train_begin(Model&) override {
    keys_.clear();
    size_.reset();
    file_.close();
    file_.clear();
    if (!std::ofstream(o_.filename, std::ios::app)) refuse();
  }
  void on_epoch_end(Index epoch, const Logs& logs, Model&) override {
    if (!file_.is_open()) open();
    if (keys_.empty()) {
      for (const auto& [key, value] : logs) keys_.push_back(key);
      const auto validated = [](const std::string& key) { return key.starts_with("val_"); };
      if (std::none_of(keys_.begin(), keys_.end(), validated))
        for (const auto& [key, value] : logs) keys_.push_back("val_" + key);
      if (header_) {
        file_ << "epoch";
        for (const std::string& key : keys_) file_ << o_.separator << quoted(key);
        file_ << "\r\n";
      }
    }
    file_ << epoch;
    for (const std::string& key : keys_) {
      const auto it = logs.find(key);
      file_ << o_.separator << (it == logs.end() ? std::string("NA") : text_of(it->second));
    }
    file_ << "\r\n" << std::flush;  // Python's line ends; a run that is stopped leaves whole lines
    if (!file_) refuse();
  }
  void on_train_end(Model&) override { file_.close(); }

  // What was written when the state was: lines after that are of epochs that will be made again.
  CallbackState state() const override {
    std::error_code failed;
    const auto size = std::filesystem::file_size(o_.filename, failed);
    return failed ? CallbackState{} : CallbackState{{{"size", static_cast<double>(size)}}, {}};
  }
  void restore(const CallbackState& state) override {
    if (const Index size = remembered_count(state, "size"); size > 0) size_ = size;
  }

 private:
  [[noreturn]] void refuse() const { fail(Code::output, "CSVLogger: cannot write '" + escaped(o_.filename) + "'"); }
  void open() {
    std::error_code failed;
    const auto size = std::filesystem::file_size(o_.filename, failed);
    if (size_ && !failed && static_cast<Index>(size) > *size_)
      std::filesystem::resize_file(o_.filename, static_cast<std::uintmax_t>(*size_), failed);
    const bool append = o_.append || size_;
    header_ = !append || failed || size == 0;
    file_.open(o_.filename, append ? std::ios::app : std::ios::trunc);
    if (!file_) refuse();
  }
  // As Python prints a float: 1.0, 1e-05, 0.744635.
  static std::string text_of(double value) {
    if (std::isnan(value)) return "nan";
    char text[40];
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
    const auto form = plain ? std::chars_format::fixed : std::chars_format::scientific;
    std::string out(text, std::to_chars(text, text + sizeof text, value, form).ptr);
    return plain && out.find('.') == std::string::npos ? out + ".0" : out;
  }
  std::string quoted(const std::string& key) const {
    if (key.find_first_of(o_.separator + "\"\r\n") == std::string::npos) return key;
    std::string out = "\"";
    for (const char c : key) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  }
  CSVLoggerOptions o_;
  std::ofstream file_;
  bool header_ = true;
  std::optional<Index> size_;  // of the file when a fit that is gone on with was saved
  std::vector<std::string> keys_;
};

}  // namespace

ModelCheckpointCallback::ModelCheckpointCallback(ModelCheckpointOptions options)
    : best(options.initial_value_threshold), options_(std::move(options)) {
  check_mode(checkpoint, options_.mode);
  const std::string ending = options_.save_weights_only ? ".weights.h5" : ".keras";
  if (!options_.filepath.ends_with(ending)) {
    fail(Code::value, "ModelCheckpoint: filepath must end in " + ending +
                          (options_.save_weights_only ? " (weights only)" : "") + ", as '" + escaped(options_.filepath) +
                          "' does not");
  }
  if (options_.save_freq && *options_.save_freq < 1)
    fail(Code::value, "ModelCheckpoint: save_freq is a number of batches, from 1 on; without it, every epoch is saved");
}

void ModelCheckpointCallback::on_epoch_begin(Index epoch, Model&) { epoch_ = epoch; }

void ModelCheckpointCallback::on_batch_end(Index batch, const Logs& logs, Model& model) {
  if (!options_.save_freq || ++batches_ < *options_.save_freq) return;
  batches_ = 0;
  save(batch, logs, model);
}

void ModelCheckpointCallback::on_epoch_end(Index epoch, const Logs& logs, Model& model) {
  epoch_ = epoch;
  if (!options_.save_freq) save({}, logs, model);
}

CallbackState ModelCheckpointCallback::state() const {
  CallbackState out{{{"batches", static_cast<double>(batches_)}}, {}};
  if (best) out.numbers["best"] = *best;
  return out;
}

void ModelCheckpointCallback::restore(const CallbackState& state) {
  batches_ = remembered_count(state, "batches");
  best = remembered(state, "best");
}

void ModelCheckpointCallback::save(std::optional<Index> batch, const Logs& logs, Model& model) {
  if (options_.save_best_only) {
    if (unvalidated(options_.monitor, logs, model)) return;
    const double value = monitored(checkpoint, options_.monitor, logs);
    const bool upwards = more_is_better(checkpoint, options_.monitor, options_.mode, model);
    if (best && !(upwards ? value > *best : value < *best)) return;
    best = value;
  }
  const std::string path = filled_in(options_.filepath, epoch_, batch, logs);
  if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
    std::error_code ignored;  // the file says what is wrong
    std::filesystem::create_directories(folder, ignored);
  }
  if (options_.save_weights_only) {
    save_weights(model, path);
  } else {
    save_model(model, path);
  }
  last_path = path;
}

ModelCheckpoint::ModelCheckpoint(ModelCheckpointOptions options)
    : std::shared_ptr<ModelCheckpointCallback>(std::make_shared<ModelCheckpointCallback>(std::move(options))) {}

CSVLogger::CSVLogger(CSVLoggerOptions options) : std::shared_ptr<Callback>(std::make_shared<Logger>(std::move(options))) {}

}  // namespace rondo
