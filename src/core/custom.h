// Classes that users register beside the built-in ones: under which name an object goes into a model file.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <typeindex>
#include <vector>

namespace rondo {

class CustomNames {
 public:
  explicit CustomNames(std::string what) : what_(std::move(what)) {}  // "layer", for messages
  // name: "package>Name", or "Name". class_name: what the class calls itself; it must be Name. Throws Error(value) for a name
  // that is malformed, that `built_in` knows, or that another class has; the same class may come again.
  void add(const std::string& name, const std::string& class_name, std::type_index type,
           const std::function<bool(const std::string&)>& built_in);
  // "" if the class is not registered.
  std::string name_of(std::type_index type) const;
  std::vector<std::string> names() const;  // sorted

 private:
  std::string what_;
  mutable std::mutex mutex_;
  std::map<std::string, std::type_index> types_;
  std::map<std::type_index, std::string> names_;
};

// While one lives, this thread registers what comes with Rondo.
class BuiltIn {
 public:
  BuiltIn() { ++depth(); }
  ~BuiltIn() { --depth(); }
  BuiltIn(const BuiltIn&) = delete;
  BuiltIn& operator=(const BuiltIn&) = delete;
  static bool now() { return depth() > 0; }

 private:
  static int& depth() {
    static thread_local int n = 0;
    return n;
  }
};

// Keras's spelling of a class: "Scale" of "examples>Scale".
std::string without_package(const std::string& name);

}  // namespace rondo
