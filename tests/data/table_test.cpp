#include "rondo/data/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "rondo/core/error.h"
#include "rondo/io/npy.h"

namespace rondo {
namespace {

const std::string airline = std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv";

template <class F>
std::string refusal(F&& f, Code code) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

// The facts of R's AirPassengers.
TEST(Table, Airline) {
  const Table table = read_csv(airline);
  EXPECT_EQ(table.rows(), 144);
  EXPECT_EQ(table.names(), (std::vector<std::string>{"Month", "Passengers"}));
  const std::vector<double>& v = table.column("Passengers").numbers;
  EXPECT_EQ(v[0], 112);
  EXPECT_EQ(v[1], 118);
  EXPECT_EQ(v[2], 132);
  EXPECT_EQ(v[143], 432);
  double sum = 0;
  for (const double x : v) sum += x;
  EXPECT_EQ(sum, 40363);
  EXPECT_EQ(table.labels()->labels[0], "1949-01");
  EXPECT_EQ(table.labels()->labels[143], "1960-12");
  EXPECT_EQ(table.row_text(17), "row 17 (line 19, 1950-06)");
}

TEST(Table, FromArrays) {
  const Table table(Array{{1, 2}, {3, 4}, {5, 6}}, {"a", "b"});
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.column("b").numbers, (std::vector<double>{2, 4, 6}));
  EXPECT_EQ(Table(Array{1, 2, 3}).names(), (std::vector<std::string>{"c0"}));
  refusal([] { Table(Array(Shape{1, 2, 3})); }, Code::shape);
  refusal([] { Table(Array{{1, 2}}, {"a"}); }, Code::shape);
  refusal([] { Table(Array{{1, 2}}, {"a", "a"}); }, Code::value);
  Table more;
  more.add("x", {1, 2}).add_text("when", {"mo", "tu"});
  EXPECT_EQ(more.number_names(), (std::vector<std::string>{"x"}));
  EXPECT_EQ(more.text_names(), (std::vector<std::string>{"when"}));
  refusal([&] { more.add("y", {1}); }, Code::value);
}

TEST(Table, ReadsArraysInDouble) {
  const std::string folder = testing::TempDir() + "rondo_read_table_", npy = folder + "x.npy", npz = folder + "x.npz";
  // As NumPy writes np.array([[0.1, 20260131], [3, 4]]).
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
  header.resize(117, ' ');
  header += '\n';
  const std::string head = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header;
  const double values[] = {0.1, 20260131, 3, 4};
  std::ofstream(npy, std::ios::binary) << head << std::string_view(reinterpret_cast<const char*>(values), sizeof values);
  const Table table = read_table(npy);
  EXPECT_EQ(table.names(), (std::vector<std::string>{"c0", "c1"}));
  EXPECT_EQ(table.column("c0").numbers, (std::vector<double>{0.1, 3}));
  EXPECT_EQ(table.column("c1").numbers[0], 20260131);
  EXPECT_EQ(table.source(), npy);
  // By content where the name does not tell.
  std::filesystem::copy_file(npy, folder + "x.dat", std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(read_table(folder + "x.dat").rows(), 2);
  save_npz(npz, {{"a", Array{1, 2, 3}}});
  EXPECT_EQ(read_table(npz).column("c0").numbers, (std::vector<double>{1, 2, 3}));
  save_npz(npz, {{"a", Array{1, 2, 3}}, {"b", Array{1}}});
  EXPECT_NE(refusal([&] { read_table(npz); }, Code::shape).find("'b' is (1,), the ones before are (3,)"), std::string::npos);
  save_npz(npz, {{"a", Array{{1, 2, 3}}}, {"b", Array{1}}});
  EXPECT_NE(refusal([&] { read_table(npz); }, Code::shape).find("holds 2 arrays: 'a.npy', 'b.npy'"), std::string::npos);
  save_npz(npz, {{"load", Array{1, 2, 3}}, {"heat", Array{20, 21.5, 22}}});
  EXPECT_EQ(read_table(npz).names(), (std::vector<std::string>{"load", "heat"}));
  EXPECT_EQ(read_table(npz).column("heat").numbers, (std::vector<double>{20, 21.5, 22}));
  save_npy(npy, Array(Shape{4, 3, 2}));
  EXPECT_NE(refusal([&] { read_table(npy); }, Code::shape).find("4 samples of 3 time steps of 2 features"), std::string::npos);
  save_npy(npy, Array(Shape{0, 3}));
  refusal([&] { read_table(npy); }, Code::format);
  refusal([&] { read_table(folder + "none.npy"); }, Code::not_found);
  EXPECT_EQ(read_table(airline).rows(), 144);
  for (const char* end : {"x.npy", "x.npz", "x.dat"}) std::filesystem::remove(folder + end);
}

TEST(Table, DidYouMean) {
  const Table table = read_csv(airline);
  const std::string message = refusal([&] { table.column("Pasengers"); }, Code::value);
  EXPECT_NE(message.find("no column 'Pasengers' in "), std::string::npos);
  EXPECT_NE(message.find("Did you mean 'Passengers'?"), std::string::npos);
}

TEST(Table, Text) {
  Table table;
  table.add_text("when", {"mo", "tu", "we"}).add("load", {0.1, std::nan(""), 3});
  EXPECT_EQ(table.text(),
            "table of 3 rows x 2 columns\n"
            "  'when'  text    'mo' .. 'we'\n"
            "  'load'  number  0.1 .. 3  (1 missing)");
}

}  // namespace
}  // namespace rondo
