// Where the words go: results to standard output, everything else to standard error; with --json exactly one object on standard
// output. Nothing is coloured or redrawn unless it reaches a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json.h"
#include "rondo/core/error.h"

namespace rondo::cli {

// Documented in docs/cli.md.
enum Exit {
  done = 0,
  internal = 1,
  usage = 2,
  not_found = 3,
  format = 4,
  shape = 5,
  unsupported = 6,
  memory = 7,
  non_finite = 8,
  output = 9,
  interrupted = 130
};
Exit exit_code(Code code);

class Console {
 public:
  Console(std::string verb, bool json);

  bool json() const { return json_; }
  bool terminal() const { return terminal_; }  // standard error is one
  bool colour() const { return colour_; }      // and NO_COLOR is not set

  // On standard error, on one line: "rondo predict: note: ...". Kept for --json's "notes". More than a few are counted, not
  // printed.
  void note(const std::string& text);
  const std::vector<std::string>& notes() const { return notes_; }

  // Part of the result, told while the rest is still being worked on: to standard output at once; nothing with --json.
  void say(const std::string& text);

  // The result, once: the object with --json, the text without.
  void result(const std::string& text, Json::Object object);

  // The last word: "rondo predict: ..." on standard error, and the error object on standard output with --json.
  int fail(int exit, std::string_view code, const std::string& message);

 private:
  std::string verb_;
  bool json_, terminal_, colour_;
  std::vector<std::string> notes_;
};

// At most `lines` lines of at most 500 characters, control characters escaped.
std::string printable(std::string_view text, int lines);
// "1,234,567"
std::string grouped(Index value);

}  // namespace rondo::cli
