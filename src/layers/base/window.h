// A window that slides over time steps: how many places it has, and where it starts.
//
//   valid    only whole windows                     floor((T - size) / stride) + 1
//   same     padded on both sides                   floor((T - 1) / stride) + 1
//   causal   padded before, so that no step sees what comes after it: as many
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/core/types.h"

namespace rondo {

struct Window {
  Index size, stride;  // size: from its first step to its last, dilation included
  char padding;        // v, s, c

  Index places(Index steps) const {
    if (steps < 0) return steps;  // None
    if (padding == 'v') return steps < size ? 0 : (steps - size) / stride + 1;
    return steps == 0 ? 0 : (steps - 1) / stride + 1;
  }
  // Steps of padding before the first.
  Index before(Index steps) const {
    if (padding == 'v') return 0;
    if (padding == 'c') return size - 1;
    return std::max<Index>((places(steps) - 1) * stride + size - steps, 0) / 2;
  }
};

// Throws Error(value) for a padding that is not one of these.
inline void check_padding(const std::string& layer, const std::string& padding, bool causal) {
  if (padding == "valid" || padding == "same" || (causal && padding == "causal")) return;
  const std::vector<std::string> known = {"valid", "same"};
  fail(Code::value, layer + ": padding is 'valid'" + (causal ? ", 'same' or 'causal'" : " or 'same'") + ", not '" +
                        escaped(padding.substr(0, 60)) + "'." + did_you_mean(padding, known));
}
inline void check_channels_last(const std::string& layer, const std::string& data_format) {
  const std::vector<std::string> known = {"channels_last", "channels_first"};
  if (data_format != "channels_last" && data_format != "None")
    fail(Code::unsupported, layer + ": data_format '" + escaped(data_format.substr(0, 60)) +
                                "' is not supported; only 'channels_last', (samples, time steps, features), is." +
                                did_you_mean(data_format, known));
}
// The one number of pool_size, strides and their like.
inline Index one_size(const std::string& layer, const char* key, const std::vector<Index>& sizes) {
  if (sizes.size() != 1 || sizes[0] < 1)
    fail(Code::value, layer + ": " + key + " is one positive number, not " + list_text(sizes));
  return sizes[0];
}

}  // namespace rondo
