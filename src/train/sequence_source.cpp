#include "train/sequence_source.h"

#include <algorithm>

namespace rondo {

SequenceSource::SequenceSource(const Sequences& x, bool ids, const std::vector<Array>* y, const Sequences* steps,
                               Shapes y_shapes)
    : x_(x), ids_(ids), y_(y), steps_(steps), y_shapes_(std::move(y_shapes)) {}

Index SequenceSource::longest(std::span<const Index> ids) const noexcept {
  Index most = 0;
  for (const Index id : ids) most = std::max(most, x_.length(id));
  return most;
}

void SequenceSource::gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept {
  const Index steps = longest(ids);
  const auto copy = [&](const Sequences& from, real* to) {
    const Index each = steps * from.features();
    for (const Index id : ids) {
      const Array& sample = from[id];
      std::fill(std::copy_n(sample.data(), sample.size(), to), to + each, real(0));
      to += each;
    }
  };
  if (!x.empty()) copy(x_, x[0]);
  if (y.empty()) return;
  if (steps_ != nullptr) return copy(*steps_, y[0]);
  for (std::size_t i = 0; y_ != nullptr && i < y_->size(); ++i) {
    const Index each = (*y_)[i].size() / std::max<Index>(1, samples());
    real* to = y[i];
    for (const Index id : ids) to = std::copy_n((*y_)[i].data() + id * each, each, to);
  }
}

void SequenceSource::gather_mask(std::span<const Index> ids, std::uint8_t* mask) const noexcept {
  if (mask == nullptr) return;
  const Index steps = longest(ids);
  for (const Index id : ids) {
    std::fill_n(mask, x_.length(id), std::uint8_t{1});
    std::fill(mask + x_.length(id), mask + steps, std::uint8_t{0});
    mask += steps;
  }
}

void SequenceSource::bucket(std::span<Index> ids, std::size_t size) const {
  std::vector<Index> by_length(ids.begin(), ids.end());
  std::stable_sort(by_length.begin(), by_length.end(), [&](Index a, Index b) { return length(a) < length(b); });
  std::vector<std::size_t> batch_of(static_cast<std::size_t>(samples()));
  for (std::size_t i = 0; i < by_length.size(); ++i) batch_of[static_cast<std::size_t>(by_length[i])] = i / size;
  // Whole batches first: what is left over, the longest samples, stays at the end.
  const std::size_t whole = by_length.size() / size;
  std::vector<char> placed(whole + 1, 0);
  std::vector<Index> out;
  for (const Index id : ids) {
    const std::size_t batch = batch_of[static_cast<std::size_t>(id)];
    if (batch >= whole || placed[batch] != 0) continue;
    placed[batch] = 1;
    const auto first = by_length.begin() + static_cast<std::ptrdiff_t>(batch * size);
    out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  out.insert(out.end(), by_length.begin() + static_cast<std::ptrdiff_t>(whole * size), by_length.end());
  std::copy(out.begin(), out.end(), ids.begin());
}

}  // namespace rondo
