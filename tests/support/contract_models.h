// The models the contract test builds around a layer, and the data it feeds them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "model/given_mask.h"
#include "support/contract.h"
#include "support/gradcheck.h"

namespace rondo::contract {

using Keep = std::vector<std::vector<int>>;  // samples x time steps, 1 = valid

inline constexpr Index usual_steps = 7;

inline Index time_steps(const Case& c) {
  return c.inputs[0].rank() >= 2 ? (c.inputs[0][0] == None ? usual_steps : c.inputs[0][0]) : 0;
}
inline bool has_time(const Case& c) { return c.inputs[0].rank() >= 2; }
inline bool any_steps(const Case& c) { return has_time(c) && c.inputs[0][0] == None; }
inline bool maskable(const Case& c) { return has_time(c) && c.options.masks; }

inline Shape sized(const Shape& shape, Index samples, Index steps) {
  std::vector<Index> sizes{samples};
  for (Index n : shape) sizes.push_back(n == None ? steps : n);
  return Shape(std::move(sizes));
}

struct ModelSpec {
  bool masked = false;
  bool shared = false;        // the layer is called twice, on inputs of its own each time
  bool first_output = false;  // for training and streaming
  Index samples = None;
};

// Input -> [GivenMask] -> layer -> outputs. The inputs: those of the layer, then `keep` if masked; all of it twice if shared.
inline Model model_of(const Case& c, const LayerRef& layer, const ModelSpec& spec = {}) {
  std::vector<SymbolicTensor> inputs, outputs;
  for (int call = 0; call < (spec.shared ? 2 : 1); ++call) {
    std::vector<SymbolicTensor> into;
    for (const Shape& shape : c.inputs) into.push_back(Input(shape, {.batch_size = spec.samples}));
    inputs.insert(inputs.end(), into.begin(), into.end());
    if (spec.masked) {
      inputs.push_back(Input({c.inputs[0][0], 1}, {.batch_size = spec.samples}));
      into[0] = given_mask(into[0], inputs.back());
    }
    const auto out = layer.call(into);
    for (const SymbolicTensor& y : out)
      if (!spec.first_output || &y == &out.front()) outputs.push_back(y);
  }
  return Model(inputs, outputs);
}

inline Index samples_of(const Case& c, Index usual) { return c.make()->stateful() ? 5 : usual; }

// The same order of sizes, 0.01 from one to the next.
inline void spread_out(Array& x) {
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x.data()[a] < x.data()[b]; });
  for (std::size_t i = 0; i < order.size(); ++i)
    x.data()[order[i]] = static_cast<real>(0.01 * (static_cast<double>(i) - static_cast<double>(order.size()) / 2));
}

inline std::vector<Array> random_inputs(const Case& c, TestRandom& random, Index samples, Index steps = usual_steps) {
  std::vector<Array> x;
  for (const Shape& shape : c.inputs) {
    x.push_back(random.array(sized(shape, samples, steps)));
    if (c.options.distinct) spread_out(x.back());
  }
  for (Array& a : x)
    for (real& v : a.values())
      if (c.options.ids > 0) v = static_cast<real>(random.below(c.options.ids));
  return x;
}

inline Array keep_array(const Keep& keep) {
  Array a(Shape{static_cast<Index>(keep.size()), static_cast<Index>(keep[0].size()), 1});
  for (std::size_t b = 0; b < keep.size(); ++b)
    for (std::size_t t = 0; t < keep[b].size(); ++t) a(b, t, 0) = static_cast<real>(keep[b][t]);
  return a;
}

// Everything that is masked becomes what no data is: NaN, the infinities and the largest number in turn.
inline void poison(Array& x, const Keep& keep) {
  constexpr real no_data[] = {real(NAN), real(HUGE_VAL), real(-HUGE_VAL), std::numeric_limits<real>::max()};
  const Index steps = static_cast<Index>(keep[0].size()), each = x.size() / (x.shape()[0] * steps);
  for (std::size_t b = 0; b < keep.size(); ++b)
    for (std::size_t t = 0; t < keep[b].size(); ++t)
      for (Index i = 0; keep[b][t] == 0 && i < each; ++i)
        x.data()[(static_cast<Index>(b) * steps + static_cast<Index>(t)) * each + i] =
            no_data[(b + t + static_cast<std::size_t>(i)) % 4];
}

// Masks of every kind in turn: padded behind, before, with gaps, not at all, altogether.
inline Keep keep_patterns(Index samples, Index steps, TestRandom& random, bool with_empty = true) {
  Keep keep;
  for (Index b = 0; b < samples; ++b) {
    std::vector<int> row(static_cast<std::size_t>(steps), 1);
    const Index cut = 1 + random.below(std::max<Index>(1, steps - 1));
    for (Index t = 0; t < steps; ++t) {
      int& k = row[static_cast<std::size_t>(t)];
      if (b % 5 == 0) k = t < cut;
      if (b % 5 == 1) k = t >= steps - cut;
      if (b % 5 == 2) k = random(0, 1) < 0.5 || t == cut - 1;
      if (b % 5 == 4) k = with_empty ? 0 : (t + 1) % 2;
    }
    if (!with_empty && std::count(row.begin(), row.end(), 1) == 0) row[0] = 1;
    keep.push_back(row);
  }
  return keep;
}

inline void expect_same_bits(const Array& a, const Array& b, const std::string& what) {
  ASSERT_EQ(a.shape(), b.shape()) << what;
  Index differing = 0;
  for (Index i = 0; i < a.size(); ++i) differing += std::memcmp(a.data() + i, b.data() + i, sizeof(real)) != 0;
  EXPECT_EQ(differing, 0) << what << ": of " << a.size() << " values";
}

// Rows [from, from + count) of the first axis.
inline std::vector<Array> samples(const std::vector<Array>& x, Index from, Index count) {
  std::vector<Array> out;
  for (const Array& a : x) out.push_back(a.slice(0, from, from + count));
  return out;
}

// The same layer config once more, with the same weights.
inline void copy_weights(const Model& from, Model& to) { to.set_weights(from.get_weights()); }

}  // namespace rondo::contract
