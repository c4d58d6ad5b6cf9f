//  y = x          dx = dy          loss += (l1 sum of |x| + l2 sum of x^2) / samples
//
// The penalty, its slope: layers/base/activity.h.
#include "rondo/layers/activity_regularization.h"

#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "layers/base/activity.h"
#include "layers/base/elementwise.h"
#include "layers/base/gives_back.h"
#include "layers/base/own_features.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {
namespace {

class ActivityRegularizationLayer final : public ElementwiseLayer, public OwnFeatures, public GivesBack {
 public:
  double l1 = 0, l2 = 0;

  bool gives_back(bool) const override { return true; }

  std::string class_name() const override { return "ActivityRegularization"; }
  void describe(ConfigVisitor& v) override {
    v.field("l1", l1, 0.0);
    v.field("l2", l2, 0.0);
  }
  void check() const override {
    for (const double factor : {l1, l2})
      if (!(factor >= 0 && std::isfinite(factor)))
        fail(Code::value, "ActivityRegularization: l1 and l2 must be numbers from 0 on, got " + short_number(factor));
  }
  std::vector<Penalised> penalised(const Shapes&) const override {
    if (l1 == 0 && l2 == 0) return {};
    return {{0, L1L2({.l1 = l1, .l2 = l2})}};
  }

  void forward(const Run& run) const noexcept override {
    std::copy_n(run.in().values, run.in().dims.elements(), run.out().values);
  }
  void backward(const Run& run) const noexcept override {
    if (real* const dx = run.d_in().values) std::copy_n(run.d_out().values, run.in().dims.elements(), dx);
  }
};

}  // namespace

ActivityRegularization::ActivityRegularization(const ActivityRegularizationOptions& options) {
  auto layer = std::make_shared<ActivityRegularizationLayer>();
  layer->l1 = options.l1;
  layer->l2 = options.l2;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, activity_regularization) {
  rondo::register_layer("ActivityRegularization",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ActivityRegularizationLayer>()); });
}
