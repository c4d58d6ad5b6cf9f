// What the handles of one frame share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rondo/data/frame.h"

namespace rondo {

struct FrameData {
  Framing framing;
  Table table;
  // Columns in use, in the order of features and targets; a column that is both is there twice. After `forward`, those with
  // gaps are filled copies; all others are the table's own.
  std::vector<std::shared_ptr<const Column>> features, targets;
  std::shared_ptr<const Column> labels;  // may be null
  Index rows = 0;
  Index samples = 0;
  std::vector<Index> starts;       // Missing::drop only: first row of each window left
  std::vector<std::string> notes;  // what was left out or filled

  Index start(Index sample) const {
    return starts.empty() ? sample * framing.stride : starts[static_cast<std::size_t>(sample)];
  }
  Index last_row(Index sample) const { return start(sample) + framing.lookback - 1; }
  Index target_row(Index sample) const { return start(sample) + framing.lookback + framing.gap; }
};

}  // namespace rondo
