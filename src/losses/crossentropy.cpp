// "crossentropy", "ce": the crossentropy that suits the shapes, as Keras chooses it. One output a row is binary; targets with
// an axis less than the output, or one number for several outputs, are the numbers of classes: sparse categorical; otherwise
// categorical.
#include "core/registry.h"
#include "losses/base/by_targets.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class CrossentropyLoss final : public Loss, public ByTargets {
 public:
  std::string class_name() const override { return "Crossentropy"; }
  std::string key() const override { return "crossentropy"; }
  // Keras knows it as a name alone.
  bool from_keras() const override { return reduction() == Reduction::sum_over_batch_size; }

  void choose(const Shape& output, const Shape& targets) override {
    const bool sparse = targets.rank() < output.rank() || (targets[-1] == 1 && output[-1] > 1);
    chosen_ = LossRef(output[-1] == 1 ? "binary_crossentropy"
                      : sparse        ? "sparse_categorical_crossentropy"
                                      : "categorical_crossentropy");
    const_cast<Loss&>(*chosen_).set_reduction(reduction());
  }
  LossRef another() const override {
    auto one = std::make_shared<CrossentropyLoss>();
    one->set_reduction(reduction());
    return LossRef(one);
  }

  Index target_width(Index width) const override { return chosen_->target_width(width); }
  void check_width(Index width) const override { chosen_->check_width(width); }
  std::string bad_target(real y, Index width) const override { return chosen_->bad_target(y, width); }
  bool counts(const real* y) const noexcept override { return chosen_->counts(y); }
  const Loss* for_zeros_and_ones() const noexcept override { return chosen_->for_zeros_and_ones(); }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return chosen_->row(y, yhat, n, d, scale);
  }
  Index axis() const override { return chosen_->axis(); }
  Shape target_shape(const Shape& output) const override { return chosen_->target_shape(output); }
  void check_output(const Shape& output) const override { chosen_->check_output(output); }
  void check_masked(const Shape& output) const override { chosen_->check_masked(output); }
  std::string bad_targets(const real* y, Index n, std::span<const Index> sizes, const std::uint8_t* mask) const override {
    return chosen_->bad_targets(y, n, sizes, mask);
  }
  std::size_t scratch(const Shape& output, Index targets) const override { return chosen_->scratch(output, targets); }
  double batch(const LossBatch& batch) const noexcept override { return chosen_->batch(batch); }

 private:
  LossRef chosen_ = "binary_crossentropy";  // any width suits it, until there are targets
};

std::shared_ptr<Loss> make() { return std::make_shared<CrossentropyLoss>(); }

}  // namespace
}  // namespace rondo

RONDO_REGISTER(losses, crossentropy) {
  for (const char* name : {"crossentropy", "ce", "CE", "Crossentropy"}) register_loss(name, make);
}
