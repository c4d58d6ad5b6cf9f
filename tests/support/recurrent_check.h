// A recurrent layer against the plain loops of oracle.h, on every instruction set this machine has.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "layers/recurrent/arguments.h"
#include "model/given_mask.h"
#include "support/gradcheck.h"
#include "support/oracle.h"

namespace rondo {

// Runs f once on each instruction set, named in the messages; afterwards the one before is active again.
template <class F>
void on_each_isa(F f) {
  const std::string before = kernels().isa;
  for (const std::string_view isa : isas()) {
    SCOPED_TRACE("ISA " + std::string(isa));
    force_isa(isa);
    f();
  }
  force_isa(before);
}

// What a comparison with the oracle allows: the figures of the issue in float, equations alone in double.
inline double oracle_tolerance(Index units) {
  if (sizeof(real) == sizeof(double)) return 1e-12;
  return units <= 64 ? 2e-6 : 5e-6;
}

struct RecurrentCase {
  Index samples = 5, steps = 7, features = 3, units = 4;
  Index states = 1;
  bool return_sequences = false, return_state = false;
  bool masked = false, initial = false;
  oracle::Walk walk = {};
};

// A row of 0s and 1s for each sample: padded behind, before, with gaps, whole, empty, in turn.
inline std::vector<std::vector<int>> keep_of_every_kind(Index samples, Index steps, TestRandom& random) {
  std::vector<std::vector<int>> keep;
  for (Index b = 0; b < samples; ++b) {
    std::vector<int> row;
    const Index cut = 1 + random.below(steps);
    for (Index t = 0; t < steps; ++t)
      row.push_back(b % 5 == 0 ? t < cut : b % 5 == 1 ? t >= steps - cut : b % 5 == 2 ? random(0, 1) < 0.5 : b % 5 == 3);
    keep.push_back(row);
  }
  return keep;
}

// make: the layer for `c`; step: the cell's equations with the layer's weights.
inline void check_recurrent(const RecurrentCase& c, const std::function<LayerRef()>& make,
                            const std::function<oracle::Step(const std::vector<Array>&)>& step, unsigned seed = 1) {
  on_each_isa([&] {
    TestRandom random(seed);
    const LayerRef layer = make();
    std::vector<SymbolicTensor> inputs{Input({None, c.features})};
    std::vector<Array> data{random.array({c.samples, c.steps, c.features})};
    std::vector<SymbolicTensor> into = inputs;
    std::vector<Array> initial;
    for (Index s = 0; c.initial && s < c.states; ++s) {
      inputs.push_back(Input({c.units}));
      into.push_back(inputs.back());
      initial.push_back(random.array({c.samples, c.units}));
      data.push_back(initial.back());
    }
    std::vector<std::vector<int>> keep;
    if (c.masked) {
      keep = keep_of_every_kind(c.samples, c.steps, random);
      inputs.push_back(Input({None, 1}));
      into[0] = given_mask(into[0], inputs.back());
      Array flags(Shape{c.samples, c.steps, 1});
      for (Index b = 0; b < c.samples; ++b)
        for (Index t = 0; t < c.steps; ++t) {
          const int k = keep[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)];
          flags(b, t, 0) = static_cast<real>(k);
          for (Index f = 0; f < c.features && k == 0; ++f) data[0](b, t, f) = static_cast<real>(NAN);
        }
      data.push_back(flags);
    }
    Model model(inputs, layer.call(into));
    dynamic_cast<OutputRows&>(*layer).keep_reading_order(true);  // as Keras's loop does
    for (Weight* w : model.internal().weights)                   // the biases are born as constants
      if (w->shape.rank() == 1 || w->name.ends_with("bias"))
        for (real& v : w->value.values()) v = static_cast<real>(static_cast<double>(v) + random(-0.5, 0.5));
    model.internal().pack(false);

    const oracle::Walked wanted =
        oracle::walk(step(model.get_weights()), data[0], c.units, c.states, initial, c.masked ? &keep : nullptr, c.walk);
    const std::vector<Array> got = model.predict_all(data);
    ASSERT_EQ(got.size(), static_cast<std::size_t>(1 + (c.return_state ? c.states : 0)));
    const double tolerance = oracle_tolerance(c.units);
    EXPECT_EQ(got[0].ndim(), c.return_sequences ? 3 : 2);
    EXPECT_LE(oracle::difference(got[0], c.return_sequences ? wanted.sequences : wanted.last), tolerance);
    for (std::size_t s = 1; s < got.size(); ++s)
      EXPECT_LE(oracle::difference(got[s], wanted.states[s - 1]), tolerance) << "state " << s;
  });
}

// stateful = true: a long sequence in pieces is the long sequence, to the bit, and reset_states starts anew.
inline void check_stateful(const std::function<LayerRef(bool stateful)>& make, Index features) {
  TestRandom random(5);
  const Index samples = 3, steps = 6;
  const SymbolicTensor x = Input({None, features}, {.batch_size = samples}), whole_x = Input({None, features});
  Model carried(x, make(true)(x)), whole(whole_x, make(false)(whole_x));
  randomize_weights(carried, 6);
  whole.set_weights(carried.get_weights());
  const Array data = random.array({samples, steps, features});
  const Array wanted = whole.predict(data);
  for (int round = 0; round < 2; ++round) {
    carried.predict(data.slice(1, 0, 2));
    const Array last = carried.predict(data.slice(1, 2, steps));
    for (Index i = 0; i < wanted.size(); ++i)
      EXPECT_EQ(last.values()[static_cast<std::size_t>(i)], wanted.values()[static_cast<std::size_t>(i)]);
    carried.reset_states();
  }
}

}  // namespace rondo
