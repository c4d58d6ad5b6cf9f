#include "layers/base/activity.h"

#include "rondo/core/error.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {

std::vector<ActivityRegularized::Penalised> ActivityRegularized::penalised(const Shapes& in) const {
  std::vector<Penalised> out;
  if (!activity_regularizer) return out;
  const std::size_t outputs = dynamic_cast<const Layer&>(*this).output_shapes(in).size();
  for (std::size_t i = 0; i < outputs; ++i) out.push_back({static_cast<int>(i), activity_regularizer});
  return out;
}

void describe_all(Layer& layer, ConfigVisitor& visitor) {
  layer.describe(visitor);
  if (auto* a = dynamic_cast<KeywordActivity*>(&layer)) visitor.field("activity_regularizer", a->activity_regularizer);
}

std::vector<ActivityRegularized::Penalised> penalised_by(const Layer& layer, const Shapes& in) {
  const auto* a = dynamic_cast<const ActivityRegularized*>(&layer);
  return a ? a->penalised(in) : std::vector<ActivityRegularized::Penalised>();
}

Shapes all_outputs(const Layer& layer, const Shapes& in) {
  Shapes out = layer.output_shapes(in);
  if (const auto* a = dynamic_cast<const ActivityRegularized*>(&layer))
    for (Shape& s : a->hidden_outputs(in)) out.push_back(std::move(s));
  return out;
}

void check_activity(const Layer& layer, const Shapes& in) {
  const auto penalised = penalised_by(layer, in);
  if (penalised.empty()) return;
  const Shapes shapes = all_outputs(layer, in);
  try {
    for (const auto& p : penalised) check(p.by, shapes[static_cast<std::size_t>(p.output)]);
  } catch (const Error& e) {
    fail(e.code(), std::string("its activity_regularizer: ") + e.what());
  }
}

}  // namespace rondo
