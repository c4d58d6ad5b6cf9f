// The table of errors on the test part, the sentence that says who wins, and both as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json.h"
#include "rondo/forecast/compare.h"
#include "screen.h"

namespace rondo::cli {

struct Contender {
  std::string name;
  std::optional<Scores> scores;  // nothing: not asked for
};

// The model first.
std::vector<Contender> contenders(const Comparison& comparison, Index season);

// MAE, RMSE and MASE; overall, and by step when there are several: all of them, or as many as the width holds.
std::string scores_text(const std::vector<Contender>& contenders, const Screen& screen);
// "the model wins: its MAE is 12 % below that of seasonal naive, the best of the others", "the model loses to ridge
// autoregression by 8 %".
std::string verdict(const std::vector<Contender>& contenders, const std::string& where = "the test part");

Json scores_json(const std::optional<Scores>& scores);  // {"mae", "rmse", "mase", "by_step": [{"step": 1, "mae", ...}, ...]}

}  // namespace rondo::cli
