// Arrays against NumPy itself: golden/numpy.json, written by golden/generate.py.
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <nlohmann/json.hpp>

#include "rondo/core/array.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using nlohmann::json;

const json& golden() {
  static const json all = json::parse(std::ifstream(RONDO_SOURCE_DIR "/tests/core/golden/numpy.json"));
  return all;
}

Shape shape_of(const json& sizes) { return Shape(sizes.get<std::vector<Index>>()); }

Array from_bits(const json& shape, const json& bits) {
  std::vector<real> values;
  for (const auto& b : bits) values.push_back(std::bit_cast<float>(b.get<std::uint32_t>()));
  return Array(shape_of(shape), std::move(values));
}

Array by_formula(const Shape& shape, int divisor) {
  Array out(shape);
  Index i = 0;
  for (real& x : out.values()) x = static_cast<real>(i++ * 7919 % 10007 - 5000) / static_cast<real>(divisor);
  return out;
}

Array counting(const Shape& shape, real first) {
  Array out(shape);
  for (real& x : out.values()) x = first++;
  return out;
}

TEST(AgainstNumPy, Prints) {
  ASSERT_GT(golden()["printing"].size(), 400U);
  for (const json& c : golden()["printing"]) {
    const Array array =
        c.contains("divisor") ? by_formula(shape_of(c["shape"]), c["divisor"].get<int>()) : from_bits(c["shape"], c["bits"]);
    EXPECT_EQ(array.text(), c["text"].get<std::string>()) << "shape " << array.shape();
  }
}

TEST(AgainstNumPy, Reshapes) {
  for (const json& c : golden()["reshape"]) {
    const Array array(shape_of(c["from"]));
    const Shape to = shape_of(c["to"]);
    if (c.contains("error")) {
      try {
        const Array out = array.reshape(to);
        ADD_FAILURE() << array.shape() << " -> " << to << " gave " << out.shape();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::shape);
        EXPECT_EQ(error.what(), c["error"].get<std::string>());
      }
    } else {
      EXPECT_EQ(array.reshape(to).shape(), shape_of(c["shape"])) << array.shape() << " -> " << to;
    }
  }
}

TEST(AgainstNumPy, Slices) {
  const auto end = [](const json& at) { return at.is_null() ? std::optional<Index>() : at.get<Index>(); };
  const Array line = counting({10}, 0);
  for (const json& c : golden()["slice"]) {
    const Array out = line.slice(0, end(c["start"]), end(c["stop"]), c["step"].get<Index>());
    EXPECT_EQ(std::vector<real>(out.values().begin(), out.values().end()), c["values"].get<std::vector<real>>()) << c.dump();
  }
}

Array arranged(const json& c) {
  std::vector<Array> arrays;
  for (const json& sizes : c["shapes"]) arrays.push_back(counting(shape_of(sizes), static_cast<real>(100 * arrays.size())));
  const std::string op = c["op"];
  if (op == "transpose") return arrays[0].transpose(c["argument"].get<std::vector<Index>>());
  if (op == "concatenate") return concatenate(arrays, c["argument"].get<Index>());
  if (op == "stack") return stack(arrays, c["argument"].get<Index>());
  Array out = arrays[0];  // index
  const auto index = c["argument"].get<std::vector<Index>>();
  if (index.size() == 3) return Array(Shape{}, {out(index[0], index[1], index[2])});
  if (index.size() == 4) return Array(Shape{}, {out(index[0], index[1], index[2], index[3])});
  for (const Index i : index) out = out[i];
  return out;
}

TEST(AgainstNumPy, TransposesStacksConcatenatesAndIndexes) {
  for (const json& c : golden()["arrange"]) {
    if (c.contains("error")) {
      try {
        const Array out = arranged(c);
        ADD_FAILURE() << c.dump() << " gave " << out.shape();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::shape);
        EXPECT_EQ(error.what(), c["error"].get<std::string>()) << c.dump();
      }
    } else {
      const Array out = arranged(c);
      EXPECT_EQ(out.shape(), shape_of(c["shape"])) << c.dump();
      EXPECT_EQ(std::vector<real>(out.values().begin(), out.values().end()), c["values"].get<std::vector<real>>()) << c.dump();
    }
  }
}

}  // namespace
}  // namespace rondo
