// rondo plan: the exact memory of training and of inference, before doing either.
#include <algorithm>
#include <fstream>

#include "core/memory.h"
#include "files.h"
#include "machine.h"
#include "plan_table.h"
#include "screen.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

// A table unless it is called a model or begins as one, a zip file.
bool is_table(const std::string& path) {
  if (path.ends_with(".keras")) return false;
  if (path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".txt") || path.ends_with(".npz")) return true;
  std::ifstream file(path, std::ios::binary);
  char begin[2] = {};
  return file.read(begin, 2) && !(begin[0] == 'P' && begin[1] == 'K');
}

class PlanVerb : public Verb {
 public:
  std::string name() const override { return "plan"; }
  std::string about() const override { return "exact memory of training and of inference, and its time, before doing it"; }
  std::vector<std::string> examples() const override {
    return {"rondo plan model.keras --batch-size 32", "rondo plan model.keras --batch-size 1024 --threads 2 --optimizer adam",
            "rondo plan any_length.keras --batch-size 64 --steps 500 --json",
            "rondo plan airline.csv --lookback 24 --horizon 6 --layers lstm:64,dropout:0.2,gru:32 --epochs 200"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras|DATA.csv", model_, "a model, or the table that one is to be trained on");
    arguments.count("--batch-size", batch_size_, 1, 1'000'000'000'000, "samples in one batch (default over a table: 32)");
    arguments.count("--steps", steps_, 1, 1'000'000'000'000, "time steps, for a model that takes any number of them");
    arguments.count("--threads", threads_, 1, 256, "threads (default: one a core)");
    arguments.text("--optimizer", "O", optimizer_,
                   "count this optimizer's state (default: the file's; over a table " + settings_.recipe.optimizer + ")");
    settings_.declare_windows(arguments);
    arguments.count("--epochs", epochs_, 1, 1'000'000'000, "of the training whose time is told");
  }

  int run(Console& console) override {
    if (is_table(model_)) return run_table(console);
    if (settings_.windows_given() || epochs_) {
      throw UsageError("'" + escaped(model_) +
                       "' is a model: it has its windows, and of a plan over a model only --batch-size, --steps, --threads and "
                       "--optimizer make sense");
    }
    if (!batch_size_) throw UsageError("a plan of a model needs --batch-size, --batch-size 32 for example");
    Model model = read_model(model_, true, console);
    const auto any_length = [](const Shape& shape) {
      for (Index axis = 1; axis < shape.rank(); ++axis) {
        if (shape[axis] == None) return true;
      }
      return false;
    };
    const Shapes inputs = model.input_shapes();
    const bool open = std::any_of(inputs.begin(), inputs.end(), any_length);
    if (open && !steps_) throw UsageError("the model takes any number of time steps: say how many, for example --steps 100");
    if (!open && steps_) console.note("the model's sizes are fixed: --steps changes nothing");
    if (optimizer_) {
      CompileOptions options;
      options.optimizer = OptimizerRef(*optimizer_);
      options.loss = model.compiled() ? model.loss() : LossRef("mse");
      model.compile(options);
    } else if (!model.compiled()) {
      console.note("the file has no optimizer: its state is counted as 0; --optimizer adam counts Adam's");
    }
    MemoryOptions options;
    options.batch_size = *batch_size_;
    options.steps = steps_;
    options.threads = static_cast<int>(threads_.value_or(0));
    options.training = true;
    const Memory training = model.memory(options);
    options.training = false;
    const Memory inference = model.memory(options);

    const Machine here = machine();
    std::string text = memory_text(training, inference);
    if (here.memory > 0) {
      const auto verdict = [&](const Memory& memory) {
        return memory.total() <= here.available ? "fits" : memory.total() <= here.memory ? "does not fit now" : "does not fit";
      };
      text += "this machine  " + right(verdict(training), 22) + right(verdict(inference), 22) + "\n";
      text += "It has " + bytes_text(here.memory) + " of memory, " + bytes_text(here.available) +
              " of it free now. Arrays of samples come on top.\n";
    }
    Json::Object json{{"verb", "plan"},
                      {"model", model_},
                      {"batch_size", *batch_size_},
                      {"steps", steps_ ? Json(*steps_) : Json()},
                      {"training", memory_json(training)},
                      {"inference", memory_json(inference)},
                      {"machine", Json::Object{{"memory", here.memory}, {"available", here.available}}}};
    if (here.memory > 0) {
      json.emplace_back(
          "fits", Json::Object{{"training", training.total() <= here.memory}, {"inference", inference.total() <= here.memory}});
    }
    console.result(text, std::move(json));
    return Exit::done;
  }

 private:
  int run_table(Console& console) {
    if (steps_)
      throw UsageError("--steps is for a model that takes any number of time steps; over a table they are --lookback");
    settings_.data = model_;
    settings_.optimizer = optimizer_;
    settings_.threads = threads_;
    settings_.recipe.batch_size = batch_size_.value_or(settings_.recipe.batch_size);
    settings_.recipe.epochs = epochs_.value_or(settings_.recipe.epochs);
    return plan_table(settings_, console);
  }

  std::string model_;
  Settings settings_;
  std::optional<Index> batch_size_, steps_, threads_, epochs_;
  std::optional<std::string> optimizer_;
};

}  // namespace

std::unique_ptr<Verb> make_plan() { return std::make_unique<PlanVerb>(); }

}  // namespace rondo::cli
