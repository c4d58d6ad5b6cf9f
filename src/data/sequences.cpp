#include "rondo/data/sequences.h"

#include <algorithm>
#include <string>

#include "rondo/core/error.h"

namespace rondo {

Sequences::Sequences(std::vector<Array> samples) : samples_(std::move(samples)) {
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Shape& shape = samples_[i].shape();
    const std::string which = "sequence " + std::to_string(i) + " has shape " + shape.text();
    if (shape.rank() != 2 || shape[0] < 1 || shape[1] < 1)
      fail(Code::shape, which + "; it must be (time steps, features), at least one of each." +
                            (shape.rank() == 1 ? "\n  fix: .reshape(-1, 1) for one feature" : ""));
    if (shape[1] != features())
      fail(Code::shape, which + ", sequence 0 " + samples_[0].shape().text() + ": all need the same number of features");
  }
}

Sequences Sequences::from_padded(const Array& padded, const std::vector<Index>& lengths) {
  const Shape& shape = padded.shape();
  if (shape.rank() != 3 || shape[0] != static_cast<Index>(lengths.size()))
    fail(Code::shape, "from_padded takes (samples, time steps, features) and one length a sample; it was given " +
                          shape.text() + " and " + std::to_string(lengths.size()) + " lengths");
  std::vector<Array> samples;
  for (Index i = 0; i < shape[0]; ++i) {
    const Index length = lengths[static_cast<std::size_t>(i)];
    if (length < 1 || length > shape[1])
      fail(Code::value, "from_padded: length " + std::to_string(length) + " of sample " + std::to_string(i) +
                            " is not between 1 and " + std::to_string(shape[1]));
    samples.push_back(padded.slice(0, i, i + 1).reshape({shape[1], shape[2]}).slice(0, 0, length));
  }
  return Sequences(std::move(samples));
}

Index Sequences::longest() const {
  Index most = 0;
  for (Index i = 0; i < size(); ++i) most = std::max(most, length(i));
  return most;
}

Array Sequences::padded(real value) const {
  Array out(Shape{size(), longest(), features()}, value);
  const Index each = longest() * features();
  for (Index i = 0; i < size(); ++i) std::copy_n((*this)[i].data(), (*this)[i].size(), out.data() + i * each);
  return out;
}

}  // namespace rondo
