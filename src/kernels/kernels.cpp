// The active ISA, and the GEMM family of each.
#include "kernels/kernels.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <string>

#include "rondo/core/error.h"

#define RONDO_ISA_INCLUDE "kernels/gemm_isa.h"
#include "kernels/foreach_isa.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace rondo {
namespace {

struct Known {
  std::string_view name;
  Isa isa;
  bool runs;
};

// An array: whoever asks for the kernels first may be in a step that takes nothing from the heap.
auto known_isas() {
#if RONDO_HAVE_X86_ISAS
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return std::array{Known{"baseline", Isa::baseline, true}, Known{"avx2", Isa::avx2, avx2},
                    Known{"avx512", Isa::avx512, avx2 && __builtin_cpu_supports("avx512f")}};
#else
  return std::array{Known{"baseline", Isa::baseline, true}};
#endif
}

// RONDO_ISA if it names one this CPU runs, else the best. An unknown name is left to `force_isa` and `rondo info`, which can
// say so.
Isa chosen() {
  const auto known = known_isas();
  if (const char* asked = std::getenv("RONDO_ISA"))
    for (const Known& k : known)
      if (k.runs && k.name == asked) return k.isa;
  Isa best = Isa::baseline;
  for (const Known& k : known)
    if (k.runs) best = k.isa;
  return best;
}

std::atomic<Isa>& active() {
  static std::atomic<Isa> isa{chosen()};
  return isa;
}

const IsaTable<Kernels>& table() {
  static const IsaTable<Kernels> kernels = RONDO_ISA_TABLE(make_kernels);
  return kernels;
}

}  // namespace

Isa active_isa() { return active().load(std::memory_order_relaxed); }

const Kernels& kernels() { return table().active(); }

std::vector<std::string_view> isas() {
  std::vector<std::string_view> names;
  for (const Known& k : known_isas())
    if (k.runs) names.push_back(k.name);
  return names;
}

void force_isa(std::string_view isa) {
  std::vector<std::string> names;
  for (const Known& k : known_isas()) {
    if (k.runs && k.name == isa) {
      active() = k.isa;
      return;
    }
    if (k.runs) names.emplace_back(k.name);
  }
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  fail(Code::value, "this machine cannot run the instruction set '" + escaped(isa) + "'; it has: " + list);
}

#if defined(__x86_64__)
// Bits 6 and 15: denormals are zero, flush to zero. Bits 13-14: rounding, 0 = to nearest. Exceptions stay masked.
FloatMode::FloatMode() noexcept : saved_(_mm_getcsr()) { _mm_setcsr((static_cast<unsigned>(saved_) & ~0x6000u) | 0x9fc0u); }
FloatMode::~FloatMode() { _mm_setcsr(static_cast<unsigned>(saved_)); }
#elif defined(__aarch64__)
FloatMode::FloatMode() noexcept {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" ::"r"((saved_ & ~(std::uint64_t{3} << 22)) | (std::uint64_t{1} << 24)));
}
FloatMode::~FloatMode() { asm volatile("msr fpcr, %0" ::"r"(saved_)); }
#else
FloatMode::FloatMode() noexcept : saved_(0) {}
FloatMode::~FloatMode() = default;
#endif

}  // namespace rondo
