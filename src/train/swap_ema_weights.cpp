// SwapEMAWeights: the moving averages of the weights in place of the weights. The averages themselves are never moved: what the
// model held is kept here meanwhile, so that fit ends with the averages whenever it ends.
#include <algorithm>

#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/train/callbacks.h"

namespace rondo {

namespace {

class Swap final : public Callback {
 public:
  explicit Swap(bool on_epoch) : on_epoch_(on_epoch) {}
  void on_train_begin(Model& model) override {
    kept_.clear();
    require_averages(model.internal());  // known before the first epoch, validated or not
  }
  void on_epoch_begin(Index, Model& model) override {
    if (on_epoch_) put_back(model);
  }
  void on_epoch_end(Index, const Logs&, Model& model) override {
    if (on_epoch_) put_averages(model);
  }
  void on_test_begin(Model& model) override { put_averages(model); }
  void on_test_end(const Logs&, Model& model) override { put_back(model); }
  void on_train_end(Model&) override { kept_.clear(); }  // fit has put the averages in their place

  CallbackState state() const override { return {{}, kept_}; }
  void restore(const CallbackState& state) override { kept_ = state.arrays; }

 private:
  static void require_averages(const ModelState& state) {
    if (state.optimizer && state.optimizer->common.use_ema) return;
    fail(Code::state,
         "SwapEMAWeights: the optimizer keeps no moving averages of the weights.\n"
         "  fix: compile with use_ema, for example Adam({.use_ema = true})");
  }
  void put_averages(Model& model) {
    if (!kept_.empty()) return;
    ModelState& state = model.internal();
    require_averages(state);
    if (!state.optimizer->bound() || state.optimizer->iterations == 0) return;  // no step yet: nothing to average
    for (std::size_t i = 0; i < state.trainable.size(); ++i) {
      Weight& weight = *state.trainable[i];
      const auto average = state.optimizer->average_of(i);
      if (static_cast<Index>(average.size()) != weight.value.size()) continue;
      kept_.push_back(weight.value);
      std::copy(average.begin(), average.end(), weight.value.data());
    }
    state.pack(state.fitting != nullptr);
  }
  void put_back(Model& model) {
    ModelState& state = model.internal();
    if (kept_.size() == state.trainable.size()) {
      for (std::size_t i = 0; i < kept_.size(); ++i) {
        if (kept_[i].shape() != state.trainable[i]->shape) continue;
        std::copy(kept_[i].values().begin(), kept_[i].values().end(), state.trainable[i]->value.data());
      }
      state.pack(state.fitting != nullptr);
    }
    kept_.clear();
  }

  bool on_epoch_;
  std::vector<Array> kept_;  // the weights, while the averages are in the model
};

}  // namespace

SwapEMAWeights::SwapEMAWeights(SwapEMAWeightsOptions options)
    : std::shared_ptr<Callback>(std::make_shared<Swap>(options.swap_on_epoch)) {}

}  // namespace rondo
