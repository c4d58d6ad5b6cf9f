// One batch after another through a session: gathered, run forward, its loss computed over the whole batch in sample order.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "losses/base/keras_masks.h"
#include "model/model_state.h"
#include "train/sequence_source.h"
#include "train/weights.h"

namespace rondo {

class Batch {
 public:
  // inputs: the network's input shapes (first size None) for batches of up to `size` samples. `source` must outlive this, and
  // so must `weights` if there are any.
  Batch(ModelState& model, const Source& source, const Shapes& inputs, Index size, bool training, int threads,
        const RowWeights* weights = nullptr);
  // Leaves the session with the model for the next call. Not called: its memory is freed.
  void keep_session();

  void load(std::span<const Index> ids) noexcept;  // the ids must stay until the next load
  std::span<const Index> ids() const { return ids_; }
  // The sum of the outputs' losses, each times its weight; with `gradient` their gradients go to the session.
  double loss(bool gradient) noexcept;
  const std::vector<double>& output_losses() const { return losses_; }  // of the last loss(), without their weights
  Index counted() const {
    return counted_;
  }  // samples that the last loss() is the mean of: all but those of nothing but padding
  void update_metrics() noexcept;
  // Throws Error(value), naming the first sample, if the loss cannot be computed for a target: a class that is not there. After
  // the forward pass, which says what is masked.
  void check_targets() const;

  // Where the gathered numbers of sample `row` (its number in the batch) hold the first NaN or infinity: "x, sample 17, time
  // step 3, feature 0" in the caller's numbering; "" if nowhere. No values are told.
  std::string bad_input(Index row) const;
  std::string bad_target(Index row) const;

  Session& session() { return *session_; }

 private:
  struct Rows {
    Index rows, width;
  };
  Rows rows_of(const Port& port) const;
  // Which rows of output i count, after the forward pass: its own mask, or that of samples which are nothing but padding to it.
  // nullptr: all.
  const std::uint8_t* mask_of(std::size_t i) const noexcept;
  Index samples_of(const Port& port, const std::uint8_t* mask) const noexcept;
  void take_targets(const Shapes& inputs);

  ModelState& model_;
  const Source& source_;
  const SequenceSource* sequences_;  // the same, if its samples differ in length
  Shapes inputs_, targets_;          // with sequences: of the batch at hand
  std::vector<Index> each_;          // numbers of a sample's targets, by output
  SessionSize capacity_;
  std::unique_ptr<Session> session_;
  std::vector<std::vector<real>> y_;
  std::vector<real*> x_at_, y_at_;
  std::vector<double> losses_;
  Index counted_ = 0;
  // By metric: masked rows count, as in Keras. What pads samples of different lengths is nothing that Keras would have seen.
  std::vector<bool> counts_masked_;
  std::vector<const MasksValues*> masks_values_;  // by output: likewise, its loss; nullptr if that is as ever
  const RowWeights* weights_;
  std::vector<std::vector<real>> row_weights_;           // of the batch at hand, by output
  std::vector<std::vector<double>> scratch_;             // of the losses
  mutable std::vector<std::vector<std::uint8_t>> kept_;  // mask_of's room, by output; empty where the loss takes no mask
  std::span<const Index> ids_;
};

// Means over the batches of one pass: the loss (each batch counts as many times as it has samples, as in Keras; one of nothing
// but padding is none: Batch::counted), each output's loss if there are several, and the model's metrics.
class Averages {
 public:
  explicit Averages(ModelState& model);
  void reset() noexcept;
  void add(double loss, const Batch& batch) noexcept;
  void put(Logs& logs, const std::string& prefix = "") const;
  // The sums of the losses so far, to go on with later. Metrics keep theirs for themselves: they begin anew.
  void copy_sums(std::vector<double>& out) const;  // takes memory the first time only
  void restore(std::span<const double> sums);

 private:
  ModelState& model_;
  std::vector<std::string> names_;    // of the losses: "loss", then "<output>_loss" if several outputs have one
  std::vector<std::size_t> outputs_;  // of those after the first
  mutable std::vector<std::vector<std::string>> metric_keys_;  // by metric: of each of its results
  std::vector<double> sums_;
  double samples_ = 0;
};

}  // namespace rondo
