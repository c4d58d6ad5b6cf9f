// What a call is refused with.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "rondo/core/error.h"

namespace rondo {

// f must throw an Error of this code whose message holds `words`.
inline void expect_refused(Code code, const std::string& words, const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(code_name(e.code()), code_name(code)) << e.what();
    EXPECT_NE(std::string(e.what()).find(words), std::string::npos) << "looking for '" << words << "' in: " << e.what();
    return;
  }
  ADD_FAILURE() << "not refused; expected '" << words << "'";
}

}  // namespace rondo
