// The CSV reader: what RFC 4180 says, what files in the wild do, and what hostile ones get.
#include "rondo/io/csv.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>

#include "io/csv_records.h"
#include "io/number.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

Csv parse(std::string_view bytes, const CsvOptions& options = {}) { return parse_csv(bytes, "data.csv", options); }

std::string refusal(std::string_view bytes, const CsvOptions& options = {}, Code code = Code::format) {
  try {
    parse(bytes, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    const std::string message = error.what();
    EXPECT_LE(std::count(message.begin(), message.end(), '\n'), 19);
    for (const char c : message) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 32) << message;
    return message;
  }
  ADD_FAILURE() << "read without an error";
  return {};
}

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << "no \"" << part << "\" in:\n" << message;
}

std::vector<std::string> texts(const Column& column) {
  std::vector<std::string> out;
  for (Index i = 0; i < column.rows(); ++i) out.emplace_back(column.labels[i]);
  return out;
}

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

TEST(Csv, HeaderNumbersAndText) {
  const Csv csv = parse("Month,Passengers\n1949-01,112\n1949-02,118\n");
  ASSERT_EQ(csv.columns.size(), 2U);
  EXPECT_EQ(csv.rows, 2);
  EXPECT_EQ(csv.columns[0].name, "Month");
  EXPECT_TRUE(csv.columns[0].text);
  EXPECT_EQ(texts(csv.columns[0]), (Texts{"1949-01", "1949-02"}));
  EXPECT_FALSE(csv.columns[1].text);
  EXPECT_EQ(csv.columns[1].numbers, (Numbers{112, 118}));
  EXPECT_EQ(csv.first_line, 2);
}

TEST(Csv, LineEndsMarkAndNoFinalLineEnd) {
  for (const std::string bytes : {"a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4",
                                  "\xef\xbb\xbf"
                                  "a,b\n1,2\n3,4",
                                  "\"a\",\"b\"\n\"1\",\"2\"\n3 , 4\n"}) {
    const Csv csv = parse(bytes);
    ASSERT_EQ(csv.columns.size(), 2U) << bytes;
    EXPECT_EQ(csv.columns[0].name, "a");
    EXPECT_EQ(csv.columns[0].numbers, (Numbers{1, 3}));
    EXPECT_EQ(csv.columns[1].numbers, (Numbers{2, 4}));
  }
}

TEST(Csv, QuotesCommasAndLineEndsInsideCells) {
  const Csv csv = parse("name,\"value, of it\"\n\"a \"\"b\"\", c\",1\n\"two\nlines\",2\n\"\",3\nsay \"hi\",4\n");
  EXPECT_EQ(texts(csv.columns[0]), (Texts{"a \"b\", c", "two\nlines", "", "say \"hi\""}));
  EXPECT_EQ(csv.columns[1].name, "value, of it");
  EXPECT_EQ(csv.columns[1].numbers, (Numbers{1, 2, 3, 4}));
  EXPECT_FALSE(csv.one_line_rows);
}

TEST(Csv, MissingValues) {
  const Csv csv = parse("a,b\n1,x\n,y\nNA,z\nNaN,\n null ,u\nn/a,v\n#N/A,w\n?,w\n2,w\n");
  ASSERT_EQ(csv.rows, 9);
  for (std::size_t i = 1; i < 8; ++i) EXPECT_TRUE(std::isnan(csv.columns[0].numbers[i])) << i;
  EXPECT_EQ(csv.columns[0].numbers[8], 2);
  EXPECT_EQ(csv.columns[1].labels[3], "");
  const Csv more = parse("a,b\n1,2\n-,3\n-999,4\n", {.missing = {"-", "-999"}});
  EXPECT_TRUE(std::isnan(more.columns[0].numbers[1]));
  EXPECT_TRUE(std::isnan(more.columns[0].numbers[2]));
}

TEST(Csv, SpellingsOfMissing) {
  const Csv csv = parse("a,b\n1,2\n-,3\n--,4\n.,5\n..,6\nn.a.,7\n#DIV/0!,8\n#VALUE!,9\n");
  for (std::size_t r = 1; r < 8; ++r) EXPECT_TRUE(std::isnan(csv.columns[0].numbers[r])) << r;
}

TEST(Csv, BlankLines) {
  EXPECT_EQ(parse("a,b\n\n1,2\n\n\n3,4\n\n").columns[0].numbers, (Numbers{1, 3}));
  const Csv one = parse("a\n1\n\n3\n\n\n");
  ASSERT_EQ(one.rows, 3);
  EXPECT_TRUE(std::isnan(one.columns[0].numbers[1]));
  EXPECT_EQ(one.columns[0].numbers[2], 3);
}

TEST(Csv, NumbersAreExact) {
  const Csv csv = parse("a\n0.1\n+2.5\n-1e-3\n1E5\n.5\n5.\n-inf\n9007199254740993\n2.2250738585072011e-308\n1e-400\n0.3\n");
  EXPECT_EQ(csv.columns[0].numbers,
            (Numbers{0.1, 2.5, -1e-3, 1e5, .5, 5., -HUGE_VAL, 9007199254740992., 2.2250738585072011e-308, 0, 0.3}));
}

// The short way that most numbers take rounds as strtod does.
TEST(Csv, PlainNumbersAreTheNearestDoubles) {
  std::mt19937_64 random(3);
  int plain = 0;
  for (int i = 0; i < 100000; ++i) {
    char text[40];
    const double v = static_cast<double>(random() >> 11) / 9007199254740992.0;
    switch (i % 4) {
      case 0:
        std::snprintf(text, sizeof text, "%.*f", static_cast<int>(random() % 9), (v - 0.5) * 1e4);
        break;
      case 1:
        std::snprintf(text, sizeof text, "%.17g", v);
        break;
      case 2:
        std::snprintf(text, sizeof text, "%lld", static_cast<long long>(random() >> random() % 60));
        break;
      default:
        std::snprintf(text, sizeof text, "-%llu.%llu", static_cast<unsigned long long>(random() % 100000),
                      static_cast<unsigned long long>(random() % 1000000000));
    }
    double value = 0, expected = std::strtod(text, nullptr);
    if (!csv::parse_plain(text, value)) {
      ASSERT_EQ(csv::parse_number(text, '.', value), csv::Number::ok) << text;
    } else {
      ++plain;
    }
    ASSERT_EQ(value, expected) << text;
  }
  EXPECT_GT(plain, 50000);
  double value = 0;
  for (const char* text : {"", "-", ".", "-.", "1e5", "1.2.3", "+1", "1 ", "99999999999999999999"})
    EXPECT_FALSE(csv::parse_plain(text, value)) << text;
}

TEST(Csv, LocaleDoesNotMatter) {
  const char* const set = std::setlocale(LC_ALL, "de_DE.UTF-8");
  const Csv csv = parse("a;b\n1.5;2\n");
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(csv.columns[0].numbers[0], 1.5) << (set ? "de_DE" : "locale not installed");
}

TEST(Csv, Header) {
  const Csv none = parse("1,2\n3,4\n");
  EXPECT_FALSE(none.header);
  EXPECT_EQ(none.columns[0].name, "c0");
  EXPECT_EQ(none.columns[1].name, "c1");
  EXPECT_EQ(none.columns[0].numbers, (Numbers{1, 3}));
  EXPECT_EQ(none.first_line, 1);
  EXPECT_EQ(parse("1949-01,112\n1949-02,118\n").rows, 2);  // dates and numbers are no names
  EXPECT_EQ(parse("region,2001,2002\nnorth,5,6\n").columns[1].name, "2001");
  EXPECT_EQ(parse("2001,2002\n5,6\n", {.header = true}).columns[0].name, "2001");
  EXPECT_EQ(parse("x,y\nz,w\n", {.header = false}).rows, 2);
  const Csv nameless = parse(",b\n0,5\n1,6\n");  // as pandas writes an index
  EXPECT_EQ(nameless.columns[0].name, "c0");
  EXPECT_EQ(parse("a,b,\n1,2,\n3,4,\n").columns.size(), 2U);  // a separator at every line's end
}

TEST(Csv, Separators) {
  EXPECT_EQ(parse("a;b\n1;2\n").separator, ';');
  EXPECT_EQ(parse("a\tb\n1\t2\n").separator, '\t');
  EXPECT_EQ(parse("a|b\n1|2\n").separator, '|');
  EXPECT_EQ(parse("a,b\n\"x;y\",2\n").separator, ',');
  EXPECT_EQ(parse("a:b,c\n1:x\n", {.separator = ':'}).columns[1].name, "b,c");
}

TEST(Csv, DecimalComma) {
  const Csv csv = parse("a;b\n1,5;2,25\n3;-0,5\n", {.decimal = ','});
  EXPECT_EQ(csv.columns[0].numbers, (Numbers{1.5, 3}));
  EXPECT_EQ(csv.columns[1].numbers, (Numbers{2.25, -0.5}));
  EXPECT_EQ(parse("v\n1,5\n2,5\n", {.decimal = ','}).columns[0].numbers, (Numbers{1.5, 2.5}));
  expect_part(refusal("v\n1,5\n2,5\n"), "CsvOptions{.decimal = ','}");
  expect_part(refusal("a;b\n1,5;2\n3.000;4\n4;4\n5,5;1\n", {.decimal = ','}), "line 3: column 'a' holds numbers, but '3.000'");
  expect_part(refusal("a;b\n1;2.5\n2;2\n1,5;4\n"), "CsvOptions{.decimal = ','}");
  // Guessed: some number has a comma that groups no thousands, none has a point, and cells are not separated by commas.
  const Csv guessed = parse("day;v\n01.02.2020;12,5\n02.02.2020;1,234\n");
  EXPECT_EQ(guessed.decimal, ',');
  EXPECT_EQ(guessed.columns[1].numbers, (Numbers{12.5, 1.234}));
  EXPECT_EQ(parse("a\tb\n0,125\t1\n").columns[0].numbers, (Numbers{0.125}));
  EXPECT_EQ(parse("a;b\n1,234;5\n2,345;6\n").decimal, '.');  // thousands, perhaps: text
  EXPECT_EQ(parse("a;b\n12,5;2.5\n").decimal, '.');
  EXPECT_EQ(parse("a;b\n12,5;3\n", {.decimal = '.'}).columns[0].text, true);
}

TEST(Csv, TextOptionAndMajority) {
  const Csv csv = parse("code,v\n1,1\n2,2\nA3,3\n", {.text = {"code"}});
  EXPECT_EQ(texts(csv.columns[0]), (Texts{"1", "2", "A3"}));
  expect_part(refusal("code\n1\n", {.text = {"cod"}}, Code::value), "Did you mean 'code'?");
  EXPECT_TRUE(parse("mixed,v\nx,1\ny,2\n7,3\n").columns[0].text);
  // Nothing but missing values at first: the first value decides.
  std::string late = "a,b\n";
  for (int i = 0; i < 3; ++i) late += ",1\n";
  EXPECT_EQ(texts(parse(late + "x,1\n").columns[0]), (Texts{"", "", "", "x"}));
  EXPECT_EQ(parse(late + "4,1\n").columns[0].numbers[3], 4);
}

TEST(Csv, RefusalsNameLineAndColumn) {
  expect_part(refusal("a,b\n1,2\n3\n"), "data.csv, line 3: 1 cell, but the header has 2.");
  expect_part(refusal("a,b\n1,2\n\"x\ny\",2,3\n"), "line 3: 3 cells, but the header has 2.");
  expect_part(refusal("a,b\n1,2\n3,4\n\n5,oops\n"), "line 5: column 'b' holds numbers, but 'oops' is not one.");
  expect_part(refusal("a,b\n1,2\n3,1e999\n"), "line 3: column 'b': '1e999' is too large");
  expect_part(refusal("a,b,a\n1,2,3\n"), "line 1: columns 1 and 3 are both named 'a'");
  expect_part(refusal("a,b\n1,\"2\n3,4\n"), "line 2: the quote (\") that opens cell 2 is never closed.");
  expect_part(refusal("a,b\n\"1\"2,3\n"), "line 2: cell 1 goes on after its closing quote.");
  expect_part(refusal(std::string_view("a,b\n1,2\n3,\0", 12)), "line 3: a NUL byte.");
  expect_part(refusal("a\n1\n2\n\x1b[31mred\n"), "'\\x1b[31mred'");
}

TEST(Csv, FilesThatAreNoCsv) {
  expect_part(refusal(""), "the file is empty");
  expect_part(refusal("\n\n  \n"), "nothing but blank lines");
  expect_part(refusal("\xef\xbb\xbf"), "nothing but blank lines");
  expect_part(refusal("a,b\n"), "a header, but no row below it");
  expect_part(refusal("PK\x03\x04whatever"), "a zip archive (an Excel workbook");
  expect_part(refusal("\x93NUMPY\x01"), "a NumPy array (.npy)");
  expect_part(refusal("\x89HDF\r\n\x1a\n"), "an HDF5 file");
  expect_part(refusal("\x1f\x8b\x08"), "gzip");
  expect_part(refusal(std::string("\xff\xfe"
                                  "a\0,\0",
                                  6)),
              "UTF-16");
  expect_part(refusal("{\"a\": 1}"), "a JSON file");
  expect_part(refusal("[[1, 2], [3, 4]]"), "a JSON file");
  expect_part(refusal("<!DOCTYPE html>"), "a web page");
  try {
    read_csv_columns("/nowhere/at all.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::not_found);
    expect_part(error.what(), "/nowhere/at all.csv: No such file");
  }
  try {
    read_csv_columns("/tmp");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::not_found);
    expect_part(error.what(), "it is a folder");
  }
}

TEST(Csv, HugeCellsAndRows) {
  const std::string big(2 << 20, 'x');
  const Csv csv = parse("a,b\n" + big + ",1\ny,2\n");
  EXPECT_EQ(csv.columns[0].labels[0].size(), big.size());
  EXPECT_EQ(csv.columns[1].numbers, (Numbers{1, 2}));
  expect_part(refusal("a,b\n\"" + std::string((16 << 20) + 1, 'x')), "line 2: a row of more than 16 MiB.");
  expect_part(refusal(std::string(70000, ',') + "\n"), "more than 65,536 cells");
  expect_part(refusal("a\n1\n" + big + "\n"), "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
}

TEST(Csv, BadOptions) {
  refusal("a\n1\n", {.separator = '"'}, Code::value);
  refusal("a\n1\n", {.separator = ',', .decimal = ','}, Code::value);
  refusal("a\n1\n", {.decimal = ';'}, Code::value);
}

// However the bytes arrive, in blocks of any size, the records are the same.
TEST(Csv, BlocksDoNotMatter) {
  const std::string bytes = "a,\"b\"\"c\"\r\n\"x\r\ny\",2\r\r\n\"\",\"\"\n last,\"q\" \n";
  const auto records = [&](std::size_t block) {
    csv::MemoryBytes memory(bytes);
    csv::Records reader(memory, ',', "data.csv", block);
    std::vector<csv::Cell> cells;
    std::string out;
    while (reader.next(cells)) {
      out += std::to_string(reader.line()) + ":";
      for (const csv::Cell& cell : cells) out += "[" + std::string(cell.text) + "]";
    }
    return out;
  };
  const std::string whole = records(1 << 16);
  EXPECT_EQ(whole, "1:[a][b\"c]2:[x\r\ny][2]4:5:[][]6:[ last][q]");
  for (std::size_t block = 1; block < 40; ++block) EXPECT_EQ(records(block), whole) << block;
}

// Rows beyond the first block, from a file: the guesses of the first block hold, and lines are counted on.
TEST(Csv, FileOfManyBlocks) {
  const std::string path = testing::TempDir() + "rondo_many_blocks.csv";
  std::mt19937 random(1);
  Numbers expected;
  {
    std::ofstream out(path);
    out << "when,v\n";
    for (int i = 0; i < 60000; ++i) {
      char text[32];
      const double v = static_cast<double>(random()) / 4294967296.0;
      std::snprintf(text, sizeof text, "%.17g", v);
      expected.push_back(v);
      out << "t" << i << "," << text << "\n";
    }
  }
  const Csv csv = read_csv_columns(path);
  EXPECT_EQ(csv.columns[1].numbers, expected);
  EXPECT_EQ(csv.columns[0].labels[59999], "t59999");
  EXPECT_LE(csv.columns[1].numbers.capacity(), expected.size() * 17 / 16);
  {
    std::ofstream out(path, std::ios::app);
    out << "t60000,word\n";
  }
  try {
    read_csv_columns(path);
    FAIL();
  } catch (const Error& error) {
    expect_part(error.what(), "line 60002: column 'v' holds numbers, but 'word' is not one.");
  }
  std::remove(path.c_str());
}

// Whatever the bytes, the reader answers or throws Error.
TEST(Csv, RandomBytes) {
  std::mt19937 random(7);
  const std::string letters = "\"\"\"\n\r,;\t0123.-eEa \xff";
  for (int i = 0; i < 20000; ++i) {
    std::string bytes;
    for (auto n = random() % 40; n > 0; --n) bytes += letters[random() % letters.size()];
    try {
      const Csv csv = parse(bytes);
      for (const Column& column : csv.columns) ASSERT_EQ(column.rows(), csv.rows);
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace rondo
