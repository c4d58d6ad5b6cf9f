// Loss and metrics over a range of samples, without training.
#pragma once

#include "train/batch.h"

namespace rondo {

class Evaluator {
 public:
  // Samples first, first + 1, ... of `source`, `count` of them, in batches of `size`. steps: batches of one run, all if not
  // given.
  Evaluator(ModelState& model, const Source& source, const Shapes& inputs, Index first, Index count, Index size, int threads,
            const RowWeights* weights = nullptr, std::optional<Index> steps = {});
  // Adds {prefix}loss and the metrics to `logs`. The callbacks hear of begin and end.
  void run(Model& handle, const Callbacks& callbacks, Logs& logs, const std::string& prefix);
  // Throws Error(non_finite) if a NaN or an infinity in the data makes the loss of a batch one. Masked ones do not: only a
  // batch that holds one is computed. what: opens the name of the array, "validation_data.".
  void refuse_bad_data(const std::string& what);
  void keep_session();  // see Batch

 private:
  template <class Work>
  void each_batch(Work work);
  void batches();
  ModelState& model_;
  Batch batch_;
  Averages averages_;
  std::vector<Index> ids_;
  Index size_;
  std::optional<Index> steps_;
};

}  // namespace rondo
