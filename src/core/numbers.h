// A field of a config that holds any number of numbers (Normalization's mean): what visitors understand that can hold one.
#pragma once

#include <string_view>
#include <vector>

#include "rondo/core/config.h"

namespace rondo {

class NumbersVisitor {
 public:
  // Keras's default: None, here no numbers. One number and a list of one mean the same.
  virtual void numbers(std::string_view key, std::vector<double>& value) = 0;

 protected:
  ~NumbersVisitor() = default;
};

inline void describe_numbers(ConfigVisitor& visitor, std::string_view key, std::vector<double>& value) {
  if (auto* known = dynamic_cast<NumbersVisitor*>(&visitor)) known->numbers(key, value);
}

}  // namespace rondo
