// Where activations register themselves.
#pragma once

#include "core/registry.h"
#include "rondo/activations/activation.h"

namespace rondo {
Registry<ActivationFunction>& activations();
}
