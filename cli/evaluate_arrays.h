// rondo evaluate MODEL.keras --x X.npy --y Y.npy: loss and metrics of any model, what Keras's model.evaluate says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "compile_arguments.h"
#include "console.h"

namespace rondo::cli {

class EvaluateArrays {
 public:
  void declare(Arguments& arguments);
  bool given() const { return !x_.empty() || !y_.empty(); }
  // Throws UsageError for an option that makes sense with arrays alone.
  void refuse_for_a_table() const;
  int run(const std::string& path, const std::optional<Index>& threads, Console& console) const;

 private:
  std::vector<std::string> x_, y_, sample_weight_;
  std::optional<Index> batch_size_, steps_;
  CompileArguments compile_;
};

}  // namespace rondo::cli
