// The .npy header: "\x93NUMPY", major, minor, header length (2 bytes little-endian in 1.0, 4 in 2.0 and 3.0), then
//   {'descr': '<f4', 'fortran_order': False, 'shape': (1, 10, 1), }
// padded with spaces to a multiple of 64 and ended by a line feed. The text is Latin-1 up to 2.0 and UTF-8 in 3.0.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "io/npy_header.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string_view>

#include "io/foreign.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t max_header = 1 << 20;  // the longest real ones describe tables, and those are refused anyway

// Reads the dictionary. Whatever is not its grammar ends in bad().
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& what) : text_(text), what_(what) {}

  void read() {
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (!seen_.insert({key, 0}).second) bad("the key '" + escaped(key) + "' comes twice");
      if (key == "descr") {
        skip_space();
        if (at_ < text_.size() && text_[at_] == '[') structured();
        if (at_ < text_.size() && text_[at_] == '(') unsupported("a sub-array type");
        descr = string();
      } else if (key == "fortran_order") {
        fortran = boolean();
      } else if (key == "shape") {
        shape = tuple();
      } else {
        bad("the key '" + escaped(key) + "' is unknown");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) bad("something follows the dictionary");
    if (!descr || !fortran || !shape) bad("one of 'descr', 'fortran_order' and 'shape' is missing");
  }

  [[noreturn]] void bad(const std::string& why) const {
    fail(Code::format, what_ + " is not a sound .npy file: in its header, " + why);
  }
  [[noreturn]] void unsupported(const std::string& type) const {
    fail(Code::unsupported,
         what_ + " holds " + type + "; only numbers and booleans are read. Save one number column per array");
  }

  std::optional<std::string> descr;
  std::optional<bool> fortran;
  std::optional<Shape> shape;

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad(std::string("'") + c + "' is missing");
  }
  std::string string() {
    skip_space();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) bad("a text in quotes is missing");
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) bad("a quote is not closed");
    std::string out(text_.substr(at_, end - at_));
    if (out.find('\\') != std::string::npos) bad("a text has an escape sequence");
    at_ = end + 1;
    return out;
  }
  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {std::string_view("False"), false}}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    bad("'fortran_order' is neither True nor False");
  }
  Shape tuple() {
    expect('(');
    Shape out;
    while (!accept(')')) {
      skip_space();
      if (at_ < text_.size() && text_[at_] == '-') bad("'shape' has a negative size");
      const std::size_t first = at_;
      Index size = 0;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
        if (__builtin_mul_overflow(size, Index(10), &size) || __builtin_add_overflow(size, Index(text_[at_] - '0'), &size)) {
          bad("'shape' has a size that is larger than any memory");
        }
        ++at_;
      }
      if (at_ == first) bad("'shape' is not a tuple of whole numbers");
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote 10L
      out.push_back(size);
      if (out.rank() > 32) bad("'shape' has more than 32 axes");
      if (!accept(',')) {
        if (out.rank() == 1) bad("'shape' is not a tuple");  // (10) is a number in Python
        expect(')');
        break;
      }
    }
    return out;
  }
  // A structured type: [('day', '<M8[D]'), ('kW', '<f8')]. Its field names make the refusal useful.
  [[noreturn]] void structured() const {
    std::string fields;
    std::string_view rest = text_.substr(at_);
    for (int n = 0; n < 5; ++n) {
      const std::size_t open = rest.find("('");
      if (open == std::string_view::npos) break;
      const std::size_t end = rest.find('\'', open + 2);
      if (end == std::string_view::npos) break;
      fields += (n > 0 ? ", '" : " with the fields '") +
                escaped(rest.substr(open + 2, std::min<std::size_t>(end - open - 2, 40))) + "'";
      rest.remove_prefix(end);
    }
    unsupported("a structured array" + fields);
  }

  std::string_view text_;
  const std::string& what_;
  std::size_t at_ = 0;
  std::map<std::string, int> seen_;
};

// What a type that is not read is called; "" for nonsense.
std::string foreign_type(char letter, std::string_view size) {
  switch (letter) {
    case 'c':
      return "complex numbers (" + std::string(size == "8" ? "complex64" : "complex128") + ")";
    case 'U':
      return "strings";
    case 'S':
    case 'a':
      return "byte strings";
    case 'O':
      return "Python objects (a pickle, which could run code and is never opened)";
    case 'M':
      return "dates (datetime64)";
    case 'm':
      return "time differences (timedelta64)";
    case 'V':
      return "raw records (void)";
    default:
      return {};
  }
}

void read_type(NpyHeader& header, const HeaderText& text) {
  std::string_view descr = *text.descr;
  const auto unknown = [&]() { text.bad("the type '" + escaped(text.descr->substr(0, 40)) + "' is unknown"); };
  char order = '|';
  if (!descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos) {
    order = descr[0];
    descr.remove_prefix(1);
  }
  if (descr.empty()) unknown();
  const char letter = descr[0];
  const std::string_view size = descr.substr(1);
  if (const std::string type = foreign_type(letter, size); !type.empty()) text.unsupported(type);
  if (letter == 'f' && (size == "16" || size == "12")) text.unsupported("long doubles (float128)");
  if (size.size() != 1 || std::string_view("1248").find(size[0]) == std::string_view::npos) unknown();
  header.item_size = size[0] - '0';
  const std::string bits = std::to_string(header.item_size * 8);
  if (letter == 'b' && header.item_size == 1) {
    header.kind = NpyKind::boolean;
    header.dtype = "bool";
  } else if (letter == 'i') {
    header.kind = NpyKind::signed_integer;
    header.dtype = "int" + bits;
  } else if (letter == 'u') {
    header.kind = NpyKind::unsigned_integer;
    header.dtype = "uint" + bits;
  } else if (letter == 'f' && header.item_size >= 2) {
    header.kind = NpyKind::floating;
    header.dtype = "float" + bits;
  } else {
    unknown();
  }
  if (order == '|' && header.item_size > 1) text.bad("the type '" + escaped(*text.descr) + "' has no byte order");
  header.big_endian = header.item_size > 1 && (order == '>' || (order == '=' && std::endian::native == std::endian::big));
}

}  // namespace

bool looks_like_npy(std::span<const std::byte> bytes) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all.starts_with(magic);
}

NpyHeader read_npy_header(std::span<const std::byte> bytes, const std::string& what) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (bytes.empty()) fail(Code::format, what + " is empty (0 bytes)");
  if (!all.starts_with(magic)) {
    if (magic.starts_with(all))
      fail(Code::format, what + " is cut short: it ends after " + std::to_string(all.size()) + " bytes, inside the header");
    fail(Code::format, what + " is not a .npy file" + looks_like(bytes));
  }
  const auto cut_short = [&]() {
    fail(Code::format, what + " is cut short: it ends after " + std::to_string(all.size()) + " bytes, inside the header");
  };
  if (all.size() < 10) cut_short();
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(std::to_integer<unsigned>(bytes[at])); };
  const std::size_t major = byte(6), minor = byte(7);
  if (major < 1 || major > 3 || minor != 0) {
    fail(Code::unsupported,
         what + " has .npy format version " + std::to_string(major) + "." + std::to_string(minor) + "; 1.0 to 3.0 are read");
  }
  std::size_t length = byte(8) | byte(9) << 8, start = 10;
  if (major > 1) {
    if (all.size() < 12) cut_short();
    length |= byte(10) << 16 | byte(11) << 24;
    start = 12;
  }
  if (length > all.size() - start) cut_short();
  if (length > max_header)
    fail(Code::format, what + " is not a sound .npy file: its header has " + std::to_string(length) + " bytes");

  HeaderText text(all.substr(start, length), what);
  text.read();
  NpyHeader header;
  read_type(header, text);
  header.fortran = *text.fortran;
  header.shape = *text.shape;
  header.data_at = start + length;
  const std::string declared = "it declares " + header.shape.text() + " values of type " + header.dtype;
  const Index present = static_cast<Index>(all.size() - header.data_at);
  Index needed = 0;
  try {
    header.elements = header.shape.elements();
    needed = checked_mul(header.elements, header.item_size);
  } catch (const Error&) {
    fail(Code::format, what + " is not a sound .npy file: " + declared + ", more than any memory holds");
  }
  if (needed > present) {
    fail(Code::format, what + " is cut short: " + declared + ", which take " + std::to_string(needed) + " bytes, but " +
                           std::to_string(present) + " follow the header");
  }
  if (needed < present) {
    fail(Code::format, what + " has " + std::to_string(present - needed) + " bytes after its array (" + declared +
                           "); several arrays belong into a .npz file");
  }
  return header;
}

std::string write_npy_header(const std::string& descr, const Shape& shape) {
  std::string text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape.text() + ", }";
  // Since 1.23 NumPy leaves room for the first size to grow to 21 digits; doing the same gives the same bytes.
  if (!shape.empty()) text.append(21 - std::min<std::size_t>(21, std::to_string(shape[0]).size()), ' ');
  const std::size_t before = magic.size() + 4;
  text.append(64 - (before + text.size() + 1) % 64, ' ');
  text += '\n';
  // A shape has at most 32 axes of at most 19 digits, so the length always fits the two bytes of version 1.0.
  std::string out(magic);
  out += {'\1', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return out + text;
}

}  // namespace rondo
