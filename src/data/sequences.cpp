#include "rondo/data/sequences.h"

#include <algorithm>
#include <cmath>
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

Sequences Sequences::from_rows(const Array& rows, const Array& lengths) {
  if (rows.ndim() != 2 || lengths.ndim() != 1)
    fail(Code::shape, "from_rows takes rows (all time steps, features) and lengths (samples,); it was given " +
                          rows.shape().text() + " and " + lengths.shape().text());
  std::vector<Array> samples;
  const Index all = rows.shape()[0];
  Index start = 0;
  for (Index i = 0; i < lengths.size(); ++i) {
    const double length = lengths(i);
    // Not (length >= 1): NaN is no length either.
    if (!(length >= 1) || std::floor(length) != length)
      fail(Code::value, "from_rows: the length of sample " + std::to_string(i) + " is no whole number of at least 1");
    if (length > static_cast<double>(all - start))
      fail(Code::shape, "from_rows: the lengths up to sample " + std::to_string(i) + " add up to more than the " +
                            std::to_string(all) + " rows there are");
    const Index end = start + static_cast<Index>(length);
    samples.push_back(rows.slice(0, start, end));
    start = end;
  }
  if (start != all)
    fail(Code::shape,
         "from_rows: the lengths add up to " + std::to_string(start) + ", and there are " + std::to_string(all) + " rows");
  return Sequences(std::move(samples));
}

Sequences Sequences::take(const std::vector<Index>& samples) const {
  Sequences out;
  for (const Index i : samples) {
    if (i < 0 || i >= size())
      fail(Code::value, "there is no sequence " + std::to_string(i) + "; there are " + std::to_string(size()));
    out.samples_.push_back((*this)[i]);
  }
  return out;
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
