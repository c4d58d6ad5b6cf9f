// What callbacks that watch one key of the logs share.
#pragma once

#include <optional>
#include <string>

#include "rondo/model/model.h"

namespace rondo {

// The value of `monitor`. Throws Error(value) with the known keys if this fit does not report it. who: "EarlyStopping".
double monitored(const std::string& who, const std::string& monitor, const Logs& logs);
// Whether more of it is better: as `mode` says, or with "auto" by the metric's nature. Throws Error(value) if that is not
// known.
bool more_is_better(const std::string& who, const std::string& monitor, const std::string& mode, const Model& model);
// With validation_freq: an epoch that was not validated has no value to look at.
bool unvalidated(const std::string& monitor, const Logs& logs, const Model& model);
// Throws Error(value) unless mode is "auto", "min" or "max".
void check_mode(const std::string& who, const std::string& mode);
// A number of a state that was saved, if it is there.
std::optional<double> remembered(const CallbackState& state, const std::string& key);
// A count of a state that was saved; 0 if it is not there. Throws Error(format) for what is no whole number from 0 on.
Index remembered_count(const CallbackState& state, const std::string& key);

}  // namespace rondo
