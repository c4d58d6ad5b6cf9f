// What standard output can show: how wide it is, whether it knows more than ASCII, whether it may be coloured.
#pragma once

#include <string>
#include <string_view>

namespace rondo::cli {

struct Screen {
  int width = 80;        // of the terminal, at least 60; 80 where there is none
  bool unicode = false;  // the locale is UTF-8
  bool colour = false;   // a terminal, and NO_COLOR is not set

  std::string bold(const std::string& text) const;
  std::string second(const std::string& text) const;  // a hue that can be read on light and on dark: magenta
};

Screen screen();
int terminal_width(int descriptor);  // 80 where there is no terminal

// How many columns a text takes, colours not counted; a code point is one column.
int columns_of(std::string_view text);
std::string left(const std::string& text, int width);   // filled up with spaces
std::string right(const std::string& text, int width);  // filled up before
// At most `width` columns; what is cut ends in "..".
std::string shortened(const std::string& text, int width);
// "  label      text", wrapped between words to the width under its own beginning. Line breaks of the text stay.
std::string field(const std::string& label, const std::string& text, int width);
// Words wrapped to the width, every line after `indent` spaces.
std::string wrapped(const std::string& text, int width, int indent = 0);

}  // namespace rondo::cli
