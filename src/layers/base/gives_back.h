// Layers whose call in Keras may give back the very tensor it got, not a copy: who then takes the mask off one takes it off the
// other (model/taken_masks.cpp). Add, Maximum and Minimum of one input do so too.
#pragma once

namespace rondo {

class GivesBack {
 public:
  virtual ~GivesBack() = default;
  virtual bool gives_back(bool training) const = 0;
};

}  // namespace rondo
