#include "screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace rondo::cli {

namespace {

constexpr int label_width = 13;

bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {  // the first that is set holds, as setlocale reads them
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    std::string text;
    for (const char* c = value; *c; ++c) text += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
    return text.find("utf-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

std::string painted(bool colour, const char* code, const std::string& text) {
  return colour ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

}  // namespace

int terminal_width(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? std::max<int>(size.ws_col, 60) : 80;
}

Screen screen() {
  Screen out;
  out.width = terminal_width(STDOUT_FILENO);
  out.unicode = utf8_locale();
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  out.colour = isatty(STDOUT_FILENO) == 1 && !(no_colour && *no_colour) && !(term && std::string_view(term) == "dumb");
  return out;
}

std::string Screen::bold(const std::string& text) const { return painted(colour, "1", text); }
std::string Screen::second(const std::string& text) const { return painted(colour, "35", text); }

int columns_of(std::string_view text) {
  int columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++columns;
    }
  }
  return columns;
}

std::string left(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(width - columns_of(text), 0)), ' ');
}

std::string right(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(width - columns_of(text), 0)), ' ') + text;
}

std::string shortened(const std::string& text, int width) {
  if (columns_of(text) <= width) return text;
  std::string out;
  for (const char c : text) {
    if (columns_of(out) >= width - 2 && (static_cast<unsigned char>(c) & 0xC0) != 0x80) break;
    out += c;
  }
  return out + "..";
}

std::string wrapped(const std::string& text, int width, int indent) {
  std::string out, line;
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  const auto flush = [&] {
    if (!line.empty()) out += margin + line + "\n";
    line.clear();
  };
  for (std::size_t i = 0; i <= text.size();) {
    std::size_t end = std::min(text.find_first_of(" \n", i), text.size());
    while (end < text.size() && text[end] == ' ' && text[i] == '(' && text[end - 1] == ',') {  // a shape, (24, 8), is one word
      end = std::min(text.find_first_of(" \n", end + 1), text.size());
    }
    const std::string word = text.substr(i, end - i);
    if (!line.empty() && indent + columns_of(line) + 1 + columns_of(word) > width) flush();
    if (!word.empty()) line += (line.empty() ? "" : " ") + word;
    if (end < text.size() && text[end] == '\n') flush();
    i = end + 1;
  }
  flush();
  return out;
}

std::string field(const std::string& label, const std::string& text, int width) {
  std::string out = wrapped(text, width, label_width + 2);
  if (out.size() > label_width + 2) out.replace(0, label_width + 2, "  " + left(label, label_width));
  return out;
}

}  // namespace rondo::cli
