// rondo info: what this binary is and what it uses of this machine.
#include <set>

#include "console.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "machine.h"
#include "model/model_state.h"
#include "rondo/layers/layer.h"
#include "rondo/losses/loss.h"
#include "rondo/metrics/metric.h"
#include "rondo/optimizers/optimizer.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang " __clang_version__;
#elif defined(__GNUC__)
constexpr const char* compiler = "gcc " __VERSION__;
#else
constexpr const char* compiler = "unknown";
#endif

// One spelling of each: a name may have several ("mse", "MeanSquaredError").
template <class Spelling>
std::vector<std::string> distinct(const std::vector<std::string>& names, Spelling spelling) {
  std::set<std::string> out;
  for (const auto& name : names) out.insert(spelling(name));
  return {out.begin(), out.end()};
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

class Info : public Verb {
 public:
  std::string name() const override { return "info"; }
  std::string about() const override { return "version, instruction set in use, threads"; }
  std::vector<std::string> examples() const override { return {"rondo info", "rondo info --json"}; }
  void declare(Arguments&) override {}

  int run(Console& console) override {
    const Kernels& active = kernels();
    std::vector<std::string> able;
    for (const auto isa : isas()) able.emplace_back(isa);
    const auto losses = distinct(loss_names(), [](const std::string& name) { return LossRef(name)->key(); });
    const auto metrics = distinct(metric_names(), [](const std::string& name) { return make_metric(name)->class_name(); });
    const Machine here = machine();
    const int threads = thread_count(0);
    const std::string text = std::string("rondo ") + version_text() + "\n" +                             //
                             "instruction set  " + active.isa + " (this CPU runs: " + joined(able) +     //
                             "; RONDO_ISA chooses)\n" +                                                  //
                             "threads          " + std::to_string(threads) + "\n" +                      //
                             "memory           " + bytes_text(here.memory) + "\n" +                      //
                             "numbers          " + (sizeof(real) == 4 ? "float32" : "float64") + "\n" +  //
                             "compiler         " + compiler + "\n" +                                     //
                             "layers           " + joined(layer_names()) + "\n" +                        //
                             "optimizers       " + joined(optimizer_names()) + "\n" +                    //
                             "losses           " + joined(losses) + "\n" +                               //
                             "metrics          " + joined(metrics) + "\n";
    console.result(text, {{"verb", "info"},
                          {"version", version_text()},
                          {"isa", active.isa},
                          {"isas", Json::strings(able)},
                          {"threads", threads},
                          {"memory", here.memory},
                          {"real", sizeof(real) == 4 ? "float32" : "float64"},
                          {"compiler", compiler},
                          {"layers", Json::strings(layer_names())},
                          {"optimizers", Json::strings(optimizer_names())},
                          {"losses", Json::strings(losses)},
                          {"metrics", Json::strings(metrics)}});
    return Exit::done;
  }
};

}  // namespace

std::unique_ptr<Verb> make_info() { return std::make_unique<Info>(); }

const char* version_text() { return RONDO_VERSION; }

}  // namespace rondo::cli
