// Which samples are nothing but padding for an output that carries no mask: that of an LSTM's last state, say.
//
// Going from the output towards the inputs, every way ends at a value that carries a mask, or at an input that carries none.
// If all end at masks, a sample that every one of them hides wholly has given the output nothing. One open way, and there is
// something to learn from every sample.
#pragma once

#include <vector>

#include "model/graph.h"

namespace rondo {

// The values at whose masks the ways end; none if a way is open, and for an output that carries a mask of its own.
std::vector<Edge> masks_before(const Graph& graph, const Edge& output);

}  // namespace rondo
