#include "rondo/data/pad_sequences.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rondo/core/error.h"

namespace rondo {
namespace {

bool before(const std::string& name, const std::string& word) {
  if (word == "pre" || word == "post") return word == "pre";
  fail(Code::value, "pad_sequences: " + name + " is 'pre' or 'post', not '" + escaped(word) + "'");
}

// lengths: time steps of each; copy(i, from, count, to) puts `count` steps of sample i, the first of them `from`, at `to`.
template <class Copy>
Array pad(const std::vector<Index>& lengths, Index features, const PadOptions& options, bool one_each, const Copy& copy) {
  const bool pad_before = before("padding", options.padding), cut_before = before("truncating", options.truncating);
  const bool whole = options.dtype == "int32";
  if (!whole && options.dtype != "float32")
    fail(Code::value, "pad_sequences: dtype is 'float32' or 'int32', not '" + escaped(options.dtype) + "'");
  const auto samples = static_cast<Index>(lengths.size());
  if (samples == 0) fail(Code::value, "pad_sequences was given no sequence");
  const Index steps = options.maxlen ? *options.maxlen : *std::max_element(lengths.begin(), lengths.end());
  if (steps < 1) {
    fail(Code::value, options.maxlen ? "pad_sequences: maxlen is " + std::to_string(steps) + "; it must be at least 1"
                                     : std::string("pad_sequences: every sequence is empty; say how many time steps to make, "
                                                   ".maxlen = 10"));
  }
  if (steps > std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(real)) / features / samples)
    fail(Code::memory, "pad_sequences: " + std::to_string(samples) + " samples of " + std::to_string(steps) +
                           " time steps are more than any memory holds");
  Array out(one_each ? Shape{samples, steps} : Shape{samples, steps, features}, options.value);
  for (Index i = 0; i < samples; ++i) {
    const Index length = lengths[static_cast<std::size_t>(i)], kept = std::min(length, steps);
    real* row = out.data() + i * steps * features;
    copy(i, cut_before ? length - kept : 0, kept, row + (pad_before ? steps - kept : 0) * features);
  }
  if (!whole) return out;
  for (Index i = 0; i < out.size(); ++i) {
    const real value = out.data()[i];
    if (!(std::abs(static_cast<double>(value)) < 0x1p31))
      fail(Code::value, "pad_sequences: a number of sequence " + std::to_string(i / (steps * features)) + " is no int32");
    out.data()[i] = std::trunc(value);
  }
  return out;
}

}  // namespace

Array pad_sequences(const std::vector<std::vector<real>>& sequences, const PadOptions& options) {
  std::vector<Index> lengths;
  for (const auto& one : sequences) lengths.push_back(static_cast<Index>(one.size()));
  return pad(lengths, 1, options, true, [&](Index i, Index from, Index count, real* to) {
    std::copy_n(sequences[static_cast<std::size_t>(i)].begin() + from, count, to);
  });
}

Array pad_sequences(const Sequences& sequences, const PadOptions& options) {
  std::vector<Index> lengths;
  for (Index i = 0; i < sequences.size(); ++i) lengths.push_back(sequences.length(i));
  const Index features = sequences.features();
  return pad(lengths, features, options, false, [&](Index i, Index from, Index count, real* to) {
    std::copy_n(sequences[i].data() + from * features, count * features, to);
  });
}

}  // namespace rondo
