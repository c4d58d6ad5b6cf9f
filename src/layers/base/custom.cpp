// What users' layers are given: exceptions that become findings, draws, and a name in files.
#include "rondo/layers/custom.h"

#include <exception>

#include "layers/base/draws.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr Index exception = -1;  // Finding::position of what is no value

}  // namespace

Shapes CustomLayer::output_shapes(const Shapes& in) const {
  rondo::require_inputs(*this, in, 1);
  return {in[0]};
}

template <class Body>
void CustomLayer::guarded(const Run& run, const char* what, Body body) const noexcept {
  std::string message;
  try {
    body();
    return;
  } catch (const std::exception& e) {
    message = e.what();
  } catch (...) {
    message = "an exception that is no std::exception";
  }
  {
    const std::lock_guard lock(mutex_);
    thrown_ = std::string(what) + " failed: " + escaped(message.substr(0, 1000));
  }
  run.report(0, exception, 0);
}

void CustomLayer::forward(const Run& run) const noexcept {
  guarded(run, "call", [&] { call(run); });
}
void CustomLayer::backward(const Run& run) const noexcept {
  guarded(run, "gradient", [&] { gradient(run); });
}

std::string CustomLayer::complaint(const Finding& found) const {
  if (found.position != exception) return described() + ": " + bad_value(found);
  const std::lock_guard lock(mutex_);
  return described() + ": " + thrown_;
}

std::string CustomLayer::bad_value(const Finding& found) const { return "it cannot work with " + std::to_string(found.value); }

double CustomLayer::uniform(const Run& run, Index row, Index i) const noexcept {
  static constexpr std::optional<Index> no_seed;
  const auto four = Draws(run, name(), no_seed).four(run.row_number(row), static_cast<std::uint64_t>(i) / 4);
  return static_cast<double>(four[static_cast<std::size_t>(i) % 4]) / 4294967296.0;
}

}  // namespace rondo
