// What verbs that read and write files share: every output is tried before any work begins, and never an input of the same
// call.
#pragma once

#include <string>
#include <vector>

#include "console.h"
#include "rondo/core/array.h"
#include "rondo/model/model.h"

namespace rondo::cli {

// An output named by `flag`: throws Error(output) if it is a folder, cannot be written, or its folder is missing;
// UsageError if it is one of `others` (pairs of what the user called it and the path).
struct Named {
  std::string flag, path;
};
void check_output(const Named& output, const std::vector<Named>& others);
// Also adds it to `others`: of several outputs no two may be one file.
void take_output(const Named& output, std::vector<Named>& others);

// Throws UsageError, with the line to type, if `data` is a model file and `model` is none.
void check_not_swapped(const std::string& verb, const std::string& model, const std::string& data);

// Reads a model; what there is to say about the file becomes notes. extra: LoadReport::extra, if it is to be kept.
Model read_model(const std::string& path, bool compile, Console& console, std::string* extra = nullptr);

// Reads a .npy array; float64 and the like are rounded to float32, with a note.
Array read_array(const std::string& path, Console& console);
// The array of a model's input. Ids for an Embedding are not rounded: Error(value).
Array read_input(const Model& model, std::size_t input, const std::string& path, Console& console);

// Runs `work`; a shape error that leaves it also says which files the library's X and y are.
template <class Work>
auto naming_files(const std::vector<Named>& files, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.code() != Code::shape) throw;
    std::string text = error.what();
    for (const Named& file : files) text += "\n  here:   " + file.flag + " is '" + escaped(file.path) + "'";
    rondo::fail(Code::shape, text);
  }
}

// Ctrl-C must not cut a write in half or leave a trial file behind: while one of these lives, SIGINT, SIGTERM and SIGHUP wait.
class Uninterrupted {
 public:
  Uninterrupted();
  ~Uninterrupted();
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
};

Json named_shapes(const std::vector<std::string>& paths, const std::vector<Array>& arrays);

}  // namespace rondo::cli
