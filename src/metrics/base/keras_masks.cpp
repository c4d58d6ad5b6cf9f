// In Keras a mean over rows finds the mask on what it is given; metrics that count for themselves do not look for one.
#include "metrics/base/keras_masks.h"

#include <set>

namespace rondo {

bool keras_counts_masked(const Metric& metric) {
  static const std::set<std::string> classes = {"AUC",
                                                "BinaryIoU",
                                                "F1Score",
                                                "FBetaScore",
                                                "FalseNegatives",
                                                "FalsePositives",
                                                "IoU",
                                                "MeanIoU",
                                                "OneHotIoU",
                                                "OneHotMeanIoU",
                                                "Precision",
                                                "PrecisionAtRecall",
                                                "R2Score",
                                                "Recall",
                                                "RecallAtPrecision",
                                                "RootMeanSquaredError",
                                                "SensitivityAtSpecificity",
                                                "SpecificityAtSensitivity",
                                                "TrueNegatives",
                                                "TruePositives"};
  return classes.contains(metric.class_name());
}

}  // namespace rondo
