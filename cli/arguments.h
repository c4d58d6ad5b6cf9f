// What a verb says about its arguments. Behind it stands CLI11, which only arguments.cpp includes: it takes five seconds to
// compile.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "rondo/core/types.h"

namespace rondo::cli {

// A command line that cannot be understood: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Flags are written as the user types them: "--batch-size". The value at declaration is the default.
class Arguments {
 public:
  virtual ~Arguments() = default;
  virtual void positional(const std::string& name, std::string& value, const std::string& about) = 0;
  virtual void positional(const std::string& name, std::optional<std::string>& value, const std::string& about) = 0;
  virtual void text(const std::string& flag, const std::string& placeholder, std::optional<std::string>& value,
                    const std::string& about) = 0;
  virtual void required_text(const std::string& flag, const std::string& placeholder, std::string& value,
                             const std::string& about) = 0;
  // May be given several times; each takes one value.
  virtual void required_texts(const std::string& flag, const std::string& placeholder, std::vector<std::string>& values,
                              const std::string& about) = 0;
  virtual void texts(const std::string& flag, const std::string& placeholder, std::vector<std::string>& values,
                     const std::string& about) = 0;
  // A whole number from low to high, inclusive.
  virtual void count(const std::string& flag, std::optional<Index>& value, Index low, Index high, const std::string& about,
                     bool required = false) = 0;
  virtual void count(const std::string& flag, Index& value, Index low, Index high, const std::string& about) = 0;
  // A finite number, above `above` and below `below` (or equal to `above` if `inclusive`).
  virtual void number(const std::string& flag, std::optional<double>& value, double above, bool inclusive, double below,
                      const std::string& about) = 0;
  virtual void flag(const std::string& flag, bool& value, const std::string& about) = 0;
};

class Console;

// One verb: `rondo NAME ...`.
class Verb {
 public:
  virtual ~Verb() = default;
  virtual std::string name() const = 0;
  virtual std::string about() const = 0;
  // Lines to type, shown by --help; the tests run each of them.
  virtual std::vector<std::string> examples() const = 0;
  virtual void declare(Arguments& arguments) = 0;
  // Returns the exit code; throws Error.
  virtual int run(Console& console) = 0;
};
using Verbs = std::vector<std::unique_ptr<Verb>>;

// What the command line asked for.
struct Command {
  Verb* verb = nullptr;  // nullptr: print `text` and be done
  std::string text;      // of --help or --version
};

// Throws UsageError.
Command parse(const Verbs& verbs, int argc, char** argv);

}  // namespace rondo::cli
