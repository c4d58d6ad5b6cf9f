// JSON as model files use it: parsed within limits, and read with errors that say where.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include "rondo/core/error.h"
#include "rondo/core/shape.h"

namespace rondo::interop {

using Json = nlohmann::json;

// Parses the text of `what` ("config.json"). Refuses, with Error(format): what is not JSON, nesting deeper than 64, and an
// object with two values of one name (readers disagree on which counts).
Json parse_json(std::string_view text, const std::string& what);

// The text, whatever the strings hold: bytes that are not UTF-8 are replaced.
std::string json_text(const Json& value, int indent = -1);
// The same with numbers that JSON has no words for as Python's json writes them: NaN, Infinity, -Infinity.
std::string python_json_text(const Json& value);

// A value for a message: on one line, at most 60 characters, control characters escaped.
std::string shown(const Json& value);

// The member, or null if there is none (or no object).
const Json& member(const Json& object, std::string_view key);

// Members that must be there, of one type. `where` opens the message: "layer 'lstm' (LSTM)".
const Json& object_at(const Json& object, std::string_view key, const std::string& where);
const Json& array_at(const Json& object, std::string_view key, const std::string& where);
std::string string_at(const Json& object, std::string_view key, const std::string& where);

// A whole number that fits. `what` names it: "layer 'lstm' (LSTM): units".
Index index_of(const Json& value, const std::string& what);
double number_of(const Json& value, const std::string& what);
double any_number_of(const Json& value, const std::string& what);  // or Python's NaN, Infinity, -Infinity
bool bool_of(const Json& value, const std::string& what);
std::string string_of(const Json& value, const std::string& what);
// [null, 10, 2]: sizes from 0 on, null for None; at most 8 of them.
Shape shape_of(const Json& value, const std::string& what);
Json json_of(const Shape& shape);

}  // namespace rondo::interop
