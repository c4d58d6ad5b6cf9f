// The four poolings over images: equal to loops, exactly where a maximum is concerned.
#include <gtest/gtest.h>

#include "rondo/layers/average_pooling2d.h"
#include "rondo/layers/global_average_pooling2d.h"
#include "rondo/layers/global_max_pooling2d.h"
#include "rondo/layers/max_pooling2d.h"
#include "rondo/layers/time_distributed.h"
#include "support/contract.h"
#include "support/contract_models.h"
#include "support/refused.h"

namespace rondo {
namespace {

// A mask cannot pass a pooling; a maximum has a gradient only where it does not change hands.
constexpr contract::CaseOptions largest{.masks = false, .distinct = true}, average{.masks = false};
CONTRACT_CASE(
    "MaxPooling2D", "valid", [] { return MaxPooling2D(); }, {{4, 5, 2}}, largest);
CONTRACT_CASE(
    "MaxPooling2D", "overlapping, same",
    [] {
      return MaxPooling2D({2, 3}, {.strides = 1, .padding = "same"});
    },
    {{4, 5, 2}}, largest);
CONTRACT_CASE(
    "MaxPooling2D", "gaps",
    [] {
      return MaxPooling2D(2, {.strides = {3, 2}});
    },
    {{7, 4, 1}}, largest);
CONTRACT_CASE(
    "AveragePooling2D", "valid",
    [] {
      return AveragePooling2D({2, 1});
    },
    {{4, 5, 2}}, average);
CONTRACT_CASE(
    "AveragePooling2D", "same", [] { return AveragePooling2D(3, {.strides = 2, .padding = "same"}); }, {{4, 5, 2}}, average);
CONTRACT_CASE(
    "GlobalMaxPooling2D", "plain", [] { return GlobalMaxPooling2D(); }, {{None, 3, 2}}, largest);
CONTRACT_CASE(
    "GlobalMaxPooling2D", "keepdims", [] { return GlobalMaxPooling2D({.keepdims = true}); }, {{3, 4, 2}}, largest);
CONTRACT_CASE(
    "GlobalAveragePooling2D", "plain", [] { return GlobalAveragePooling2D(); }, {{None, 3, 2}}, average);
CONTRACT_CASE(
    "GlobalAveragePooling2D", "keepdims", [] { return GlobalAveragePooling2D({.keepdims = true}); }, {{3, 4, 2}}, average);
CONTRACT_CASE(
    "MaxPooling2D", "channels first",
    [] {
      return MaxPooling2D({2, 3}, {.strides = 1, .padding = "same", .data_format = "channels_first"});
    },
    {{2, 4, 5}}, largest);
CONTRACT_CASE(
    "AveragePooling2D", "channels first",
    [] {
      return AveragePooling2D({2, 1}, {.data_format = "channels_first"});
    },
    {{3, 4, 5}}, average);
CONTRACT_CASE(
    "GlobalMaxPooling2D", "channels first", [] { return GlobalMaxPooling2D({.data_format = "channels_first"}); }, {{2, 3, 4}},
    largest);
CONTRACT_CASE(
    "GlobalAveragePooling2D", "channels first, keepdims",
    [] { return GlobalAveragePooling2D({.data_format = "channels_first", .keepdims = true}); }, {{2, 3, 4}}, average);
CONTRACT_CASE("TimeDistributed", "max pooling", [] { return TimeDistributed(MaxPooling2D()); }, {{None, 4, 4, 2}},
              {.distinct = true});
CONTRACT_CASE("TimeDistributed", "average pooling", [] { return TimeDistributed(AveragePooling2D(2, {.padding = "same"})); },
              {{None, 3, 4, 2}});
CONTRACT_CASE("TimeDistributed", "global average pooling", [] { return TimeDistributed(GlobalAveragePooling2D()); },
              {{None, 3, 4, 2}});
CONTRACT_CASE("TimeDistributed", "global max pooling", [] { return TimeDistributed(GlobalMaxPooling2D()); }, {{None, 3, 4, 2}},
              {.distinct = true});

Array run(const LayerRef& layer, const Array& x) {
  const SymbolicTensor in = Input(x.shape().without_first());
  return Model(in, layer(in)).predict(x);
}

// 1 2 3
// 4 5 6
// 7 8 9
Array nine() { return Array{1, 2, 3, 4, 5, 6, 7, 8, 9}.reshape(1, 3, 3, 1); }

TEST(Pooling2D, OfNineNumbers) {
  EXPECT_EQ(run(MaxPooling2D(), nine()).text(), (Array{5}.reshape(1, 1, 1, 1).text()));
  EXPECT_EQ(run(MaxPooling2D(2, {.strides = 1}), nine()).text(), (Array{5, 6, 8, 9}.reshape(1, 2, 2, 1).text()));
  EXPECT_EQ(run(MaxPooling2D(2, {.padding = "same"}), nine()).text(), (Array{5, 6, 8, 9}.reshape(1, 2, 2, 1).text()));
  EXPECT_EQ(run(AveragePooling2D(2), nine()).text(), (Array{3}.reshape(1, 1, 1, 1).text()));
  // What hangs over the edge does not count: 4.5 is the mean of 3 and 6.
  EXPECT_EQ(run(AveragePooling2D(2, {.padding = "same"}), nine()).text(), (Array{3, 4.5, 7.5, 9}.reshape(1, 2, 2, 1).text()));
  EXPECT_EQ(run(AveragePooling2D({1, 3}), nine()).text(), (Array{2, 5, 8}.reshape(1, 3, 1, 1).text()));
  EXPECT_EQ(run(GlobalMaxPooling2D(), nine()).text(), (Array{9}.reshape(1, 1).text()));
  EXPECT_EQ(run(GlobalAveragePooling2D({.keepdims = true}), nine()).text(), (Array{5}.reshape(1, 1, 1, 1).text()));
}

TEST(Pooling2D, EveryChannelOnItsOwn) {
  TestRandom random(1);
  const Array x = random.array({2, 6, 5, 7});
  const Array most = run(MaxPooling2D({3, 2}), x), all = run(GlobalMaxPooling2D(), x), mean = run(GlobalAveragePooling2D(), x);
  EXPECT_EQ(most.shape().text(), "(2, 2, 2, 7)");
  for (Index b = 0; b < 2; ++b)
    for (Index k = 0; k < 7; ++k) {
      real top = x(b, 0, 0, k);
      double sum = 0;
      for (Index r = 0; r < 6; ++r)
        for (Index c = 0; c < 5; ++c) {
          top = std::max(top, x(b, r, c, k));
          sum += static_cast<double>(x(b, r, c, k));
        }
      EXPECT_EQ(all(b, k), top);
      EXPECT_EQ(mean(b, k), static_cast<real>(sum / 30));
      for (Index r = 0; r < 2; ++r)
        for (Index c = 0; c < 2; ++c) {
          real best = x(b, 3 * r, 2 * c, k);
          for (Index i = 0; i < 3; ++i)
            for (Index j = 0; j < 2; ++j) best = std::max(best, x(b, 3 * r + i, 2 * c + j, k));
          EXPECT_EQ(most(b, r, c, k), best);
        }
    }
}

TEST(Pooling2D, RefusesWhatItCannotDo) {
  const auto on = [](const LayerRef& layer, const Shape& shape) { return [=] { layer.call({Input(shape)}); }; };
  expect_refused(Code::value, "pool_size", [] { MaxPooling2D(0); });
  expect_refused(Code::value, "strides", [] { AveragePooling2D(2, {.strides = {0, 1}}); });
  expect_refused(Code::value, "Did you mean 'valid'", [] { MaxPooling2D(2, {.padding = "vaild"}); });
  expect_refused(Code::value, "Did you mean 'channels_first'", [] { MaxPooling2D(2, {.data_format = "channels_frist"}); });
  expect_refused(Code::value, "data_format", [] { GlobalMaxPooling2D({.data_format = "first"}); });
  expect_refused(Code::shape, "Input({1, 3, 3})", on(GlobalMaxPooling2D({.data_format = "channels_first"}), {3, 3}));
  expect_refused(Code::shape, "smaller than the window", on(MaxPooling2D(4), {3, 3, 1}));
  expect_refused(Code::shape, "Input({3, 3, 1})", on(MaxPooling2D(2), {3, 3}));
  expect_refused(Code::shape, "TimeDistributed(GlobalAveragePooling2D())", on(GlobalAveragePooling2D(), {7, 3, 3, 1}));
}

}  // namespace
}  // namespace rondo
