#include "layers/base/names.h"

#include <cctype>

#include "rondo/core/error.h"

namespace rondo {
namespace {
bool upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
}  // namespace

std::string snake_case(std::string_view class_name) {
  std::string out;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    const char c = class_name[i];
    if (i > 0 && upper(c) && (lower(class_name[i - 1]) || (i + 1 < class_name.size() && lower(class_name[i + 1])))) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

void require_plain_name(const std::string& what, const std::string& name) {
  if (name.find('/') != std::string::npos)
    fail(Code::value, what + " is named '" + escaped(name) + "'; as in Keras, a name holds no '/'");
}

std::string axis_name(Index axis, Index rank) {
  if (axis == 0) return "samples";
  if (axis == rank - 1) return "features";
  if (axis == 1) return "time steps";
  return "axis " + std::to_string(axis);
}

std::string axes_text(const Shape& shape) {
  std::string out = "(";
  for (Index i = 0; i < shape.rank(); ++i) {
    if (i > 0) out += ", ";
    out += axis_name(i, shape.rank());
    if (i > 0 || shape[i] != None) out += "=" + (shape[i] == None ? std::string("any") : std::to_string(shape[i]));
  }
  return out + (shape.rank() == 1 ? ",)" : ")");
}

std::string how_many(Index n, const std::string& one) {
  if (n == None) return "any number of " + one + "s";
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

std::string in_words(const Shape& shape) {
  std::string out = how_many(shape[0], "sample");
  for (Index axis = 1; axis < shape.rank(); ++axis) {
    std::string name = axis_name(axis, shape.rank());
    if (name == "time steps" || name == "features") name.pop_back();
    out += " of " + how_many(shape[axis], name);
  }
  return out;
}

std::string braces_text(const Shape& sizes) {
  std::string out = "{";
  for (const Index size : sizes)
    out += (out.size() > 1 ? ", " : "") + (size == None ? std::string("None") : std::to_string(size));
  return out + "}";
}

std::string with_article(const std::string& class_name) {
  return (class_name == "LSTM" || class_name.find_first_of("AEIOU") == 0 ? "an " : "a ") + class_name;
}

}  // namespace rondo
