// The library's own messages, in words of the command line.
#include "wording.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "rondo/core/error.h"
#include "rondo/data/dates.h"
#include "rondo/data/frame.h"

namespace rondo::cli {
namespace {

std::string said(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return in_flags(error.what());
  }
  return "no error";
}

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text << "\nlacks: " << part;
  for (const char* cpp : {"::", "CsvOptions", " .", "{."}) EXPECT_EQ(text.find(cpp), std::string::npos) << text;
}

TEST(Wording, MessagesOfTheLibrary) {
  Table table;
  table.add("load", {1, std::nan(""), 3, 4}).add_text("when", {"01/01/2020", "01/02/2020", "01/03/2020", "01/04/2020"});
  expect_says(said([&] { frame(table, {.lookback = 1}); }), "say which column to forecast, --target 'when', say");
  expect_says(said([&] { frame(table, {.target = "load", .lookback = 1}); }),
              "--missing drop leaves out the windows that touch one, --missing forward repeats the last known value.");
  expect_says(said([&] { frame(table, {.target = "load"}); }), "the network reads, --lookback 12, say");
  expect_says(said([&] { frame(table, {.target = "load", .lookback = 2, .missing = Missing::drop}); }),
              "nothing is left after --missing drop. Say --missing forward, or leave out the columns with gaps by naming the "
              "others in --features.");
  expect_says(said([&] { find_dates(table); }), "Say --date-order dmy or --date-order mdy.");
  expect_says(said([] { parse_csv("a\n1\n2\nword\n", "x.csv"); }),
              "'word' is not one. If it stands for a missing value, leave the cell empty or write NA.");
  expect_says(said([] { parse_csv("a\n1\n2\n2020-01-01\n", "x.csv"); }), "Mend the cell, or leave it empty.");
  expect_says(said([] { parse_csv("a;b\n1;2.5\n2;3\n\"1,5\";3\n", "x.csv"); }), "write the numbers with a point");
}

TEST(Wording, LeavesOtherTextAlone) {
  for (const char* text : {"", "no column 'a.target' in data.target.csv.", "model's .keras file", "the end.", "a .target/file",
                           "fix:    Input({2, 1})", "0.5 .. 1.5", "x = .5"}) {
    EXPECT_EQ(in_flags(text), text);
  }
  EXPECT_EQ(in_flags("Say .batch_size = 32, or .labels = 'when'"), "Say --batch-size 32, or --date 'when'");
  EXPECT_EQ(in_flags("Say .normalize = Normalize::min_max or Normalize::window"),
            "Say --normalize min-max or --normalize window");
}

TEST(Wording, NumPy) {
  EXPECT_EQ(in_numpy("type: X.transpose({0, 2, 1}) or X.reshape({1, 10, 2})"),
            "type: X.transpose((0, 2, 1)) or X.reshape((1, 10, 2))");
  EXPECT_EQ(in_numpy("Input({2, 1}), X.reshape({"), "Input({2, 1}), X.reshape({");
}

TEST(Wording, ShellWords) {
  EXPECT_EQ(shell_word("data.csv"), "data.csv");
  EXPECT_EQ(shell_word("my data.csv"), "'my data.csv'");
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
  EXPECT_EQ(shell_word("a\nb'\\"), R"($'a\012b\'\\')");
  EXPECT_EQ(shell_word("-x.csv", true), "./-x.csv");
  EXPECT_EQ(shell_word("$(rm)"), "'$(rm)'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("Größe"), "Größe");
}

}  // namespace
}  // namespace rondo::cli
