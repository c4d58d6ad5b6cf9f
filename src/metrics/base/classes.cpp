// The metrics without options, as classes: what their names make, under Keras's name of the class.
#include "metrics/base/named.h"
#include "rondo/metrics/regression.h"

namespace rondo::metrics {

#define RONDO_METRIC_CLASS(kind, name_of_class) \
  kind::kind(const NameOptions& options) : MetricRef(named(make_metric(#kind), options.name, name_of_class)) {}

RONDO_METRIC_CLASS(Accuracy, "accuracy")
RONDO_METRIC_CLASS(CategoricalAccuracy, "categorical_accuracy")
RONDO_METRIC_CLASS(SparseCategoricalAccuracy, "sparse_categorical_accuracy")
RONDO_METRIC_CLASS(KLDivergence, "kl_divergence")
RONDO_METRIC_CLASS(Hinge, "hinge")
RONDO_METRIC_CLASS(SquaredHinge, "squared_hinge")
RONDO_METRIC_CLASS(CategoricalHinge, "categorical_hinge")
RONDO_METRIC_CLASS(MeanSquaredError, "mean_squared_error")
RONDO_METRIC_CLASS(RootMeanSquaredError, "root_mean_squared_error")
RONDO_METRIC_CLASS(MeanAbsoluteError, "mean_absolute_error")
RONDO_METRIC_CLASS(MeanAbsolutePercentageError, "mean_absolute_percentage_error")
RONDO_METRIC_CLASS(MeanSquaredLogarithmicError, "mean_squared_logarithmic_error")
RONDO_METRIC_CLASS(LogCoshError, "logcosh")
RONDO_METRIC_CLASS(Poisson, "poisson")
RONDO_METRIC_CLASS(CosineSimilarity, "cosine_similarity")
#undef RONDO_METRIC_CLASS

}  // namespace rondo::metrics
