// The network of a forecaster, from one line: "lstm:32", "lstm:64,dropout:0.2,gru:32".
//
//     x (B, lookback, features) -> layers -> Dense(horizon * targets) ----------+
//                               \-> Flatten -> Dense(horizon * targets) ------- + -> y       the shortcut: linear
//                               autoregression
//
// The shortcut is the ridge autoregression of the training part and stays it; the other branch starts at zero. So training
// starts at the linear forecast and adds what a line cannot say (Lai et al. 2018 put a linear part beside a recurrent one for
// the same reason). Why it is not trained on: docs/defaults.md.
#pragma once

#include <string>

#include "rondo/data/frame.h"
#include "rondo/forecast/ridge.h"
#include "rondo/model/model.h"

namespace rondo {

struct NetworkOptions {
  // NAME:NUMBER, comma separated: lstm, gru, simplernn, bilstm, bigru, dense (units), dropout (rate).
  std::string layers = "lstm:32";
  bool shortcut = true;
};

// All recurrent layers but the last return sequences. Built, weights drawn by set_random_seed. Throws Error(unsupported) for an
// unknown layer, with the nearest name and all names; Error(value) for a size out of range.
Model forecast_network(const Framing& framing, const NetworkOptions& options = {});

// Puts a ridge autoregression into the shortcut, which training then leaves alone, and zeros into the last layer beside it.
// Throws Error(value) if there is no shortcut of this size.
void start_from(Model& model, const Ridge& ridge);

}  // namespace rondo
