// Metrics of classes and probabilities, as a user writes them: .metrics = {"accuracy", metrics::AUC()}. Rows that are masked do
// not count, in any of them. `name` is the key in History.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "rondo/losses/classification.h"
#include "rondo/metrics/metric.h"

namespace rondo::metrics {

struct NameOptions {
  std::string name = {};  // empty: Keras's
};

class Accuracy : public MetricRef {  // how many numbers equal their target; "accuracy" by name is the one that suits the shapes
 public:
  explicit Accuracy(const NameOptions& options = {});
};

struct BinaryAccuracyOptions {
  double threshold = 0.5;
  std::string name = {};
};
class BinaryAccuracy : public MetricRef {  // how many numbers lie on their target's side of the threshold
 public:
  explicit BinaryAccuracy(const BinaryAccuracyOptions& options = {});
};

class CategoricalAccuracy : public MetricRef {  // y one-hot
 public:
  explicit CategoricalAccuracy(const NameOptions& options = {});
};
class SparseCategoricalAccuracy : public MetricRef {  // y the number of the class
 public:
  explicit SparseCategoricalAccuracy(const NameOptions& options = {});
};

struct TopKCategoricalAccuracyOptions {
  Index k = 5;
  std::string name = {};
};
class TopKCategoricalAccuracy : public MetricRef {  // y one-hot
 public:
  explicit TopKCategoricalAccuracy(const TopKCategoricalAccuracyOptions& options = {});
};
class SparseTopKCategoricalAccuracy : public MetricRef {  // y the number of the class
 public:
  explicit SparseTopKCategoricalAccuracy(const TopKCategoricalAccuracyOptions& options = {});
};

// One threshold or several, each with a result of its own: 0.3, or {0.3, 0.5}.
struct Thresholds : std::vector<double> {
  Thresholds() = default;
  Thresholds(double one) : std::vector<double>{one} {}
  Thresholds(std::initializer_list<double> all) : std::vector<double>(all) {}
  Thresholds(std::vector<double> all) : std::vector<double>(std::move(all)) {}
};

// A number counts as yes above the threshold (default 0.5), or, with top_k, if it is among the row's k largest.
struct PrecisionOptions {
  Thresholds thresholds = {};
  std::optional<double> top_k = {};
  std::optional<double> class_id = {};  // only this column
  std::string name = {};
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

struct TruePositivesOptions {
  Thresholds thresholds = {};
  std::string name = {};
};
class TruePositives : public MetricRef {
 public:
  explicit TruePositives(const TruePositivesOptions& options = {});
};
class FalsePositives : public MetricRef {
 public:
  explicit FalsePositives(const TruePositivesOptions& options = {});
};
class TrueNegatives : public MetricRef {
 public:
  explicit TrueNegatives(const TruePositivesOptions& options = {});
};
class FalseNegatives : public MetricRef {
 public:
  explicit FalseNegatives(const TruePositivesOptions& options = {});
};

struct AUCOptions {
  Index num_thresholds = 200;
  std::string curve = "ROC";                       // or "PR", "PRGAIN"
  std::string summation_method = "interpolation";  // or "minoring", "majoring"
  std::vector<double> thresholds = {};             // instead of evenly spaced ones
  bool multi_label = false;                        // the mean of an area for every column
  std::optional<double> num_labels = {};           // with multi_label: how many columns there are
  std::vector<double> label_weights = {};          // one a column
  bool from_logits = false;
  std::string name = {};
};
class AUC : public MetricRef {  // the area under the curve
 public:
  explicit AUC(const AUCOptions& options = {});
};

// The best of one ratio where another is at least so much.
struct SensitivityAtSpecificityOptions {
  double specificity = -1;  // must be given
  Index num_thresholds = 200;
  std::optional<double> class_id = {};
  std::string name = {};
};
class SensitivityAtSpecificity : public MetricRef {
 public:
  explicit SensitivityAtSpecificity(const SensitivityAtSpecificityOptions& options);
};
struct SpecificityAtSensitivityOptions {
  double sensitivity = -1;  // must be given
  Index num_thresholds = 200;
  std::optional<double> class_id = {};
  std::string name = {};
};
class SpecificityAtSensitivity : public MetricRef {
 public:
  explicit SpecificityAtSensitivity(const SpecificityAtSensitivityOptions& options);
};
struct PrecisionAtRecallOptions {
  double recall = -1;  // must be given
  Index num_thresholds = 200;
  std::optional<double> class_id = {};
  std::string name = {};
};
class PrecisionAtRecall : public MetricRef {
 public:
  explicit PrecisionAtRecall(const PrecisionAtRecallOptions& options);
};
struct RecallAtPrecisionOptions {
  double precision = -1;  // must be given
  Index num_thresholds = 200;
  std::optional<double> class_id = {};
  std::string name = {};
};
class RecallAtPrecision : public MetricRef {
 public:
  explicit RecallAtPrecision(const RecallAtPrecisionOptions& options);
};

// average: "None" gives a result for every class, "micro", "macro" and "weighted" one.
struct FBetaScoreOptions {
  std::string average = "None";
  double beta = 1.0;
  std::optional<double> threshold = {};  // not given: a row says yes to its largest number
  std::string name = {};
};
class FBetaScore : public MetricRef {
 public:
  explicit FBetaScore(const FBetaScoreOptions& options = {});
};
struct F1ScoreOptions {
  std::string average = "None";
  std::optional<double> threshold = {};
  std::string name = {};
};
class F1Score : public MetricRef {
 public:
  explicit F1Score(const F1ScoreOptions& options = {});
};

class BinaryCrossentropy : public MetricRef {
 public:
  explicit BinaryCrossentropy(const BinaryCrossentropyOptions& options = {}, const std::string& name = {});
};
class CategoricalCrossentropy : public MetricRef {
 public:
  explicit CategoricalCrossentropy(const CategoricalCrossentropyOptions& options = {}, const std::string& name = {});
};
class SparseCategoricalCrossentropy : public MetricRef {
 public:
  explicit SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options = {},
                                         const std::string& name = {});
};
class KLDivergence : public MetricRef {
 public:
  explicit KLDivergence(const NameOptions& options = {});
};
class Hinge : public MetricRef {
 public:
  explicit Hinge(const NameOptions& options = {});
};
class SquaredHinge : public MetricRef {
 public:
  explicit SquaredHinge(const NameOptions& options = {});
};
class CategoricalHinge : public MetricRef {
 public:
  explicit CategoricalHinge(const NameOptions& options = {});
};

}  // namespace rondo::metrics
