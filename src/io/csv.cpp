// From records to columns: separator, header and kinds are guessed from the first block, then every row is read once.
#include "rondo/io/csv.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "io/csv_cells.h"
#include "io/csv_foreign.h"
#include "io/csv_records.h"
#include "io/number.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using csv::Cell;
using csv::Number;

constexpr std::size_t head_size = std::size_t{256} << 10;
constexpr std::size_t sample_rows = 1000;
constexpr std::size_t sample_block = std::size_t{4} << 10;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

class Reader {
 public:
  Reader(std::string_view head, csv::Bytes& rest, std::string name, const CsvOptions& options)
      : name_(std::move(name)), options_(options), head_(head), rest_(rest) {}

  Csv read();

 private:
  enum class Kind : std::uint8_t { open, number, text };  // open: no value seen yet
  enum class Value { number, missing, text, too_large };

  [[noreturn]] void refuse(Index line, const std::string& what) const {
    fail(Code::format, escaped(name_) + ", line " + std::to_string(line) + ": " + what);
  }
  Value classify(std::string_view cell, double& value) const;
  bool is_missing(std::string_view cell) const;
  char guess_separator() const;
  char guess_decimal() const;
  bool guess_header(const std::vector<Cell>& first) const;
  void guess_kinds(char separator);
  void reserve(Index rows, std::uint64_t bytes, const std::vector<std::uint64_t>& label_bytes);
  void name_columns(const std::vector<Cell>* header, Index line, std::size_t count);
  void add_row(const std::vector<Cell>& cells, Index line);
  void add_cell(std::size_t column, std::string_view cell, Index line);
  [[noreturn]] void refuse_text(std::size_t column, std::string_view cell, Index line) const;
  void drop_empty_nameless();

  const std::string name_;
  const CsvOptions& options_;
  std::string_view head_;
  csv::Bytes& rest_;
  Csv out_;
  std::vector<Kind> kinds_;
  std::vector<bool> nameless_;
};

bool Reader::is_missing(std::string_view cell) const {
  return csv::spells_missing(cell) ||
         std::find(options_.missing.begin(), options_.missing.end(), cell) != options_.missing.end();
}

Reader::Value Reader::classify(std::string_view cell, double& value) const {
  cell = csv::trimmed(cell);
  const Number number = csv::parse_number(cell, out_.decimal, value);
  if (number == Number::ok) {
    if (value != value) return Value::missing;
    return options_.missing.empty() || !is_missing(cell) ? Value::number : Value::missing;
  }
  if (is_missing(cell)) return Value::missing;
  return number == Number::too_large ? Value::too_large : Value::text;
}

// The first of tab ; , | that cuts every row of the sample into the same number of cells (more than one); if none does, the one
// that the first row has most of. ; comes before , because of decimal commas.
char Reader::guess_separator() const {
  char most = options_.decimal == ',' ? ';' : ',';
  std::size_t most_cells = 1;
  for (const char candidate : {'\t', ';', ',', '|'}) {
    if (candidate == options_.decimal) continue;
    csv::MemoryBytes bytes(head_);
    csv::Records records(bytes, candidate, name_, sample_block);
    std::vector<Cell> cells;
    std::vector<std::size_t> counts;
    try {
      while (counts.size() < 100 && records.next(cells)) {
        if (!cells.empty()) counts.push_back(cells.size());
      }
    } catch (const Error&) {
      // The real reading reports it.
    }
    if (counts.size() > 1 && head_.size() == head_size) counts.pop_back();  // may be cut off
    if (counts.empty() || counts[0] == 1) continue;
    if (std::equal(counts.begin() + 1, counts.end(), counts.begin())) return candidate;
    if (counts[0] > most_cells) {
      most = candidate;
      most_cells = counts[0];
    }
  }
  return most;
}

// See Csv::decimal.
char Reader::guess_decimal() const {
  if (out_.separator == ',') return '.';
  csv::MemoryBytes bytes(head_);
  csv::Records records(bytes, out_.separator, name_, sample_block);
  std::vector<Cell> cells;
  bool comma = false;
  try {
    for (std::size_t row = 0; row < sample_rows && records.next(cells); ++row) {
      for (const Cell& cell : cells) {
        const std::string_view text = csv::trimmed(cell.text);
        double value = 0;
        if (const std::size_t at = text.find(','); at == std::string_view::npos) {
          if (text.find('.') != std::string_view::npos && csv::parse_number(text, '.', value) == Number::ok) return '.';
        } else if (csv::parse_number(text, ',', value) == Number::ok) {
          const bool grouped = text.size() == at + 4 && at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9' &&
                               text.substr(0, at) != "0" && text.substr(0, at) != "-0";
          comma = comma || !grouped;
        }
      }
    }
  } catch (const Error&) {
    // The real reading reports it.
  }
  return comma ? ',' : '.';
}

bool Reader::guess_header(const std::vector<Cell>& first) const {
  if (options_.header) return *options_.header;
  bool any = false;
  for (const Cell& cell : first) {
    double value = 0;
    const Value kind = classify(cell.text, value);
    if (kind == Value::missing) continue;
    if (kind == Value::text && !csv::date_like(csv::trimmed(cell.text))) return true;
    any = any || kind == Value::number;
  }
  return !any;
}

void Reader::guess_kinds(char separator) {
  csv::MemoryBytes bytes(head_);
  csv::Records records(bytes, separator, name_, sample_block);
  std::vector<Cell> cells;
  std::vector<std::array<Index, 2>> seen(kinds_.size());  // numbers, texts
  std::vector<std::uint64_t> label_bytes(kinds_.size());
  std::uint64_t begin = 0, end = 0;  // of the rows sampled
  std::size_t row = 0;
  try {
    bool first = out_.header;
    while (row < sample_rows && records.next(cells)) {
      if (cells.empty()) continue;
      if (first) {
        first = false;
        begin = records.bytes();
        continue;
      }
      ++row;
      end = records.bytes();
      for (std::size_t c = 0; c < std::min(cells.size(), seen.size()); ++c) label_bytes[c] += cells[c].text.size();
      for (std::size_t c = 0; c < std::min(cells.size(), seen.size()); ++c) {
        double value = 0;
        const Value kind = classify(cells[c].text, value);
        if (kind != Value::missing) ++seen[c][kind == Value::text ? 1 : 0];
      }
    }
  } catch (const Error&) {
    // The real reading reports it.
  }
  for (std::size_t c = 0; c < kinds_.size(); ++c) {
    if (kinds_[c] == Kind::text || seen[c][0] + seen[c][1] == 0) continue;
    kinds_[c] = seen[c][1] > seen[c][0] ? Kind::text : Kind::number;
  }
  if (row == sample_rows) reserve(static_cast<Index>(row), end - begin, label_bytes);
}

// Room for the rows that the rest of a file as long as this must have if it goes on like the rows sampled, and a little more:
// columns then grow in place, not by being copied to twice their size. Address space only until it is used.
void Reader::reserve(Index rows, std::uint64_t bytes, const std::vector<std::uint64_t>& label_bytes) {
  if (rest_.size() == 0 || bytes == 0) return;
  const double scale = 1.03 * static_cast<double>(rest_.size()) / static_cast<double>(bytes);
  const auto scaled = [&](double n) { return static_cast<std::size_t>(n * scale); };
  try {
    for (std::size_t c = 0; c < kinds_.size(); ++c) {
      if (kinds_[c] == Kind::number) out_.columns[c].numbers.reserve(scaled(static_cast<double>(rows)));
      if (kinds_[c] == Kind::text) {
        out_.columns[c].labels.reserve(scaled(static_cast<double>(rows)), scaled(static_cast<double>(label_bytes[c])));
      }
    }
  } catch (const std::exception&) {
    // A wish, not a need: reading says what is wrong with such a file.
  }
}

void Reader::name_columns(const std::vector<Cell>* header, Index line, std::size_t count) {
  std::map<std::string, std::size_t, std::less<>> taken;
  for (std::size_t c = 0; c < count; ++c) {
    std::string name = header ? std::string(csv::trimmed((*header)[c].text)) : "";
    nameless_.push_back(name.empty());
    if (name.empty()) name = "c" + std::to_string(c);
    const auto [it, fresh] = taken.emplace(name, c);
    if (!fresh) {
      refuse(line, "columns " + std::to_string(it->second + 1) + " and " + std::to_string(c + 1) + " are both named " +
                       csv::quoted(name) + ". Give each column a name of its own.");
    }
    out_.columns.emplace_back();
    out_.columns.back().name = std::move(name);
    kinds_.push_back(Kind::open);
  }
  for (const std::string& name : options_.text) {
    const auto it = taken.find(name);
    if (it == taken.end()) {
      std::vector<std::string> known;
      for (const auto& [n, c] : taken) known.push_back(n);
      fail(Code::value,
           "no column " + csv::quoted(name) + " in " + escaped(name_) + " to keep as text." + did_you_mean(name, known));
    }
    kinds_[it->second] = Kind::text;
  }
}

void Reader::refuse_text(std::size_t column, std::string_view cell, Index line) const {
  std::string why =
      "column " + csv::quoted(out_.columns[column].name) + " holds numbers, but " + csv::quoted(cell) + " is not one.";
  double value = 0;
  std::string digits(cell);
  std::erase(digits, ',');
  const bool comma = out_.decimal == '.' && cell.find(',') != std::string_view::npos &&
                     csv::parse_number(csv::trimmed(digits), '.', value) == Number::ok;
  if (comma) {
    why += " If ',' is the decimal mark, read the file with CsvOptions{.decimal = ','}; if it groups thousands, take it out.";
  } else if (csv::date_like(csv::trimmed(cell)) || cell.size() > 20) {
    why += " If the column is text or a date, read the file with CsvOptions{.text = {...}}, which names it.";
  } else {
    why +=
        " If it stands for a missing value, read the file with CsvOptions{.missing = {...}}, which lists it; if the column is "
        "text, "
        "with {.text = {...}}, which names it.";
  }
  refuse(line, why);
}

void Reader::add_cell(std::size_t c, std::string_view cell, Index line) {
  Column& column = out_.columns[c];
  Kind& kind = kinds_[c];
  if (kind == Kind::text) {
    column.labels.push_back(cell);
    return;
  }
  double value = nan;
  switch (classify(cell, value)) {
    case Value::missing:
      column.numbers.push_back(nan);
      return;
    case Value::number:
      kind = Kind::number;
      column.numbers.push_back(value);
      return;
    case Value::too_large:
      refuse(line, "column " + csv::quoted(column.name) + ": " + csv::quoted(cell) +
                       " is too large for a number (the limit is about 1.8e308).");
    case Value::text:
      break;
  }
  if (kind == Kind::number) refuse_text(c, cell, line);
  kind = Kind::text;  // only missing values so far
  for (std::size_t i = 0; i < column.numbers.size(); ++i) column.labels.push_back("");
  column.numbers = {};
  column.labels.push_back(cell);
}

void Reader::add_row(const std::vector<Cell>& cells, Index line) {
  const std::size_t columns = out_.columns.size();
  if (cells.size() != columns) {
    const auto count = [](std::size_t n) { return std::to_string(n) + (n == 1 ? " cell" : " cells"); };
    std::string why = " Is the line cut short?";
    if (cells.size() > columns) {
      why = columns == 1 && out_.separator == ','
                ? " If ',' is the decimal mark, read the file with CsvOptions{.decimal = ','}."
                : " Does a cell hold the separator without quotes around it?";
    }
    refuse(line, count(cells.size()) + ", but " + (out_.header ? "the header" : "the first row") + " has " +
                     std::to_string(columns) + "." + why);
  }
  for (std::size_t c = 0; c < columns; ++c) add_cell(c, cells[c].text, line);
  ++out_.rows;
}

// A separator at the end of every line makes one more column, without name or value: it is not there.
void Reader::drop_empty_nameless() {
  for (std::size_t c = out_.columns.size(); c-- > 0;) {
    if (nameless_[c] && kinds_[c] == Kind::open && out_.header && out_.columns.size() > 1) {
      out_.columns.erase(out_.columns.begin() + static_cast<std::ptrdiff_t>(c));
      kinds_.erase(kinds_.begin() + static_cast<std::ptrdiff_t>(c));
    }
  }
}

Csv Reader::read() {
  if (head_.empty())
    fail(Code::format,
         escaped(name_) + ": the file is empty. A CSV file has a row of column names and then one row per time step.");
  if (const std::string what = csv::foreign(head_); !what.empty()) {
    fail(Code::format, escaped(name_) + ": this is no CSV file; it looks like " + what + ".");
  }
  if (const std::size_t nul = head_.find('\0'); nul != std::string_view::npos) {
    refuse(1 + std::count(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(nul), '\n'),
           "a NUL byte. This is a binary file or UTF-16 text; a CSV file is plain text in UTF-8.");
  }
  if (head_.substr(0, 3) == "\xef\xbb\xbf") head_.remove_prefix(3);
  out_.separator = options_.separator ? options_.separator : guess_separator();
  out_.decimal = options_.decimal ? options_.decimal : guess_decimal();

  csv::ChainBytes bytes(head_, rest_);
  csv::Records records(bytes, out_.separator, name_, std::clamp(head_.size() + 1, sample_block, head_size));
  std::vector<Cell> cells;
  Index blank = 0;  // blank lines not yet accounted for
  Index blank_line = 0;
  while (records.next(cells)) {
    if (cells.empty()) {
      if (blank++ == 0) blank_line = records.line();
      continue;
    }
    if (out_.columns.empty()) {
      out_.header = guess_header(cells);
      name_columns(out_.header ? &cells : nullptr, records.line(), cells.size());
      guess_kinds(out_.separator);
      blank = 0;
      if (out_.header) continue;
    }
    if (blank > 0 && out_.columns.size() == 1) {
      if (out_.rows == 0) out_.first_line = blank_line;
      for (Index i = 0; i < blank; ++i) {
        add_cell(0, "", blank_line + i);
        ++out_.rows;
      }
    } else if (blank > 0 && out_.rows > 0) {
      out_.one_line_rows = false;
    }
    blank = 0;
    if (out_.rows == 0) out_.first_line = records.line();
    if (records.lines() > 1) out_.one_line_rows = false;
    add_row(cells, records.line());
  }
  if (out_.columns.empty()) fail(Code::format, escaped(name_) + ": nothing but blank lines.");
  if (out_.rows == 0) fail(Code::format, escaped(name_) + ": a header, but no row below it.");
  drop_empty_nameless();
  for (std::size_t c = 0; c < out_.columns.size(); ++c) {
    Column& column = out_.columns[c];
    column.text = kinds_[c] == Kind::text;
    if (column.numbers.capacity() - column.numbers.size() > column.numbers.size() / 16) column.numbers.shrink_to_fit();
    column.labels.shrink();
  }
  return std::move(out_);
}

void check(const CsvOptions& options) {
  if (options.decimal != 0 && options.decimal != '.' && options.decimal != ',')
    fail(Code::value, "CsvOptions::decimal is '.' or ','.");
  const char s = options.separator;
  if (s == '"' || s == '\n' || s == '\r' || s == '.' || (s >= '0' && s <= '9')) {
    fail(Code::value, "CsvOptions::separator cannot be a quote, a line end, a point or a digit.");
  }
  if (s != 0 && s == options.decimal)
    fail(Code::value, "CsvOptions::separator and CsvOptions::decimal are the same character.");
}

Csv read_all(csv::Bytes& bytes, const std::string& name, const CsvOptions& options) {
  check(options);
  std::string head;
  std::size_t size = 0;
  do {
    head.resize(std::min(head_size, std::max(sample_block, 2 * size)));
    for (std::size_t n = 1; n > 0 && size < head.size(); size += n) n = bytes.read(head.data() + size, head.size() - size);
  } while (size == head.size() && size < head_size);
  return Reader(std::string_view(head).substr(0, size), bytes, name, options).read();
}

}  // namespace

Csv read_csv_columns(const std::string& path, const CsvOptions& options) {
  csv::FileBytes bytes(path);
  return read_all(bytes, path, options);
}

Csv parse_csv(std::string_view bytes, const std::string& name, const CsvOptions& options) {
  csv::MemoryBytes memory(bytes);
  return read_all(memory, name, options);
}

}  // namespace rondo
