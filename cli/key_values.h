// "patience=5,restore_best_weights=true": the value of an option that has several settings, each with Keras's name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arguments.h"

namespace rondo::cli {

class KeyValues {
 public:
  // "on" stands for no setting at all. Throws UsageError for what is not key=value, and for a key given twice.
  KeyValues(std::string flag, const std::string& text);

  // Each takes its setting if it was given; throws UsageError for a value of another kind.
  void text(const std::string& key, std::string& value);
  void number(const std::string& key, double& value);
  void number(const std::string& key, std::optional<double>& value);
  void count(const std::string& key, Index& value);
  void count(const std::string& key, std::optional<Index>& value);
  void flag(const std::string& key, bool& value);
  // Afterwards: throws UsageError for a key that nobody took, with the known ones.
  void finish() const;

  const std::map<std::string, std::string>& all() const { return given_; }

 private:
  const std::string* find(const std::string& key);
  [[noreturn]] void refuse(const std::string& key, const std::string& wanted, const std::string& got) const;
  std::string flag_;
  std::map<std::string, std::string> given_;
  std::vector<std::string> known_;
};

// The parts of "a,b,c"; an empty text has none.
std::vector<std::string> parts_of(const std::string& text);
// A whole number from `low` on, or a number; nothing if `text` is none.
std::optional<Index> whole_of(const std::string& text, Index low);
std::optional<double> number_of(const std::string& text);

}  // namespace rondo::cli
