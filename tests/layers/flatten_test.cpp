// Flatten: the order of values is NumPy's reshape (after moving axis 1 to the end for channels_first).
#include "rondo/layers/flatten.h"

#include <gtest/gtest.h>

#include "rondo/layers/masking.h"
#include "rondo/model/model.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("Flatten", "sequence", [] { return Flatten(); }, {{4, 3}}, {.masks = false});
CONTRACT_CASE("Flatten", "any length", [] { return Flatten(); }, {{None, 2}}, {.masks = false});
CONTRACT_CASE("Flatten", "features", [] { return Flatten(); }, {{5}});
CONTRACT_CASE("Flatten", "channels first", [] { return Flatten({.data_format = "channels_first"}); }, {{2, 3, 4}},
              {.masks = false});

Array counted(const Shape& shape) {
  Array a(shape);
  for (Index i = 0; i < a.size(); ++i) a.data()[i] = static_cast<real>(i);
  return a;
}

TEST(Flatten, LaysAxesEndToEnd) {
  Sequential model({Flatten({.input_shape = {2, 3}})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, 6)");
  const Array x = counted({2, 2, 3});
  EXPECT_EQ(model.predict(x).text(), x.reshape(2, 6).text());
}

TEST(Flatten, ChannelsFirstComeLast) {
  Sequential model({Flatten({.data_format = "channels_first", .input_shape = {2, 3}})});
  EXPECT_EQ(model.predict(counted({1, 2, 3})).text(), (Array{0, 3, 1, 4, 2, 5}.reshape(1, 6).text()));
}

TEST(Flatten, AnyLengthIsKnownWhenTheDataAre) {
  Sequential model({Flatten({.input_shape = {None, 2}})});
  EXPECT_EQ(model.output_shapes()[0].text(), "(None, None)");
  EXPECT_EQ(model.predict(counted({3, 4, 2})).shape(), (Shape{3, 8}));
}

TEST(Flatten, RefusesAMaskUnlessAskedForKerassSilence) {
  Sequential model({Masking({.input_shape = {3, 1}}), Flatten()});
  const Array x = Array{0, 1, 2}.reshape(1, 3, 1);
  expect_refused(Code::shape, "would lose the mask", [&] { model.predict(x); });
  model.set_keras_mask_compat(true);
  EXPECT_EQ(model.predict(x).text(), x.reshape(1, 3).text());
  expect_refused(Code::value, "data_format", [] { Flatten({.data_format = "channels"}); });
}

}  // namespace
}  // namespace rondo
