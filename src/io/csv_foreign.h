// Files given in place of a CSV, recognised by their first bytes.
#pragma once

#include <string>
#include <string_view>

namespace rondo::csv {

// What a file that is no CSV looks like: "a NumPy array (.npy)"; "" if nothing is known about it.
std::string foreign(std::string_view bytes);

}  // namespace rondo::csv
