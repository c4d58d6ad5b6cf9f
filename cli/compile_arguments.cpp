#include "compile_arguments.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "interop/named_arguments.h"
#include "key_values.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo::cli {

namespace {

// "path=mae" is for the output `path`; "huber:delta=0.5" has no output.
struct Said {
  std::string output, what;
};

Said said(const std::string& flag, const std::string& text) {
  const std::size_t equals = text.find('='), colon = text.find(':');
  if (text.empty()) throw UsageError(flag + " is empty");
  if (equals == std::string::npos || colon < equals) return {"", text};
  if (equals == 0 || equals + 1 == text.size()) throw UsageError(flag + " '" + escaped(text) + "': write OUTPUT=NAME");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string known(const std::vector<std::string>& outputs) {
  std::string out;
  for (const std::string& name : outputs) out += (out.empty() ? "" : ", ") + escaped(name);
  return out;
}

// A value of the wrong kind (abc for a number) is a mistake of the command line, not of a file.
template <class Read>
auto named(const char* flag, const Read& read, const std::string& text) {
  try {
    return read(text);
  } catch (const Error& e) {
    if (e.code() != Code::format) throw;
    throw UsageError(std::string(flag) + " " + escaped(text) + ": " + e.what());
  }
}

MetricLists metric_lists(const std::string& flag, const std::vector<std::string>& given,
                         const std::vector<std::string>& outputs) {
  std::vector<std::vector<MetricRef>> each(outputs.size());
  for (const std::string& text : given) {
    const auto [output, what] = said(flag, text);
    if (output.empty() && outputs.size() > 1)
      throw UsageError(flag + " " + escaped(text) + ": of which output? Say " + flag + " " + escaped(outputs[0]) + "=" +
                       escaped(text) + "; the outputs: " + known(outputs));
    const auto at = output.empty() ? outputs.begin() : std::find(outputs.begin(), outputs.end(), output);
    if (at == outputs.end())
      throw UsageError(flag + " names an output '" + escaped(output) + "'." + did_you_mean(output, outputs) +
                       " The outputs: " + known(outputs));
    if (what == "none") continue;
    each[static_cast<std::size_t>(at - outputs.begin())].push_back(named(flag.c_str(), interop::metric_from_text, what));
  }
  std::vector<MetricList> lists;
  for (auto& list : each) lists.emplace_back(std::move(list));
  return lists;
}

}  // namespace

void CompileArguments::declare_optimizer(Arguments& arguments) {
  arguments.text("--optimizer", "O", optimizer_,
                 "adam, sgd:momentum=0.9,clipnorm=1, ...; starts afresh (default: the file's, with its state)");
  arguments.number("--learning-rate", learning_rate_, 0, false, std::numeric_limits<double>::infinity(),
                   "of the optimizer (default: the file's, or the optimizer's own)");
  arguments.text(
      "--schedule", "S", schedule_,
      "a learning rate that changes from step to step: "
      "cosine_decay:initial_learning_rate=0.01,decay_steps=1000, piecewise_constant_decay:boundaries=[100],values=[0.1,0.01], "
      "exponential_decay, ...");
}

void CompileArguments::declare_losses(Arguments& arguments) {
  arguments.texts("--loss", "L", losses_,
                  "mse, huber:delta=0.5, ... for all outputs, or once for each; OUTPUT=mse by name (default: the file's)");
  arguments.text("--loss-weights", "W", loss_weights_, "0.5,2 in the outputs' order, or OUTPUT=0.5,OUTPUT=2");
  arguments.texts("--metrics", "M", metrics_, "mae, OUTPUT=mae, precision:thresholds=0.4, ...; several times; none for none");
  arguments.texts("--weighted-metrics", "M", weighted_metrics_, "likewise; these see --sample-weight and --class-weight");
}

bool CompileArguments::given() const {
  return optimizer_ || loss_weights_ || !losses_.empty() || !metrics_.empty() || !weighted_metrics_.empty();
}

void CompileArguments::apply(Model& model, const std::string& path, bool training) const {
  if (schedule_ && learning_rate_) throw UsageError("--schedule and --learning-rate both say the learning rate: give one");
  if (!model.compiled() && (losses_.empty() || (training && !optimizer_))) {
    const bool optimizer = training && !optimizer_, loss = losses_.empty();
    throw UsageError("'" + escaped(path) + "' has no compile settings: give " +
                     (optimizer && loss ? "--optimizer and --loss, for example --optimizer adam --loss mse"
                      : loss            ? "--loss, for example --loss mse"
                                        : "--optimizer, for example --optimizer adam"));
  }
  if (given()) {
    const std::vector<std::string> outputs = output_names(model.internal());
    CompileOptions options = model.compile_options();
    if (optimizer_) options.optimizer = named("--optimizer", interop::optimizer_from_text, *optimizer_);
    if (!losses_.empty()) {
      std::vector<LossRef> list;
      PerOutput<LossRef> by_name;
      for (const std::string& text : losses_) {
        const auto [output, what] = said("--loss", text);
        const LossRef loss = what == "none" ? LossRef() : named("--loss", interop::loss_from_text, what);
        if (output.empty()) {
          list.push_back(loss);
        } else {
          by_name.add(output, loss);
        }
      }
      if (!list.empty() && !by_name.empty())
        throw UsageError("--loss: either every one has the name of its output, or none has");
      if (list.size() > 1 && list.size() != outputs.size())
        throw UsageError("--loss is given " + std::to_string(list.size()) + " times; the model has " +
                         (outputs.size() == 1 ? "one output" : std::to_string(outputs.size()) + " outputs: " + known(outputs)));
      options.loss = !by_name.empty() ? by_name : list.size() == 1 ? PerOutput<LossRef>(list[0]) : PerOutput<LossRef>(list);
    }
    if (loss_weights_) {
      std::vector<double> list;
      PerOutput<double> by_name;
      for (const std::string& part : parts_of(*loss_weights_)) {
        const std::size_t equals = part.find('=');
        const auto weight = number_of(equals == std::string::npos ? part : part.substr(equals + 1));
        if (!weight)
          throw UsageError("--loss-weights is numbers, 0.5,2 or OUTPUT=0.5,OUTPUT=2; not '" + escaped(*loss_weights_) + "'");
        if (equals == std::string::npos) {
          list.push_back(*weight);
        } else {
          by_name.add(part.substr(0, equals), *weight);
        }
      }
      if (list.empty() == by_name.empty())
        throw UsageError("--loss-weights is numbers, 0.5,2 or OUTPUT=0.5,OUTPUT=2; not '" + escaped(*loss_weights_) + "'");
      options.loss_weights = list.empty() ? by_name : PerOutput<double>(list);
    }
    if (!metrics_.empty()) options.metrics = metric_lists("--metrics", metrics_, outputs);
    if (!weighted_metrics_.empty()) options.weighted_metrics = metric_lists("--weighted-metrics", weighted_metrics_, outputs);
    model.compile(std::move(options));
  }
  if (schedule_) model.optimizer()->set_learning_rate(named("--schedule", interop::schedule_from_text, *schedule_));
  if (learning_rate_) model.optimizer()->set_learning_rate(*learning_rate_);
}

}  // namespace rondo::cli
