#include "key_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "rondo/core/error.h"

namespace rondo::cli {

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::optional<Index> whole_of(const std::string& text, Index low) {
  Index value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && value >= low ? std::optional(value) : std::nullopt;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

KeyValues::KeyValues(std::string flag, const std::string& text) : flag_(std::move(flag)) {
  if (text == "on") return;
  for (const std::string& one : parts_of(text)) {
    const std::size_t equals = one.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw UsageError(flag_ + " is key=value,key=value" + (flag_ == "--class-weight" ? "" : ", or on for the defaults") +
                       ", not '" + escaped(text) + "'");
    if (!given_.emplace(one.substr(0, equals), one.substr(equals + 1)).second)
      throw UsageError(flag_ + " names '" + escaped(one.substr(0, equals)) + "' twice");
  }
  if (given_.empty()) throw UsageError(flag_ + " is empty; " + flag_ + " on takes the defaults");
}

void KeyValues::refuse(const std::string& key, const std::string& wanted, const std::string& got) const {
  throw UsageError(flag_ + ": " + key + " must be " + wanted + ", not '" + escaped(got) + "'");
}

const std::string* KeyValues::find(const std::string& key) {
  known_.push_back(key);
  const auto at = given_.find(key);
  return at == given_.end() ? nullptr : &at->second;
}

void KeyValues::text(const std::string& key, std::string& value) {
  if (const std::string* given = find(key)) value = *given;
}

void KeyValues::number(const std::string& key, double& value) {
  std::optional<double> given;
  number(key, given);
  value = given.value_or(value);
}

void KeyValues::number(const std::string& key, std::optional<double>& value) {
  const std::string* given = find(key);
  if (!given) return;
  value = number_of(*given);
  if (!value) refuse(key, "a number", *given);
}

void KeyValues::count(const std::string& key, Index& value) {
  std::optional<Index> given;
  count(key, given);
  value = given.value_or(value);
}

void KeyValues::count(const std::string& key, std::optional<Index>& value) {
  const std::string* given = find(key);
  if (!given) return;
  value = whole_of(*given, 0);
  if (!value) refuse(key, "a whole number from 0 on", *given);
}

void KeyValues::flag(const std::string& key, bool& value) {
  const std::string* given = find(key);
  if (!given) return;
  if (*given == "true" || *given == "True") {
    value = true;
  } else if (*given == "false" || *given == "False") {
    value = false;
  } else {
    refuse(key, "true or false", *given);
  }
}

void KeyValues::finish() const {
  for (const auto& [key, value] : given_) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::string all;
    for (const std::string& one : known_) all += (all.empty() ? "" : ", ") + one;
    throw UsageError(flag_ + " has no setting '" + escaped(key) + "'." + did_you_mean(key, known_) + " Known: " + all);
  }
}

}  // namespace rondo::cli
