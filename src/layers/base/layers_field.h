// A field of a config that holds a list of layers (the cells of StackedRNNCells): what visitors understand that can hold one.
#pragma once

#include <string_view>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/layers/layer.h"

namespace rondo {

class LayersVisitor {
 public:
  virtual void layers(std::string_view key, std::vector<LayerRef>& value) = 0;

 protected:
  ~LayersVisitor() = default;
};

inline void describe_layers(ConfigVisitor& visitor, std::string_view key, std::vector<LayerRef>& value) {
  if (auto* known = dynamic_cast<LayersVisitor*>(&visitor)) known->layers(key, value);
}

}  // namespace rondo
