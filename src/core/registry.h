// Registry: makes things by name. The files of a folder register themselves through a generated table (cmake/generated.cmake),
// so that a static link keeps them; users add their own at run time.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/words.h"

// Opens the registration of src/<folder>/<stem>.cpp:  RONDO_REGISTER(layers, lstm) { register_layer("LSTM", make); }
#define RONDO_REGISTER(folder, stem) \
  namespace rondo::detail {          \
  void register_##folder##_##stem(); \
  }                                  \
  void rondo::detail::register_##folder##_##stem()

namespace rondo {

template <class T>
class Registry {
 public:
  // what: "layer", for messages. fill: registers everything built in, run once before the first look-up.
  Registry(std::string what, void (*fill)()) : what_(std::move(what)), fill_(fill) {}

  void add(const std::string& name, T value) {
    const std::lock_guard lock(mutex_);
    entries_[name] = std::move(value);
  }
  const T* find(const std::string& name) {
    std::call_once(filled_, fill_);
    const std::lock_guard lock(mutex_);
    const auto it = entries_.find(name);
    return it == entries_.end() ? nullptr : &it->second;
  }
  const T& get(const std::string& name) {  // throws Error(unsupported), with the names there are
    if (const T* entry = find(name)) return *entry;
    fail_unknown(what_, name, names());
  }
  std::vector<std::string> names() {
    std::call_once(filled_, fill_);
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [name, value] : entries_) out.push_back(name);
    return out;
  }

 private:
  std::string what_;
  void (*fill_)();
  std::once_flag filled_;
  std::mutex mutex_;
  std::map<std::string, T> entries_;
};

}  // namespace rondo
