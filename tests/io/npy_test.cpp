// .npy against files and values from NumPy (golden/npy.json, written by golden/generate.py), and hostile headers.
#include "rondo/io/npy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/npy_support.h"

namespace rondo {
namespace {

using nlohmann::json;
using testing::bytes_of;
using testing::error_of;
using testing::from_hex;
using testing::npy_golden;

double number(const json& text) { return std::stod(text.get<std::string>()); }

void expect_same(double got, double wanted, const std::string& where) {
  if (std::isnan(wanted)) {
    EXPECT_TRUE(std::isnan(got)) << where;
  } else {
    EXPECT_EQ(got, wanted) << where;
    EXPECT_EQ(std::signbit(got), std::signbit(wanted)) << where;
  }
}

// A .npy file with this header text and this many zero bytes behind it.
std::vector<std::byte> crafted(const std::string& header, std::size_t values = 0) {
  std::string out = "\x93NUMPY";
  out += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  return bytes_of(out + header + std::string(values, '\0'));
}

TEST(Npy, ReadsEveryNumberTypeOfNumPy) {
  ASSERT_GT(npy_golden()["read"].size(), 50U);
  for (const json& c : npy_golden()["read"]) {
    const std::string name = c["name"];
    NpyInfo info;
    const auto bytes = from_hex(c["hex"]);
    const Array array = npy_from_bytes(bytes, "x.npy", Conversion::exact, &info);
    EXPECT_EQ(array.shape().sizes(), c["shape"].get<std::vector<Index>>()) << name;
    ASSERT_EQ(array.values().size(), c["values"].size()) << name;
    for (std::size_t i = 0; i < array.values().size(); ++i)
      expect_same(static_cast<double>(array.values()[i]), number(c["values"][i]), name);
    EXPECT_EQ(info.dtype, c["dtype"].get<std::string>() + (c["big_endian"].get<bool>() ? " (big-endian)" : "")) << name;
    EXPECT_EQ(info.shape, array.shape());
    EXPECT_EQ(info.fortran, c["fortran"].get<bool>()) << name;
    EXPECT_EQ(info.rounded, 0);

    const NpyDoubles doubles = npy_doubles(bytes, "x.npy");
    EXPECT_EQ(doubles.shape, array.shape());
    ASSERT_EQ(doubles.values.size(), c["values"].size());
    for (std::size_t i = 0; i < doubles.values.size(); ++i) expect_same(doubles.values[i], number(c["values"][i]), name);
  }
}

TEST(Npy, RefusesToLoseAnythingUnlessAsked) {
  for (const json& c : npy_golden()["lossy"]) {
    const std::string name = c["name"], kind = c["kind"];
    const auto bytes = from_hex(c["hex"]);
    const std::string exact = error_of([&] { npy_from_bytes(bytes, "x.npy"); });
    EXPECT_TRUE(exact.starts_with("value: 'x.npy': ")) << name << ": " << exact;
    NpyInfo info;
    if (kind == "rounded") {
      const Array array = npy_from_bytes(bytes, "x.npy", Conversion::nearest, &info);
      Index changed = 0;
      for (std::size_t i = 0; i < array.values().size(); ++i) {
        expect_same(static_cast<double>(array.values()[i]), number(c["nearest"][i]), name);
        changed += number(c["nearest"][i]) != number(c["values"][i]);
      }
      EXPECT_EQ(info.rounded, changed) << name;
      EXPECT_NE(exact.find(": " + std::to_string(changed) + " of "), std::string::npos) << exact;
    } else {
      EXPECT_EQ(error_of([&] { npy_from_bytes(bytes, "x.npy", Conversion::nearest); }), exact) << name;
    }
  }
}

TEST(Npy, SaysWhatIsLostAndWhere) {
  const auto text = [](std::size_t i) {
    return error_of([&] { npy_from_bytes(from_hex(npy_golden()["lossy"][i]["hex"]), "x.npy"); });
  };
  EXPECT_EQ(text(0),
            "value: 'x.npy': 2 of 4 values (float64) are not exact in float32; the first is at index (0, 1). "
            "Conversion::nearest rounds "
            "them to the nearest float32");
  // In the order of the file the first is index (1, 0): it is stored column by column.
  EXPECT_NE(text(1).find("1 of 4 values (float64) are not exact in float32; the first is at index (1, 0)."), std::string::npos)
      << text(1);
  EXPECT_EQ(text(3),
            "value: 'x.npy': 1 of 2 values (float64) are too large for float32; the first is at index (1,). Scale them first");
  EXPECT_NE(
      text(4).find("1 of 2 values (int32) are whole numbers that float32 cannot hold exactly; the first is at index (1,)."),
      std::string::npos);
}

TEST(Npy, DoublesKeepEverythingButHugeIntegers) {
  for (const json& c : npy_golden()["lossy"]) {
    const auto bytes = from_hex(c["hex"]);
    if (c["name"] == "nanoseconds" || c["name"] == "u8") {
      EXPECT_TRUE(error_of([&] { npy_doubles(bytes, "x.npy"); }).starts_with("value: ")) << c["name"];
    } else {
      const NpyDoubles doubles = npy_doubles(bytes, "x.npy");
      for (std::size_t i = 0; i < doubles.values.size(); ++i) EXPECT_EQ(doubles.values[i], number(c["values"][i])) << c["name"];
    }
  }
}

TEST(Npy, RefusesOtherTypesByName) {
  const std::map<std::string, std::string> named = {
      {"complex", "complex numbers (complex64)"},
      {"complex128", "complex numbers (complex128)"},
      {"string", "strings"},
      {"bytes", "byte strings"},
      {"object", "Python objects (a pickle, which could run code and is never opened)"},
      {"structured", "a structured array with the fields 'day', 'kW'"},
      {"datetime", "dates (datetime64)"},
      {"timedelta", "time differences (timedelta64)"},
      {"longdouble", "long doubles (float128)"},
      {"void", "raw records (void)"}};
  for (const json& c : npy_golden()["refused"]) {
    EXPECT_EQ(error_of([&] { npy_from_bytes(from_hex(c["hex"]), "x.npy"); }),
              "unsupported: 'x.npy' holds " + named.at(c["name"]) +
                  "; only numbers and booleans are read. Save one number column per array");
  }
}

TEST(Npy, WritesWhatNumPyWrites) {
  for (const json& c : npy_golden()["written"]) {
    Array array(Shape(c["shape"].get<std::vector<Index>>()));
    real next = 0;
    for (real& x : array.values()) x = next++;
    EXPECT_EQ(npy_to_bytes(array), from_hex(c["hex"])) << array.shape();
  }
}

TEST(Npy, FilesComeBack) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("rondo_npy_test_" + std::to_string(::getpid()) + ".npy")).string();
  const Array array = Array{{0.1, -2.0, 3e38}, {4.0, 0.0, -1e-40}};
  save_npy(path, array);
  const Array back = load_npy(path);
  EXPECT_EQ(back.shape(), array.shape());
  EXPECT_EQ(std::memcmp(back.data(), array.data(), sizeof(real) * 6), 0);
  std::filesystem::remove(path);
  EXPECT_EQ(error_of([&] { load_npy(path); }), "not_found: cannot read '" + path + "': there is no such file");
}

TEST(Npy, HostileHeadersAreRefusedBeforeAnythingIsAllocated) {
  const auto refuse = [](const std::vector<std::byte>& bytes, const std::string& wanted) {
    const std::string got = error_of([&] { npy_from_bytes(bytes, "x"); });
    EXPECT_TRUE(got.starts_with("format: ")) << got;
    EXPECT_NE(got.find(wanted), std::string::npos) << got;
  };
  const auto header = [](const std::string& shape) {
    return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n";
  };
  EXPECT_EQ(error_of([&] { npy_from_bytes(crafted(header("(2,)"), 8), "x"); }), "no error");
  EXPECT_EQ(error_of([&] { npy_from_bytes(crafted(header("(2L,)"), 8), "x"); }), "no error");
  EXPECT_EQ(error_of([&] { npy_from_bytes(crafted("{\"shape\":(),'fortran_order':True,'descr':'=f4'}", 4), "x"); }),
            "no error");
  refuse(crafted(header("(1000000000000,)"), 8),
         "is cut short: it declares (1000000000000,) values of type float32, which take 4000000000000 bytes, but 8 follow the "
         "header");
  refuse(crafted(header("(4294967296, 4294967296, 4294967296)"), 8), "more than any memory holds");
  refuse(crafted(header("(9223372036854775807,)"), 8), "more than any memory holds");
  refuse(crafted(header("(99999999999999999999,)"), 8), "larger than any memory");
  refuse(crafted(header("(-1,)"), 8), "negative size");
  refuse(crafted(header("(2)"), 8), "'shape' is not a tuple");
  refuse(crafted(header("2"), 8), "'(' is missing");
  refuse(crafted(header("(2,"), 8), "'shape' is not a tuple of whole numbers");
  refuse(crafted(header("(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), 4), "more than 32 axes");
  refuse(crafted(header("(2,)"), 7), "is cut short");
  refuse(crafted(header("(2,)"), 9), "has 1 bytes after its array");
  refuse(crafted("{'descr': '<f4', 'fortran_order': False, }"), "is missing");
  refuse(crafted("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'shape': (), }", 4), "comes twice");
  refuse(crafted("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'evil': 1, }", 4), "the key 'evil' is unknown");
  refuse(crafted("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (), }", 4), "neither True nor False");
  refuse(crafted("{'descr': '<q9', 'fortran_order': False, 'shape': (), }", 4), "the type '<q9' is unknown");
  refuse(crafted("{'descr': '|f4', 'fortran_order': False, 'shape': (), }", 4), "has no byte order");
  refuse(crafted("{'descr': '', 'fortran_order': False, 'shape': (), }", 4), "is unknown");
  refuse(crafted("{'descr': '<f4', 'fortran_order': False, 'shape': (), } __import__('os')", 4),
         "something follows the dictionary");
  refuse(crafted("{'descr': '\x1b[31m', 'fortran_order': False, 'shape': (), }", 4), "'\\x1b[31m'");
  refuse(crafted(""), "'{' is missing");

  auto lying = crafted(header("(2,)"), 8);
  lying[8] = lying[9] = std::byte(0xFF);  // the length of the header
  refuse(lying, "is cut short: it ends after");
  auto newer = crafted(header("(2,)"), 8);
  newer[6] = std::byte(9);
  EXPECT_EQ(error_of([&] { npy_from_bytes(newer, "x"); }), "unsupported: 'x' has .npy format version 9.0; 1.0 to 3.0 are read");
  const auto whole = crafted(header("(2,)"), 8);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_TRUE(error_of([&] { npy_from_bytes(std::span(whole).first(n), "x"); }).starts_with("format: 'x' is ")) << n;
  }
}

TEST(Npy, SaysWhatAForeignFileIs) {
  const auto text = [](const std::string& content) { return error_of([&] { npy_from_bytes(bytes_of(content), "x"); }); };
  EXPECT_EQ(text(""), "format: 'x' is empty (0 bytes)");
  EXPECT_EQ(text("month,passengers\n1949-01,112\n"), "format: 'x' is not a .npy file; it looks like CSV text");
  EXPECT_EQ(text("{\"a\": 1}"), "format: 'x' is not a .npy file; it looks like JSON text");
  EXPECT_EQ(text("\x89HDF\r\n\x1a\n...."),
            "format: 'x' is not a .npy file; it looks like an HDF5 file (a Keras .h5 file is one)");
  EXPECT_EQ(text("\x80\x04\x95..."), "format: 'x' is not a .npy file; it looks like a Python pickle");
  EXPECT_EQ(text("\x1f\x8b\x08"), "format: 'x' is not a .npy file; it looks like a gzip archive (unpack it first)");
  EXPECT_EQ(text(std::string("\0\1\2\3\4", 5)), "format: 'x' is not a .npy file");
  EXPECT_EQ(text("PK\3\4...."), "format: 'x' is not a .npy file; it looks like a damaged zip archive");
  EXPECT_EQ(error_of([] { npy_from_bytes(from_hex(npy_golden()["archives"][0]["hex"]), "x"); }),
            "format: 'x' is not a .npy file; it looks like a NumPy .npz archive");
}

}  // namespace
}  // namespace rondo
