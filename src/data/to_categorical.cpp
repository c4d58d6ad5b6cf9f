#include "rondo/data/to_categorical.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "rondo/core/error.h"

namespace rondo {

Array to_categorical(const Array& x, const ToCategoricalOptions& options) {
  const auto values = x.values();
  double largest = -1;
  for (Index i = 0; i < x.size(); ++i) {
    const double value = static_cast<double>(values[static_cast<std::size_t>(i)]);
    if (!(value >= 0 && value == std::floor(value) && value < 0x1p53))  // NaN too
      fail(Code::value,
           "to_categorical: a class is a whole number from 0 on; number " + std::to_string(i) + " is " + short_number(value));
    largest = std::max(largest, value);
  }
  const Index needed = static_cast<Index>(largest) + 1;
  if (!options.num_classes && needed == 0)
    fail(Code::value, "to_categorical: there is no number to tell the classes by; say how many, {.num_classes = 3}");
  const Index classes = options.num_classes.value_or(needed);
  if (classes < 1) fail(Code::value, "to_categorical: num_classes is a positive number, not " + std::to_string(classes));
  if (classes < needed)
    fail(Code::value, "to_categorical: there is a class " + std::to_string(needed - 1) + ", and num_classes is " +
                          std::to_string(classes) + ".\n  classes count from 0: {.num_classes = " + std::to_string(needed) +
                          "}");
  Shape shape = x.shape();
  if (shape.rank() > 1 && shape[-1] == 1) {
    shape[-1] = classes;
  } else {
    shape.push_back(classes);
  }
  checked_mul(checked_mul(x.size(), classes), static_cast<Index>(sizeof(real)));
  Array out(shape);
  for (Index i = 0; i < x.size(); ++i) out.data()[i * classes + static_cast<Index>(values[static_cast<std::size_t>(i)])] = 1;
  return out;
}

}  // namespace rondo
