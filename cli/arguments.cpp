// The command line, read by CLI11.
#include "arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "rondo/core/error.h"
#include "screen.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

[[noreturn]] void refuse(const std::string& flag, const std::string& wanted, const std::string& got) {
  throw UsageError(flag + " must be " + wanted + ", not '" + escaped(got) + "'");
}

Index whole_number(const std::string& flag, const std::string& given, Index low, Index high) {
  const std::string wanted = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  Index value = 0;
  const char* end = given.data() + given.size();
  const auto [stop, error] = std::from_chars(given.data(), end, value);
  if (error != std::errc() || stop != end || value < low || value > high) refuse(flag, wanted, given);
  return value;
}

std::string plain(double value) {
  char buffer[40];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

double finite_number(const std::string& flag, const std::string& given, double above, bool inclusive, double below) {
  std::string wanted = std::string("a number ") + (inclusive ? "from " : "above ") + plain(above);
  if (std::isfinite(below)) wanted += std::string(inclusive ? " to below " : " and below ") + plain(below);
  double value = 0;
  const char* end = given.data() + given.size();
  const auto [stop, error] = std::from_chars(given.data(), end, value);
  const bool good = error == std::errc() && stop == end && std::isfinite(value) && value < below &&
                    (inclusive ? value >= above : value > above);
  if (!good) refuse(flag, wanted, given);
  return value;
}

// What an option is about, in lines that fit beside the column of the options; CLI11 indents what follows a line break.
std::string told(const std::string& about) {
  constexpr std::size_t left = 30;
  const std::size_t width = static_cast<std::size_t>(std::clamp(screen().width, 60, 160)) - left;
  std::string out;
  for (std::size_t at = 0; at < about.size();) {
    std::size_t end = about.size();
    if (end - at > width) {
      end = about.rfind(' ', at + width);
      if (end == std::string::npos || end <= at) end = about.rfind(',', at + width - 1) + 1;  // a=1,b=2,...
      if (end <= at) end = std::min(about.find(' ', at), about.size());
    }
    out += (at == 0 ? "" : "\n") + about.substr(at, end - at);
    at = end < about.size() && about[end] == ' ' ? end + 1 : end;
  }
  return out;
}

class Declared : public Arguments {
 public:
  explicit Declared(CLI::App& app) : app_(app) {}

  void positional(const std::string& name, std::string& value, const std::string& about) override {
    app_.add_option(name, value, told(about))->required()->type_name("");
  }
  void positional(const std::string& name, std::optional<std::string>& value, const std::string& about) override {
    app_.add_option_function<std::string>(
            name, [&value](const std::string& given) { value = given; }, told(about))
        ->type_name("");
  }
  void text(const std::string& flag, const std::string& placeholder, std::optional<std::string>& value,
            const std::string& about) override {
    text_option(flag, placeholder, about, [&value](const std::string& given) { value = given; });
  }
  void required_text(const std::string& flag, const std::string& placeholder, std::string& value,
                     const std::string& about) override {
    text_option(flag, placeholder, about, [&value](const std::string& given) { value = given; })->required();
  }
  void required_texts(const std::string& flag, const std::string& placeholder, std::vector<std::string>& values,
                      const std::string& about) override {
    app_.add_option(flag, values, told(about))->required()->type_name(placeholder)->allow_extra_args(false);
  }
  void texts(const std::string& flag, const std::string& placeholder, std::vector<std::string>& values,
             const std::string& about) override {
    app_.add_option(flag, values, told(about))->type_name(placeholder)->allow_extra_args(false);
  }
  void count(const std::string& flag, std::optional<Index>& value, Index low, Index high, const std::string& about,
             bool required) override {
    text_option(flag, "N", about, [&value, flag, low, high](const std::string& given) {
      value = whole_number(flag, given, low, high);
    })->required(required);
  }
  void count(const std::string& flag, Index& value, Index low, Index high, const std::string& about) override {
    text_option(flag, "N", about + " (default " + std::to_string(value) + ")",
                [&value, flag, low, high](const std::string& given) { value = whole_number(flag, given, low, high); });
  }
  void number(const std::string& flag, std::optional<double>& value, double above, bool inclusive, double below,
              const std::string& about) override {
    text_option(flag, "X", about, [&value, flag, above, inclusive, below](const std::string& given) {
      value = finite_number(flag, given, above, inclusive, below);
    });
  }
  void flag(const std::string& flag, bool& value, const std::string& about) override {
    app_.add_flag(flag, value, told(about));
  }

 private:
  CLI::Option* text_option(const std::string& flag, const std::string& placeholder, const std::string& about,
                           std::function<void(const std::string&)> take) {
    return app_.add_option_function<std::string>(flag, take, told(about))->type_name(placeholder);
  }
  CLI::App& app_;
};

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

// "--x, --y and --out are required": all that are missing, at once; CLI11 names the first.
std::string missing_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    if (option->get_required() && option->count() == 0) names.push_back(option->get_name());
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return names.empty() ? "" : out + (names.size() == 1 ? " is required" : " are required");
}

std::string examples_text(const std::vector<std::string>& examples) {
  std::string out = "\nExamples:";
  for (const std::string& example : examples) out += "\n  " + example;
  return out;
}

}  // namespace

Command parse(const Verbs& verbs, int argc, char** argv) {
  CLI::App app("Trains and runs recurrent sequence models in Keras's files.", "rondo");
  app.set_help_flag("-h,--help", "this page, or `rondo VERB --help` for one verb");
  bool version = false, json = false;
  app.add_flag("--version", version, "the version, and nothing else");
  app.require_subcommand(0, 1);
  std::vector<std::string> names, all;
  for (const auto& verb : verbs) {
    CLI::App* sub = app.add_subcommand(verb->name(), verb->about());
    sub->set_help_flag("-h,--help", "this page");
    Declared declared(*sub);
    verb->declare(declared);
    sub->add_flag("--json", json, told("exactly one JSON object on standard output (docs/cli.md)"));
    sub->footer(examples_text(verb->examples()));
    names.push_back(verb->name());
    if (!verb->examples().empty()) all.push_back(verb->examples().front());
  }
  app.footer(examples_text(all) +
             "\n\nExit codes: 0 done, 1 a defect of rondo, 2 usage, 3 file not found, 4 malformed file, 5 shape,"
             "\n            6 unknown or unsupported, 7 memory, 8 not finite, 9 output not written, 130 interrupted.");

  // The verb first: CLI11 would call a mistyped one an unexpected argument.
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word[0] == '-') continue;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      std::string known;
      for (const auto& name : names) known += (known.empty() ? "" : ", ") + name;
      throw UsageError("unknown verb '" + escaped(word) + "'." + did_you_mean(word, names) + " The verbs are: " + known);
    }
    break;
  }

  Command command;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    command.text = chosen.empty() ? app.help() : chosen.front()->help("rondo");
    return command;
  } catch (const CLI::ParseError& error) {
    // What is superfluous first: a mistyped option is why a required one is missing.
    const auto chosen = app.get_subcommands();
    const CLI::App& where = chosen.empty() ? app : *chosen.front();
    for (const std::string& extra : app.remaining(true)) {
      if (!extra.starts_with("-")) throw UsageError("unexpected argument '" + escaped(extra) + "'");
      const std::string flag = extra.substr(0, extra.find('='));
      throw UsageError("unknown option '" + escaped(flag) + "'." + did_you_mean(flag, flags_of(where)));
    }
    const std::string missing = dynamic_cast<const CLI::RequiredError*>(&error) ? missing_of(where) : "";
    throw UsageError(missing.empty() ? error.what() : missing);
  }
  if (version) {
    command.text = std::string(version_text()) + "\n";
    return command;
  }
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) throw UsageError("which verb?");
  for (const auto& verb : verbs) {
    if (verb->name() == chosen.front()->get_name()) command.verb = verb.get();
  }
  return command;
}

}  // namespace rondo::cli
