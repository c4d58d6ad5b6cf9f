// Callbacks that write files: ModelCheckpoint and CSVLogger.
#include <charconv>
#include <cmath>
#include <cstdio>
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
std::string filled_in(const std::string& path, Index epoch, const Logs& logs) {
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
    char kind = key == "epoch" ? 'd' : 'g';
    std::size_t at = 0;
    for (; at < form.size() && form[at] >= '0' && form[at] <= '9' && width < 100; ++at) width = width * 10 + (form[at] - '0');
    if (at < form.size() && form[at] == '.') {
      digits = 0;
      for (++at; at < form.size() && form[at] >= '0' && form[at] <= '9' && digits < 100; ++at)
        digits = digits * 10 + (form[at] - '0');
    }
    if (at < form.size()) kind = form[at++];
    const bool number = kind == 'f' || kind == 'g' || kind == 'e';
    if (at != form.size() || width >= 100 || digits >= 100 || (key == "epoch" ? kind != 'd' : !number)) {
      refuse("'{" + escaped(field) + "}' is no form this version writes; {epoch:02d} and {" +
             (key == "epoch" ? "val_loss" : escaped(key)) + ":.4f} are");
    }
    const bool zeros = !form.empty() && form[0] == '0';
    char text[512];
    if (key == "epoch") {
      std::snprintf(text, sizeof text, zeros ? "%0*lld" : "%*lld", width, static_cast<long long>(epoch + 1));
    } else {
      const double value = monitored(checkpoint, key, logs);
      const char* pattern = kind == 'f' ? (zeros ? "%0*.*f" : "%*.*f") : kind == 'e' ? "%*.*e" : "%*.*g";
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
    bool names = true;
    if (o_.append) {
      std::ifstream old(o_.filename);
      names = !old || old.peek() == std::ifstream::traits_type::eof();
    }
    header_ = names;
    keys_.clear();
    file_.open(o_.filename, o_.append ? std::ios::app : std::ios::trunc);
    if (!file_) fail(Code::output, "CSVLogger: cannot write '" + escaped(o_.filename) + "'");
  }
  void on_epoch_end(Index epoch, const Logs& logs, Model&) override {
    if (keys_.empty()) {
      for (const auto& [key, value] : logs) keys_.push_back(key);
      if (header_) {
        file_ << "epoch";
        for (const std::string& key : keys_) file_ << o_.separator << quoted(key);
        file_ << "\n";
      }
    }
    file_ << epoch;
    for (const std::string& key : keys_) {
      const auto it = logs.find(key);
      file_ << o_.separator << (it == logs.end() ? std::string("NA") : text_of(it->second));
    }
    file_ << std::endl;  // a run that is stopped leaves whole lines
    if (!file_) fail(Code::output, "CSVLogger: cannot write '" + escaped(o_.filename) + "'");
  }
  void on_train_end(Model&) override { file_.close(); }

 private:
  static std::string text_of(double value) {
    char text[40];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
  }
  std::string quoted(const std::string& key) const {
    if (key.find_first_of(o_.separator + "\"\n") == std::string::npos) return key;
    std::string out = "\"";
    for (const char c : key) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  }
  CSVLoggerOptions o_;
  std::ofstream file_;
  bool header_ = true;
  std::vector<std::string> keys_;
};

}  // namespace

ModelCheckpointCallback::ModelCheckpointCallback(ModelCheckpointOptions options)
    : best(options.initial_value_threshold), options_(std::move(options)) {
  check_mode(checkpoint, options_.mode);
  if (!options_.filepath.ends_with(".keras")) {
    fail(Code::value, "ModelCheckpoint: filepath must end in .keras, as '" + escaped(options_.filepath) + "' does not");
  }
}

void ModelCheckpointCallback::on_epoch_end(Index epoch, const Logs& logs, Model& model) {
  if (options_.save_best_only) {
    if (unvalidated(options_.monitor, logs, model)) return;
    const double value = monitored(checkpoint, options_.monitor, logs);
    const bool upwards = more_is_better(checkpoint, options_.monitor, options_.mode, model);
    if (best && !(upwards ? value > *best : value < *best)) return;
    best = value;
  }
  const std::string path = filled_in(options_.filepath, epoch, logs);
  save_model(model, path);
  last_path = path;
}

ModelCheckpoint::ModelCheckpoint(ModelCheckpointOptions options)
    : std::shared_ptr<ModelCheckpointCallback>(std::make_shared<ModelCheckpointCallback>(std::move(options))) {}

CSVLogger::CSVLogger(CSVLoggerOptions options) : std::shared_ptr<Callback>(std::make_shared<Logger>(std::move(options))) {}

}  // namespace rondo
