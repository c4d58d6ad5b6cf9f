// Progress of fit on standard error: the library's line of each epoch on a terminal, a few lines in all otherwise, so that a
// log stays readable.
#pragma once

#include <memory>

#include "console.h"
#include "rondo/model/model.h"

namespace rondo::cli {

void show_progress(const Console& console, FitOptions& options);

}  // namespace rondo::cli
