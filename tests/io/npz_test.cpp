// .npz against archives from NumPy, archives that lie, and mutated files of both kinds.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "io/npy_support.h"
#include "io/zip.h"
#include "rondo/io/npy.h"
#include "support/refused.h"

namespace rondo {
namespace {

using nlohmann::json;
using testing::bytes_of;
using testing::error_of;
using testing::from_hex;
using testing::npy_golden;

TEST(Npz, ReadsNumPysArchivesInTheirOrder) {
  for (const json& c : npy_golden()["archives"]) {
    const NamedArrays arrays = npz_from_bytes(from_hex(c["hex"]), "x.npz");
    ASSERT_EQ(arrays.size(), 3U);
    EXPECT_EQ(arrays[0].first, "X");
    EXPECT_EQ(arrays[0].second.text(), "[[0. 1. 2.]\n [3. 4. 5.]]");
    EXPECT_EQ(arrays[1].first, "y");
    EXPECT_EQ(arrays[1].second.text(), "[1. 2.]");
    EXPECT_EQ(arrays[2].first, "zeros");
    EXPECT_EQ(arrays[2].second.shape(), (Shape{50, 50}));
  }
}

TEST(Npz, FilesComeBackAndEqualContentGivesEqualBytes) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("rondo_npz_test_" + std::to_string(::getpid()) + ".npz")).string();
  const NamedArrays arrays = {{"X", Array{{1, 2}, {3, 4}}}, {"träin/y", Array{0.5}}, {"../../etc/passwd", Array(Shape{}, {7})}};
  save_npz(path, arrays);
  const NamedArrays back = load_npz(path);
  EXPECT_EQ(back["X"].text(), arrays[0].second.text());
  expect_refused(Code::value, "no array 'x'. Did you mean 'X'? There are: 'X', ", [&] { back["x"]; });
  expect_refused(Code::value, "There are none.", [] { NamedArrays()["x"]; });
  ASSERT_EQ(back.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {  // a name is a key, whatever it looks like
    EXPECT_EQ(back[i].first, arrays[i].first);
    EXPECT_EQ(back[i].second.text(), arrays[i].second.text());
  }
  std::filesystem::remove(path);
  EXPECT_EQ(npz_to_bytes(arrays), npz_to_bytes(back));
  EXPECT_TRUE(npz_from_bytes(npz_to_bytes({}), "none").empty());
}

TEST(Npz, Refusals) {
  EXPECT_EQ(error_of([] {
              npz_to_bytes({{"a", Array{1}}, {"a", Array{2}}});
            }),
            "value: a zip archive cannot hold two entries named 'a.npy'");
  const auto read = [](const std::vector<std::byte>& bytes) { return error_of([&] { npz_from_bytes(bytes, "x"); }); };
  EXPECT_EQ(read({}), "format: 'x' is empty (0 bytes)");
  EXPECT_EQ(read(npy_to_bytes(Array{1})), "format: 'x' is a single .npy array, not a .npz archive: read it with load_npy");
  EXPECT_EQ(read(bytes_of("a,b\n1,2\n")), "format: 'x' is not a .npz archive; it looks like CSV text");
  ZipWriter keras;
  keras.add("metadata.json", "{}");
  keras.add("config.json", "{}");
  keras.add("model.weights.h5", "\x89HDF\r\n\x1a\n");
  EXPECT_EQ(read(keras.finish()),
            "format: 'x' holds 'metadata.json', which is not a .npy array; the archive looks like a Keras model (.keras)");
  ZipWriter twice;
  twice.add("a.npy", npy_to_bytes(Array{1}));
  twice.add("a", npy_to_bytes(Array{2}));
  EXPECT_EQ(read(twice.finish()), "format: 'x' holds two arrays named 'a'");
  ZipWriter inner;
  inner.add("a.npy", bytes_of("\x93NUMPY\1"));
  EXPECT_EQ(read(inner.finish()), "format: 'x: a' is cut short: it ends after 7 bytes, inside the header");
}

// Whatever the bytes, reading ends in arrays or in an Error: nothing else, and no large allocation.
void mutate_and_read(std::vector<std::byte> seed, int rounds, unsigned key,
                     const std::function<void(std::span<const std::byte>)>& read) {
  std::mt19937 random(key);
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::byte> bytes = seed;
    for (std::size_t k = below(4) + 1; k > 0 && !bytes.empty(); --k) {
      const std::size_t at = below(bytes.size());
      switch (below(7)) {
        case 0:
          bytes.resize(at);
          break;
        case 1:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), below(20) + 1, static_cast<std::byte>(below(256)));
          break;
        case 2:
          bytes[at] = static_cast<std::byte>("0123456789(),' <>|-{}"[below(21)]);
          break;
        case 3:
          for (std::size_t i = at; i < std::min(bytes.size(), at + 8); ++i) bytes[i] = std::byte(0xFF);
          break;
        case 4:
          bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        default:
          bytes[at] = static_cast<std::byte>(below(256));
      }
    }
    try {
      read(bytes);
    } catch (const Error& error) {
      EXPECT_NE(error.code(), Code::internal) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, rounds / 4);  // the mutations do reach the checks
}

TEST(NpyFuzz, MutatedArraysAreReadOrRefused) {
  for (std::size_t i = 0; i < npy_golden()["read"].size(); i += 3) {
    mutate_and_read(from_hex(npy_golden()["read"][i]["hex"]), 400, static_cast<unsigned>(i),
                    [](std::span<const std::byte> bytes) {
                      npy_from_bytes(bytes, "x", Conversion::nearest);
                      npy_doubles(bytes, "x");
                    });
  }
}

TEST(NpyFuzz, MutatedHeadersAreReadOrRefused) {
  const auto whole = from_hex(npy_golden()["read"][0]["hex"]);
  for (unsigned k = 0; k < 10; ++k) {  // the header only, values left whole
    mutate_and_read({whole.begin(), whole.begin() + 80}, 400, k, [&](std::span<const std::byte> head) {
      std::vector<std::byte> bytes(head.begin(), head.end());
      bytes.insert(bytes.end(), whole.begin() + 80, whole.end());
      npy_from_bytes(bytes, "x", Conversion::nearest);
    });
  }
}

TEST(NpyFuzz, MutatedArchivesAreReadOrRefused) {
  unsigned key = 100;
  for (const json& c : npy_golden()["archives"]) {
    auto bytes = from_hex(c["hex"]);
    mutate_and_read(bytes, 2000, key++,
                    [](std::span<const std::byte> mutated) { npz_from_bytes(mutated, "x", Conversion::nearest); });
  }
  mutate_and_read(npz_to_bytes({{"a", Array{1, 2}}, {"b", Array{3}}}), 4000, key,
                  [](std::span<const std::byte> mutated) { npz_from_bytes(mutated, "x", Conversion::nearest); });
}

}  // namespace
}  // namespace rondo
