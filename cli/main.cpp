// rondo: the command line. A verb throws; here its error becomes one message and one exit code.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string_view>

#include "console.h"
#include "kernels/kernels.h"
#include "verbs.h"
#include "wording.h"

namespace rondo::cli {

namespace {

// The library takes the best it has where RONDO_ISA names nothing this CPU runs; a user who set it should hear of it.
void check_isa() {
  const char* wanted = std::getenv("RONDO_ISA");
  if (!wanted || !*wanted) return;
  std::string able;
  for (const auto isa : isas()) {
    if (isa == wanted) return;
    able += (able.empty() ? "" : ", ") + std::string(isa);
  }
  rondo::fail(Code::value, "RONDO_ISA is '" + escaped(wanted) + "', but this CPU runs: " + able);
}

Verbs all_verbs() {
  Verbs verbs;
  verbs.push_back(make_train());
  verbs.push_back(make_forecast());
  verbs.push_back(make_evaluate());
  verbs.push_back(make_shape());
  verbs.push_back(make_predict());
  verbs.push_back(make_fit());
  verbs.push_back(make_summary());
  verbs.push_back(make_plan());
  verbs.push_back(make_info());
  return verbs;
}

int short_usage(const Verbs& verbs) {
  std::cerr << "usage: rondo VERB [ARGUMENTS]\n\n";
  for (const auto& verb : verbs) {
    std::cerr << "  " << verb->name() << std::string(10 - verb->name().size(), ' ') << verb->about() << '\n';
  }
  std::cerr << "\n`rondo VERB --help` shows the arguments and examples of a verb.\n";
  return Exit::usage;
}

int run(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error to report, not a way to die
  const Verbs verbs = all_verbs();
  if (argc < 2) return short_usage(verbs);
  bool json = false;
  std::string verb;  // for messages; parse() says if it is none of ours
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") json = true;
    for (const auto& known : verbs) {
      if (verb.empty() && word == known->name()) verb = word;
    }
  }
  Console console(verb, json);
  try {
    const Command command = parse(verbs, argc, argv);
    if (command.verb) {
      check_isa();
      return command.verb->run(console);
    }
    console.result(command.text, {{"text", command.text}});
    return Exit::done;
  } catch (const UsageError& error) {
    const std::string help = verb.empty() ? "rondo --help" : "rondo " + verb + " --help";
    return console.fail(Exit::usage, "usage", std::string(error.what()) + "\n`" + help + "` shows how it is used.");
  } catch (const Error& error) {
    return console.fail(exit_code(error.code()), code_name(error.code()), in_flags(error.what()));
  } catch (const std::bad_alloc&) {
    return console.fail(Exit::memory, code_name(Code::memory), "there is not enough memory for this");
  } catch (const std::exception& error) {
    return console.fail(Exit::internal, code_name(Code::internal), std::string("a defect of rondo: ") + error.what());
  }
}

}  // namespace

}  // namespace rondo::cli

int main(int argc, char** argv) { return rondo::cli::run(argc, argv); }
