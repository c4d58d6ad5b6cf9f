// rondo plan over a table: windows, exact memory, the size of the model file, and the time of an epoch from three measured
// steps.
#pragma once

#include "console.h"
#include "settings.h"

namespace rondo::cli {

int plan_table(Settings& settings, Console& console);

// A table of the parts of memory; shared with the plan of a model file.
std::string memory_text(const Memory& training, const Memory& inference);
Json::Object memory_json(const Memory& memory);

}  // namespace rondo::cli
