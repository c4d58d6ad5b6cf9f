// Reshape, Permute, RepeatVector: the order of values is NumPy's. Values against Keras: tests/golden.
#include "rondo/layers/reshape.h"

#include <gtest/gtest.h>

#include "rondo/model/model.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Reshape", "known", [] { return Reshape({3, 4}); }, {{6, 2}}, {.masks = false});
CONTRACT_CASE("Reshape", "inferred", [] { return Reshape({-1, 3}); }, {{None, 6}}, {.masks = false});
CONTRACT_CASE("Permute", "two", [] { return Permute({2, 1}); }, {{None, 3}}, {.masks = false});
CONTRACT_CASE("Permute", "three", [] { return Permute({3, 1, 2}); }, {{2, 3, 4}}, {.masks = false});
CONTRACT_CASE("Permute", "none", [] { return Permute({1, 2}); }, {{None, 3}}, {.masks = false});
CONTRACT_CASE("RepeatVector", "four", [] { return RepeatVector(4); }, {{3}});

Array counted(const Shape& shape) {
  Array a(shape);
  for (Index i = 0; i < a.size(); ++i) a.data()[i] = static_cast<real>(i);
  return a;
}

TEST(Reshape, KeepsTheOrder) {
  Sequential model({Reshape({3, -1}, {.input_shape = {6, 2}})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, 3, 4)");
  EXPECT_EQ(model.predict(counted({2, 6, 2})).text(), counted({2, 3, 4}).text());
}

TEST(Reshape, RefusesWhatDoesNotFit) {
  expect_refused(Code::value, "more than one -1", [] { Reshape({-1, -1}); });
  expect_refused(Code::value, "size of 0", [] { Reshape({0, 2}); });
  expect_refused(Code::shape, "has 12 values, and target_shape (5, 2) takes 10", [] { Reshape({5, 2})(Input({6, 2})); });
  expect_refused(Code::shape, "a multiple of 5", [] { Reshape({5, -1})(Input({6, 2})); });
  Sequential model({Reshape({4}, {.input_shape = {None, 2}})});  // known when the data are
  EXPECT_EQ(model.predict(counted({1, 2, 2})).shape(), (Shape{1, 4}));
  expect_refused(Code::shape, "has 6 values", [&] { model.predict(counted({1, 3, 2})); });
}

TEST(Permute, MovesAxes) {
  Sequential model({Permute({2, 1}, {.input_shape = {2, 3}})});
  EXPECT_EQ(model.predict(counted({1, 2, 3})).text(), (Array{0, 3, 1, 4, 2, 5}.reshape(1, 3, 2).text()));
  expect_refused(Code::value, "each once", [] { Permute({0, 1}); });
  expect_refused(Code::value, "each once", [] { Permute({1, 1}); });
  expect_refused(Code::shape, "are for 3 axes", [] { Permute({2, 1})(Input({4})); });
}

TEST(RepeatVector, Repeats) {
  Sequential model({RepeatVector(2, {.input_shape = {3}})});
  EXPECT_EQ(model.predict(counted({1, 3})).text(), (Array{0, 1, 2, 0, 1, 2}.reshape(1, 2, 3).text()));
  expect_refused(Code::value, "at least 1", [] { RepeatVector(0); });
  expect_refused(Code::shape, "leave out return_sequences", [] { RepeatVector(2)(Input({4, 3})); });
}

}  // namespace
}  // namespace rondo
