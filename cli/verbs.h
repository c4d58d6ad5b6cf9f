// The verbs, one file each.
#pragma once

#include <memory>

#include "arguments.h"

namespace rondo::cli {

std::unique_ptr<Verb> make_train();
std::unique_ptr<Verb> make_forecast();
std::unique_ptr<Verb> make_evaluate();
std::unique_ptr<Verb> make_shape();
std::unique_ptr<Verb> make_predict();
std::unique_ptr<Verb> make_fit();
std::unique_ptr<Verb> make_summary();
std::unique_ptr<Verb> make_plan();
std::unique_ptr<Verb> make_info();

const char* version_text();  // "0.1.0"

}  // namespace rondo::cli
