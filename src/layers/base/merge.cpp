#include "layers/base/merge.h"

#include <algorithm>

#include "layers/base/names.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// The axis of an input of `rank` axes that meets axis `at` of an output of `most` axes; -1: it has none there.
int axis_of(int at, int rank, int most) {
  if (at == 0) return 0;
  const int mine = at - (most - rank);
  return mine > 0 ? mine : -1;
}

}  // namespace

Shapes MergeLayer::output_shapes(const Shapes& in) const {
  const Index exactly = exact_inputs(), given = static_cast<Index>(in.size());
  if (given == 0 || (exactly > 0 && given != exactly))
    fail(Code::shape, described() + " takes " + (exactly > 0 ? std::to_string(exactly) : std::string("one or more")) +
                          " inputs, as " + class_name() + "()({a, b}); it was given " + std::to_string(given));
  Index most = 0;
  std::string got;
  for (const Shape& s : in) {
    most = std::max(most, s.rank());
    got += (got.empty() ? "" : " and ") + s.text();
  }
  std::vector<Index> out(static_cast<std::size_t>(most), Index{1});
  for (std::size_t i = 0; i < in.size(); ++i) {
    for (Index at = 0; at < most; ++at) {
      const int mine = axis_of(static_cast<int>(at), static_cast<int>(in[i].rank()), static_cast<int>(most));
      const Index n = mine < 0 ? 1 : in[i][mine];
      Index& size = out[static_cast<std::size_t>(at)];
      if (at == 0) {
        if (i == 0 || size == None) size = n;
        if (n != None && n != size) fail(Code::shape, described() + ": inputs of different numbers of samples: " + got);
      } else if (i == 0) {
        size = n;
      } else if (size == None || n == None) {
        size = None;  // as Keras says it: known when the data are
      } else if (size == 1) {
        size = n;
      } else if (n != 1 && n != size) {
        fail(ShapeReport{
            described(), got + " to be merged value by value",
            "the sizes differ along " + axis_name(at, most) + ": " + std::to_string(size) + " and " + std::to_string(n),
            "Concatenate()({a, b})", "the inputs side by side; sizes must be equal, or 1, to be merged by value"});
      }
    }
  }
  return {Shape(std::move(out))};
}

void MergeLayer::plan(const Shapes& in, Plan& plan) const { plan.scratch<MergeRow>(rows, static_cast<Index>(in.size())); }

MaskFlow MergeLayer::mask_flow(std::span<const bool> masked) const {
  const auto count = std::count(masked.begin(), masked.end(), true);
  if (count == 0) return MaskFlow::none;
  return count == static_cast<std::ptrdiff_t>(masked.size()) ? MaskFlow::make : MaskFlow::drop;
}

std::string MergeLayer::streaming_refusal() const {
  const Shapes& in = built_for();
  for (const Shape& s : in)
    if (s.rank() != in[0].rank() || (s.rank() > 2 && s[1] != in[0][1]))
      return "it merges what belongs to one time step with what belongs to a whole sequence";
  return {};
}

// f(inputs' parts, first value of the output, width) for every row; all of it as one row where nothing is broadcast or masked.
template <class F>
void MergeLayer::each_row(const Run& run, bool back, F f) const noexcept {
  const Dims& all = run.out().dims;
  const Index n = all.elements();
  if (n == 0) return;
  const std::span<MergeRow> parts(run.scratch<MergeRow>(rows), static_cast<std::size_t>(run.inputs()));
  bool plain = true;
  for (int i = 0; i < run.inputs(); ++i)
    plain = plain && run.in(i).mask == nullptr && run.in(i).dims.elements() == n && run.in(i).dims.rank == all.rank;
  const Index width = plain ? n : all[-1];
  for (Index row = 0; row * width < n; ++row) {
    for (int i = 0; i < run.inputs(); ++i) {
      const Port& x = run.in(i);
      Index at = row * width, step = 1;
      if (!plain && (x.dims.rank != all.rank || x.dims.elements() != n)) {
        Index rest = row;
        Index rows_at = 0, stride = 1;
        for (int axis = all.rank - 2; axis >= 0; --axis) {
          const int mine = axis_of(axis, x.dims.rank, all.rank);
          const Index here = rest % all[axis];
          rest /= all[axis];
          if (mine < 0 || mine == x.dims.rank - 1) continue;
          if (x.dims[mine] != 1) rows_at += here * stride;
          stride *= x.dims[mine];
        }
        // An input of one axis, (samples), among others of more: one value a sample.
        if (x.dims.rank == 1 && all.rank > 1) {
          at = x.dims[0] == 1 ? 0 : row / (n / width / all[0]);
          step = 0;
        } else {
          at = rows_at * x.dims[-1];
          step = x.dims[-1] == width ? 1 : 0;
        }
      }
      MergeRow& part = parts[static_cast<std::size_t>(i)];
      part.x = x.values + at;
      part.dx = back && run.d_in(i).values ? run.d_in(i).values + at : nullptr;
      part.step = step;
      part.masked = x.mask != nullptr;
      part.keep = x.mask == nullptr || x.mask[at / std::max<Index>(x.dims[-1], 1)] != 0;
    }
    f(std::span<const MergeRow>(parts), row * width, width);
  }
}

void MergeLayer::forward(const Run& run) const noexcept {
  const Port& y = run.out();
  each_row(run, false, [&](std::span<const MergeRow> parts, Index at, Index width) {
    row(parts, y.values + at, width);
    if (y.mask) y.mask[at / width] = std::any_of(parts.begin(), parts.end(), [](const MergeRow& p) { return p.keep; }) ? 1 : 0;
  });
}

void MergeLayer::backward(const Run& run) const noexcept {
  for (int i = 0; i < run.inputs(); ++i)
    if (real* dx = run.d_in(i).values) std::fill_n(dx, run.in(i).dims.elements(), real(0));
  const real* const dy = run.d_out().values;
  each_row(run, true, [&](std::span<const MergeRow> parts, Index at, Index width) { row_back(parts, dy + at, width); });
}

}  // namespace rondo
