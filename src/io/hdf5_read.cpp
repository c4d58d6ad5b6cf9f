// Reading HDF5. Legitimate files never use one byte for two things, so a single budget - every structure, name and value read
// is charged against the size of the file - bounds time and memory whatever the offsets say: cycles, shared and overlapping
// structures run out of budget at the latest.
#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "io/hdf5.h"
#include "rondo/core/error.h"

namespace rondo::hdf5 {
namespace {

using Bytes = std::span<const std::byte>;
using Address = std::uint64_t;

constexpr Address undefined = ~Address{0};
constexpr int max_depth = 64;         // groups within groups
constexpr std::size_t max_rank = 32;  // as libhdf5
constexpr std::size_t max_name = 1024;

[[noreturn]] void damaged(const std::string& what) { fail(Code::format, "damaged HDF5 data: " + what); }
[[noreturn]] void refused(const std::string& what) {
  fail(Code::unsupported, "this HDF5 file uses " + what + ", which Keras model files do not");
}

// Reads numbers one after another from a stretch of bytes; never past its end.
class Cursor {
 public:
  Cursor(Bytes bytes, const char* what) : bytes_(bytes), what_(what) {}
  std::uint64_t number(std::size_t size) {
    const Bytes raw = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(raw[i]) << (8 * i);
    return value;
  }
  unsigned u8() { return static_cast<unsigned>(number(1)); }
  unsigned u16() { return static_cast<unsigned>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  Bytes take(std::uint64_t size) {
    if (size > bytes_.size() - at_) damaged(std::string(what_) + " is cut short");
    const Bytes out = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return out;
  }
  void skip(std::uint64_t size) { take(size); }
  void align(std::size_t to) { skip(std::min((to - at_ % to) % to, left())); }
  std::size_t left() const { return bytes_.size() - at_; }
  const char* what() const { return what_; }

 private:
  Bytes bytes_;
  const char* what_;
  std::size_t at_ = 0;
};

bool is(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

struct DataType {
  Type type = Type::f32;
  std::uint64_t size = 0;  // bytes in the file
  bool variable = false;   // a string in the global heap
};

struct Message {
  unsigned type;
  Bytes data;
};

std::string message_name(unsigned type) {
  switch (type) {
    case 0x02:
      return "groups of the newer format (link info)";
    case 0x06:
      return "links of the newer format";
    case 0x07:
      return "external data files";
    case 0x09:
      return "a test message (bogus)";
    case 0x0A:
      return "groups of the newer format (group info)";
    case 0x0B:
      return "filters (compression)";
    case 0x0F:
      return "shared messages";
    case 0x15:
      return "attributes of the newer format (attribute info)";
    default:
      return "header message number " + std::to_string(type);
  }
}

class Parser {
 public:
  explicit Parser(Bytes file) : file_(file), budget_(file.size()) {}

  std::unique_ptr<Node> parse() {
    if (file_.empty()) fail(Code::format, "the HDF5 data is empty");
    if (!is(file_, "\x89HDF\r\n\x1a\n")) fail(Code::format, "not HDF5 data: the first bytes are not its signature");
    Cursor c(file_, "the superblock");
    c.skip(8);
    const unsigned version = c.u8();
    if (version != 0) refused("superblock version " + std::to_string(version));
    if (c.u8() != 0) damaged("unknown version of the free space storage");
    if (c.u8() != 0) damaged("unknown version of the root group");
    c.skip(1);
    if (c.u8() != 0) damaged("unknown version of the shared header format");
    const unsigned offset_size = c.u8(), length_size = c.u8();
    if (offset_size != 8 || length_size != 8) refused("offsets of other than 8 bytes");
    c.skip(1);
    leaf_k_ = c.u16();
    internal_k_ = c.u16();
    if (leaf_k_ == 0 || internal_k_ == 0) damaged("group nodes without entries");
    c.skip(4);
    if (c.u64() != 0) refused("a base address");
    c.skip(8);
    const Address end = c.u64();
    if (end > file_.size())
      damaged("it says it has " + std::to_string(end) + " bytes, but " + std::to_string(file_.size()) + " are there");
    if (c.u64() != undefined) refused("driver information");
    c.skip(8);
    const Address header = c.u64();
    charge(96, "the superblock");
    auto root = object(header, 0);
    if (!root->is_group) damaged("the root is not a group");
    return root;
  }

 private:
  void charge(std::uint64_t bytes, const char* what) {
    if (bytes > budget_) damaged(std::string(what) + ": the parts of the file overlap");
    budget_ -= bytes;
  }
  // `size` bytes at `address`, if the file has them.
  Bytes at(Address address, std::uint64_t size, const char* what) {
    if (address > file_.size() || size > file_.size() - address) damaged(std::string(what) + " lies beyond the end");
    charge(size, what);
    return file_.subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(size));
  }

  std::vector<Message> messages(Address address) {
    Cursor head(at(address, 16, "an object header"), "an object header");
    const unsigned version = head.u8();
    if (version != 1) {
      if (is(file_.subspan(static_cast<std::size_t>(address)), "OHDR")) refused("object headers of version 2");
      damaged("an object header of unknown version");
    }
    head.skip(1);
    const unsigned count = head.u16();
    head.skip(4);
    std::vector<std::pair<Address, std::uint64_t>> blocks{{address + 16, head.u32()}};
    std::vector<Message> out;
    unsigned seen = 0;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      Cursor c(at(blocks[b].first, blocks[b].second, "an object header"), "an object header");
      while (c.left() >= 8 && seen < count) {
        const unsigned type = c.u16();
        const unsigned size = c.u16();
        const unsigned flags = c.u8();
        c.skip(3);
        const Bytes data = c.take(size);
        ++seen;
        if (type == 0x00) continue;  // a gap
        if (flags & 2) refused("shared messages");
        if (type == 0x10) {
          Cursor next(data, "a header continuation");
          const Address block = next.u64();
          blocks.emplace_back(block, next.u64());
          continue;
        }
        out.push_back({type, data});
      }
    }
    return out;
  }

  std::unique_ptr<Node> object(Address address, int depth) {
    if (depth > max_depth) refused("groups nested more than " + std::to_string(max_depth) + " deep");
    if (!objects_.insert(address).second) refused("objects with two names (hard links), or a group inside itself");
    auto node = std::make_unique<Node>();
    bool group = false, space = false, typed = false, laid_out = false;
    Bytes layout;
    DataType type;
    std::vector<Bytes> attributes;
    for (const Message& message : messages(address)) {
      switch (message.type) {
        case 0x01:
          node->data.shape = dataspace(message.data);
          space = true;
          break;
        case 0x03:
          type = datatype(message.data);
          typed = true;
          break;
        case 0x04:
        case 0x05:
          break;  // fill values: all data is present
        case 0x08:
          layout = message.data;
          laid_out = true;
          break;
        case 0x0C:
          attributes.push_back(message.data);
          break;
        case 0x0D:
        case 0x0E:
        case 0x12:
        case 0x16:
          break;  // comment, times, reference count
        case 0x11:
          if (group) damaged("a group with two tables of names");
          group = true;
          members(message.data, *node, depth);
          break;
        default:
          refused(message_name(message.type));
      }
    }
    for (const Bytes a : attributes) attribute(a, *node);
    node->is_group = group;
    if (group) {
      if (space || typed || laid_out) damaged("an object that is both group and dataset");
      return node;
    }
    if (!space || !typed || !laid_out) damaged("an object that is neither group nor dataset");
    if (type.type == Type::string) refused("datasets of strings");
    node->data.type = type.type;
    const std::uint64_t bytes = product(node->data.shape, type.size);
    node->data.bytes = values(layout, bytes);
    return node;
  }

  // ---- groups ----

  void members(Bytes data, Node& group, int depth) {
    Cursor c(data, "a symbol table message");
    const Address tree = c.u64();
    const Address heap_at = c.u64();
    Cursor h(at(heap_at, 32, "a local heap"), "a local heap");
    if (!is(h.take(4), "HEAP") || h.u8() != 0) damaged("a local heap without its signature");
    h.skip(3);
    const std::uint64_t heap_size = h.u64();
    h.skip(8);
    const Address heap_data = h.u64();
    if (heap_data > file_.size() || heap_size > file_.size() - heap_data) damaged("a local heap lies beyond the end");
    const Bytes heap = file_.subspan(static_cast<std::size_t>(heap_data), static_cast<std::size_t>(heap_size));
    tree_node(tree, -1, heap, group, depth);
    std::sort(group.children.begin(), group.children.end(), [](const auto& a, const auto& b) { return a->name < b->name; });
    for (std::size_t i = 1; i < group.children.size(); ++i)
      if (group.children[i]->name == group.children[i - 1]->name) damaged("two entries of one name in a group");
  }

  // level: what the parent says (-1: the root of the tree); it falls by one at each step, so there is no way round.
  void tree_node(Address address, int level, Bytes heap, Node& group, int depth) {
    const std::uint64_t size = 24 + 16 * 2 * std::uint64_t{internal_k_} + 8;
    Cursor c(at(address, size, "a B-tree node"), "a B-tree node");
    if (!is(c.take(4), "TREE")) damaged("a B-tree node without its signature");
    if (c.u8() != 0) damaged("a B-tree that is not of a group");
    const int found = static_cast<int>(c.u8());
    if (level >= 0 ? found != level : found > 16) damaged("a B-tree node of the wrong level");
    const unsigned entries = c.u16();
    if (entries > 2 * internal_k_) damaged("a B-tree node with too many entries");
    c.skip(16);
    for (unsigned i = 0; i < entries; ++i) {
      c.skip(8);
      const Address child = c.u64();
      if (found > 0) {
        tree_node(child, found - 1, heap, group, depth);
      } else {
        symbols(child, heap, group, depth);
      }
    }
  }

  void symbols(Address address, Bytes heap, Node& group, int depth) {
    Cursor c(at(address, 8 + 40 * 2 * std::uint64_t{leaf_k_}, "a symbol table node"), "a symbol table node");
    if (!is(c.take(4), "SNOD") || c.u8() != 1) damaged("a symbol table node without its signature");
    c.skip(1);
    const unsigned count = c.u16();
    if (count > 2 * leaf_k_) damaged("a symbol table node with too many entries");
    for (unsigned i = 0; i < count; ++i) {
      const std::uint64_t name_at = c.u64();
      const Address header = c.u64();
      const unsigned cache = c.u32();
      c.skip(20);
      if (cache == 2) refused("soft links");
      if (cache > 2) damaged("a symbol table entry of unknown kind");
      std::string name = text(heap, name_at);
      auto child = object(header, depth + 1);
      child->name = std::move(name);
      group.children.push_back(std::move(child));
    }
  }

  std::string text(Bytes heap, std::uint64_t offset) {
    if (offset >= heap.size()) damaged("a name lies beyond its heap");
    const Bytes rest = heap.subspan(static_cast<std::size_t>(offset));
    const std::size_t limit = std::min(rest.size(), max_name + 1);
    const auto* begin = reinterpret_cast<const char*>(rest.data());
    const void* end = std::memchr(begin, 0, limit);
    if (end == nullptr) damaged("a name that does not end");
    std::string name(begin, static_cast<const char*>(end));
    charge(name.size(), "names");
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
      damaged("a name that is not allowed");
    return name;
  }

  // ---- what a dataset is ----

  static Shape dataspace(Bytes data) {
    Cursor c(data, "a dataspace");
    const unsigned version = c.u8();
    const unsigned rank = c.u8();
    c.skip(1);  // flags: whether maximal sizes follow
    if (version == 1) {
      c.skip(5);
    } else if (version == 2) {
      if (c.u8() == 2) refused("empty dataspaces (null)");
    } else {
      damaged("a dataspace of unknown version");
    }
    if (rank > max_rank) damaged("a dataspace of rank " + std::to_string(rank));
    Shape shape;
    for (unsigned i = 0; i < rank; ++i) {
      const std::uint64_t size = c.u64();
      if (size > static_cast<std::uint64_t>(INT64_MAX)) damaged("a dataspace with a size beyond 2^63");
      shape.push_back(static_cast<Index>(size));
    }
    return shape;
  }

  static DataType datatype(Bytes data) {
    Cursor c(data, "a datatype");
    return datatype(c, 0);
  }
  static DataType datatype(Cursor& c, int depth) {
    if (depth > 2) damaged("a datatype nested too deep");
    const unsigned head = c.u8();
    const unsigned version = head >> 4;
    if (version < 1 || version > 3) damaged("a datatype of unknown version");
    const unsigned bits = c.u8();
    c.skip(2);
    DataType out;
    out.size = c.u32();
    switch (head & 15) {
      case 0: {
        if (bits & 1) refused("big-endian numbers");
        const bool is_signed = bits & 8;
        const unsigned offset = c.u16(), precision = c.u16();
        if (offset != 0 || precision != 8 * out.size) refused("integers of odd sizes");
        switch (out.size) {
          case 1:
            out.type = is_signed ? Type::i8 : Type::u8;
            break;
          case 2:
            out.type = is_signed ? Type::i16 : Type::u16;
            break;
          case 4:
            out.type = is_signed ? Type::i32 : Type::u32;
            break;
          case 8:
            out.type = is_signed ? Type::i64 : Type::u64;
            break;
          default:
            refused("integers of odd sizes");
        }
        return out;
      }
      case 1: {
        if (bits & 0x41) refused("big-endian numbers");
        const std::array<unsigned, 7> is_now{c.u16(), c.u16(), c.u8(), c.u8(), c.u8(), c.u8(), c.u32()};
        struct Ieee {
          Type type;
          std::uint64_t size;
          std::array<unsigned, 7> layout;  // offset, precision, exponent at and size, mantissa at and size, bias
        };
        static constexpr Ieee known[] = {{Type::f16, 2, {0, 16, 10, 5, 0, 10, 15}},
                                         {Type::f32, 4, {0, 32, 23, 8, 0, 23, 127}},
                                         {Type::f64, 8, {0, 64, 52, 11, 0, 52, 1023}}};
        for (const Ieee& k : known) {
          if (k.size == out.size && k.layout == is_now) {
            out.type = k.type;
            return out;
          }
        }
        refused("floating-point numbers that are not IEEE half, single or double");
      }
      case 3:
        out.type = Type::string;
        return out;
      case 8: {  // h5py writes bool as an enumeration of one byte
        const DataType base = datatype(c, depth + 1);
        if (base.size != 1 || (base.type != Type::i8 && base.type != Type::u8)) refused("enumerations");
        out.type = Type::boolean;
        out.size = 1;
        return out;
      }
      case 9:
        if ((bits & 15) != 1) refused("sequences of variable length");
        out.type = Type::string;
        out.variable = true;
        if (out.size != 16) damaged("a string reference of the wrong size");
        return out;
      case 2:
        refused("times");
      case 4:
        refused("bit fields");
      case 5:
        refused("opaque data");
      case 6:
        refused("compound types");
      case 7:
        refused("references");
      case 10:
        refused("array types");
      default:
        damaged("a datatype of unknown class");
    }
  }

  static std::uint64_t product(const Shape& shape, std::uint64_t size) {
    std::uint64_t n = size;
    bool overflow = false;
    for (const Index d : shape) {
      if (d == 0) return 0;
      if (n > UINT64_MAX / static_cast<std::uint64_t>(d)) overflow = true;
      n = overflow ? 0 : n * static_cast<std::uint64_t>(d);
    }
    if (overflow) damaged("a dataset of shape " + shape.text() + ", more than there can be");
    return n;
  }

  Bytes values(Bytes layout, std::uint64_t bytes) {
    Cursor c(layout, "a data layout");
    const unsigned version = c.u8();
    if (version != 3 && version != 4) refused("data layouts of version " + std::to_string(version));
    const unsigned kind = c.u8();
    if (kind == 0) {
      const unsigned size = c.u16();
      if (size != bytes) damaged("a compact dataset whose size is not its shape's");
      return c.take(size);
    }
    if (kind == 2) refused("chunked datasets");
    if (kind == 3) refused("virtual datasets");
    if (kind != 1) damaged("a data layout of unknown kind");
    const Address address = c.u64();
    const std::uint64_t size = c.u64();
    if (bytes == 0) return {};
    if (address == undefined) damaged("a dataset whose values were never written");
    if (size != bytes) damaged("a dataset whose size is not its shape's");
    return at(address, bytes, "a dataset");
  }

  // ---- attributes: only strings are kept ----

  void attribute(Bytes data, Node& node) {
    Cursor c(data, "an attribute");
    const unsigned version = c.u8();
    if (version < 1 || version > 3) damaged("an attribute of unknown version");
    const unsigned flags = c.u8();
    if (version > 1 && flags != 0) refused("shared messages");
    const unsigned name_size = c.u16(), type_size_ = c.u16(), space_size = c.u16();
    if (version == 3) c.skip(1);  // character set
    const auto part = [&](unsigned size) {
      const Bytes out = c.take(size);
      if (version == 1) c.skip(std::min<std::size_t>((8 - size % 8) % 8, c.left()));
      return out;
    };
    const Bytes raw_name = part(name_size);
    std::string name(reinterpret_cast<const char*>(raw_name.data()), raw_name.size());
    name = name.substr(0, name.find('\0'));
    Cursor type_cursor(part(type_size_), "an attribute's type");
    const Bytes raw_space = part(space_size);
    Cursor probe = type_cursor;  // other types are no reason to refuse the file
    const unsigned kind = probe.u8() & 15;
    if (kind != 3 && kind != 9) return;
    const DataType type = datatype(type_cursor, 0);
    const Shape shape = dataspace(raw_space);
    if (!shape.empty()) return;  // lists of strings are not used in model.weights.h5
    std::string value;
    if (type.variable) {
      const std::uint64_t length = c.u32();
      const Address heap = c.u64();
      const std::uint32_t index = c.u32();
      const Bytes raw = length == 0 ? Bytes{} : global(heap, index);
      if (length > raw.size()) damaged("a string longer than its place");
      value.assign(reinterpret_cast<const char*>(raw.data()), static_cast<std::size_t>(length));
    } else {
      const Bytes raw = c.take(type.size);
      value.assign(reinterpret_cast<const char*>(raw.data()), raw.size());
      value = value.substr(0, value.find('\0'));
    }
    charge(value.size(), "attributes");
    node.attributes[name] = std::move(value);
  }

  // An object of a global heap collection; each collection is read once.
  Bytes global(Address address, std::uint32_t index) {
    auto it = heaps_.find(address);
    if (it == heaps_.end()) {
      if (address > file_.size() || file_.size() - address < 16) damaged("a global heap lies beyond the end");
      Cursor head(file_.subspan(static_cast<std::size_t>(address), 16), "a global heap");
      if (!is(head.take(4), "GCOL") || head.u8() != 1) damaged("a global heap without its signature");
      head.skip(3);
      const std::uint64_t size = head.u64();
      if (size < 16) damaged("a global heap smaller than its header");
      if (address > file_.size() || size > file_.size() - address) damaged("a global heap lies beyond the end");
      Cursor c(file_.subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(size)), "a global heap");
      c.skip(16);
      std::map<std::uint32_t, Bytes> objects;
      while (c.left() >= 16) {
        const std::uint32_t number = c.u16();
        c.skip(6);
        const std::uint64_t bytes = c.u64();
        if (number == 0) break;  // the free rest
        charge(16, "a global heap");
        objects.emplace(number, c.take(bytes));
        c.align(8);
      }
      it = heaps_.emplace(address, std::move(objects)).first;
    }
    const auto object = it->second.find(index);
    if (object == it->second.end()) damaged("a string that is not in its heap");
    return object->second;
  }

  Bytes file_;
  std::uint64_t budget_;
  unsigned leaf_k_ = 0, internal_k_ = 0;
  std::set<Address> objects_;
  std::map<Address, std::map<std::uint32_t, Bytes>> heaps_;
};

}  // namespace

const Node* Node::child(std::string_view child_name) const {
  const auto it = std::lower_bound(children.begin(), children.end(), child_name,
                                   [](const auto& node, std::string_view wanted) { return node->name < wanted; });
  return it != children.end() && (*it)->name == child_name ? it->get() : nullptr;
}

Reader::Reader(std::span<const std::byte> file) : root_(Parser(file).parse()) {}

const Node* Reader::find(std::string_view path) const {
  const Node* node = root_.get();
  while (node != nullptr && !path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty()) node = node->child(part);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return node;
}

std::vector<std::string> Reader::list(std::string_view path) const {
  std::vector<std::string> names;
  if (const Node* node = find(path))
    for (const auto& child : node->children) names.push_back(child->name);
  return names;
}

const Dataset& Reader::dataset(std::string_view path) const {
  const Node* node = find(path);
  if (node == nullptr || node->is_group)
    fail(Code::format, "the HDF5 data has no dataset '" + escaped(std::string(path)) + "'");
  return node->data;
}

}  // namespace rondo::hdf5
