// What layers demand of single options.
#include "layers/base/options.h"

#include <algorithm>

#include "core/words.h"
#include "layers/base/names.h"
#include "rondo/activations/activation.h"
#include "rondo/core/error.h"

namespace rondo {

void require_positive(const Layer& layer, const char* key, Index value) {
  if (value <= 0)
    fail(Code::value, layer.described() + ": " + key + " must be a positive number, got " + std::to_string(value));
}

void require_word(const Layer& layer, const char* key, const std::string& value, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  std::string list;
  for (std::size_t i = 0; i < known.size(); ++i)
    list += (i == 0 ? "'" : i + 1 == known.size() ? " or '" : ", '") + known[i] + "'";
  fail(Code::value, layer.described() + ": " + key + " is " + list + ", not '" + escaped(value.substr(0, 60)) + "'." +
                        did_you_mean(value, known));
}

void require_activation(const Layer& layer, const char* key, const Activation& activation, bool halves) {
  try {
    halves ? activation_function(activation) : activation_of_width(activation);
  } catch (const Error& e) {
    fail(e.code(), layer.described() + ": " + key + ": " + e.what());
  }
}

}  // namespace rondo
