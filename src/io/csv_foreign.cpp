#include "io/csv_foreign.h"

namespace rondo::csv {

std::string foreign(std::string_view b) {
  struct Magic {
    std::string_view bytes;
    const char* what;
  };
  using namespace std::string_view_literals;
  static const Magic known[] = {
      {"PK\x03\x04"sv, "a zip archive (an Excel workbook .xlsx, a .npz or a .keras file)"},
      {"PK\x05\x06"sv, "an empty zip archive"},
      {"\x93NUMPY"sv, "a NumPy array (.npy)"},
      {"\x89HDF\r\n"sv, "an HDF5 file (.h5)"},
      {"\x1f\x8b"sv, "a gzip file: unpack it first (gunzip)"},
      {"\x28\xb5\x2f\xfd"sv, "a zstd file: unpack it first (unzstd)"},
      {"BZh"sv, "a bzip2 file: unpack it first (bunzip2)"},
      {"\xfd"
       "7zXZ"sv,
       "an xz file: unpack it first (unxz)"},
      {"PAR1"sv, "a Parquet file"},
      {"ARROW1"sv, "an Arrow file"},
      {"SQLite format 3"sv, "an SQLite database"},
      {"\xd0\xcf\x11\xe0"sv, "an old Excel workbook (.xls)"},
      {"\x89PNG"sv, "a PNG picture"},
      {"\xff\xd8\xff"sv, "a JPEG picture"},
      {"%PDF-"sv, "a PDF document"},
      {"\x7f"
       "ELF"sv,
       "a program"},
      {"\xff\xfe"sv, "UTF-16 text: save it as UTF-8"},
      {"\xfe\xff"sv, "UTF-16 text: save it as UTF-8"},
      {"<!DOCTYPE"sv, "a web page (HTML)"},
      {"<html"sv, "a web page (HTML)"},
      {"<?xml"sv, "an XML file"},
  };
  for (const Magic& m : known) {
    if (b.substr(0, m.bytes.size()) == m.bytes) return m.what;
  }
  const std::size_t first = b.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos &&
      (b[first] == '{' || (b[first] == '[' && b.find_first_of("{[\"", first + 1) == first + 1))) {
    return "a JSON file";
  }
  return {};
}

}  // namespace rondo::csv
