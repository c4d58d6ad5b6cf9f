// rondo plan: the exact memory of training and of inference, before doing either.
#include <algorithm>

#include "core/memory.h"
#include "files.h"
#include "machine.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

Json::Object memory_json(const Memory& memory) {
  return {{"weights", memory.weights},     {"gradients", memory.gradients},
          {"optimizer", memory.optimizer}, {"activations", memory.activations},
          {"saved", memory.saved},         {"scratch", memory.scratch},
          {"total", memory.total()}};
}

std::string right(const std::string& text, std::size_t width) {
  return (text.size() < width ? std::string(width - text.size(), ' ') : "") + text;
}

class PlanVerb : public Verb {
 public:
  std::string name() const override { return "plan"; }
  std::string about() const override { return "exact memory of training and of inference, before doing it"; }
  std::vector<std::string> examples() const override {
    return {"rondo plan model.keras --batch-size 32", "rondo plan model.keras --batch-size 1024 --threads 2 --optimizer adam",
            "rondo plan any_length.keras --batch-size 64 --steps 500 --json"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras", model_, "the model");
    arguments.count("--batch-size", batch_size_, 1, 1'000'000'000'000, "samples in one batch", true);
    arguments.count("--steps", steps_, 1, 1'000'000'000'000, "time steps, for a model that takes any number of them");
    arguments.count("--threads", threads_, 1, 256, "threads (default: one a core)");
    arguments.text("--optimizer", "O", optimizer_, "count this optimizer's state (default: the file's)");
  }

  int run(Console& console) override {
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
    std::string text = right("", 14) + right("training", 22) + right("inference", 22) + "\n";
    const auto line = [&](const char* what, Index a, Index b) {
      text +=
          what + std::string(14 - std::string_view(what).size(), ' ') + right(grouped(a), 22) + right(grouped(b), 22) + "\n";
    };
    line("weights", training.weights, inference.weights);
    line("gradients", training.gradients, inference.gradients);
    line("optimizer", training.optimizer, inference.optimizer);
    line("activations", training.activations, inference.activations);
    line("saved", training.saved, inference.saved);
    line("scratch", training.scratch, inference.scratch);
    line("total, bytes", training.total(), inference.total());
    text += std::string(14, ' ') + right(bytes_text(training.total()), 22) + right(bytes_text(inference.total()), 22) + "\n";
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
  std::string model_;
  std::optional<Index> batch_size_, steps_, threads_;
  std::optional<std::string> optimizer_;
};

}  // namespace

std::unique_ptr<Verb> make_plan() { return std::make_unique<PlanVerb>(); }

}  // namespace rondo::cli
