// Counts what is taken from the heap while it lives; operator new is replaced in every test program (no_alloc.cpp).
//
//   NoAlloc count;
//   model.step(x, state);
//   EXPECT_EQ(count.everywhere(), 0u);
#pragma once

#include <cstdint>

namespace rondo {

class NoAlloc {
 public:
  NoAlloc() noexcept;
  std::uint64_t here() const noexcept;        // by this thread
  std::uint64_t everywhere() const noexcept;  // by all threads

 private:
  std::uint64_t here_, everywhere_;
};

}  // namespace rondo
