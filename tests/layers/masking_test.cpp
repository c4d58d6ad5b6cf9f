#include "rondo/layers/masking.h"

#include <gtest/gtest.h>

#include "support/contract.h"

namespace rondo {
namespace {

// It makes its own mask; one that is given to it is of no interest, as in Keras.
CONTRACT_CASE("Masking", "zeros", [] { return Masking(); }, {{None, 3}}, {.masks = false});
CONTRACT_CASE("Masking", "another value", [] { return Masking(0.5); }, {{None, 3}}, {.masks = false});

}  // namespace
}  // namespace rondo
