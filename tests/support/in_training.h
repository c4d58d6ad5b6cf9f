// What a model makes of its input in training, for layers that draw.
#pragma once

#include <algorithm>

#include "model/model_state.h"
#include "model/session.h"
#include "rondo/model/model.h"

namespace rondo {

inline Array in_training(Model model, const Array& x, std::uint64_t seed = 1, int threads = 1) {
  Session session(model.internal().built(), {{x.shape()}, {true, false}, threads});
  model.internal().pack(true);
  session.start(Shapes{x.shape()});
  std::copy(x.values().begin(), x.values().end(), session.input(0));
  session.forward(true, seed);
  const Port& y = session.output(0);
  Shape shape;
  for (int i = 0; i < y.dims.rank; ++i) shape.push_back(y.dims[i]);
  return Array(shape, std::vector<real>(y.values, y.values + y.dims.elements()));
}

inline Model model_with(const LayerRef& layer, const Shape& shape) {
  const SymbolicTensor x = Input(shape);
  return Model({x}, {layer(x)});
}

inline Array ones(const Shape& shape) {
  Array a(shape);
  for (real& v : a.values()) v = 1;
  return a;
}

}  // namespace rondo
