// What layers demand of single options. Each throws Error in words: the layer, the option, what came, what it may be.
#pragma once

#include <string>
#include <vector>

#include "rondo/layers/layer.h"

namespace rondo {

// A number of something: 1 or more.
void require_positive(const Layer& layer, const char* key, Index value);
// One of these words.
void require_word(const Layer& layer, const char* key, const std::string& value, const std::vector<std::string>& known);
// The name of an activation function; of one that gives half as many values as it takes (glu) only where that is asked for.
void require_activation(const Layer& layer, const char* key, const Activation& activation, bool halves = false);

}  // namespace rondo
