// Numbers and lists as messages show them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rondo/core/types.h"

namespace rondo {

std::string grouped(Index n);           // 50,000
std::string number_text(double value);  // shortest form that reads back to the same double: 0.1, 112
// 'a', 'b', 'c' and 5 more; at most `limit` are spelled out.
std::string listed(std::span<const std::string> names, std::size_t limit = 8);
std::string in_quotes(std::string_view name);  // 'name', control characters escaped, cut after 60

}  // namespace rondo
