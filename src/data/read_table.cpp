// A table from a file of either kind.
#include <filesystem>
#include <fstream>

#include "data/text.h"
#include "io/file.h"
#include "io/zip.h"
#include "rondo/core/error.h"
#include "rondo/data/table.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

bool ends_with(const std::string& path, std::string_view end) {
  if (path.size() < end.size()) return false;
  for (std::size_t i = 0; i < end.size(); ++i) {
    const char c = path[path.size() - end.size() + i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != end[i]) return false;
  }
  return true;
}

// By the first bytes where they can be looked at without taking them away.
bool is_array(const std::string& path) {
  if (ends_with(path, ".npy") || ends_with(path, ".npz")) return true;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  char head[6] = {};
  std::ifstream(path, std::ios::binary).read(head, sizeof head);
  return std::string_view(head, sizeof head) == "\x93NUMPY";
}

Table table_of(const Shape& shape, const std::vector<double>& values, const std::string& path) {
  if (shape.rank() != 1 && shape.rank() != 2) {
    std::string why = in_quotes(path) + " is an array " + shape.text() + "; a table is one of (rows, columns) or (rows,).";
    if (shape.rank() == 3) {
      why += " It is " + grouped(shape[0]) + " samples of " + grouped(shape[1]) + " time steps of " + grouped(shape[2]) +
             " features, ready for a network: `rondo fit` and `rondo predict` read such arrays. One sample of it, X[0], is a "
             "table.";
    }
    fail(Code::shape, why);
  }
  const auto columns = static_cast<std::size_t>(shape.rank() == 2 ? shape[1] : 1);
  const auto rows = static_cast<std::size_t>(shape[0]);
  if (rows == 0 || columns == 0) fail(Code::format, in_quotes(path) + " is an array " + shape.text() + ": it holds no values.");
  if (columns > 65'536) {
    fail(Code::shape, in_quotes(path) + " has " + grouped(static_cast<Index>(columns)) +
                          " columns, and a table at most 65,536. Rows are time "
                          "and columns are features: is the array turned? X.T turns it.");
  }
  Csv out;
  out.rows = shape[0];
  out.one_line_rows = false;
  for (std::size_t c = 0; c < columns; ++c) {
    Column column;
    column.name = "c" + std::to_string(c);
    column.numbers.reserve(rows);
    for (std::size_t r = 0; r < rows; ++r) column.numbers.push_back(values[r * columns + c]);
    out.columns.push_back(std::move(column));
  }
  return Table(std::move(out), path);
}

// Several arrays of one length are columns.
Table table_of(const ZipReader& archive, const std::string& path) {
  Csv out;
  out.one_line_rows = false;
  for (const ZipEntry& entry : archive.entries()) {
    const std::string key = ends_with(entry.name, ".npy") ? entry.name.substr(0, entry.name.size() - 4) : entry.name;
    NpyDoubles array = npy_doubles(archive.read(entry.name), path + ": " + key);
    const bool first = out.columns.empty();
    if (array.shape.rank() != 1 || (!first && array.shape[0] != out.rows)) {
      fail(Code::shape,
           in_quotes(path) + " holds " + grouped(static_cast<Index>(archive.entries().size())) +
               " arrays: " + listed(archive.names()) + ". They are a table if each is a column, (rows,), all of " +
               "one length; " + in_quotes(key) + " is " + array.shape.text() +
               (first || array.shape.rank() != 1 ? "" : ", the ones before are (" + std::to_string(out.rows) + ",)") +
               ". Or save the one you mean as a .npy file.");
    }
    if (array.shape[0] == 0) fail(Code::format, in_quotes(path) + ": array " + in_quotes(key) + " holds no values.");
    out.rows = array.shape[0];
    Column column;
    column.name = key;
    column.numbers = std::move(array.values);
    out.columns.push_back(std::move(column));
  }
  if (out.columns.empty()) fail(Code::shape, in_quotes(path) + " holds no array");
  return Table(std::move(out), path);
}

}  // namespace

Table read_table(const std::string& path, const CsvOptions& options) {
  if (!is_array(path)) return read_csv(path, options);
  if (!ends_with(path, ".npz")) {
    const NpyDoubles array = npy_doubles(read_file(path), path);
    return table_of(array.shape, array.values, path);
  }
  const std::vector<std::byte> bytes = read_file(path);
  const ZipReader archive(bytes, in_quotes(path));
  if (archive.entries().size() != 1) return table_of(archive, path);
  const NpyDoubles array = npy_doubles(archive.read(archive.entries()[0].name), path);
  return table_of(array.shape, array.values, path);
}

}  // namespace rondo
