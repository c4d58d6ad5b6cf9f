// Archives both ways, and archives that lie about what they hold.
#include "io/zip.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <cstring>

#include "io/npy_support.h"

namespace rondo {
namespace {

using testing::bytes_of;
using testing::error_of;

using Bytes = std::vector<std::byte>;

void put(Bytes& bytes, std::size_t at, std::uint64_t value, int n) {
  for (int k = 0; k < n; ++k) bytes[at + static_cast<std::size_t>(k)] = static_cast<std::byte>(value >> (8 * k) & 0xFF);
}
std::size_t find(const Bytes& bytes, const std::string& what, std::size_t from = 0) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find(what, from);
}

Bytes two_entries() {
  ZipWriter writer;
  writer.add("config.json", "{\"a\": 1}");
  writer.add("model.weights.h5", Bytes(1000, std::byte(7)));
  return writer.finish();
}

// A deflated archive by libzip itself.
Bytes deflated(const Bytes& content) {
  zip_error_t error;
  zip_source_t* out = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(out);
  zip_t* archive = zip_open_from_source(out, ZIP_TRUNCATE, &error);
  zip_file_add(archive, "zeros", zip_source_buffer(archive, content.data(), content.size(), 0), 0);
  zip_set_file_compression(archive, 0, ZIP_CM_DEFLATE, 9);
  zip_close(archive);
  zip_source_open(out);
  zip_source_seek(out, 0, SEEK_END);
  Bytes bytes(static_cast<std::size_t>(zip_source_tell(out)));
  zip_source_seek(out, 0, SEEK_SET);
  zip_source_read(out, bytes.data(), bytes.size());
  zip_source_close(out);
  zip_source_free(out);
  return bytes;
}

TEST(Zip, WritesStoredEntriesThatComeBack) {
  const Bytes bytes = two_entries();
  const ZipReader reader(bytes);
  EXPECT_EQ(reader.names(), (std::vector<std::string>{"config.json", "model.weights.h5"}));
  EXPECT_TRUE(reader.contains("config.json"));
  EXPECT_FALSE(reader.contains("config"));
  EXPECT_EQ(reader.read("config.json"), bytes_of("{\"a\": 1}"));
  EXPECT_EQ(reader.read("model.weights.h5", 1000), Bytes(1000, std::byte(7)));
  EXPECT_FALSE(reader.entries()[1].deflated);
  EXPECT_EQ(reader.entries()[1].size, 1000);
  EXPECT_NE(find(bytes, std::string(8, '\7')), std::string::npos);  // stored, as Keras stores them
}

TEST(Zip, EqualContentGivesEqualBytes) {
  EXPECT_EQ(two_entries(), two_entries());
  const Bytes bytes = two_entries();
  EXPECT_EQ(bytes[10], std::byte(0));  // time 00:00:00, date 1980-01-01
  EXPECT_EQ(bytes[12], std::byte(0x21));
  ZipWriter writer;
  writer.add("a", "1");
  writer.finish();
  EXPECT_TRUE(ZipReader(writer.finish()).entries().empty());  // finish empties it
}

TEST(Zip, ReadsDeflatedEntries) {
  const Bytes zeros(100000, std::byte(0));
  const Bytes bytes = deflated(zeros);
  const ZipReader reader(bytes);
  EXPECT_TRUE(reader.entries()[0].deflated);
  EXPECT_EQ(reader.read("zeros"), zeros);
  EXPECT_EQ(error_of([&] { reader.read("zeros", 99999); }),
            "format: zip archive: entry 'zeros' unpacks to 97.7 KB, more than the 97.7 KB allowed for it");
}

TEST(Zip, Refusals) {
  ZipWriter writer;
  writer.add("a", "1");
  EXPECT_EQ(error_of([&] { writer.add("a", "2"); }), "value: a zip archive cannot hold two entries named 'a'");
  EXPECT_TRUE(error_of([&] { writer.add(std::string_view("a\0b", 3), "2"); }).starts_with("value: "));
  EXPECT_TRUE(error_of([&] { writer.add(std::string(70000, 'x'), "2"); }).starts_with("value: "));
  const Bytes bytes = two_entries();
  const ZipReader reader(bytes, "m.keras");
  EXPECT_EQ(error_of([&] { reader.read("x"); }), "format: m.keras has no entry 'x'; it has 'config.json', 'model.weights.h5'");
  EXPECT_TRUE(error_of([] { ZipReader none(Bytes{}); }).starts_with("format: zip archive is not a sound zip archive: "));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_TRUE(error_of([&] { ZipReader(std::span(bytes).first(n)); }).starts_with("format: ")) << n;
  }
}

TEST(Zip, ChecksumsAreCompared) {
  Bytes bytes = two_entries();
  bytes[find(bytes, std::string(8, '\7'))] = std::byte(8);
  const ZipReader reader(bytes);
  EXPECT_EQ(error_of([&] { reader.read("model.weights.h5"); }),
            "format: zip archive: entry 'model.weights.h5' is damaged: CRC error");
}

TEST(Zip, SizesThatCannotBeAreRefusedAtOnce) {
  const Bytes whole = deflated(Bytes(1000, std::byte(0)));
  const std::size_t directory = find(whole, "PK\1\2");
  Bytes bytes = whole;
  put(bytes, directory + 24, 0xFFFFFFFE, 4);  // unpacked: 4 GB
  EXPECT_EQ(
      error_of([&] { ZipReader lying(bytes); }),
      "format: zip archive is not a sound zip archive: entry 'zeros' declares 4.0 GB, more than its packed bytes can hold");
  bytes = whole;
  put(bytes, directory + 20, 0x7FFFFFFF, 4);  // packed: 2 GB
  EXPECT_TRUE(error_of([&] { ZipReader lying(bytes); }).starts_with("format: ")) << error_of([&] { ZipReader lying(bytes); });
  bytes = whole;
  put(bytes, directory + 24, 2000, 4);  // more than comes out
  const ZipReader reader(bytes);
  EXPECT_TRUE(error_of([&] { reader.read("zeros"); }).starts_with("format: zip archive: entry 'zeros' "));
  bytes = whole;
  put(bytes, directory + 24, 10, 4);  // less than comes out
  const ZipReader shorter(bytes);
  EXPECT_TRUE(error_of([&] { shorter.read("zeros"); }).starts_with("format: zip archive: entry 'zeros' "));
}

TEST(Zip, ManyDeclaredEntriesDoNotBookMemory) {
  // A 64-bit end record that declares 2^32 entries, its locator, and the ordinary end record.
  Bytes bytes(56 + 20 + 22);
  std::memcpy(bytes.data(), "PK\6\6", 4);
  put(bytes, 4, 44, 8);
  put(bytes, 12, 45, 2);
  put(bytes, 14, 45, 2);
  put(bytes, 24, std::uint64_t(1) << 32, 8);
  put(bytes, 32, std::uint64_t(1) << 32, 8);
  std::memcpy(bytes.data() + 56, "PK\6\7", 4);
  put(bytes, 72, 1, 4);
  std::memcpy(bytes.data() + 76, "PK\5\6", 4);
  put(bytes, 84, 0xFFFF, 2);
  put(bytes, 86, 0xFFFF, 2);
  put(bytes, 88, 0xFFFFFFFF, 4);
  put(bytes, 92, 0xFFFFFFFF, 4);
  EXPECT_EQ(error_of([&] { ZipReader reader(bytes); }),
            "format: zip archive is not a sound zip archive: it declares more entries than it has room for");
}

TEST(Zip, TwoEntriesOfOneNameAreRefused) {
  ZipWriter writer;
  writer.add("aa", "1");
  writer.add("ab", "2");
  Bytes bytes = writer.finish();
  for (std::size_t at = find(bytes, "ab"); at != std::string::npos; at = find(bytes, "ab", at)) bytes[at + 1] = std::byte('a');
  EXPECT_EQ(error_of([&] { ZipReader reader(bytes); }),
            "format: zip archive is not a sound zip archive: two entries are named 'aa'");
}

TEST(Zip, OtherMethodsAndEncryptionAreRefusedByName) {
  Bytes bytes = two_entries();
  put(bytes, find(bytes, "PK\1\2") + 10, 12, 2);  // bzip2
  EXPECT_EQ(error_of([&] { ZipReader reader(bytes); }),
            "unsupported: zip archive: entry 'config.json' is packed by method 12; only stored and deflated entries are read");
  bytes = two_entries();
  put(bytes, find(bytes, "PK\1\2") + 8, 1, 2);
  EXPECT_EQ(error_of([&] { ZipReader reader(bytes); }), "unsupported: zip archive: entry 'config.json' is encrypted");
}

}  // namespace
}  // namespace rondo
