// Signatures of the files people have at hand.
#include "io/foreign.h"

#include <algorithm>
#include <string_view>

#include "io/zip.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view start;
  const char* what;
};

constexpr Signature signatures[] = {
    {"\x93NUMPY"sv, "a NumPy .npy array"},
    {"\x89HDF\r\n\x1a\n"sv, "an HDF5 file (a Keras .h5 file is one)"},
    {"\x1f\x8b"sv, "a gzip archive (unpack it first)"},
    {"BZh"sv, "a bzip2 archive (unpack it first)"},
    {"\xfd"
     "7zXZ"sv,
     "an xz archive (unpack it first)"},
    {"\x28\xb5\x2f\xfd"sv, "a zstd archive (unpack it first)"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive (unpack it first)"},
    {"%PDF"sv, "a PDF document"},
    {"\x89PNG"sv, "a PNG image"},
    {"\xff\xd8\xff"sv, "a JPEG image"},
    {"GIF8"sv, "a GIF image"},
    {"PAR1"sv, "a Parquet file"},
    {"ARROW1"sv, "an Arrow (Feather) file"},
    {"SQLite format 3"sv, "an SQLite database"},
    {"MATLAB 5.0"sv, "a MATLAB file"},
    {"\x7f"
     "ELF"sv,
     "a program"},
    {"\x80\x02"sv, "a Python pickle"},
    {"\x80\x03"sv, "a Python pickle"},
    {"\x80\x04"sv, "a Python pickle"},
    {"\x80\x05"sv, "a Python pickle"},
    {"\xff\xfe"sv, "UTF-16 text"},
    {"\xfe\xff"sv, "UTF-16 text"},
};

std::string zip_kind(std::span<const std::byte> bytes) {
  try {
    const ZipReader archive(bytes);
    if (archive.contains("model.weights.h5") || (archive.contains("config.json") && archive.contains("metadata.json"))) {
      return "a Keras model (.keras)";
    }
    bool arrays = !archive.entries().empty();
    for (const std::string& name : archive.names()) {
      if (name == "[Content_Types].xml") return "an Office document (save the sheet as CSV)";
      if (name.size() >= 8 && name.substr(name.size() - 8) == "data.pkl") return "a PyTorch file";
      arrays = arrays && name.size() >= 4 && name.substr(name.size() - 4) == ".npy";
    }
    return arrays ? "a NumPy .npz archive" : "a zip archive";
  } catch (const Error&) {
    return "a damaged zip archive";
  }
}

std::string text_kind(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t commas = 0, lines = 0, digits = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') return {};
    commas += c == ',' || c == ';' || c == '\t';
    lines += c == '\n';
    digits += c >= '0' && c <= '9';
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  if (text[first] == '{' || text[first] == '[') return "JSON text";
  if (text[first] == '<') return "an HTML or XML page";
  if (commas > 0 && digits > 0) return "CSV text";
  return lines > 0 || text.size() >= 16 ? "text" : "";
}

}  // namespace

std::string recognised(std::span<const std::byte> bytes) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (looks_like_zip(bytes)) return zip_kind(bytes);
  for (const Signature& signature : signatures) {
    if (all.starts_with(signature.start)) return signature.what;
  }
  return text_kind(all.substr(0, 4096));
}

std::string looks_like(std::span<const std::byte> bytes) {
  const std::string what = recognised(bytes);
  return what.empty() ? what : "; it looks like " + what;
}

}  // namespace rondo
