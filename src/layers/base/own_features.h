// A layer that itself checks, in output_shapes, whether an input suits its weights: they may have nothing to do with the last
// axis of the input (Embedding's rows, PReLU's shared alphas). For all others Layer::ensure_built asks for the features they
// were built for.
#pragma once

namespace rondo {

class OwnFeatures {
 public:
  virtual ~OwnFeatures() = default;
};

}  // namespace rondo
