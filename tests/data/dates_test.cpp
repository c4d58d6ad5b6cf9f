// Dates against Python's datetime and pandas (dates_reference.py), and what bad columns are told.
#include "rondo/data/dates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "rondo/core/error.h"
#include "support/reference.h"

namespace rondo {
namespace {

using Cells = std::vector<std::string>;

Table column_of(const Cells& cells) {
  Table table;
  table.add_text("when", cells);
  return table;
}

std::string refusal(const Table& table, const std::string& column = "", DateOrder order = DateOrder::open) {
  try {
    find_dates(table, column, order);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::value) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text << "\nlacks: " << part;
}

const nlohmann::json& cases() {
  static const nlohmann::json all = reference_cases("data/dates.json");
  return all;
}

TEST(Dates, ReadsWhatDatetimeReads) {
  for (const auto& c : cases().at("forms")) {
    SCOPED_TRACE(c.at("form").get<std::string>());
    const auto cells = c.at("cells").get<Cells>();
    const auto dates = find_dates(column_of(cells));
    ASSERT_TRUE(dates);
    for (std::size_t r = 0; r < cells.size(); ++r) {
      EXPECT_EQ(dates->microseconds(static_cast<Index>(r)), c.at("micros")[r].get<std::int64_t>()) << cells[r];
    }
  }
}

TEST(Dates, GoesOnAsPandasDoes) {
  for (const auto& c : cases().at("ranges")) {
    SCOPED_TRACE(c.at("freq").get<std::string>() + " " + c.at("form").get<std::string>());
    const auto cells = c.at("cells").get<Cells>();
    const auto dates = find_dates(column_of(cells));
    ASSERT_TRUE(dates);
    EXPECT_EQ(dates->frequency().text(), c.at("words").get<std::string>());
    EXPECT_EQ(dates->frequency().season(), c.at("season").get<Index>());
    EXPECT_TRUE(dates->audit().clean());
    for (std::size_t r = 0; r < cells.size(); ++r) EXPECT_EQ(dates->label(static_cast<Index>(r)), cells[r]);
    Index step = 0;
    EXPECT_EQ(dates->after(0), cells.back());
    for (const auto& next : c.at("after")) EXPECT_EQ(dates->after(++step), next.get<std::string>());
  }
}

TEST(Dates, CountsGaps) {
  for (const auto& c : cases().at("gaps")) {
    SCOPED_TRACE(c.at("freq").get<std::string>() + " " + c.at("form").get<std::string>());
    const auto dates = find_dates(column_of(c.at("cells").get<Cells>()));
    ASSERT_TRUE(dates);
    EXPECT_EQ(dates->audit().gaps, c.at("gaps").get<Index>());
    EXPECT_EQ(dates->audit().missing_rows, c.at("missing_rows").get<Index>());
    EXPECT_EQ(dates->audit().first_gap, c.at("first_gap").get<Index>());
    EXPECT_EQ(dates->audit().duplicates, 0);
    EXPECT_EQ(dates->audit().disorder, 0);
  }
}

TEST(Dates, NumberColumns) {
  for (const auto& c : cases().at("numbers")) {
    const auto name = c.at("name").get<std::string>();
    SCOPED_TRACE(name + " " + c.at("values")[0].dump());
    Table table;
    table.add("load", std::vector<double>(c.at("values").size(), 1.5)).add(name, c.at("values").get<std::vector<double>>());
    const auto dates = find_dates(table);
    ASSERT_TRUE(dates);
    EXPECT_EQ(dates->column(), name);
    EXPECT_EQ(dates->frequency().text(), c.at("words").get<std::string>());
    for (std::size_t r = 0; r < c.at("micros").size(); ++r) {
      EXPECT_EQ(dates->microseconds(static_cast<Index>(r)), c.at("micros")[r].get<std::int64_t>());
    }
    Index step = 0;
    for (const auto& next : c.at("after")) EXPECT_EQ(dates->after(++step), next.get<std::string>());
  }
}

TEST(Dates, WhatIsNone) {
  for (const auto& c : cases().at("no_dates")) {
    const auto cell = c.get<std::string>();
    EXPECT_FALSE(find_dates(column_of({cell, cell, cell}))) << cell;
    expect_says(refusal(column_of({cell}), "when"), "is no date");
  }
  EXPECT_FALSE(find_dates(column_of({"", "2020-01-01"})));
  EXPECT_FALSE(find_dates(Table()));
  // Numbers that are called dates and are none, and numbers that could be and are not called so.
  for (const auto& [name, values] : std::vector<std::pair<std::string, std::vector<double>>>{{"time", {0, 1, 2}},
                                                                                             {"time", {1000, 1001, 1002}},
                                                                                             {"date", {20200230, 20200301}},
                                                                                             {"year", {1960, std::nan("")}},
                                                                                             {"load", {1960, 1961}},
                                                                                             {"uptime", {1960, 1961}},
                                                                                             {"year", {1960.04, 1960.31}}}) {
    Table table;
    table.add(name, values);
    EXPECT_FALSE(find_dates(table)) << name;
  }
  Table load;
  load.add("load", {1960, 1961});
  EXPECT_EQ(find_dates(load, "load")->frequency().text(), "yearly");
}

TEST(Dates, SaysWhyAColumnIsNone) {
  const Table table = column_of({"1960-01-30", "1960-02-30", "1960-03-30"});
  std::string why;
  EXPECT_FALSE(find_dates(table, "", DateOrder::open, &why));
  EXPECT_EQ(why, "column 'when' is not read as dates: row 1 (1960-02-30): '1960-02-30' is no date");
  EXPECT_FALSE(find_dates(column_of({"red", "green", "1960-03-30"}), "", DateOrder::open, &why));
  EXPECT_EQ(why, "");
  EXPECT_FALSE(find_dates(column_of({"1960-01-30", "", "1960-03-30"}), "", DateOrder::open, &why));
  expect_says(why, "row 1: the cell is empty");
  expect_says(refusal(column_of({"1960-01-30", "1961"}), "when"), "'1961' is written differently from '1960-01-30'");
  expect_says(refusal(table, "wen"), "Did you mean 'when'?");
  Table numbers;
  numbers.add("load", {1960, 112});
  expect_says(refusal(numbers, "load"), "row 1: 112 is no date");
}

TEST(Dates, DayOrMonthFirst) {
  const auto day = [](const Cells& cells, DateOrder order = DateOrder::open) {
    return find_dates(column_of(cells), "", order)->seconds(0) / 86400;
  };
  EXPECT_EQ(day({"01/02/1970", "13/02/1970"}), 31);  // a day above 12
  EXPECT_EQ(day({"01/02/1970", "01/13/1970"}), 1);
  EXPECT_EQ(day({"01.02.1970"}), 31);                                                                    // points
  EXPECT_EQ(day({"01/02/1970 22:00", "01/02/1970 23:00", "02/02/1970 00:00", "02/02/1970 01:00"}), 31);  // hourly so
  EXPECT_EQ(day({"01/02/1970", "01/03/1970", "01/04/1970", "01/06/1970"}, DateOrder::day_first), 31);
  EXPECT_EQ(day({"02/02/1970", "03/03/1970"}), 32);  // the same in both
  // First days of months, or the first days of January.
  const Cells open = {"01/01/2020", "01/02/2020", "01/03/2020"};
  EXPECT_EQ(
      refusal(column_of(open)),
      "column 'when': is '01/02/2020' 2020-02-01 (day first) or 2020-01-02 (month first)? Nothing in the column tells. Say "
      "DateOrder::day_first or DateOrder::month_first.");
  EXPECT_EQ(find_dates(column_of(open), "", DateOrder::day_first)->frequency().text(), "monthly");
  EXPECT_EQ(find_dates(column_of(open), "", DateOrder::month_first)->frequency().text(), "daily");
  // 2021 follows: months went on, days did not.
  Cells months;
  for (int i = 0; i < 15; ++i)
    months.push_back("01/" + std::string(i % 12 < 9 ? "0" : "") + std::to_string(i % 12 + 1) + (i < 12 ? "/2020" : "/2021"));
  EXPECT_EQ(find_dates(column_of(months))->frequency().text(), "monthly");
  std::string why;
  EXPECT_FALSE(find_dates(column_of({"13/01/2020", "01/13/2020"}), "", DateOrder::open, &why));
  expect_says(why, "has its month where other rows have their day");
  EXPECT_EQ(date_order_from("dmy"), DateOrder::day_first);
  EXPECT_THROW(date_order_from("ymd"), Error);
}

TEST(Dates, YearsOfTwoDigits) {
  const auto years = [](const Cells& cells) {
    const auto dates = find_dates(column_of(cells));
    return std::pair(dates->label(0), dates->seconds(0) < dates->seconds(1));
  };
  EXPECT_EQ(find_dates(column_of({"1-Jan-60"}))->seconds(0), -315619200);  // 1960
  EXPECT_EQ(find_dates(column_of({"1-Jan-49"}))->seconds(0), 2493072000);  // 2049
  EXPECT_EQ(find_dates(column_of({"1-Jan-48", "1-Jan-49", "1-Jan-50", "1-Jan-51"}))->audit().disorder, 0);
  EXPECT_EQ(find_dates(column_of({"1-Dec-99", "1-Jan-00"}))->seconds(1), 946684800);
  EXPECT_TRUE(years({"1-Dec-99", "1-Jan-00"}).second);
  EXPECT_EQ(find_dates(column_of({"1-Nov-99", "1-Dec-99"}))->after(1), "1-Jan-00");
}

TEST(Dates, OrderOfTheRows) {
  const auto audit = [](const Cells& cells) { return find_dates(column_of(cells))->audit(); };
  const DateAudit newest = audit({"2020-01-03", "2020-01-02", "2020-01-01"});
  EXPECT_TRUE(newest.newest_first);
  EXPECT_EQ(newest.disorder, 2);
  EXPECT_EQ(newest.duplicates + newest.gaps, 0);
  const DateAudit twice = audit({"2020-01-01", "2020-01-02", "2020-01-02", "2020-01-02", "2020-01-03"});
  EXPECT_EQ(twice.duplicates, 2);
  EXPECT_EQ(twice.first_duplicate, 2);
  EXPECT_EQ(twice.disorder, 0);
  const DateAudit two_series =
      audit({"2020-01-01", "2020-01-02", "2020-01-05", "2020-01-01", "2020-01-02", "2020-01-05", "2020-01-06"});
  EXPECT_EQ(two_series.disorder, 1);
  EXPECT_EQ(two_series.first_disorder, 3);
  EXPECT_EQ(two_series.duplicates, 3);
  EXPECT_EQ(two_series.first_duplicate, 3);
  EXPECT_EQ(two_series.gaps, 1);
  EXPECT_EQ(two_series.missing_rows, 2);
  EXPECT_FALSE(two_series.newest_first);

  const Table table = column_of({"1950-01", "1950-02", "1950-05", "1950-05", "1950-04"});
  EXPECT_EQ(find_dates(table)->text(table),
            "dates: column 'when', monthly, 1950-01 .. 1950-05\n"
            "1 row is earlier than the row before; first row 4 (1950-04)\n"
            "1 row has the date of an earlier row; first row 3 (1950-05)\n"
            "1 gap, 1 row missing; first before row 4 (1950-04)");
}

TEST(Dates, InTimeOrder) {
  Table table = column_of({"2020-01-03", "2020-01-01", "2020-01-02", "2020-01-01"});
  table.add("load", {3, 1, 2, 1.5});
  const Table sorted = in_time_order(table, *find_dates(table));
  EXPECT_EQ(sorted.column("load").numbers, (std::vector<double>{1, 1.5, 2, 3}));
  EXPECT_EQ(sorted.labels()->labels[3], "2020-01-03");
  EXPECT_EQ(table.column("load").numbers[0], 3);
  EXPECT_EQ(find_dates(sorted)->audit().disorder, 0);
  EXPECT_EQ(&in_time_order(sorted, *find_dates(sorted)).column("load"),
            &sorted.column("load"));  // nothing to do, nothing copied
  EXPECT_THROW(in_time_order(column_of({"2020-01-01"}), *find_dates(table)), Error);
  EXPECT_EQ(in_time_order(table, *find_dates(table)).row_text(0), "row 0 (2020-01-01)");
  // A table that nobody else holds is turned round in its own memory.
  Table alone;
  alone.add("date", {20200103, 20200101, 20200102}).add("load", {3, 1, 2});
  const auto dates = find_dates(alone);
  const double* const values = alone.column("load").numbers.data();
  alone = in_time_order(std::move(alone), *dates);
  EXPECT_EQ(alone.column("load").numbers, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(alone.column("load").numbers.data(), values);
}

TEST(Dates, SeveralColumns) {
  Table table;
  table.add("load", {1, 2, 3}).add("year", {1999, 1999, 2000}).add("month", {11, 12, 1});
  const auto monthly = find_dates(table);
  EXPECT_EQ(monthly->column(), "year, month");
  EXPECT_EQ(monthly->after(1), "2000-02");
  table.add("day", {30, 1, 31}).add("Hour", {23, 0, 5});
  const auto hourly = find_dates(table);
  EXPECT_EQ(hourly->column(), "year, month, day, Hour");
  EXPECT_EQ(hourly->label(0), "1999-11-30 23:00");
}

// Whatever the cell, it is no date, or one that is written and read again as the same moment.
TEST(Dates, RandomCells) {
  std::mt19937 random(11);
  const std::string letters = "0123456789012345678901234567890---///..:: T+ZQWM,";
  const std::vector<std::string> words = {"2020", "19",  "1960-0", "Jan ",   "Feb-", "1/2/", "12:30",
                                          ":59",  " PM", "Z",      "+02:00", "Q1",   "-W05", "Mon "};
  int dates = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string cell;
    for (auto n = 1 + random() % 6; n > 0; --n) {
      if (random() % 2) {
        cell += words[random() % words.size()];
      } else {
        for (auto k = random() % 5; k > 0; --k) cell += letters[random() % letters.size()];
      }
    }
    std::optional<Dates> found;
    for (const DateOrder order : {DateOrder::day_first, DateOrder::month_first}) {
      found = find_dates(column_of({cell}), "", order);
      if (!found) continue;
      ++dates;
      const auto again = find_dates(column_of({found->label(0)}), "", order);
      ASSERT_TRUE(again) << cell << " -> " << found->label(0);
      EXPECT_EQ(again->microseconds(0), found->microseconds(0)) << cell << " -> " << found->label(0);
    }
  }
  EXPECT_GT(dates, 1000);
}

TEST(Dates, FrequencyInWords) {
  using Unit = Frequency::Unit;
  EXPECT_EQ((Frequency{Unit::second, 0}).text(), "irregular");
  EXPECT_EQ((Frequency{Unit::second, 0}).season(), 1);
  EXPECT_EQ((Frequency{Unit::second, 90}).text(), "every 90 seconds");
  EXPECT_EQ((Frequency{Unit::second, 90}).season(), 960);
  EXPECT_EQ((Frequency{Unit::month, 6}).text(), "every 6 months");
  EXPECT_EQ((Frequency{Unit::month, 6}).season(), 2);
  EXPECT_EQ((Frequency{Unit::month, 24}).text(), "every 2 years");
}

TEST(Dates, TheEndOfTheCalendar) {
  const auto dates = find_dates(column_of({"9998", "9999"}));
  EXPECT_FALSE(dates);  // a year alone is one that data may have
  const auto days = find_dates(column_of({"9999-12-29", "9999-12-30"}));
  EXPECT_EQ(days->after(1), "9999-12-31");
  EXPECT_EQ(days->after(2), "");
  EXPECT_EQ(days->after(std::numeric_limits<Index>::max()), "");
  EXPECT_EQ(days->after(-1), "");
  const auto months = find_dates(column_of({"2019-01-01", "2019-02-01"}));
  EXPECT_EQ(months->after(std::numeric_limits<Index>::max()), "");
  EXPECT_EQ(find_dates(column_of({"2019-01-01", "2019-02-01", "2019-02-05", "2021-02-03"}))->after(1), "");  // irregular
  EXPECT_EQ(find_dates(column_of({"2019-01-01"}))->after(1), "");
}

}  // namespace
}  // namespace rondo
