// What fit and evaluate let the command line say about compile: optimizer, losses, metrics, for one output or for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "rondo/model/model.h"

namespace rondo::cli {

class CompileArguments {
 public:
  void declare_optimizer(Arguments& arguments);
  void declare_losses(Arguments& arguments);

  bool given() const;
  // Compiles `model` as the file says, with what was given in its place. training: an optimizer is needed, too. path: of the
  // model, for messages. Throws UsageError or Error.
  void apply(Model& model, const std::string& path, bool training) const;

 private:
  std::optional<std::string> optimizer_, schedule_, loss_weights_;
  std::optional<double> learning_rate_;
  std::vector<std::string> losses_, metrics_, weighted_metrics_;
};

}  // namespace rondo::cli
