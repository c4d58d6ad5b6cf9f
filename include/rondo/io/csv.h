// CSV: RFC 4180 and what files in the wild do beyond it (CRLF or lone CR, a byte order mark, semicolons or tabs, missing
// values). Numbers are read in double, always with the same decimal point whatever the machine's locale says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

struct CsvOptions {
  char separator = 0;                     // 0: guessed among tab ; , and |
  std::optional<bool> header = {};        // absent: the first row is a header unless it holds only numbers and dates
  char decimal = 0;                       // '.' or ','; 0: '.', or ',' where the numbers say so (see Csv::decimal)
  std::vector<std::string> text = {};     // columns to keep as text, whatever they hold
  std::vector<std::string> missing = {};  // more spellings of a missing value: {"-", "-999"}
};

// The cells of a text column, one after the other in one block of memory.
class Labels {
 public:
  Index size() const { return static_cast<Index>(ends_.size()); }
  std::string_view operator[](Index row) const {
    const auto i = static_cast<std::size_t>(row);
    const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  void push_back(std::string_view label) {
    bytes_ += label;
    ends_.push_back(bytes_.size());
  }
  void reserve(std::size_t labels, std::size_t bytes) {
    ends_.reserve(labels);
    bytes_.reserve(bytes);
  }
  // Gives back what is not used; a sixteenth more than needed is kept rather than copied.
  void shrink() {
    if (bytes_.capacity() - bytes_.size() > bytes_.size() / 16) bytes_.shrink_to_fit();
    if (ends_.capacity() - ends_.size() > ends_.size() / 16) ends_.shrink_to_fit();
  }

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

// A named column: numbers (a missing value is NaN) or text.
struct Column {
  std::string name;
  bool text = false;
  std::vector<double> numbers;
  Labels labels;
  Index rows() const { return text ? labels.size() : static_cast<Index>(numbers.size()); }
};

// What a CSV file holds. A column is text when most of the values in the file's first 256 KiB are; after that one text cell in
// a number column is an error that names line and column. An empty name becomes c0, c1, ... by position; without a header all
// do.
struct Csv {
  std::vector<Column> columns;
  Index rows = 0;
  char separator = ',';
  // Guessed to be ',' if cells are not separated by it, some number has one (0,5 or 12,75; 1,234 could be a thousand) and none
  // a point.
  char decimal = '.';
  bool header = true;
  Index first_line = 0;       // line number of the first data row, counted from 1
  bool one_line_rows = true;  // every row stands on one line, so that row i is line first_line + i
};

// Missing: an empty cell, NA, N/A, #N/A, NaN, null, none, nil, n.a., ?, -, --, ., .. (any case), the errors of spreadsheets
// (#DIV/0!, #VALUE!, ...) and CsvOptions::missing. A blank line is skipped,
// but in a file of one column it is a missing value unless nothing follows. Throws Error(not_found) if the file cannot be read;
// Error(format), with line and column, on everything else: an empty file, a file that is no CSV (says what it looks like), a
// row with more or fewer cells than the header, text in a number column, a number out of double's range, a column named twice,
// an open quote, a NUL byte, a row of more than 16 MiB, more than 65,536 columns. Memory: what is returned, plus the longest
// row, plus about 1 MiB.
Csv read_csv_columns(const std::string& path, const CsvOptions& options = {});
// The same from bytes; `name` stands for the path in messages.
Csv parse_csv(std::string_view bytes, const std::string& name, const CsvOptions& options = {});

}  // namespace rondo
