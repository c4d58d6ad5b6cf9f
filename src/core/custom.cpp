// Names of the classes that users register.
#include "core/custom.h"

#include "rondo/core/error.h"

namespace rondo {

std::string without_package(const std::string& name) { return name.substr(name.rfind('>') + 1); }

void CustomNames::add(const std::string& name, const std::string& class_name, std::type_index type,
                      const std::function<bool(const std::string&)>& built_in) {
  const std::string own = without_package(name), call = "register_" + what_;
  if (own.empty() || name.front() == '>' || name.size() > 200 || name.find('>') != name.rfind('>'))
    fail(Code::value, call + ": '" + escaped(name.substr(0, 200)) +
                          "' is no name of a class: it is \"package>Name\", for example \"my_package>" +
                          escaped(class_name.substr(0, 100)) + "\"");
  if (own != class_name)
    fail(Code::value, call + ": the class calls itself '" + escaped(class_name.substr(0, 100)) + "' (class_name()), not '" +
                          escaped(own) + "'\n  fix: the same name in both");
  const std::lock_guard lock(mutex_);
  if (!types_.contains(own) && built_in(own))
    fail(Code::value, call + ": '" + escaped(own) + "' is a " + what_ +
                          " that comes with Rondo; files and messages could not tell them apart.\n"
                          "  fix: another name, My" +
                          escaped(own) + " for example, also in class_name()");
  const auto [at, fresh] = types_.emplace(name, type);
  if (!fresh && at->second != type)
    fail(Code::value, call + ": '" + escaped(name) +
                          "' is registered already, for another class.\n"
                          "  fix: another name, or another package before the '>'");
  names_[type] = name;
}

std::string CustomNames::name_of(std::type_index type) const {
  const std::lock_guard lock(mutex_);
  const auto at = names_.find(type);
  return at == names_.end() ? std::string() : at->second;
}

std::vector<std::string> CustomNames::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, type] : types_) out.push_back(name);
  return out;
}

}  // namespace rondo
