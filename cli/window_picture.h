// Rows becoming windows, with the table's own row numbers, labels and values, so that an off-by-one can be seen:
//
//     row  Month     Passengers   sample 0  1  2
//       0  1949-01          112          x  .  .
//       1  1949-02          118          x  x  .
//       :  :                  :          :  :  :
//      12  1950-01          115          y  x  x
#pragma once

#include <string>

#include "rondo/data/frame.h"
#include "screen.h"
#include "series.h"

namespace rondo::cli {

std::string window_picture(const Frame& frame, const Series& series, const Screen& screen);

}  // namespace rondo::cli
