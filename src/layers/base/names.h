// Names in Keras's manner: of classes in lower case, and of the axes of a shape.
#pragma once

#include <string>
#include <string_view>

#include "rondo/core/shape.h"

namespace rondo {

// "LSTM" -> "lstm", "TimeDistributed" -> "time_distributed", "PReLU" -> "p_re_lu".
std::string snake_case(std::string_view class_name);

// The name of one axis: samples, then time steps (if there are three axes or more), features last, "axis 2" between.
std::string axis_name(Index axis, Index rank);
// The axes of a shape whose first is samples: "(samples, time steps=10, features=2)"; an unknown size is "any", the number of
// samples is shown if known.
std::string axes_text(const Shape& shape);

// Throws Error(value) for a name with a '/': in the file of weights names are folders, and Keras refuses them too. what: "a
// layer".
void require_plain_name(const std::string& what, const std::string& name);

// "1 feature", "10 time steps", "any number of samples".
std::string how_many(Index n, const std::string& one);
// "1 sample of 10 time steps of 2 features".
std::string in_words(const Shape& shape);
// Sizes as typed in C++: "{10, 2}", "{None, 2}".
std::string braces_text(const Shape& sizes);
// "a GRU", "an LSTM".
std::string with_article(const std::string& class_name);

}  // namespace rondo
