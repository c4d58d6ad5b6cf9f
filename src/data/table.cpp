#include "rondo/data/table.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {

Table::Table(const Array& values, const std::vector<std::string>& names) {
  if (values.ndim() != 1 && values.ndim() != 2) {
    fail(Code::shape, "a table is made from an array (rows, columns), not " + values.shape().text() +
                          ". For several series of (samples, time steps, features), take one sample: array[0].");
  }
  const Index columns = values.ndim() == 2 ? values.shape()[1] : 1;
  if (!names.empty() && static_cast<Index>(names.size()) != columns) {
    fail(Code::shape, "an array " + values.shape().text() + " has " + grouped(columns) + " columns, but " +
                          std::to_string(names.size()) + " names were given.");
  }
  const Index rows = values.shape()[0];
  for (Index c = 0; c < columns; ++c) {
    Column column;
    column.name = names.empty() ? "c" + std::to_string(c) : names[static_cast<std::size_t>(c)];
    column.numbers.reserve(static_cast<std::size_t>(rows));
    for (Index r = 0; r < rows; ++r) column.numbers.push_back(values.data()[r * columns + c]);
    append(std::move(column));
  }
}

Table::Table(Csv csv, const std::string& source) : source_(source) {
  if (csv.one_line_rows) first_line_ = csv.first_line;
  // A million names would be looked up pairwise; the reader has made sure that they differ.
  for (Column& column : csv.columns) {
    rows_ = column.rows();
    columns_.push_back(std::make_shared<Column>(std::move(column)));
  }
}

Table& Table::append(Column column) {
  if (column.name.empty()) fail(Code::value, "a column needs a name.");
  if (has(column.name)) fail(Code::value, "the table has a column " + in_quotes(column.name) + " already.");
  if (!columns_.empty() && column.rows() != rows_) {
    fail(Code::value,
         "column " + in_quotes(column.name) + " has " + grouped(column.rows()) + " rows, the table " + grouped(rows_) + ".");
  }
  rows_ = column.rows();
  columns_.push_back(std::make_shared<Column>(std::move(column)));
  return *this;
}

Table& Table::add(const std::string& name, std::vector<double> numbers) {
  Column column;
  column.name = name;
  column.numbers = std::move(numbers);
  return append(std::move(column));
}

Table& Table::add_text(const std::string& name, const std::vector<std::string>& labels) {
  Column column;
  column.name = name;
  column.text = true;
  for (const std::string& label : labels) column.labels.push_back(label);
  return append(std::move(column));
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> out;
  for (const auto& column : columns_) out.push_back(column->name);
  return out;
}

std::vector<std::string> Table::number_names() const {
  std::vector<std::string> out;
  for (const auto& column : columns_) {
    if (!column->text) out.push_back(column->name);
  }
  return out;
}

std::vector<std::string> Table::text_names() const {
  std::vector<std::string> out;
  for (const auto& column : columns_) {
    if (column->text) out.push_back(column->name);
  }
  return out;
}

std::shared_ptr<const Column> Table::find(std::string_view name) const {
  for (const auto& column : columns_) {
    if (column->name == name) return column;
  }
  return nullptr;
}

std::shared_ptr<const Column> Table::share(std::string_view name) const {
  if (auto column = find(name)) return column;
  const std::vector<std::string> known = names();
  const std::string where = source_.empty() ? "the table" : escaped(source_);
  fail(Code::value, "no column " + in_quotes(name) + " in " + where + "." + did_you_mean(name, known) +
                        (known.empty() ? "" : " Its columns: " + listed(known) + "."));
}

const Column& Table::column(std::string_view name) const { return *share(name); }

const Column& Table::column(Index i) const {
  if (i < 0 || i >= columns())
    fail(Code::value, "no column number " + std::to_string(i) + ": the table has " + grouped(columns()) + ".");
  return *columns_[static_cast<std::size_t>(i)];
}

std::shared_ptr<const Column> Table::labels() const {
  for (const auto& column : columns_) {
    if (column->text) return column;
  }
  return nullptr;
}

std::string Table::row_text(Index row) const {
  std::string known;
  if (first_line_ > 0) known = "line " + std::to_string(first_line_ + row);
  if (const auto column = labels(); column && row >= 0 && row < rows_) {
    if (!known.empty()) known += ", ";
    known += escaped(column->labels[row].substr(0, 40));
  }
  return "row " + std::to_string(row) + (known.empty() ? "" : " (" + known + ")");
}

Table Table::in_order(std::span<const std::uint32_t> order) && {
  for (const std::uint32_t row : order) {
    if (row >= rows_) fail(Code::value, "no row " + std::to_string(row) + ": the table has " + grouped(rows_) + ".");
  }
  std::vector<double> scratch;
  for (auto& column : columns_) {
    if (!column->text && column.use_count() == 1 && static_cast<Index>(order.size()) == rows_) {
      // Nobody else sees it: turned round in its own memory. (It was made as a Column, not as a constant.)
      auto& numbers = const_cast<Column&>(*column).numbers;
      scratch.assign(numbers.begin(), numbers.end());
      for (std::size_t i = 0; i < order.size(); ++i) numbers[i] = scratch[order[i]];
      continue;
    }
    auto turned = std::make_shared<Column>();
    turned->name = column->name;
    turned->text = column->text;
    if (column->text) {
      std::size_t bytes = 0;
      for (const std::uint32_t row : order) bytes += column->labels[row].size();
      turned->labels.reserve(order.size(), bytes);
      for (const std::uint32_t row : order) turned->labels.push_back(column->labels[row]);
    } else {
      turned->numbers.reserve(order.size());
      for (const std::uint32_t row : order) turned->numbers.push_back(column->numbers[row]);
    }
    column = std::move(turned);
  }
  rows_ = static_cast<Index>(order.size());
  first_line_ = 0;  // row i is no longer on line first_line_ + i
  return std::move(*this);
}

std::string Table::text() const {
  std::string out = "table of " + grouped(rows_) + " rows x " + grouped(columns()) + (columns() == 1 ? " column" : " columns");
  if (!source_.empty()) out += " from " + escaped(source_);
  std::size_t width = 0;
  constexpr std::size_t limit = 16;
  for (std::size_t c = 0; c < std::min(columns_.size(), limit); ++c)
    width = std::max(width, in_quotes(columns_[c]->name).size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (c == limit) {
      out += "\n  and " + std::to_string(columns_.size() - limit) + " more";
      break;
    }
    const Column& column = *columns_[c];
    std::string name = in_quotes(column.name);
    name.resize(width, ' ');
    out += "\n  " + name + (column.text ? "  text    " : "  number  ");
    if (rows_ == 0) continue;
    const auto value = [&](Index row) {
      return column.text ? in_quotes(column.labels[row]) : number_text(column.numbers[static_cast<std::size_t>(row)]);
    };
    out += value(0) + " .. " + value(rows_ - 1);
    const auto missing = std::count_if(column.numbers.begin(), column.numbers.end(), [](double v) { return std::isnan(v); });
    if (missing > 0) out += "  (" + grouped(missing) + " missing)";
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Table& table) { return out << table.text(); }

Table read_csv(const std::string& path, const CsvOptions& options) { return Table(read_csv_columns(path, options), path); }

}  // namespace rondo
