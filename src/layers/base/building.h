// Building layers for weights that come from a file.
#pragma once

#include <functional>

namespace rondo {

class Layer;

// While one of these lives, every layer that this thread builds through ensure_built is first shown to `booked`: its weights
// (and those of the layers inside it) have shapes but nothing is allocated yet, so that a file which lies about sizes can be
// refused. The values then start at zero instead of being drawn.
class BuildHook {
 public:
  explicit BuildHook(std::function<void(Layer&)> booked);
  ~BuildHook();
  BuildHook(const BuildHook&) = delete;
  BuildHook& operator=(const BuildHook&) = delete;

  static const BuildHook* current();  // nullptr: weights are drawn
  void booked(Layer& layer) const { booked_(layer); }

 private:
  std::function<void(Layer&)> booked_;
  const BuildHook* outer_;
};

}  // namespace rondo
