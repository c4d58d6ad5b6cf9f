// Zip archives in memory, over libzip: what .npz and .keras files are.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

struct zip;  // libzip

namespace rondo {

// True if the bytes start as a zip archive does.
bool looks_like_zip(std::span<const std::byte> bytes);

struct ZipEntry {
  std::string name;  // as it is in the archive: a key, never a path to be opened
  Index size = 0;    // unpacked, as declared
  Index stored = 0;  // packed
  bool deflated = false;
};

// Reads entries of an archive. `bytes` must outlive the reader. The directory is checked when it is opened: no two entries of
// one name, no encryption, only stored and deflated entries, no entry that declares more than it could unpack to.
class ZipReader {
 public:
  // what: names the archive in errors.
  explicit ZipReader(std::span<const std::byte> bytes, const std::string& what = "zip archive");
  ZipReader(ZipReader&&) noexcept;
  ZipReader& operator=(ZipReader&&) noexcept;
  ~ZipReader();

  const std::vector<ZipEntry>& entries() const { return entries_; }
  std::vector<std::string> names() const;  // in the archive's order
  bool contains(std::string_view name) const;

  // The unpacked bytes, checksum verified. Throws Error(format) if there is no such entry (listing those there are), if it is
  // damaged, or if it is larger than `limit`.
  std::vector<std::byte> read(std::string_view name, Index limit) const;
  std::vector<std::byte> read(std::string_view name) const;  // limit: this machine's memory

  struct Close {
    void operator()(zip* archive) const noexcept;
  };

 private:
  std::string what_;
  std::vector<ZipEntry> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;  // of each name
  std::unique_ptr<zip, Close> archive_;
};

// Writes an archive of stored entries with a fixed date: equal content gives equal bytes.
class ZipWriter {
 public:
  void add(std::string_view name,
           std::span<const std::byte> bytes);  // copies the bytes; throws Error(value) for a name given twice
  void add(std::string_view name, std::string_view text);
  std::vector<std::byte> finish();  // the archive; the writer is then empty

 private:
  struct Entry {
    std::string name;
    std::vector<std::byte> bytes;
  };
  std::vector<Entry> entries_;
};

}  // namespace rondo
