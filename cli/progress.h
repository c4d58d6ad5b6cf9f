// Progress of fit on standard error: a bar and a line an epoch on a terminal, a few lines otherwise.
#pragma once

#include <memory>

#include "console.h"
#include "rondo/model/model.h"

namespace rondo::cli {

std::shared_ptr<Callback> make_progress(const Console& console, Index epochs, Index batches);

}  // namespace rondo::cli
