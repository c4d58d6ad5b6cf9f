// A cell as a user writes it, against SimpleRNN, whose equations it has; and one whose output is not its state.
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/layers/bidirectional.h"
#include "rondo/layers/custom.h"
#include "rondo/layers/recurrent.h"
#include "rondo/layers/rnn.h"
#include "rondo/layers/simple_rnn.h"
#include "rondo/model/gradcheck.h"
#include "support/contract.h"
#include "support/contract_models.h"
#include "support/refused.h"

namespace rondo {
namespace {

// h = tanh(x.W + h'.U), y = h; and with a second state that counts the steps: n = n' + 1, y = n h.
class MinimalCell final : public CustomLayer, public RNNCell {
 public:
  explicit MinimalCell(Index n = 1, bool count = false) : units(n), counts(count) {}
  Index units;
  bool counts;

  std::string class_name() const override { return "MinimalCell"; }
  void describe(ConfigVisitor& v) override {
    v.required("units", units);
    v.field("counts", counts, false);
  }
  std::vector<Index> state_sizes() const override { return counts ? std::vector<Index>{units, 1} : std::vector<Index>{units}; }
  std::shared_ptr<Layer> fresh() const override { return std::make_shared<MinimalCell>(units, counts); }

  void build(const Shapes& in, Weights& weights) override {
    weights.add("kernel", {in[0][1], units}, "glorot_uniform");
    weights.add("recurrent_kernel", {units, units}, "orthogonal");
  }
  Shapes output_shapes(const Shapes& in) const override {
    Shapes out{{in[0][0], units}, {in[0][0], units}};
    if (counts) out.push_back({in[0][0], 1});
    return out;
  }
  void call(const Run& run) const override {
    const Index F = run.in().dims[1];
    for (Index b = 0; b < run.in().dims[0]; ++b) {
      const real n = counts ? run.out(2).values[b] = run.in(2).values[b] + 1 : real(1);
      for (Index u = 0; u < units; ++u) {
        real z = 0;
        for (Index i = 0; i < F; ++i) z += run.in().values[b * F + i] * run.weight(0)[i * units + u];
        for (Index i = 0; i < units; ++i) z += run.in(1).values[b * units + i] * run.weight(1)[i * units + u];
        run.out(1).values[b * units + u] = std::tanh(z);
        run.out(0).values[b * units + u] = n * std::tanh(z);
      }
    }
  }
  void gradient(const Run& run) const override {
    const Index F = run.in().dims[1], B = run.in().dims[0];
    real *dx = run.d_in(0).values, *dh0 = run.d_in(1).values, *dW = run.gradient(0), *dU = run.gradient(1);
    if (dx) std::fill_n(dx, B * F, real(0));
    if (dh0) std::fill_n(dh0, B * units, real(0));
    for (Index b = 0; b < B; ++b) {
      const real n = counts ? run.out(2).values[b] : real(1);
      real dn = counts ? run.d_out(2).values[b] : real(0);
      for (Index u = 0; u < units; ++u) {
        const real h = run.out(1).values[b * units + u], dy = run.d_out(0).values[b * units + u];
        dn += dy * h;
        const real dz = (n * dy + run.d_out(1).values[b * units + u]) * (1 - h * h);
        for (Index i = 0; i < F; ++i) {
          if (dx) dx[b * F + i] += dz * run.weight(0)[i * units + u];
          if (dW) dW[i * units + u] += dz * run.in().values[b * F + i];
        }
        for (Index i = 0; i < units; ++i) {
          if (dh0) dh0[b * units + i] += dz * run.weight(1)[i * units + u];
          if (dU) dU[i * units + u] += dz * run.in(1).values[b * units + i];
        }
      }
      if (counts && run.d_in(2).values) run.d_in(2).values[b] = dn;
    }
  }
};

LayerRef minimal(Index units, bool counts = false) { return LayerRef(std::make_shared<MinimalCell>(units, counts)); }

[[maybe_unused]] const bool registered = [] {
  register_layer<MinimalCell>("MinimalCell");
  return true;
}();

CONTRACT_CASE("MinimalCell", "a cell of one's own", [] { return RNN(minimal(3), {.return_sequences = true}); }, {{None, 2}});
CONTRACT_CASE("MinimalCell", "its last output, states", [] { return RNN(minimal(3, true), {.return_state = true}); },
              {{None, 2}, {3}, {1}});
CONTRACT_CASE("MinimalCell", "its output is not its state",
              [] { return RNN(minimal(3, true), {.return_sequences = true, .zero_output_for_mask = true}); }, {{None, 2}});
CONTRACT_CASE("MinimalCell", "backwards between others",
              [] {
                return RNN({GRUCell(2), minimal(3, true), LSTMCell(2)},
                           {.return_sequences = true, .return_state = true, .go_backwards = true});
              },
              {{None, 2}});
CONTRACT_CASE("MinimalCell", "both directions of a cell of one's own",
              [] { return Bidirectional(RNN(minimal(2), {.return_sequences = true})); }, {{None, 2}}, {.truncates = false});

// With masks and called twice, as gradcheck does it of itself; what users have to check a cell with.
TEST(OwnCell, HasTheGradientsOfItsEquations) {
  for (const LayerRef& layer : {RNN(minimal(3), {.return_sequences = true}), RNN(minimal(3, true), {.return_state = true}),
                                RNN({minimal(2, true), GRUCell(2)}, {.return_sequences = true, .go_backwards = true}),
                                RNN(minimal(3, true), {.return_sequences = true, .zero_output_for_mask = true})}) {
    const Gradcheck check = gradcheck(layer, {{4, 5, 2}});
    EXPECT_TRUE(check) << check.text();
  }
  const Gradcheck check = gradcheck(RNN(minimal(3, true), {.return_state = true}), {{4, 5, 2}, {4, 3}, {4, 1}});
  EXPECT_TRUE(check) << check.text();
}

TEST(OwnCell, IsASimpleRNN) {
  TestRandom random(3);
  const SymbolicTensor x = Input({None, 2}), keep = Input({None, 1}), h = Input({4});
  const SymbolicTensor masked = given_mask(x, keep);
  for (const bool backwards : {false, true}) {
    Model own({x, keep, h},
              RNN(minimal(4), {.return_sequences = true, .return_state = true, .go_backwards = backwards}).call({masked, h}));
    Model simple({x, keep, h},
                 SimpleRNN(4, {.use_bias = false, .return_sequences = true, .return_state = true, .go_backwards = backwards})
                     .call({masked, h}));
    randomize_weights(own, 2);
    simple.set_weights(own.get_weights());
    const contract::Keep pattern = contract::keep_patterns(10, 6, random);
    std::vector<Array> data{random.array({10, 6, 2}), contract::keep_array(pattern), random.array({10, 4})};
    contract::poison(data[0], pattern);
    const auto y = own.predict_all(data), z = simple.predict_all(data);
    for (std::size_t o = 0; o < 2; ++o)
      for (Index i = 0; i < y[o].size(); ++i)
        // The two sum in another order: some last bits of float32.
        EXPECT_NEAR(static_cast<double>(y[o].data()[i]), static_cast<double>(z[o].data()[i]), 2e-6);
  }
}

class NoStates final : public CustomLayer, public RNNCell {
 public:
  std::string class_name() const override { return "NoStates"; }
  void call(const Run&) const override {}
  void gradient(const Run&) const override {}
  std::vector<Index> state_sizes() const override { return {}; }
  Index output_size() const override { return 1; }
};
class NoCopy final : public CustomLayer, public RNNCell {
 public:
  std::string class_name() const override { return "NoCopy"; }
  void call(const Run&) const override {}
  void gradient(const Run&) const override {}
  std::vector<Index> state_sizes() const override { return {2}; }
};

TEST(OwnCell, SaysWhatItNeeds) {
  expect_refused(Code::value, "state_sizes()", [] { RNN{LayerRef(std::make_shared<NoStates>())}; });
  expect_refused(Code::unsupported, "RNNCell::fresh()", [] { Bidirectional(RNN(LayerRef(std::make_shared<NoCopy>()))); });
  expect_refused(Code::shape, "takes 1 input", [] { RNN(LayerRef(std::make_shared<NoCopy>())).call({Input({None, 2})}); });
}

}  // namespace
}  // namespace rondo
