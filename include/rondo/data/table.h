// Table: named columns of equal length, each of numbers (double; a missing value is NaN) or of text. Rows are time, oldest
// first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/io/csv.h"

namespace rondo {

// Column names where one is usual: .target = "load" or .target = {"load", "price"}.
class Names {
 public:
  Names() = default;
  Names(const char* one) : names_{one} {}
  Names(std::string one) : names_{std::move(one)} {}
  Names(std::initializer_list<std::string> several) : names_(several) {}
  Names(std::vector<std::string> several) : names_(std::move(several)) {}
  const std::vector<std::string>& all() const { return names_; }
  bool empty() const { return names_.empty(); }

 private:
  std::vector<std::string> names_;
};

// A handle on shared columns: copying a table, or framing it, copies no values.
class Table {
 public:
  Table() = default;
  // An array (rows, columns), or (rows,) for one column; without names they are c0, c1, ...
  // Throws Error(shape) for other arrays or a wrong number of names, Error(value) for a name given twice.
  explicit Table(const Array& values, const std::vector<std::string>& names = {});
  explicit Table(Csv csv, const std::string& source = "");

  // Appends a column. Throws Error(value) if the name is taken or the number of rows differs.
  Table& add(const std::string& name, std::vector<double> numbers);
  Table& add_text(const std::string& name, const std::vector<std::string>& labels);

  Index rows() const { return rows_; }
  Index columns() const { return static_cast<Index>(columns_.size()); }
  std::vector<std::string> names() const;
  std::vector<std::string> number_names() const;
  std::vector<std::string> text_names() const;
  bool has(std::string_view name) const { return find(name) != nullptr; }

  // Throws Error(value) with the nearest name: "no column 'Pasengers' in data.csv. Did you mean 'Passengers'?"
  const Column& column(std::string_view name) const;
  const Column& column(Index i) const;
  std::shared_ptr<const Column> share(std::string_view name) const;  // as column()

  // The first text column, usually the date; nullptr if there is none.
  std::shared_ptr<const Column> labels() const;
  // "row 17", with what is known of it: "row 17 (line 19, 1950-06)". Rows count from 0, lines from 1.
  std::string row_text(Index row) const;
  const std::string& source() const { return source_; }  // the file, for messages; "" if none

  // Row i is what was row order[i]; throws Error(value) if one is out of range. A column that no other table holds is given up
  // before the next one is built, so that no more than one is held twice.
  Table in_order(std::span<const std::uint32_t> order) &&;

  // One line per column: name, kind, first and last value, missing values.
  std::string text() const;

 private:
  std::shared_ptr<const Column> find(std::string_view name) const;
  Table& append(Column column);
  std::vector<std::shared_ptr<const Column>> columns_;
  Index rows_ = 0;
  Index first_line_ = 0;  // 0: not known
  std::string source_;
};

std::ostream& operator<<(std::ostream& out, const Table& table);

// The table in a file, by what it holds: CSV (see rondo/io/csv.h); a NumPy array (rows, columns) or (rows,) in .npy, or
// alone in .npz: its columns are c0, c1, ...; several arrays (rows,) in .npz: each is a column of its own name. Numbers stay in
// double. Throws as read_csv and load_npy do, and Error(shape) for arrays of other axes, saying what to do with them.
Table read_table(const std::string& path, const CsvOptions& options = {});

// See rondo/io/csv.h for what is read and refused.
Table read_csv(const std::string& path, const CsvOptions& options = {});

}  // namespace rondo
