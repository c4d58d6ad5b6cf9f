// What the library says to a C++ reader, in words of the command line.
#pragma once

#include <string>
#include <string_view>

namespace rondo::cli {

// "Say .missing = Missing::forward" -> "Say --missing forward". Options of the library become the flags of the same name; what
// has no flag becomes what to do to the file. A text without C++ in it comes back as it is.
std::string in_flags(std::string_view text);

// "X.reshape({1, 10, 2})" -> "X.reshape((1, 10, 2))": what NumPy takes.
std::string in_numpy(std::string_view text);

// A word as a shell takes it: data.csv, 'my data.csv', $'a\nb'. A file that begins with - is written ./-x.csv.
std::string shell_word(std::string_view word, bool path = false);

}  // namespace rondo::cli
