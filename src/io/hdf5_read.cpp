// Reading HDF5. Legitimate files never use one byte for two things, so a single budget - every structure, name and value read
// is charged against the size of the file - bounds time and memory whatever the offsets say: cycles, shared and overlapping
// structures run out of budget at the latest.
#include <algorithm>
#include <cstring>
#include <set>

#include "io/hdf5.h"
#include "io/hdf5_parts.h"
#include "rondo/core/error.h"

namespace rondo::hdf5 {
namespace {

using Address = std::uint64_t;

constexpr Address undefined = ~Address{0};
constexpr int max_depth = 64;  // groups within groups
constexpr std::size_t max_name = 1024;

bool is(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

struct Message {
  unsigned type;
  Bytes data;
};

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
          node->data.shape = read_dataspace(message.data);
          space = true;
          break;
        case 0x03:
          type = read_datatype(message.data);
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
    const std::uint64_t bytes = byte_count(node->data.shape, type.size);
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

  // ---- what a dataset holds ----

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
    const Bytes raw_type = part(type_size_);
    const Bytes raw_space = part(space_size);
    const unsigned kind = Cursor(raw_type, "an attribute's type").u8() & 15;  // others are no reason to refuse the file
    if (kind != 3 && kind != 9) return;
    const DataType type = read_datatype(raw_type);
    const Shape shape = read_dataspace(raw_space);
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
