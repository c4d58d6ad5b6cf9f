// What all optimizers share, in Keras's order: accumulate -> clip -> decay -> update -> average -> count the step.
#include "rondo/optimizers/optimizer.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"
#include "rondo/core/error.h"

namespace rondo {

namespace detail {
void register_all_optimizers();
}

namespace {

struct Named {
  std::string class_name;
  OptimizerFactory make;
};

Registry<Named>& registry() {
  static Registry<Named> r("optimizer", detail::register_all_optimizers);
  return r;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Sum of squares in double, in an order set by n alone.
double sum_of_squares(const real* g, Index n) noexcept {
  double part[8] = {};
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) part[k] += static_cast<double>(g[i + k]) * static_cast<double>(g[i + k]);
  }
  for (; i < n; ++i) part[0] += static_cast<double>(g[i]) * static_cast<double>(g[i]);
  return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

void scale(real* g, Index size, real factor) noexcept {
  in_blocks(size, [=](Index first, auto n) {
    for (Index i = first; i < first + n; ++i) g[i] *= factor;
  });
}

// "^kernel$": the word, and whether a name begins and ends with it.
struct Anchored {
  std::string word;
  bool from_start, to_end;
};
Anchored anchored(const std::string& text) {
  Anchored out{text, text.starts_with('^'), false};
  if (out.from_start) out.word.erase(0, 1);
  out.to_end = out.word.ends_with('$');
  if (out.to_end) out.word.pop_back();
  return out;
}

bool found(const std::string& text, const std::string& name) {
  const auto [word, from_start, to_end] = anchored(text);
  if (from_start && to_end) return name == word;
  return from_start ? name.starts_with(word) : to_end ? name.ends_with(word) : name.find(word) != std::string::npos;
}

}  // namespace

void register_optimizer(const std::string& class_name, OptimizerFactory make) {
  registry().add(lower(class_name), {class_name, make});
}

std::vector<std::string> optimizer_names() { return registry().names(); }

OptimizerRef::OptimizerRef(const char* name) : OptimizerRef(std::string(name)) {}
OptimizerRef::OptimizerRef(const std::string& name) : name_(name) {
  if (lower(name) == "lossscaleoptimizer")
    fail(Code::value, "LossScaleOptimizer wraps another optimizer.\n  fix: LossScaleOptimizer(\"adam\")");
  optimizer_ = registry().get(lower(name)).make();
}

OptimizerRef OptimizerRef::another() const {
  if (name_.empty()) return *this;
  OptimizerRef made(name_);
  made->take_settings(*optimizer_);
  return made;
}

void Optimizer::take_settings(const Optimizer& from) {
  learning_rate = from.learning_rate;
  schedule = from.schedule;
  common = from.common;
  undecayed_words_ = from.undecayed_words_;
}

std::vector<std::string> Optimizer::slot_names() const {
  std::vector<std::string> names;
  for (const auto& group : slot_groups()) names.insert(names.end(), group.begin(), group.end());
  return names;
}

void Optimizer::set_learning_rate(const LearningRate& rate) {
  const double now = rate.schedule ? rate.schedule->at(iterations) : rate.value;
  check_not_negative(*this, "learning_rate", now);
  schedule = rate.schedule;
  learning_rate = now;
}

void Optimizer::check() const {
  if (schedule) schedule->check();
  const auto positive = [this](const char* key, const std::optional<double>& value) {
    if (value && !(*value > 0 && std::isfinite(*value))) {
      fail(Code::value, class_name() + ": " + key + " must be a number above 0, got " + short_number(*value));
    }
  };
  positive("clipnorm", common.clipnorm);
  positive("clipvalue", common.clipvalue);
  positive("global_clipnorm", common.global_clipnorm);
  if (common.clipnorm.has_value() + common.clipvalue.has_value() + common.global_clipnorm.has_value() > 1) {
    fail(Code::value, class_name() + ": only one of clipnorm, clipvalue and global_clipnorm can be set");
  }
  check_not_negative(*this, "learning_rate", learning_rate);
  if (common.weight_decay && !std::isfinite(*common.weight_decay)) {
    fail(Code::value, class_name() + ": weight_decay must be a finite number, got " + short_number(*common.weight_decay));
  }
  if (common.use_ema && !(common.ema_momentum >= 0 && common.ema_momentum <= 1)) {
    fail(Code::value, class_name() + ": ema_momentum must lie between 0 and 1, got " + short_number(common.ema_momentum));
  }
  const auto whole = [this](const char* key, const std::optional<double>& value, double from) {
    if (value && !(*value >= from && *value <= 1e15 && *value == std::floor(*value))) {
      fail(Code::value, class_name() + ": " + key + " must be a whole number from " + (from < 2 ? "1" : "2") + " on, got " +
                            short_number(*value));
    }
  };
  whole("ema_overwrite_frequency", common.ema_overwrite_frequency, 1);
  whole("gradient_accumulation_steps", common.gradient_accumulation_steps, 2);
  positive("loss_scale_factor", common.loss_scale_factor);
}

Index Optimizer::slot_bytes(std::span<const Shape> weights) const {
  const std::size_t own = slot_names().size();
  Index numbers = static_cast<Index>(shared_slots().size());
  for (const Shape& shape : weights) {
    for (std::size_t k = 0; k < own; ++k) numbers = checked_add(numbers, slot_shape(k, shape).elements());
    if (common.use_ema) numbers = checked_add(numbers, shape.elements());
    if (common.gradient_accumulation_steps) numbers = checked_add(numbers, shape.elements());
  }
  return checked_mul(numbers, static_cast<Index>(sizeof(real)));
}

std::size_t Optimizer::slot_count(std::size_t weights) const {
  const std::size_t each =
      slot_names().size() + (common.use_ema ? 1 : 0) + (common.gradient_accumulation_steps.has_value() ? 1 : 0);
  return weights * each + shared_slots().size();
}

void Optimizer::bind(std::span<const Shape> weights, std::span<const void* const> whose) {
  check();
  if (bound_) {
    const auto refuse = [&](const std::string& why) {
      fail(Code::state, "this " + class_name() + " has been training other weights (" + why +
                            ").\n  fix: compile the model with a new optimizer");
    };
    if (!std::equal(weights.begin(), weights.end(), shapes_.begin(), shapes_.end())) refuse("their number or shapes differ");
    if (!whose_.empty() && !whose.empty() && !std::equal(whose.begin(), whose.end(), whose_.begin(), whose_.end()))
      refuse("those of another model, whose moments it keeps");
    if (!whose.empty()) whose_.assign(whose.begin(), whose.end());
    return;
  }
  slot_bytes(weights);  // throws if the sizes overflow
  const auto groups = slot_groups();
  std::size_t per_weight = 0;
  for (const auto& group : groups) per_weight += group.size();
  std::vector<Slot> booked;
  std::vector<std::size_t> average, accumulator, own(weights.size() * per_weight);
  const auto one_each = [&](const char* name, std::vector<std::size_t>& numbers) {
    for (std::size_t w = 0; w < weights.size(); ++w) {
      numbers.push_back(booked.size());
      booked.push_back({name, w, Array(weights[w])});
    }
  };
  if (common.use_ema) one_each("average", average);
  if (common.gradient_accumulation_steps) one_each("gradient_accumulator", accumulator);
  std::size_t before = 0;
  for (const auto& group : groups) {
    for (std::size_t w = 0; w < weights.size(); ++w) {
      for (std::size_t k = 0; k < group.size(); ++k) {
        own[w * per_weight + before + k] = booked.size();
        booked.push_back({group[k], w, Array(slot_shape(before + k, weights[w]), static_cast<real>(slot_start(before + k)))});
      }
    }
    before += group.size();
  }
  const auto for_all = shared_slots();
  for (const std::string& name : for_all) {
    booked.push_back({name, shared, Array(Shape{}, 1)});
  }
  pointers_.resize(per_weight + for_all.size());
  shapes_.assign(weights.begin(), weights.end());
  whose_.assign(whose.begin(), whose.end());
  slots = std::move(booked);
  own_ = std::move(own);
  average_ = std::move(average);
  accumulator_ = std::move(accumulator);
  bound_ = true;
}

void Optimizer::exclude_from_weight_decay(std::vector<std::string> var_names) {
  if (bound_)
    fail(Code::state, class_name() +
                          ": exclude_from_weight_decay comes before training; this optimizer has trained.\n"
                          "  fix: compile the model with a new optimizer");
  std::vector<std::string> words;
  for (const std::string& name : var_names)
    for (std::size_t at = 0; at <= name.size();) {
      const std::size_t end = std::min(name.find('|', at), name.size());
      words.push_back(name.substr(at, end - at));
      const auto [word, from_start, to_end] = anchored(words.back());
      if (word.empty()) fail(Code::value, class_name() + ": exclude_from_weight_decay: an empty word is in every name");
      if (word.find_first_of("^$.*+?()[]{}\\") != std::string::npos)
        fail(Code::value,
             class_name() +
                 ": exclude_from_weight_decay takes words, and of regular expressions ^ before one, $ behind one and | between "
                 "two; not '" +
                 escaped(name.substr(0, 60)) + "'");
      at = end + 1;
    }
  undecayed_words_ = std::move(words);
}

void Optimizer::name_weights(std::span<const std::string> names) {
  undecayed_.clear();
  if (undecayed_words_.empty()) return;
  for (const std::string& name : names)
    undecayed_.push_back(std::any_of(undecayed_words_.begin(), undecayed_words_.end(),
                                     [&](const std::string& word) { return found(word, name); }));
}

Index Optimizer::updates() const { return iterations / steps_per_update(); }

std::span<const real> Optimizer::average_of(std::size_t weight) const noexcept {
  return weight < average_.size() ? slots[average_[weight]].value.values() : std::span<const real>();
}

bool Optimizer::accumulate(std::span<real* const> gradients, std::span<const Index> sizes) noexcept {
  if (accumulator_.empty()) return true;
  const bool due = (iterations + 1) % steps_per_update() == 0;
  const real steps = static_cast<real>(steps_per_update());
  for (std::size_t w = 0; w < gradients.size(); ++w) {
    real *sum = slots[accumulator_[w]].value.data(), *g = gradients[w];
    for (Index i = 0; i < sizes[w]; ++i) {
      if (due) {
        g[i] = (g[i] + sum[i]) / steps;
        sum[i] = 0;
      } else {
        sum[i] = g[i] + sum[i];
      }
    }
  }
  return due;
}

void Optimizer::clip(std::span<real* const> gradients, std::span<const Index> sizes) const noexcept {
  if (common.clipnorm) {
    // g * c / max(norm, c)
    for (std::size_t w = 0; w < gradients.size(); ++w) {
      const double norm = std::sqrt(sum_of_squares(gradients[w], sizes[w]));
      if (norm > *common.clipnorm) scale(gradients[w], sizes[w], static_cast<real>(*common.clipnorm / norm));
    }
  } else if (common.global_clipnorm) {
    double sum = 0;
    for (std::size_t w = 0; w < gradients.size(); ++w) sum += sum_of_squares(gradients[w], sizes[w]);
    const double norm = std::sqrt(sum);
    if (norm > *common.global_clipnorm) {
      for (std::size_t w = 0; w < gradients.size(); ++w) {
        scale(gradients[w], sizes[w], static_cast<real>(*common.global_clipnorm / norm));
      }
    }
  } else if (common.clipvalue) {
    const real limit = static_cast<real>(*common.clipvalue);
    for (std::size_t w = 0; w < gradients.size(); ++w) {
      real* g = gradients[w];
      for (Index i = 0; i < sizes[w]; ++i) g[i] = std::clamp(g[i], -limit, limit);
    }
  }
}

void Optimizer::apply(std::span<real* const> weights, std::span<real* const> gradients, std::span<const Index> sizes) noexcept {
  if (schedule) learning_rate = schedule->at(iterations);
  const Index done = updates();
  if (accumulate(gradients, sizes)) {
    clip(gradients, sizes);
    make_update(weights, gradients, sizes, done + 1);
  }
  if (!average_.empty()) {
    // The first average is the weight itself. Averages follow every step, whether it was an update or not.
    const real keep = done == 0 ? real(0) : static_cast<real>(common.ema_momentum);
    for (std::size_t w = 0; w < weights.size(); ++w) {
      real* average = slots[average_[w]].value.data();
      for (Index i = 0; i < sizes[w]; ++i) average[i] = keep * average[i] + (1 - keep) * weights[w][i];
    }
    if (const auto& every = common.ema_overwrite_frequency; every && (done + 1) % static_cast<Index>(*every) == 0) {
      overwrite_with_averages(weights, sizes);
    }
  }
  ++iterations;
  if (loss_scale) loss_scale->count();
}

void Optimizer::make_update(std::span<real* const> weights, std::span<real* const> gradients, std::span<const Index> sizes,
                            Index update_number) noexcept {
  if (common.weight_decay) {
    const real decay = static_cast<real>(*common.weight_decay), rate = static_cast<real>(learning_rate);
    for (std::size_t w = 0; w < weights.size(); ++w) {
      if (w < undecayed_.size() && undecayed_[w]) continue;
      for (Index i = 0; i < sizes[w]; ++i) weights[w][i] -= weights[w][i] * decay * rate;
    }
  }
  const std::size_t per_weight = weights.empty() ? 0 : own_.size() / weights.size();
  const std::span<real*> for_all = std::span(pointers_).subspan(per_weight);
  for (std::size_t k = 0; k < for_all.size(); ++k) for_all[k] = slots[slots.size() - for_all.size() + k].value.data();
  begin_step(for_all, update_number);
  for (std::size_t w = 0; w < weights.size(); ++w) {
    for (std::size_t k = 0; k < per_weight; ++k) pointers_[k] = slots[own_[w * per_weight + k]].value.data();
    update({weights[w], gradients[w], pointers_, sizes[w], &shapes_[w]}, update_number, learning_rate);
  }
}

void Optimizer::overwrite_with_averages(std::span<real* const> weights, std::span<const Index> sizes) const noexcept {
  if (average_.empty() || iterations < 0) return;
  for (std::size_t w = 0; w < weights.size(); ++w) {
    const real* average = slots[average_[w]].value.data();
    std::copy(average, average + sizes[w], weights[w]);
  }
}

void Optimizer::describe_common(ConfigVisitor& visitor, double default_learning_rate,
                                std::optional<double> default_weight_decay) {
  visitor.field("learning_rate", learning_rate, default_learning_rate);
  if (default_weight_decay) {
    double decay = common.weight_decay.value_or(0.0);
    visitor.field("weight_decay", decay, *default_weight_decay);
    common.weight_decay = decay;
  } else {
    visitor.field("weight_decay", common.weight_decay);
  }
  visitor.field("clipnorm", common.clipnorm);
  visitor.field("global_clipnorm", common.global_clipnorm);
  visitor.field("clipvalue", common.clipvalue);
  visitor.field("use_ema", common.use_ema, false);
  visitor.field("ema_momentum", common.ema_momentum, 0.99);
  visitor.field("ema_overwrite_frequency", common.ema_overwrite_frequency);
  visitor.field("loss_scale_factor", common.loss_scale_factor);
  visitor.field("gradient_accumulation_steps", common.gradient_accumulation_steps);
}

}  // namespace rondo
