// Metrics of classes and probabilities that have options, as a user writes them: .metrics = {"accuracy", metrics::AUC()}. Those
// without options go by name. Rows that are masked do not count, in any of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rondo/losses/classification.h"
#include "rondo/metrics/metric.h"

namespace rondo::metrics {

struct BinaryAccuracyOptions {
  double threshold = 0.5;
};
class BinaryAccuracy : public MetricRef {  // how many numbers lie on their target's side of the threshold
 public:
  explicit BinaryAccuracy(const BinaryAccuracyOptions& options = {});
};

struct TopKCategoricalAccuracyOptions {
  Index k = 5;
};
class TopKCategoricalAccuracy : public MetricRef {  // y one-hot
 public:
  explicit TopKCategoricalAccuracy(const TopKCategoricalAccuracyOptions& options = {});
};
class SparseTopKCategoricalAccuracy : public MetricRef {  // y the number of the class
 public:
  explicit SparseTopKCategoricalAccuracy(const TopKCategoricalAccuracyOptions& options = {});
};

// A number counts as yes above the threshold (default 0.5), or, with top_k, if it is among the row's k largest.
struct PrecisionOptions {
  std::optional<double> thresholds = {};
  std::optional<double> top_k = {};
  std::optional<double> class_id = {};  // only this column
};
class Precision : public MetricRef {  // true positives / (true + false positives)
 public:
  explicit Precision(const PrecisionOptions& options = {});
};
using RecallOptions = PrecisionOptions;
class Recall : public MetricRef {  // true positives / (true positives + false negatives)
 public:
  explicit Recall(const RecallOptions& options = {});
};

struct AUCOptions {
  Index num_thresholds = 200;
  std::string curve = "ROC";                       // or "PR"
  std::string summation_method = "interpolation";  // or "minoring", "majoring"
  std::vector<double> thresholds = {};             // instead of evenly spaced ones
  bool from_logits = false;
};
class AUC : public MetricRef {  // the area under the curve
 public:
  explicit AUC(const AUCOptions& options = {});
};

class BinaryCrossentropy : public MetricRef {
 public:
  explicit BinaryCrossentropy(const BinaryCrossentropyOptions& options = {});
};
class CategoricalCrossentropy : public MetricRef {
 public:
  explicit CategoricalCrossentropy(const CategoricalCrossentropyOptions& options = {});
};
class SparseCategoricalCrossentropy : public MetricRef {
 public:
  explicit SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options = {});
};

}  // namespace rondo::metrics
