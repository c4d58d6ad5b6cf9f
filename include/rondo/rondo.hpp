// Everything: #include <rondo/rondo.hpp>
#pragma once

#include "rondo/core/array.h"
#include "rondo/core/error.h"
#include "rondo/core/shape.h"
#include "rondo/layers.h"  // generated: every layer
#include "rondo/model/model.h"
#include "rondo/rondo_all.h"  // generated: every other public header
