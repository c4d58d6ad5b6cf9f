#include "console.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace rondo::cli {

namespace {

// Notes, progress that is not on a terminal (5 lines) and the last message together are 20 lines at most.
constexpr int message_lines = 11;
constexpr std::size_t notes_shown = 3;
constexpr std::size_t line_length = 500;
constexpr std::size_t list_width = 120;  // columns of a list of names, which is shown whole

// "... Known: a, b, c" that is much too long for a line, with the list on lines of its own.
std::string with_list(const std::string& message) {
  constexpr std::string_view opening = " Known: ";
  const std::size_t at = message.find(opening), end = std::min(message.find('\n', at), message.size());
  if (at == std::string::npos || end <= 2 * list_width) return message;
  std::string out = message.substr(0, at), line = "\n  Known:";
  for (std::size_t word = at + opening.size(); word < end;) {
    const std::size_t stop = std::min(message.find(' ', word), end);
    if (line.size() + 1 + (stop - word) > list_width) {
      out += line;
      line = "\n   ";
    }
    line += ' ' + message.substr(word, stop - word);
    word = stop + 1;
  }
  return out + line + message.substr(end);
}

}  // namespace

Exit exit_code(Code code) {
  switch (code) {
    case Code::not_found:
      return Exit::not_found;
    case Code::format:
      return Exit::format;
    case Code::shape:
      return Exit::shape;
    case Code::value:
    case Code::unsupported:
    case Code::state:
      return Exit::unsupported;
    case Code::memory:
      return Exit::memory;
    case Code::non_finite:
      return Exit::non_finite;
    case Code::output:
      return Exit::output;
    case Code::internal:
      break;
  }
  return Exit::internal;
}

std::string printable(std::string_view text, int lines) {
  std::string out;
  for (int n = 0; !text.empty(); ++n) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (n == lines - 1 && !text.empty()) {
      out += "...\n";
      break;
    }
    const bool cut = line.size() > line_length;
    if (cut) line = line.substr(0, line_length);
    out += escaped(line) + (cut ? "...\n" : "\n");
  }
  return out;
}

std::string grouped(Index value) {
  const std::string digits = std::to_string(value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string on_one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) continue;
    if (!out.empty()) out += std::string_view(".:;,").find(out.back()) == std::string_view::npos ? "; " : " ";
    out += line;
  }
  return out;
}

Console::Console(std::string verb, bool json) : verb_(std::move(verb)), json_(json) {
  terminal_ = isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  colour_ = terminal_ && !(no_colour && *no_colour) && !(term && std::string_view(term) == "dumb");
}

void Console::note(const std::string& message) {
  const std::string text = on_one_line(message);
  notes_.push_back(text);
  if (notes_.size() == notes_shown + 1) std::cerr << "rondo " << verb_ << ": note: and more, listed with --json\n";
  if (notes_.size() > notes_shown) return;
  std::cerr << "rondo " << verb_ << (colour_ ? ": \x1b[35mnote:\x1b[0m " : ": note: ") << printable(escaped(text), 1);
}

void Console::say(const std::string& text) {
  if (json_) return;
  std::cout << text;
  std::cout.flush();
  if (!std::cout) rondo::fail(Code::output, "standard output could not be written");
}

void Console::result(const std::string& text, Json::Object object) {
  if (json_) {
    object.emplace_back("notes", Json::strings(notes_));
    std::cout << Json(std::move(object)).text() << '\n';
  } else {
    std::cout << text;
  }
  std::cout.flush();
  if (!std::cout) rondo::fail(Code::output, "standard output could not be written");
}

int Console::fail(int exit, std::string_view code, const std::string& message) {
  std::cerr << (colour_ ? "\x1b[31m" : "") << "rondo" << (verb_.empty() ? "" : " ") << verb_ << ':'
            << (colour_ ? "\x1b[0m " : " ") << printable(with_list(message), message_lines);
  std::cerr.flush();
  if (json_) {
    std::cout.clear();
    std::cout
        << Json(Json::Object{{"error", Json::Object{{"code", std::string(code)}, {"message", message}, {"exit", exit}}}}).text()
        << '\n';
    std::cout.flush();
  }
  return exit;
}

}  // namespace rondo::cli
