// Losses as metrics: the mean of their rows (their equations stand in src/losses/). CosineSimilarity is 1 for the same
// direction as a metric, -1 as a loss, as in Keras. The last five are those that Keras has not.
#include "core/registry.h"
#include "metrics/base/of_loss.h"
#include "rondo/losses/classification.h"
#include "rondo/losses/forecast.h"
#include "rondo/metrics/classification.h"
#include "rondo/metrics/forecast.h"

namespace rondo {
namespace {

std::shared_ptr<Metric> named(std::shared_ptr<Metric> metric, const char* name) {
  metric->set_name(name);
  return metric;
}

template <class Of>
std::shared_ptr<Metric> make() {
  return std::make_shared<OfLoss>(Of::name, LossRef(Of::name));
}

// What Keras calls the class, in the folder of losses too.
#define RONDO_OF_LOSS(kind)                    \
  struct kind##Name {                          \
    static constexpr const char* name = #kind; \
  }
RONDO_OF_LOSS(MeanSquaredLogarithmicError);
RONDO_OF_LOSS(Poisson);
RONDO_OF_LOSS(KLDivergence);
RONDO_OF_LOSS(Hinge);
RONDO_OF_LOSS(SquaredHinge);
RONDO_OF_LOSS(CategoricalHinge);
RONDO_OF_LOSS(BinaryCrossentropy);
RONDO_OF_LOSS(CategoricalCrossentropy);
RONDO_OF_LOSS(SparseCategoricalCrossentropy);
RONDO_OF_LOSS(Pinball);
RONDO_OF_LOSS(GaussianNegativeLogLikelihood);
RONDO_OF_LOSS(GaussianCRPS);
RONDO_OF_LOSS(MASE);
RONDO_OF_LOSS(SMAPE);
#undef RONDO_OF_LOSS

std::shared_ptr<Metric> log_cosh() { return std::make_shared<OfLoss>("LogCoshError", LossRef("LogCosh")); }
std::shared_ptr<Metric> cosine() { return std::make_shared<OfLoss>("CosineSimilarity", LossRef("CosineSimilarity"), -1); }

void add(std::initializer_list<const char*> names, MetricFactory factory) {
  for (const char* name : names) register_metric(name, factory);
}

}  // namespace

namespace metrics {

BinaryCrossentropy::BinaryCrossentropy(const BinaryCrossentropyOptions& options)
    : MetricRef(
          named(std::make_shared<OfLoss>("BinaryCrossentropy", rondo::BinaryCrossentropy(options)), "binary_crossentropy")) {}
CategoricalCrossentropy::CategoricalCrossentropy(const CategoricalCrossentropyOptions& options)
    : MetricRef(named(std::make_shared<OfLoss>("CategoricalCrossentropy", rondo::CategoricalCrossentropy(options)),
                      "categorical_crossentropy")) {}
SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options)
    : MetricRef(named(std::make_shared<OfLoss>("SparseCategoricalCrossentropy", rondo::SparseCategoricalCrossentropy(options)),
                      "sparse_categorical_crossentropy")) {}
Pinball::Pinball(const PinballOptions& options)
    : MetricRef(named(std::make_shared<OfLoss>("Pinball", rondo::Pinball(options)), "pinball")) {}
MASE::MASE(const MASEOptions& options) : MetricRef(named(std::make_shared<OfLoss>("MASE", rondo::MASE(options)), "mase")) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, of_losses) {
  using namespace rondo;
  add({"msle", "MSLE", "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError"}, make<MeanSquaredLogarithmicErrorName>);
  add({"poisson", "Poisson"}, make<PoissonName>);
  add({"kl_divergence", "kld", "KLD", "KLDivergence"}, make<KLDivergenceName>);
  add({"hinge", "Hinge"}, make<HingeName>);
  add({"squared_hinge", "SquaredHinge"}, make<SquaredHingeName>);
  add({"categorical_hinge", "CategoricalHinge"}, make<CategoricalHingeName>);
  add({"bce", "BCE", "binary_crossentropy", "BinaryCrossentropy"}, make<BinaryCrossentropyName>);
  add({"categorical_crossentropy", "CategoricalCrossentropy"}, make<CategoricalCrossentropyName>);
  add({"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"}, make<SparseCategoricalCrossentropyName>);
  add({"log_cosh_error", "LogCoshError"}, log_cosh);
  add({"cosine_similarity", "CosineSimilarity"}, cosine);
  add({"pinball", "Pinball"}, make<PinballName>);
  add({"gaussian_nll", "GaussianNegativeLogLikelihood"}, make<GaussianNegativeLogLikelihoodName>);
  add({"gaussian_crps", "crps", "GaussianCRPS"}, make<GaussianCRPSName>);
  add({"mase", "MASE"}, make<MASEName>);
  add({"smape", "SMAPE"}, make<SMAPEName>);
}
