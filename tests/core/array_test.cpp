// What golden/numpy.json does not hold: making arrays, shapes, names and origins.
#include "rondo/core/array.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "core/memory.h"
#include "rondo/core/error.h"
#include "rondo/core/take.h"

namespace rondo {
namespace {

std::string error_of(const std::function<void()>& what) {
  try {
    what();
  } catch (const Error& error) {
    return std::string(code_name(error.code())) + ": " + error.what();
  }
  return "no error";
}

TEST(Shape, PrintsAsAPythonTuple) {
  std::ostringstream out;
  out << Shape{1, 10, 1} << Shape{10} << Shape{} << Shape{None, 10, 2};
  EXPECT_EQ(out.str(), "(1, 10, 1)(10,)()(None, 10, 2)");
}

TEST(Shape, SizesAndRefusals) {
  const Shape s{None, 10, 2};
  EXPECT_EQ(s[-1], 2);
  EXPECT_EQ(s[1], 10);
  EXPECT_EQ(error_of([&] { (void)s[3]; }), "shape: tuple index out of range");
  EXPECT_EQ(error_of([&] { (void)s[-4]; }), "shape: tuple index out of range");
  EXPECT_FALSE(s.known());
  EXPECT_EQ(s.without_first(), (Shape{10, 2}));
  EXPECT_EQ(s.with_first(7), (Shape{7, 10, 2}));
  EXPECT_EQ(s.prepended(3), (Shape{3, None, 10, 2}));
  EXPECT_EQ((Shape{3, 4}).elements(), 12);
  EXPECT_EQ(Shape{}.elements(), 1);
  constexpr Index huge = Index(1) << 40;
  EXPECT_EQ((Shape{huge, 0, huge}).elements(), 0);
  EXPECT_TRUE(error_of([&] {
                (void)(Shape{huge, huge}).elements();
              }).starts_with("memory: the shape (1099511627776, 1099511627776)"));
  EXPECT_TRUE(error_of([&] { (void)s.elements(); }).starts_with("shape: the shape (None, 10, 2)"));
  EXPECT_EQ(checked_mul(3, 4), 12);
  EXPECT_EQ(checked_add(3, 4), 7);
  constexpr Index most = std::numeric_limits<Index>::max();
  EXPECT_TRUE(error_of([] { checked_mul(most, 2); }).starts_with("memory: "));
  EXPECT_TRUE(error_of([] { checked_add(most, 1); }).starts_with("memory: "));
  EXPECT_TRUE(error_of([] { checked_mul(-1, 2); }).starts_with("memory: "));
}

TEST(Array, ListsOfEveryDepth) {
  EXPECT_EQ(Array{}.shape(), (Shape{0}));
  EXPECT_EQ((Array{0.1, 0.2}).shape(), (Shape{2}));
  const int one = 1;
  const float half = 0.5F;
  EXPECT_EQ((Array{one, half, 2.5}).text(), "[1.  0.5 2.5]");
  EXPECT_EQ((Array{{1, 2}, {3, 4}, {5, 6}}).shape(), (Shape{3, 2}));
  const Array column = {{1}, {2}};  // two rows, not two numbers
  EXPECT_EQ(column.shape(), (Shape{2, 1}));
  EXPECT_EQ((Array{{{1, 2}, {3, 4}}}).shape(), (Shape{1, 2, 2}));
  EXPECT_EQ((Array{{{1}, {2}}}).shape(), (Shape{1, 2, 1}));
  EXPECT_EQ((Array{{{1}}}).shape(), (Shape{1, 1, 1}));
}

TEST(Array, RowsOfDifferentLengthAreRefusedInNumPysWords) {
  const std::string start =
      "shape: setting an array element with a sequence. The requested array has an inhomogeneous shape after ";
  EXPECT_EQ(error_of([] { Array{{1, 2}, {3}}; }), start + "1 dimensions. The detected shape was (2,) + inhomogeneous part.");
  EXPECT_EQ(error_of([] {
              Array{{{1, 2}, {3, 4}}, {{1, 2}, {3}}};
            }),
            start + "2 dimensions. The detected shape was (2, 2) + inhomogeneous part.");
  EXPECT_EQ(error_of([] {
              Array{{{1, 2}, {3, 4}}, {{1, 2}}};
            }),
            start + "1 dimensions. The detected shape was (2,) + inhomogeneous part.");
}

TEST(Array, FromShapesAndValues) {
  EXPECT_EQ(Array(Shape{2, 2}, 7).text(), "[[7. 7.]\n [7. 7.]]");
  EXPECT_EQ(error_of([] { Array(Shape{2}, {7}); }), "shape: cannot reshape array of size 1 into shape (2,)");  // no fill value
  EXPECT_EQ(error_of([] { Array(Shape{2, 2}, {1, 2, 3}); }), "shape: cannot reshape array of size 3 into shape (2,2)");
  EXPECT_EQ(error_of([] { Array(Shape{None, 2}, {1, 2}); }), "shape: an array needs sizes that are known, not (None, 2)");
  EXPECT_TRUE(error_of([] { Array(Shape{None, 2}); }).starts_with("shape: "));
  const std::string refused = error_of([] { Array(Shape{memory_limit()}); });
  EXPECT_TRUE(refused.starts_with("memory: an array of shape (")) << refused;
  EXPECT_TRUE(error_of([] { Array(Shape{Index(1) << 62, 4}); }).starts_with("memory: "));
}

TEST(Array, ElementsCanBeSetAndTooFewIndicesAreRefused) {
  Array a = {{1, 2}, {3, 4}};
  a(-1, 0) = 9;
  EXPECT_EQ(a.text(), "[[1. 2.]\n [9. 4.]]");
  EXPECT_EQ(error_of([&] { a(0); }), "shape: too few indices for one element: array is 2-dimensional, but 1 were indexed");
  EXPECT_EQ(error_of([&] { a(0, 2); }), "shape: index 2 is out of bounds for axis 1 with size 2");
  EXPECT_EQ(error_of([&] { Array(Shape{}, {1})[0]; }),
            "shape: too many indices for array: array is 0-dimensional, but 1 were indexed");
}

TEST(Array, ReshapeOfATemporaryMovesItsValues) {
  Array a(Shape{1000});
  const real* const where = a.data();
  const Array b = std::move(a).reshape({10, -1});
  EXPECT_EQ(b.data(), where);
  EXPECT_EQ(b.shape(), (Shape{10, 100}));
}

TEST(Array, OriginIsTheShapeBeforeTheFirstReshape) {
  const Array table(Shape{10, 2});
  const Array x = table.reshape(1, 10, 2).reshape({5, 2, 2});
  EXPECT_EQ(x.origin(), (Shape{10, 2}));
  EXPECT_EQ(x.slice(0, 1, 3).origin(), (Shape{2, 2, 2}));
  EXPECT_EQ(x.transpose().origin(), (Shape{2, 2, 5}));
  EXPECT_EQ(x[0].origin(), (Shape{2, 2}));
  EXPECT_EQ(x.named({"a", "b", "c"}).origin(), (Shape{10, 2}));
}

AxisNames reshaped(const Shape& from, const AxisNames& names, const Shape& to) {
  return Array(from).named(names).reshape(to).axes();
}

TEST(AxisNames, SurviveReshapeWhereSizeAndPlaceSurvive) {
  EXPECT_EQ(reshaped({10, 2}, {"time steps", "features"}, {1, 10, 2}), (AxisNames{"", "time steps", "features"}));
  EXPECT_EQ(reshaped({10}, {"time steps"}, {1, 10, 1}), (AxisNames{"", "time steps", ""}));
  EXPECT_EQ(reshaped({1, 10, 2}, {"samples", "time steps", "features"}, {10, 2}), (AxisNames{"time steps", "features"}));
  EXPECT_EQ(reshaped({1, 10, 1}, {"samples", "time steps", "features"}, {1, 10, 1}),
            (AxisNames{"samples", "time steps", "features"}));
  EXPECT_EQ(reshaped({1, 10, 1}, {"samples", "time steps", "features"}, {10, 1}), (AxisNames{"time steps", "features"}));
  EXPECT_EQ(reshaped({12, 2}, {"rows", "features"}, {3, 4, 2}), (AxisNames{"", "", "features"}));
  EXPECT_EQ(reshaped({3, 4, 2}, {"samples", "time steps", "features"}, {12, 2}), (AxisNames{"", "features"}));
  EXPECT_EQ(reshaped({3, 4, 2}, {"samples", "time steps", "features"}, {3, 8}), (AxisNames{"samples", ""}));
  EXPECT_EQ(reshaped({2, 10}, {"features", "time steps"}, {10, 2}), AxisNames{});  // scrambled: nothing keeps its place
  EXPECT_EQ(reshaped({2, 10}, {"features", "time steps"}, {1, 10, 2}), AxisNames{});
  EXPECT_EQ(reshaped({6, 4}, {"a", "b"}, {4, 6}), AxisNames{});
  EXPECT_EQ(reshaped({2, 3, 4}, {"a", "b", "c"}, {2, 12}), (AxisNames{"a", ""}));
  EXPECT_EQ(reshaped({2, 3, 4}, {"a", "b", "c"}, {6, 4}), (AxisNames{"", "c"}));
  EXPECT_EQ(reshaped({2, 3, 4}, {"a", "b", "c"}, {3, 2, 4}), (AxisNames{"", "", "c"}));
  EXPECT_EQ(reshaped({2, 1, 3}, {"a", "b", "c"}, {2, 1, 3, 1}), (AxisNames{"a", "b", "c", ""}));
  EXPECT_EQ(reshaped({0, 3}, {"a", "b"}, {3, 0}), AxisNames{});
  EXPECT_EQ(reshaped({0, 3}, {"a", "b"}, {0, 3}), (AxisNames{"a", "b"}));
}

TEST(AxisNames, GoThroughTheOtherOperations) {
  const Array x = Array(Shape{3, 4, 2}).named({"samples", "time steps", "features"});
  EXPECT_EQ(x.slice(1, 0, 2).axes(), x.axes());
  EXPECT_EQ(x[0].axes(), (AxisNames{"time steps", "features"}));
  EXPECT_EQ(x.transpose().axes(), (AxisNames{"features", "time steps", "samples"}));
  EXPECT_EQ(x.transpose({1, 0, -1}).axes(), (AxisNames{"time steps", "samples", "features"}));
  const std::vector<Array> two = {x, x};
  EXPECT_EQ(stack({x, x}, 3).shape(), (Shape{3, 4, 2, 2}));
  EXPECT_EQ(concatenate({x, x, x}, 1).shape(), (Shape{3, 12, 2}));
  EXPECT_EQ(concatenate(two, 0).axes(), x.axes());
  EXPECT_EQ(stack(two, 0).axes(), (AxisNames{"", "samples", "time steps", "features"}));
  EXPECT_EQ(stack(two, -1).axes(), (AxisNames{"samples", "time steps", "features", ""}));
  const std::vector<Array> mixed = {x, Array(Shape{3, 4, 2}).named({"samples", "days", "features"})};
  EXPECT_EQ(concatenate(mixed, 0).axes(), (AxisNames{"samples", "", "features"}));
  const std::vector<Array> half = {x, Array(Shape{3, 4, 2})};
  EXPECT_EQ(concatenate(half, 0).axes(), AxisNames{});
  EXPECT_EQ(x.named({"", "", ""}).axes(), AxisNames{});
  EXPECT_EQ(x.text(), Array(Shape{3, 4, 2}).text());  // printing shows values only
  EXPECT_EQ(error_of([&] { (void)x.named({"a"}); }), "shape: an array of shape (3, 4, 2) has 3 axes, but 1 names were given");
}

// The numbers are those of numpy.take.
TEST(Take, PicksSamplesByTheirNumbers) {
  Array x(Shape{2, 3, 4});
  for (Index i = 0; i < 24; ++i) x.data()[i] = static_cast<real>(i);
  EXPECT_EQ(take(x, {2, 0, -1}, 1).reshape(-1).text(),
            (Array{8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 12, 13, 14, 15, 20, 21, 22, 23}.text()));
  EXPECT_EQ(take(x, {3, 3}, -1).text(), (Array{3, 3, 7, 7, 11, 11, 15, 15, 19, 19, 23, 23}.reshape(2, 3, 2).text()));
  EXPECT_EQ(take(x, {1})[0].text(), x[1].text());
  EXPECT_EQ(take(x, {}).shape(), (Shape{0, 3, 4}));
  EXPECT_EQ(take(x.named({"samples", "time steps", "features"}), {0}).axes(), (AxisNames{"samples", "time steps", "features"}));
  EXPECT_EQ(error_of([&] { take(x, {3}, 1); }), "shape: index 3 is out of bounds for axis 1 with size 3");
  EXPECT_EQ(error_of([&] { take(x, {-4}, 1); }), "shape: index -4 is out of bounds for axis 1 with size 3");
  EXPECT_EQ(error_of([&] { take(x, {0}, 3); }), "shape: axis 3 is out of bounds for array of dimension 3");
}

}  // namespace
}  // namespace rondo
