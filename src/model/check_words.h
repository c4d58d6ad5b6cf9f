// Words and comparisons that the checks of inputs and of targets share.
#pragma once

#include <algorithm>

#include "layers/base/names.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo::words {

inline std::string number(Index n) { return n == None ? "None" : std::to_string(n); }

// As typed: "X.reshape(1, 10, 2)".
inline std::string reshaped(const std::string& what, const Shape& sizes) {
  std::string inside;
  for (const Index size : sizes) inside += (inside.empty() ? "" : ", ") + std::to_string(size);
  return what + ".reshape(" + inside + ")";
}

inline bool fits(Index want, Index got) { return want == None || want == got; }
inline bool fits(const Shape& want, const Shape& got) {  // but for samples
  return want.rank() == got.rank() &&
         std::equal(want.begin() + 1, want.end(), got.begin() + 1, [](Index w, Index g) { return fits(w, g); });
}

// A missing trailing 1 added, or one too many taken away: it moves no value. Otherwise the shape as it came.
inline Shape adjusted(const Shape& want, const Shape& got) {
  Shape out = got;
  if (got.rank() == want.rank() - 1 && (want[-1] == 1 || want[-1] == None)) {
    out.push_back(1);
  } else if (got.rank() == want.rank() + 1 && got[-1] == 1) {
    out = Shape(std::vector<Index>(got.begin(), got.end() - 1));
  }
  return fits(want, out) ? out : got;
}

inline void check_count(std::size_t got, std::size_t want, const std::string& what, const char* kind) {
  if (got != want)
    fail(Code::shape, what + ": this model has " + how_many(static_cast<Index>(want), kind) + "; it was given " +
                          how_many(static_cast<Index>(got), "array"));
}

}  // namespace rondo::words
