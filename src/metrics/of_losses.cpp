// Losses as metrics: the mean of their rows (their equations stand in src/losses/). CosineSimilarity is 1 for the same
// direction as a metric, -1 as a loss, as in Keras. The last five are those that Keras has not.
#include "metrics/base/named.h"
#include "metrics/base/of_loss.h"
#include "rondo/losses/classification.h"
#include "rondo/losses/forecast.h"
#include "rondo/metrics/classification.h"
#include "rondo/metrics/forecast.h"

namespace rondo {
namespace {

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

}  // namespace

namespace metrics {

BinaryCrossentropy::BinaryCrossentropy(const BinaryCrossentropyOptions& options, const std::string& name)
    : MetricRef(named(std::make_shared<OfLoss>("BinaryCrossentropy", rondo::BinaryCrossentropy(options)), name,
                      "binary_crossentropy")) {}
CategoricalCrossentropy::CategoricalCrossentropy(const CategoricalCrossentropyOptions& options, const std::string& name)
    : MetricRef(named(std::make_shared<OfLoss>("CategoricalCrossentropy", rondo::CategoricalCrossentropy(options)), name,
                      "categorical_crossentropy")) {}
SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options,
                                                             const std::string& name)
    : MetricRef(named(std::make_shared<OfLoss>("SparseCategoricalCrossentropy", rondo::SparseCategoricalCrossentropy(options)),
                      name, "sparse_categorical_crossentropy")) {}
Pinball::Pinball(const PinballOptions& options, const std::string& name)
    : MetricRef(named(std::make_shared<OfLoss>("Pinball", rondo::Pinball(options)), name, "pinball")) {}
MASE::MASE(const MASEOptions& options, const std::string& name)
    : MetricRef(named(std::make_shared<OfLoss>("MASE", rondo::MASE(options)), name, "mase")) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, of_losses) {
  using namespace rondo;
  register_names({"msle", "MSLE", "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError"},
                 make<MeanSquaredLogarithmicErrorName>);
  register_names({"poisson", "Poisson"}, make<PoissonName>);
  register_names({"kl_divergence", "kld", "KLD", "KLDivergence"}, make<KLDivergenceName>);
  register_names({"hinge", "Hinge"}, make<HingeName>);
  register_names({"squared_hinge", "SquaredHinge"}, make<SquaredHingeName>);
  register_names({"categorical_hinge", "CategoricalHinge"}, make<CategoricalHingeName>);
  register_names({"bce", "BCE", "binary_crossentropy", "BinaryCrossentropy"}, make<BinaryCrossentropyName>);
  register_names({"categorical_crossentropy", "CategoricalCrossentropy"}, make<CategoricalCrossentropyName>);
  register_names({"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"}, make<SparseCategoricalCrossentropyName>);
  register_names({"log_cosh_error", "LogCoshError"}, log_cosh);
  register_names({"cosine_similarity", "CosineSimilarity"}, cosine);
  register_names({"pinball", "Pinball"}, make<PinballName>);
  register_names({"gaussian_nll", "GaussianNegativeLogLikelihood"}, make<GaussianNegativeLogLikelihoodName>);
  register_names({"gaussian_crps", "crps", "GaussianCRPS"}, make<GaussianCRPSName>);
  register_names({"mase", "MASE"}, make<MASEName>);
  register_names({"smape", "SMAPE"}, make<SMAPEName>);
}
