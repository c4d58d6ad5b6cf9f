// Two sizes of a window over an image: rows and columns.
#pragma once

#include <vector>

#include "rondo/core/types.h"

namespace rondo {

// Size2D(3) is 3 rows and 3 columns, {2, 5} two rows and five columns. None: not given.
struct Size2D {
  Index rows, columns;
  Size2D(Index both) : rows(both), columns(both) {}
  Size2D(Index r, Index c) : rows(r), columns(c) {}
  // As a config holds it; empty for None.
  std::vector<Index> sizes() const {
    return rows == None && columns == None ? std::vector<Index>{} : std::vector{rows, columns};
  }
};

}  // namespace rondo
