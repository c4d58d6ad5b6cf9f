#include "rondo/layers/concatenate.h"

#include <gtest/gtest.h>

#include "support/contract.h"

namespace rondo {
namespace {

// A step counts if any input keeps it, so a mask on one input of two hides nothing.
CONTRACT_CASE("Concatenate", "features", [] { return Concatenate(); }, {{None, 2}, {None, 3}}, {.masks = false});
CONTRACT_CASE("Concatenate", "time steps", [] { return Concatenate({.axis = 1}); }, {{4, 2}, {3, 2}}, {.masks = false});
CONTRACT_CASE("Concatenate", "two axes", [] { return Concatenate(); }, {{4}, {1}}, {.masks = false});
CONTRACT_CASE("Concatenate", "one input", [] { return Concatenate(); }, {{None, 2}});

}  // namespace
}  // namespace rondo
