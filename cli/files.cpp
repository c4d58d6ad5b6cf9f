#include "files.h"

#include <sys/stat.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "arguments.h"
#include "io/file.h"
#include "model/model_state.h"
#include "rondo/interop/keras.h"
#include "rondo/io/npy.h"
#include "wording.h"

namespace rondo::cli {

namespace {

bool same_file(const std::string& a, const std::string& b) {
  struct stat one {
  }, two{};
  if (stat(a.c_str(), &one) == 0 && stat(b.c_str(), &two) == 0) return one.st_dev == two.st_dev && one.st_ino == two.st_ino;
  std::error_code ignored;
  return std::filesystem::weakly_canonical(a, ignored) == std::filesystem::weakly_canonical(b, ignored);
}

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
volatile std::sig_atomic_t waiting = 0;
std::array<struct sigaction, signals.size()> previous;

void wait(int signal) { waiting = signal; }

}  // namespace

void check_output(const Named& output, const std::vector<Named>& others) {
  if (output.path.empty()) throw UsageError(output.flag + " is empty");
  for (const Named& other : others) {
    if (same_file(output.path, other.path)) {
      throw UsageError(output.flag + " and " + other.flag + " are the same file, '" + escaped(output.path) +
                       "': give another name");
    }
  }
  const Uninterrupted trying;  // the trial file must not stay behind
  check_writable(output.path);
}

void take_output(const Named& output, std::vector<Named>& others) {
  check_output(output, others);
  others.push_back(output);
}

void check_not_swapped(const std::string& verb, const std::string& model, const std::string& data) {
  const auto is_model = [](const std::string& path) {  // a zip archive that is not called an array
    std::ifstream file(path, std::ios::binary);
    char begin[2] = {};
    return file.read(begin, 2) && begin[0] == 'P' && begin[1] == 'K' && !path.ends_with(".npz");
  };
  if (is_model(model) || !is_model(data) || !std::ifstream(model)) return;
  throw UsageError("the two are swapped: '" + escaped(data) + "' is the model, and comes first.\n  rondo " + verb + " " +
                   shell_word(data, true) + " " + shell_word(model, true));
}

Model read_model(const std::string& path, bool compile, Console& console, std::string* extra) {
  if (char begin[6] = {}; std::ifstream(path, std::ios::binary).read(begin, 6) && std::string_view(begin, 6) == "\x93NUMPY")
    throw UsageError("'" + escaped(path) +
                     "' is an array. The model, a .keras file, comes first; arrays go behind their options");
  LoadReport report;
  LoadOptions options;
  options.compile = compile;
  options.report = &report;
  Model model = load_model(path, options);
  for (const std::string& note : report.notes) console.note(note);
  if (const auto& graph = model.internal().graph; report.from_keras && graph && !graph->mask_loss.empty())
    console.note(graph->mask_loss + ", as in Keras, which wrote this file: what follows takes padding for data");
  if (extra) *extra = report.extra;
  return model;
}

namespace {

void refuse_table(const std::string& path) {
  if (char begin[6] = {}; std::ifstream(path, std::ios::binary).read(begin, 6) && std::string_view(begin, 6) == "\x93NUMPY")
    return;
  for (const char* table : {".csv", ".tsv", ".txt"})
    if (path.ends_with(table))
      throw UsageError(
          "'" + escaped(path) +
          "' is a table, and this command takes .npy arrays: numpy.save(\"X.npy\", numpy.loadtxt(...)) makes one.\n"
          "Tables go into rondo train, forecast and evaluate");
}

}  // namespace

Array read_input(const Model& model, std::size_t input, const std::string& path, Console& console) {
  const auto& graph = model.internal().graph;
  const Layer* ids = nullptr;
  if (graph && input < graph->inputs.size()) {
    for (const int k : graph->nodes[static_cast<std::size_t>(graph->inputs[input])].consumers) {
      const LayerRef& reader = graph->nodes[static_cast<std::size_t>(k)].layer;
      if (reader && reader->class_name() == "Embedding") ids = &*reader;
    }
  }
  if (ids == nullptr) return read_array(path, console);
  refuse_table(path);
  NpyInfo info;
  Array array = load_npy(path, Conversion::nearest, &info);
  if (info.rounded > 0)
    rondo::fail(Code::value, "'" + path + "' is " + info.dtype + ": " + grouped(info.rounded) + " of " + grouped(array.size()) +
                                 " values are no whole number that a table of ids has; the first is at index " +
                                 info.first_rounded + ". " + ids->described() + " takes ids");
  return array;
}

Array read_array(const std::string& path, Console& console) {
  refuse_table(path);
  NpyInfo info;
  Array array = load_npy(path, Conversion::nearest, &info);
  if (info.rounded > 0) {
    console.note("'" + path + "' is " + info.dtype + ": " + grouped(info.rounded) + " of " + grouped(array.size()) +
                 " values were rounded to float32, in which the network computes");
  }
  return array;
}

Uninterrupted::Uninterrupted() {
  waiting = 0;
  struct sigaction action {};
  action.sa_handler = wait;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &previous[i]);
}

Uninterrupted::~Uninterrupted() {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &previous[i], nullptr);
  if (waiting) std::raise(waiting);
}

Json named_shapes(const std::vector<std::string>& paths, const std::vector<Array>& arrays) {
  Json::List out;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    out.push_back(Json::Object{{"path", paths[i]}, {"shape", Json(arrays[i].shape())}});
  }
  return out;
}

}  // namespace rondo::cli
