// Intersection over union, as a user writes it: .metrics = {metrics::MeanIoU({.num_classes = 3, .sparse_y_pred = false})}.
// Targets and outputs hold the numbers of classes where `sparse`, otherwise a column for each class.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rondo/metrics/metric.h"

namespace rondo::metrics {

struct IoUOptions {
  Index num_classes = 0;                     // must be given
  std::vector<Index> target_class_ids = {};  // must be given: the classes over which the mean is taken
  std::optional<double> ignore_class = {};   // rows of this class do not count
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  std::string name = {};
};
class IoU : public MetricRef {
 public:
  explicit IoU(const IoUOptions& options);
};

struct BinaryIoUOptions {
  std::vector<Index> target_class_ids = {0, 1};
  double threshold = 0.5;  // from here on a number says yes
  std::string name = {};
};
class BinaryIoU : public MetricRef {
 public:
  explicit BinaryIoU(const BinaryIoUOptions& options = {});
};

struct MeanIoUOptions {
  Index num_classes = 0;  // must be given
  std::optional<double> ignore_class = {};
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  std::string name = {};
};
class MeanIoU : public MetricRef {  // over all classes
 public:
  explicit MeanIoU(const MeanIoUOptions& options);
};

struct OneHotIoUOptions {
  Index num_classes = 0;                     // must be given
  std::vector<Index> target_class_ids = {};  // must be given
  std::optional<double> ignore_class = {};
  bool sparse_y_pred = false;
  std::string name = {};
};
class OneHotIoU : public MetricRef {  // y one-hot
 public:
  explicit OneHotIoU(const OneHotIoUOptions& options);
};

struct OneHotMeanIoUOptions {
  Index num_classes = 0;  // must be given
  std::optional<double> ignore_class = {};
  bool sparse_y_pred = false;
  std::string name = {};
};
class OneHotMeanIoU : public MetricRef {
 public:
  explicit OneHotMeanIoU(const OneHotMeanIoUOptions& options);
};

}  // namespace rondo::metrics
