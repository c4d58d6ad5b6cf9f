#include "layers/base/building.h"

namespace rondo {
namespace {
thread_local const BuildHook* active = nullptr;
}

BuildHook::BuildHook(std::function<void(Layer&)> booked) : booked_(std::move(booked)), outer_(active) { active = this; }
BuildHook::~BuildHook() { active = outer_; }
const BuildHook* BuildHook::current() { return active; }

}  // namespace rondo
