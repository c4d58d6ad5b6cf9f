// Add and its company: broadcasting, masks, refusals. Values against Keras: tests/golden.
#include "rondo/layers/merge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "model/given_mask.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/model/model.h"
#include "support/contract.h"
#include "support/gradcheck.h"
#include "support/refused.h"

namespace rondo {
namespace {

// With several inputs the contract masks one, and then the mask cannot pass; masks on all of them are tested below.
CONTRACT_CASE("Add", "two", [] { return Add(); }, {{None, 3}, {None, 3}}, {.masks = false});
CONTRACT_CASE("Add", "three, broadcast", [] { return Add(); }, {{None, 3}, {1, 3}, {None, 1}}, {.masks = false});
CONTRACT_CASE("Add", "fewer axes", [] { return Add(); }, {{4}, {3, 4}, {2, 1, 1}}, {.masks = false});
CONTRACT_CASE("Add", "one", [] { return Add(); }, {{None, 2}});
CONTRACT_CASE("Subtract", "two", [] { return Subtract(); }, {{None, 3}, {None, 1}}, {.masks = false});
CONTRACT_CASE("Multiply", "three", [] { return Multiply(); }, {{None, 3}, {1, 3}, {None, 3}}, {.masks = false});
CONTRACT_CASE("Multiply", "fewer axes", [] { return Multiply(); }, {{4}, {3, 4}}, {.masks = false});
CONTRACT_CASE("Average", "three", [] { return Average(); }, {{None, 3}, {None, 1}, {None, 3}}, {.masks = false});
// Small: where two inputs come within 0.002 of each other, central differences meet a corner.
CONTRACT_CASE("Maximum", "three", [] { return Maximum(); }, {{2}, {2}, {2}}, {.masks = false});
CONTRACT_CASE("Maximum", "steps", [] { return Maximum(); }, {{None, 2}, {None, 2}}, {.masks = false});
CONTRACT_CASE("Minimum", "steps", [] { return Minimum(); }, {{None, 2}, {None, 2}}, {.masks = false});
CONTRACT_CASE("Minimum", "two", [] { return Minimum(); }, {{4}, {3, 4}}, {.masks = false});
CONTRACT_CASE("Dot", "rows", [] { return Dot({1}); }, {{4}, {4}});
CONTRACT_CASE("Dot", "matrices", [] { return Dot({2, 1}); }, {{2, 3}, {3, 4}}, {.masks = false});
CONTRACT_CASE("Dot", "time steps", [] { return Dot({1}); }, {{None, 2}, {None, 3}}, {.masks = false});
CONTRACT_CASE("Dot", "cosine", [] { return Dot({-1}, {.normalize = true}); }, {{4, 3}, {2, 3}}, {.masks = false});
CONTRACT_CASE("Dot", "more axes", [] { return Dot({1, 2}, {.normalize = true}); }, {{3, 2, 2}, {2, 3}}, {.masks = false});

struct Merge {
  std::string name;
  std::function<LayerRef()> make;
  std::function<real(const std::vector<real>&)> of;
};
std::vector<Merge> merges() {
  using Values = const std::vector<real>&;
  return {{"Add", [] { return Add(); }, [](Values v) { return v[0] + v[1]; }},
          {"Subtract", [] { return Subtract(); }, [](Values v) { return v[0] - v[1]; }},
          {"Multiply", [] { return Multiply(); }, [](Values v) { return v[0] * v[1]; }},
          {"Average", [] { return Average(); }, [](Values v) { return (v[0] + v[1]) / 2; }},
          {"Maximum", [] { return Maximum(); }, [](Values v) { return std::max(v[0], v[1]); }},
          {"Minimum", [] { return Minimum(); }, [](Values v) { return std::min(v[0], v[1]); }}};
}

Model two_masked(const LayerRef& layer) {
  const SymbolicTensor a = Input({None, 2}), b = Input({None, 2}), keep_a = Input({None, 1}), keep_b = Input({None, 1});
  return Model({a, keep_a, b, keep_b}, {layer({given_mask(a, keep_a), given_mask(b, keep_b)})});
}

TEST(Merge, MasksAreJoinedAndGradientsFollow) {
  const Array keep_a = Array{1, 1, 0, 0, 1, 0, 1, 0}.reshape(2, 4, 1), keep_b = Array{1, 0, 1, 0, 0, 1, 1, 0}.reshape(2, 4, 1);
  for (const Merge& merge : merges()) {
    TestRandom random(3);
    const Array a = random.array({2, 4, 2}), b = random.array({2, 4, 2});
    Model model = two_masked(merge.make());
    Session session(model.internal().built(), {{a.shape(), keep_a.shape(), b.shape(), keep_b.shape()}, {false, false}, 1});
    const std::vector<Array> x{a, keep_a, b, keep_b};
    for (int i = 0; i < 4; ++i)
      std::copy_n(x[static_cast<std::size_t>(i)].data(), x[static_cast<std::size_t>(i)].size(), session.input(i));
    session.forward(false);
    ASSERT_NE(session.output(0).mask, nullptr) << merge.name;
    for (Index i = 0; i < 8; ++i)
      EXPECT_EQ(session.output(0).mask[i] != 0, keep_a.data()[i] + keep_b.data()[i] > 0) << merge.name << " " << i;
    for (Index i = 0; i < 16; ++i) {
      if (keep_a.data()[i / 2] == 0 || keep_b.data()[i / 2] == 0) continue;
      EXPECT_EQ(session.output(0).values[i], merge.of({a.data()[i], b.data()[i]})) << merge.name << " " << i;
    }
    if (sizeof(real) == sizeof(double)) GradientCheck(model, x).check(merge.name);
  }
}

TEST(Merge, AMaskOnSomeInputsOnlyIsRefused) {
  for (const Merge& merge : merges()) {
    const SymbolicTensor a = Input({4, 2}), b = Input({4, 2});
    Model model({a, b}, {merge.make()({Masking()(a), b})});
    const std::vector<Array> x{Array(Shape{1, 4, 2}), Array(Shape{1, 4, 2})};
    expect_refused(Code::shape, "would lose the mask", [&] { model.predict_all(x); });
    model.set_keras_mask_compat(true);
    EXPECT_NO_THROW(model.predict_all(x)) << merge.name;
  }
}

TEST(Merge, BroadcastsLikeKeras) {
  const SymbolicTensor a = Input({3}), b = Input({2, 3}), c = Input({2, 1});
  Model model({a, b, c}, {Add()({a, b, c})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, 2, 3)");
  const Array y = model.predict(
      {Array{1, 2, 3}.reshape(1, 3), Array{10, 20, 30, 40, 50, 60}.reshape(1, 2, 3), Array{100, 200}.reshape(1, 2, 1)});
  EXPECT_EQ(y.text(), (Array{111, 122, 133, 241, 252, 263}.reshape(1, 2, 3).text()));
}

TEST(Merge, SizesThatDifferAreRefused) {
  expect_refused(Code::shape, "differ along features: 3 and 2", [] { Add()({Input({4, 3}), Input({4, 2})}); });
  // An unknown size is checked when the data are there.
  const SymbolicTensor a = Input({None, 2}), b = Input({4, 2});
  Model model({a, b}, {Add()({a, b})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, None, 2)");
  EXPECT_EQ(model.predict({Array(Shape{1, 1, 2}), Array(Shape{1, 4, 2})}).shape(), (Shape{1, 4, 2}));
  expect_refused(Code::shape, "differ along time steps", [&] {
    model.predict({Array(Shape{1, 3, 2}), Array(Shape{1, 4, 2})});
  });
}

TEST(Merge, SubtractTakesTwo) {
  expect_refused(Code::shape, "takes 2 inputs", [] { Subtract()({Input({2}), Input({2}), Input({2})}); });
}

TEST(Dot, RefusesWhatDoesNotFit) {
  expect_refused(Code::shape, "takes 2 inputs", [] { Dot({1})({Input({2})}); });
  expect_refused(Code::shape, "sizes there differ", [] { Dot({1})({Input({2}), Input({3})}); });
  expect_refused(Code::value, "no axis 2", [] { Dot({2})({Input({2}), Input({2})}); });
  expect_refused(Code::value, "axis 0 is the samples", [] { Dot({0})({Input({2}), Input({2})}); });
  expect_refused(Code::value, "one each", [] { Dot({1, 2, 3}); });
}

TEST(Dot, ZeroHasNoDirection) {  // normalised, it stays 0 and finite
  const SymbolicTensor a = Input({2}), b = Input({2});
  Model model({a, b}, {Dot({1}, {.normalize = true})({a, b})});
  EXPECT_EQ(model.predict({Array(Shape{1, 2}), Array{3, 4}.reshape(1, 2)}).text(), Array(Shape{1, 1}).text());
}

}  // namespace
}  // namespace rondo
