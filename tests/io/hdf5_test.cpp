// HDF5 against libhdf5: files that h5py wrote (golden/make_hdf5.py), values as h5py read them.
#include "io/hdf5.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>

#include "nlohmann/json.hpp"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::byte>;

Bytes file(const std::string& name) {
  std::ifstream in(std::string(RONDO_SOURCE_DIR "/tests/io/golden/hdf5/") + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

json expected() {
  const Bytes bytes = file("expected.json");
  return json::parse(reinterpret_cast<const char*>(bytes.data()), reinterpret_cast<const char*>(bytes.data() + bytes.size()));
}

// "" if the bytes are read, otherwise the message; anything but an Error fails the test.
std::string refusal(const Bytes& bytes) {
  try {
    const hdf5::Reader reader(bytes);
    return "";
  } catch (const Error& e) {
    return std::string(code_name(e.code())) + ": " + e.what();
  }
}

// As numpy's float32(...) of the stored number; doubles keep their value in the double build.
std::vector<real> values(const hdf5::Dataset& data) {
  std::vector<real> out(static_cast<std::size_t>(data.shape.elements()));
  hdf5::convert(data, out);
  return out;
}

TEST(Hdf5, ReadsWhatH5pyWrote) {
  const json want = expected();
  for (const auto& [name, items] : want["files"].items()) {
    const Bytes bytes = file(name);
    const hdf5::Reader reader(bytes);
    for (const auto& [path, item] : items.items()) {
      SCOPED_TRACE(name + ": " + path);
      const hdf5::Node* node = reader.find(path);
      ASSERT_NE(node, nullptr);
      if (item.contains("attributes")) {
        for (const auto& [key, text] : item["attributes"].items()) {
          ASSERT_TRUE(node->attributes.contains(key)) << key;
          EXPECT_EQ(node->attributes.at(key), text.get<std::string>());
        }
      }
      if (item.contains("names")) {
        EXPECT_TRUE(node->is_group);
        EXPECT_EQ(reader.list(path), item["names"].get<std::vector<std::string>>());
        continue;
      }
      ASSERT_FALSE(node->is_group);
      EXPECT_EQ(hdf5::type_name(node->data.type), item["type"].get<std::string>());
      EXPECT_EQ(node->data.shape.sizes(), item["shape"].get<std::vector<Index>>());
      const auto numbers = item["values"].get<std::vector<double>>();
      if (item["type"] == "int64" && numbers.size() == 1) {
        EXPECT_EQ(hdf5::integer(node->data), static_cast<Index>(numbers[0]));
        continue;
      }
      const std::vector<real> got = values(node->data);
      ASSERT_EQ(got.size(), numbers.size());
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], static_cast<real>(numbers[i])) << i;
    }
  }
}

TEST(Hdf5, ReadsGroupsOfManyNodes) {
  const Bytes bytes = file("many.h5");
  const hdf5::Reader reader(bytes);
  ASSERT_EQ(reader.list("many").size(), 300u);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(hdf5::number(reader.dataset("many/" + std::to_string(i))), i);
  EXPECT_EQ(reader.find("many/300"), nullptr);
}

TEST(Hdf5, RefusesByNameWhatKerasDoesNotWrite) {
  const json want = expected();
  for (const auto& [name, word] : want["refused"].items())
    EXPECT_NE(refusal(file(name)).find(word.get<std::string>()), std::string::npos) << name << ": " << refusal(file(name));
}

TEST(Hdf5, RefusesWhatIsNoHdf5) {
  EXPECT_NE(refusal({}).find("empty"), std::string::npos);
  EXPECT_NE(refusal(Bytes(100, std::byte{65})).find("signature"), std::string::npos);
}

TEST(Hdf5, ConvertsOnlyWhatFits) {
  const std::int64_t large = (std::int64_t{1} << 60) + 1;
  const hdf5::Dataset data{hdf5::Type::i64, {}, std::as_bytes(std::span(&large, 1))};
  real out;
  EXPECT_THROW(hdf5::convert(data, {&out, 1}), Error);
  EXPECT_EQ(hdf5::integer(data), large);
  const float half = 0.5f;
  const hdf5::Dataset fraction{hdf5::Type::f32, {}, std::as_bytes(std::span(&half, 1))};
  EXPECT_THROW(hdf5::integer(fraction), Error);
  EXPECT_THROW(hdf5::convert(fraction, {}), Error);
}

// ---- writing ----

Bytes written(int entries) {
  static std::vector<float> numbers;
  if (numbers.empty())
    for (int i = 0; i < 4096; ++i) numbers.push_back(static_cast<float>(i) / 8);
  hdf5::Writer writer;
  writer.group("vars");
  writer.group("empty/in/empty");
  writer.int32("optimizer/vars/0", -7);
  writer.float32("optimizer/vars/1", 0.125f);
  writer.float32("none", Shape{0, 4}, {});
  for (int i = 0; i < entries; ++i)
    writer.float32("many/" + std::to_string(i) + "/0", Shape{2, 3}, std::span(numbers).subspan(static_cast<std::size_t>(i), 6));
  return writer.finish();
}

TEST(Hdf5, WritesWhatItReads) {
  for (const int entries : {0, 1, 8, 9, 256, 257, 1000}) {
    SCOPED_TRACE(entries);
    const Bytes bytes = written(entries);
    const hdf5::Reader reader(bytes);
    EXPECT_EQ(reader.list("empty/in/empty").size(), 0u);
    EXPECT_TRUE(reader.find("vars")->is_group);
    EXPECT_EQ(hdf5::integer(reader.dataset("optimizer/vars/0")), -7);
    EXPECT_EQ(hdf5::number(reader.dataset("optimizer/vars/1")), 0.125);
    EXPECT_EQ(reader.dataset("none").shape, (Shape{0, 4}));
    for (int i = 0; i < entries; ++i) {
      const std::vector<real> got = values(reader.dataset("many/" + std::to_string(i) + "/0"));
      for (int k = 0; k < 6; ++k) ASSERT_EQ(got[static_cast<std::size_t>(k)], static_cast<real>(i + k) / 8);
    }
  }
}

TEST(Hdf5, EqualContentGivesEqualBytes) { EXPECT_EQ(written(300), written(300)); }

// ---- hostile files ----

TEST(Hdf5, EveryTruncationIsRefused) {
  for (const char* name : {"types.h5", "attributes.h5"}) {
    const Bytes whole = file(name);
    for (std::size_t size = 0; size < whole.size(); size += size < 2500 ? 1 : 13) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      ASSERT_NE(refusal(part), "") << name << " cut to " << size << " bytes";
    }
  }
}

// Whatever bytes change, the reader answers with a tree or an Error; its numbers can all be read. The run under
// AddressSanitizer proves the rest.
TEST(Hdf5, RandomDamageNeverGetsThrough) {
  std::mt19937 random(1);
  const std::vector<Bytes> files = {file("types.h5"), file("attributes.h5"), written(20), file("chunked.h5"),
                                    file("soft_link.h5")};
  const auto read_all = [](const hdf5::Node& node, const auto& self) -> std::size_t {
    std::size_t bytes = 0;
    for (const auto& child : node.children) bytes += child->is_group ? self(*child, self) : values(child->data).size();
    return bytes;
  };
  int survived = 0;
  for (int round = 0; round < 6000; ++round) {
    Bytes bytes = files[random() % files.size()];
    // Most structure lies in the first part of a file.
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int c = 0; c < changes; ++c) {
      const std::size_t at = random() % (random() % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 4096));
      static constexpr unsigned char special[] = {0, 1, 2, 0x7f, 0x80, 0xff, 8, 16};
      const std::size_t run = random() % 3 == 0 ? 8 : 1;
      const std::byte value = random() % 2 ? std::byte{special[random() % 8]} : static_cast<std::byte>(random());
      for (std::size_t k = at; k < std::min(at + run, bytes.size()); ++k) bytes[k] = value;
    }
    try {
      const hdf5::Reader reader(bytes);
      EXPECT_LE(read_all(reader.root(), read_all), bytes.size());
      ++survived;
    } catch (const Error& e) {
      EXPECT_NE(e.code(), Code::internal) << e.what();
    }
  }
  EXPECT_GT(survived, 100);  // otherwise this tests nothing but the signature
  EXPECT_LT(survived, 5900);
}

void put(Bytes& bytes, std::size_t at, std::uint64_t value) { std::memcpy(bytes.data() + at, &value, 8); }

std::size_t find(const Bytes& bytes, std::string_view text, std::size_t from = 0) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  return std::string_view(begin, bytes.size()).find(text, from);
}

TEST(Hdf5, AGroupInsideItselfIsRefused) {
  Bytes bytes = written(3);
  std::uint64_t root;
  std::memcpy(&root, bytes.data() + 64, 8);
  const std::size_t node = find(bytes, "SNOD");
  put(bytes, node + 8 + 8, root);  // the first entry of some group is the root
  EXPECT_NE(refusal(bytes), "");
}

TEST(Hdf5, ATreeThatPointsToItselfIsRefused) {
  Bytes bytes = written(300);
  for (std::size_t tree = find(bytes, "TREE"); tree != std::string::npos; tree = find(bytes, "TREE", tree + 1)) {
    Bytes changed = bytes;
    put(changed, tree + 32, tree);
    if (changed[tree + 6] == std::byte{0}) continue;  // an empty node
    EXPECT_NE(refusal(changed), "") << tree;
  }
}

// A dataset that says it is a terabyte, in a file of a few kilobytes.
TEST(Hdf5, SizesBeyondTheFileAreRefused) {
  const Bytes bytes = written(1);
  const std::uint64_t two = 2, three = 3;
  std::size_t at = 0;
  for (std::size_t i = 0; i + 16 <= bytes.size(); i += 8)
    if (std::memcmp(bytes.data() + i, &two, 8) == 0 && std::memcmp(bytes.data() + i + 8, &three, 8) == 0) at = i;
  ASSERT_GT(at, 0u);
  for (const std::uint64_t size : {std::uint64_t{1} << 40, std::uint64_t{1} << 62, ~std::uint64_t{0}, std::uint64_t{4}}) {
    Bytes changed = bytes;
    put(changed, at, size);
    EXPECT_NE(refusal(changed), "") << size;
  }
}

// Every dataset names the same bytes: together they would be far larger than the file.
TEST(Hdf5, DatasetsThatShareBytesAreRefused) {
  Bytes bytes = file("types.h5");
  const hdf5::Reader reader(bytes);
  const auto offset = [&](const char* path) {
    return static_cast<std::uint64_t>(reader.dataset(path).bytes.data() - bytes.data());
  };
  const std::uint64_t first = offset("numbers/f4"), second = offset("numbers/i4");
  Bytes changed = bytes;
  for (std::size_t i = 0; i + 8 <= changed.size(); ++i) {
    std::uint64_t value;
    std::memcpy(&value, changed.data() + i, 8);
    if (value == second) put(changed, i, first);
  }
  // One overlap is within the budget only if the file has slack; many never are.
  const std::string message = refusal(changed);
  if (!message.empty()) {
    EXPECT_NE(message.find("overlap"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace rondo
