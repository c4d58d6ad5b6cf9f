#include "peak.h"

#include <chrono>

#include "kernels/kernels.h"

#define RONDO_ISA_INCLUDE "../benchmarks/peak_isa.h"
#include "kernels/foreach_isa.h"

namespace rondo {
namespace {
struct Run {
  double (*run)(Index);
};
}  // namespace

double peak_flops() {
  static const double peak = [] {
    const IsaTable<Run> table {
      {baseline::multiply_adds},
#if RONDO_HAVE_X86_ISAS
          {avx2::multiply_adds}, {avx512::multiply_adds},
#endif
    };
    double best = 0;
    for (int i = 0; i < 20; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const double flop = table.active().run(200'000);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (flop / seconds > best) best = flop / seconds;
    }
    return best;
  }();
  return peak;
}

}  // namespace rondo
