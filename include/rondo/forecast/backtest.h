// Rolling-origin backtest (Tashman 2000): how good would the forecasts have been, had they been made at several times, each
// fitted on its own past? One test part may be easy or hard by luck; several say how much of a difference is luck.
//
//     cut 1   | train ............. | validation | test |
//     cut 2   | train .................... | validation | test |
//     cut 3   | train ........................... | validation | test |         the tests lie end to end, up to the last row
//
// A cut's table ends where its test part ends: no later row is there to be read. Each cut fits its own scales and its own
// ridge.
#pragma once

#include <functional>
#include <vector>

#include "rondo/forecast/compare.h"

namespace rondo {

struct BacktestOptions {
  Index cuts = 5;            // at least 1
  double test = 0.10;        // of all rows, in each test part
  double validation = 0.15;  // of the rows before the test part; 0: none
  Index season = 1;
  Index target = 0;
  PredictOptions predict = {};
};

struct BacktestCut {
  Index train_end = 0, validation_end = 0, test_end = 0;  // rows of the frame's table
  Comparison scores;                                      // of the test part
};

struct Backtest {
  std::vector<BacktestCut> cuts;
  // Over all windows of all test parts; mase is their mean, each by its own cut's naive error.
  Comparison all;
};

// Trains a model on split.train, watching split.validation, starting from the ridge if it likes.
using Fitter = std::function<Model(const Split& split, const Ridge& ridge)>;

// Without a fitter, the ridge and the baselines alone. Throws Error(value) for an option out of range, and as split() and
// compare() do, naming the cut.
Backtest backtest(const Frame& frame, const BacktestOptions& options = {}, const Fitter& fit = {});

}  // namespace rondo
