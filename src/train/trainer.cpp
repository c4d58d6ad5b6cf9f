#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "kernels/kernels.h"
#include "rondo/core/error.h"

namespace rondo {

namespace {

// Adds 0 (scale g)^2 to the lanes: 0 as long as every square is finite, NaN from then on.
template <Index N>
inline void watch(const real* __restrict g, real scale, real* __restrict lanes) noexcept {
  for (Index i = 0; i < N; ++i) lanes[i] += (g[i] * scale) * (g[i] * scale) * real(0);
}

// Whether no (scale g)^2 overflows.
bool squares_finite(const real* g, real scale, Index n) noexcept {
  real lanes[16] = {};
  Index i = 0;
  for (; i + 16 <= n; i += 16) watch<16>(g + i, scale, lanes);
  for (; i < n; ++i) watch<1>(g + i, scale, lanes);
  real sum = 0;
  for (const real lane : lanes) sum += lane;
  return sum == 0;
}

// (0 g)^2 is finite for every finite g. With room, squares are 2^8 times those that are kept: sums of them stay finite too.
// (g / root)^2 is finite for every finite g.
constexpr real room = 16;
const real root = std::sqrt(std::numeric_limits<real>::max());

std::uint64_t step_seed(std::uint64_t seed, std::uint64_t step) noexcept {
  const auto word = philox({static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32), 0, 0},
                           {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return static_cast<std::uint64_t>(word[0]) << 32 | word[1];
}

}  // namespace

Trainer::Trainer(ModelState& model, const Source& source, const Shapes& inputs, Index size, int threads,
                 const RowWeights* weights)
    : model_(model), batch_(model, source, inputs, size, true, threads, weights) {
  if (model.trainable.empty()) {
    fail(Code::state, "there is nothing to train: the model has no weights, or every layer has trainable = false");
  }
  const bool penalties =
      std::any_of(model.rules.begin(), model.rules.end(), [](const WeightRules& r) { return r.penalty.has_value(); });
  for (const LossRef& loss : model.losses) {
    if (penalties && loss && loss->reduction() == Reduction::none)
      fail(Code::unsupported, loss->class_name() +
                                  ": reduction \"none\" does not go with regularizers, whose penalty Keras would add to every "
                                  "value.\n  fix: reduction = \"sum\", which trains on the same sum");
  }
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < model.trainable.size(); ++i) {
    Weight& weight = *model.trainable[i];
    shapes.push_back(weight.shape);
    sizes_.push_back(weight.value.size());
    weights_.push_back(weight.value.data());
    gradients_.push_back(batch_.session().gradient(static_cast<int>(i)).data());
  }
  model.optimizer->bind(shapes, std::vector<const void*>(model.trainable.begin(), model.trainable.end()));
  std::vector<std::string> names;
  for (const Weight* weight : model.trainable) names.push_back(weight->name.substr(weight->name.rfind('/') + 1));
  model.optimizer->name_weights(names);
  model.pack(true);
}

double Trainer::step(std::span<const Index> ids, std::uint64_t seed) {
  const FloatMode mode;
  Session& session = batch_.session();
  batch_.load(ids);
  session.forward(true, step_seed(seed, model_.step));
  session.refuse_finding(ids);
  batch_.check_targets();
  const double loss = batch_.loss(true);
  if (!std::isfinite(loss)) stop_at_loss(loss);
  session.backward();
  session.refuse_finding(ids);  // what a user's layer threw
  for (std::size_t i = 0; i < model_.rules.size(); ++i) {
    const WeightRules& rules = model_.rules[i];
    if (rules.penalty) (*rules.penalty)(weights_[i], gradients_[i]);
  }
  if (may_step()) {
    model_.optimizer->apply(weights_, gradients_, sizes_);
    for (std::size_t i = 0; i < model_.rules.size(); ++i) {
      if (model_.rules[i].projection) (*model_.rules[i].projection)(weights_[i]);
    }
  }
  session.update_moving();
  model_.pack(true);
  ++model_.step;
  return loss;
}

bool Trainer::may_step() {
  Optimizer& optimizer = *model_.optimizer;
  if (optimizer.loss_scale) {
    const bool admitted = optimizer.admit(gradients_, sizes_);
    // No scale is small enough: Keras's becomes 0, and the next step makes every weight NaN.
    if (optimizer.loss_scale->scale < std::numeric_limits<float>::min()) stop_at_gradient("is not finite");
    if (!admitted) return false;
  }
  // What would overflow in a slot, or in the weights themselves, would leave NaN there. Clipping makes gradients small first.
  const real scale =
      optimizer.keeps_squares() ? room : room * std::max(real(1), static_cast<real>(optimizer.learning_rate)) / root;
  const auto clips = [&](const std::optional<double>& to) {
    return to && *to * static_cast<double>(scale) < static_cast<double>(root);
  };
  const bool small =
      clips(optimizer.common.clipnorm) || clips(optimizer.common.clipvalue) || clips(optimizer.common.global_clipnorm);
  for (std::size_t i = 0; i < gradients_.size(); ++i) {
    if (!squares_finite(gradients_[i], 0, sizes_[i])) stop_at_gradient("is not finite");
    if (!small && !squares_finite(gradients_[i], scale, sizes_[i])) stop_at_gradient("is too large");
  }
  return true;
}

void Trainer::finish() noexcept {
  if (!model_.optimizer->common.use_ema) return;
  model_.optimizer->overwrite_with_averages(weights_, sizes_);
  model_.pack(true);
}

std::string Trainer::where(const std::string& what, const std::string& problem) const {
  return what + " of training step " + std::to_string(model_.step + 1) + " " + problem +
         "; the step was not taken, and the model keeps the weights of the last finished one.\n";
}

void Trainer::blame_data(const std::string& text, std::string (Batch::*bad)(Index) const, const std::string& who) const {
  for (std::size_t row = 0; row < batch_.ids().size(); ++row) {
    if (const std::string at = (batch_.*bad)(static_cast<Index>(row)); !at.empty()) {
      fail(Code::non_finite,
           text + "  likely: " + who + " a NaN or an infinity: " + at + "\n  fix: repair or leave out that sample");
    }
  }
}

void Trainer::stop_at_loss(double) {
  std::string text = where("the loss", "is not finite");
  const auto culprit = batch_.session().first_non_finite_value();
  if (culprit && culprit->sample >= 0) {
    const Index id = batch_.ids()[static_cast<std::size_t>(culprit->sample)];
    text += "  first in: layer '" + culprit->layer + "', sample " + std::to_string(id) + "\n";
    if (const std::string bad = batch_.bad_input(culprit->sample); !bad.empty()) {
      text += "  likely: the data hold a NaN or an infinity: " + bad + "\n  fix: repair or leave out that sample";
      fail(Code::non_finite, text);
    }
  } else if (culprit) {
    text += "  first in: layer '" + culprit->layer + "', in what it sums over the batch\n";
  } else {
    blame_data(text, &Batch::bad_target, "the targets hold");
    text += "  first in: the loss itself; every output of the model and every target is finite\n";
  }
  fail(Code::non_finite,
       text + "  likely: the values grew without bound\n  fix: a smaller learning_rate, clipnorm, or scaled data");
}

void Trainer::stop_at_gradient(const std::string& problem) {
  std::string text = where("a gradient", problem);
  if (const auto culprit = batch_.session().first_non_finite_gradient()) {
    text += "  first in: layer '" + culprit->layer + "'";
    if (culprit->sample >= 0) {
      text += ", sample " + std::to_string(batch_.ids()[static_cast<std::size_t>(culprit->sample)]);
    } else {
      text += ", in the sum over the batch";
    }
    text += "\n";
  }
  // An infinity saturates a gate without a trace in the loss: it shows first in the slopes.
  blame_data(text, &Batch::bad_input, "the data hold");
  fail(Code::non_finite,
       text + "  likely: gradients grew without bound\n  fix: a smaller learning_rate, clipnorm, or scaled data");
}

}  // namespace rondo
