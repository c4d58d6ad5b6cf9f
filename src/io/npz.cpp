// .npz: a zip archive whose members are .npy files; the key of an array is the member's name without ".npy".
#include <set>

#include "core/memory.h"
#include "io/file.h"
#include "io/foreign.h"
#include "io/npy_header.h"
#include "io/zip.h"
#include "rondo/core/error.h"
#include "rondo/io/npy.h"

namespace rondo {

const Array& NamedArrays::operator[](std::string_view key) const& {
  for (const auto& [name, array] : *this)
    if (name == key) return array;
  std::vector<std::string> keys;
  for (const auto& [name, array] : *this) keys.push_back(name);
  std::string known;
  for (const std::string& name : keys) known += (known.empty() ? "'" : ", '") + escaped(name) + "'";
  fail(Code::value, "there is no array '" + escaped(key) + "'." + did_you_mean(key, keys) +
                        (keys.empty() ? " There are none." : " There are: " + known));
}

NamedArrays npz_from_bytes(std::span<const std::byte> bytes, const std::string& what, Conversion conversion) {
  const std::string shown = "'" + escaped(what) + "'";
  if (bytes.empty()) fail(Code::format, shown + " is empty (0 bytes)");
  if (looks_like_npy(bytes)) fail(Code::format, shown + " is a single .npy array, not a .npz archive: read it with load_npy");
  if (!looks_like_zip(bytes)) fail(Code::format, shown + " is not a .npz archive" + looks_like(bytes));
  const ZipReader archive(bytes, shown);
  Index total = 0;
  for (const ZipEntry& entry : archive.entries()) total = checked_add(total, entry.size);
  check_memory(total, "unpacking " + shown);

  NamedArrays out;
  std::set<std::string> keys;
  for (const ZipEntry& entry : archive.entries()) {
    const std::vector<std::byte> content = archive.read(entry.name, entry.size);
    if (!looks_like_npy(content)) {
      const std::string kind = recognised(bytes);
      fail(Code::format, shown + " holds '" + escaped(entry.name) + "', which is not a .npy array" +
                             (kind.empty() || kind == "a zip archive" ? "" : "; the archive looks like " + kind));
    }
    std::string key = entry.name;
    if (key.ends_with(".npy")) key.resize(key.size() - 4);
    if (!keys.insert(key).second) fail(Code::format, shown + " holds two arrays named '" + escaped(key) + "'");
    out.emplace_back(key, npy_from_bytes(content, what + ": " + key, conversion));
  }
  return out;
}

std::vector<std::byte> npz_to_bytes(const NamedArrays& arrays) {
  ZipWriter archive;
  for (const auto& [key, array] : arrays) archive.add(key + ".npy", npy_to_bytes(array));
  return archive.finish();
}

NamedArrays load_npz(const std::string& path, Conversion conversion) {
  return npz_from_bytes(read_file(path), path, conversion);
}

void save_npz(const std::string& path, const NamedArrays& arrays) { write_file_atomic(path, npz_to_bytes(arrays)); }

}  // namespace rondo
