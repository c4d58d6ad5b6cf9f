// Fits one column's scale; split() is the only caller, with training rows and training windows.
#pragma once

#include "data/frame_data.h"

namespace rondo {

// `samples`: training windows are 0 .. samples-1; `rows`: training rows are 0 .. rows-1. The column is read nowhere else.
ColumnScale fit_scale(const Column& column, bool target, const FrameData& frame, Index samples, Index rows);

}  // namespace rondo
