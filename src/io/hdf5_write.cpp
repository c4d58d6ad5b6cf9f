// Writing HDF5. Children are written before the group that names them, so every address is known
// when it is needed and the file grows from front to back; nothing depends on time or memory addresses, so equal trees give
// equal bytes.
#include <algorithm>

#include "io/hdf5.h"
#include "rondo/core/error.h"

namespace rondo::hdf5 {
namespace {

constexpr std::uint64_t undefined = ~std::uint64_t{0};
constexpr std::size_t leaf_k = 4, internal_k = 16;  // what libhdf5 writes by default
constexpr std::size_t leaf_entries = 2 * leaf_k, node_entries = 2 * internal_k;
constexpr std::size_t tree_node_size = 24 + (node_entries + 1) * 8 + node_entries * 8;

class Out {
 public:
  std::vector<std::byte> bytes;

  std::uint64_t at() const { return bytes.size(); }
  void number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
  }
  void u8(unsigned v) { number(v, 1); }
  void u16(std::uint64_t v) { number(v, 2); }
  void u32(std::uint64_t v) { number(v, 4); }
  void u64(std::uint64_t v) { number(v, 8); }
  void text(std::string_view s) { raw(std::as_bytes(std::span(s.data(), s.size()))); }
  void raw(std::span<const std::byte> data) { bytes.insert(bytes.end(), data.begin(), data.end()); }
  void zeros(std::size_t n) { bytes.resize(bytes.size() + n); }
  void align() { zeros((8 - bytes.size() % 8) % 8); }
  void patch(std::size_t where, std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes[where + static_cast<std::size_t>(i)] = static_cast<std::byte>(value >> (8 * i));
  }
};

// One header message: its data padded to eight bytes.
void message(Out& out, unsigned type, Out data) {
  data.align();
  out.u16(type);
  out.u16(data.bytes.size());
  out.u32(0);  // flags, reserved
  out.raw(data.bytes);
}

std::uint64_t object_header(Out& file, unsigned count, const Out& messages) {
  file.align();
  const std::uint64_t at = file.at();
  file.u8(1);
  file.u8(0);
  file.u16(count);
  file.u32(1);  // one name
  file.u32(messages.bytes.size());
  file.u32(0);
  file.raw(messages.bytes);
  return at;
}

Out datatype(Type type) {
  Out out;
  const auto size = static_cast<std::uint64_t>(type_size(type));
  const auto floating = [&](unsigned sign, unsigned exponent_at, unsigned exponent, unsigned bias) {
    out.u8(0x11);
    out.u8(0x20);  // little-endian, implied leading bit
    out.u8(sign);
    out.u8(0);
    out.u32(size);
    out.u16(0);
    out.u16(8 * size);
    out.u8(exponent_at);
    out.u8(exponent);
    out.u8(0);
    out.u8(exponent_at);
    out.u32(bias);
  };
  switch (type) {
    case Type::f16:
      floating(15, 10, 5, 15);
      break;
    case Type::f32:
      floating(31, 23, 8, 127);
      break;
    case Type::f64:
      floating(63, 52, 11, 1023);
      break;
    case Type::boolean:
    case Type::string:
      fail(Code::internal, "this type is not written to HDF5");
    default: {
      const bool is_signed = type == Type::i8 || type == Type::i16 || type == Type::i32 || type == Type::i64;
      out.u8(0x10);
      out.u8(is_signed ? 8 : 0);
      out.u16(0);
      out.u32(size);
      out.u16(0);
      out.u16(8 * size);
    }
  }
  return out;
}

std::uint64_t write_dataset(Out& file, const Dataset& data) {
  std::uint64_t values_at = undefined;
  if (!data.bytes.empty()) {
    file.align();
    values_at = file.at();
    file.raw(data.bytes);
  }
  Out space;
  space.u8(1);
  space.u8(static_cast<unsigned>(data.shape.rank()));
  space.zeros(6);
  for (const Index size : data.shape) space.u64(static_cast<std::uint64_t>(size));
  Out fill;
  fill.u8(2);
  fill.u8(2);  // space is allocated late,
  fill.u8(2);  // filled if a value was set,
  fill.u8(1);  // and it is the default: zero
  fill.u32(0);
  Out layout;
  layout.u8(3);
  layout.u8(1);  // contiguous
  layout.u64(values_at);
  layout.u64(data.bytes.size());
  Out messages;
  message(messages, 0x01, space);
  message(messages, 0x03, datatype(data.type));
  message(messages, 0x05, fill);
  message(messages, 0x08, layout);
  return object_header(file, 4, messages);
}

struct GroupAddress {
  std::uint64_t header, tree, heap;
};

GroupAddress write_group(Out& file, const Node& group) {
  struct Entry {
    std::uint64_t name, header, tree = 0, heap = 0;
    bool group;
  };
  std::vector<Entry> entries;
  Out names;
  names.zeros(8);  // the empty name, which stands left of all others
  for (const auto& child : group.children) {
    Entry entry{names.at(), 0, 0, 0, child->is_group};
    names.text(child->name);
    names.u8(0);
    names.align();
    if (child->is_group) {
      const GroupAddress g = write_group(file, *child);
      entry.header = g.header;
      entry.tree = g.tree;
      entry.heap = g.heap;
    } else {
      entry.header = write_dataset(file, child->data);
    }
    entries.push_back(entry);
  }

  file.align();
  const std::uint64_t heap = file.at();
  file.text("HEAP");
  file.u32(0);
  file.u64(names.at());
  file.u64(1);  // no free space
  file.u64(heap + 32);
  file.raw(names.bytes);

  struct Child {
    std::uint64_t address, last;  // and the heap offset of its greatest name
  };
  std::vector<Child> level;
  for (std::size_t first = 0; first < entries.size(); first += leaf_entries) {
    const std::size_t count = std::min(leaf_entries, entries.size() - first);
    level.push_back({file.at(), entries[first + count - 1].name});
    file.text("SNOD");
    file.u16(1);  // version, reserved
    file.u16(count);
    for (std::size_t i = first; i < first + count; ++i) {
      file.u64(entries[i].name);
      file.u64(entries[i].header);
      file.u32(entries[i].group ? 1 : 0);  // a group's two addresses are repeated here
      file.u32(0);
      file.u64(entries[i].tree);
      file.u64(entries[i].heap);
    }
    file.zeros((leaf_entries - count) * 40);
  }
  std::uint64_t tree = 0;
  for (unsigned height = 0;; ++height) {
    const std::size_t nodes = std::max<std::size_t>(1, (level.size() + node_entries - 1) / node_entries);
    std::vector<Child> next;
    const std::uint64_t start = file.at();
    for (std::size_t n = 0; n < nodes; ++n) {
      const std::size_t first = n * node_entries, count = std::min(node_entries, level.size() - first);
      next.push_back({file.at(), count == 0 ? 0 : level[first + count - 1].last});
      file.text("TREE");
      file.u8(0);  // of a group
      file.u8(height);
      file.u16(count);
      file.u64(n == 0 ? undefined : start + (n - 1) * tree_node_size);
      file.u64(n + 1 == nodes ? undefined : start + (n + 1) * tree_node_size);
      file.u64(first == 0 ? 0 : level[first - 1].last);
      for (std::size_t i = first; i < first + count; ++i) {
        file.u64(level[i].address);
        file.u64(level[i].last);
      }
      file.zeros((node_entries - count) * 16);
    }
    if (nodes == 1) {
      tree = next[0].address;
      break;
    }
    level = std::move(next);
  }

  Out table;
  table.u64(tree);
  table.u64(heap);
  Out messages;
  message(messages, 0x11, table);
  return {object_header(file, 1, messages), tree, heap};
}

}  // namespace

Node& Writer::make(std::string_view path, bool group) {
  Node* node = &root_;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (part.empty() || !node->is_group) fail(Code::internal, "a path in HDF5 that cannot be");
    auto it = std::lower_bound(node->children.begin(), node->children.end(), part,
                               [](const auto& child, std::string_view wanted) { return child->name < wanted; });
    if (it == node->children.end() || (*it)->name != part) {
      auto child = std::make_unique<Node>();
      child->name = part;
      child->is_group = group || !last;
      it = node->children.insert(it, std::move(child));
    } else if (last && !group) {
      fail(Code::internal, "two datasets of one name in HDF5");
    }
    node = it->get();
    if (last) return *node;
    path = path.substr(slash + 1);
  }
}

void Writer::group(std::string_view path) { make(path, true); }

void Writer::dataset(std::string_view path, Type type, const Shape& shape, std::span<const std::byte> bytes) {
  if (static_cast<Index>(bytes.size()) != shape.elements() * type_size(type))
    fail(Code::internal, "the bytes of a dataset are not its shape's");
  make(path, false).data = {type, shape, bytes};
}

void Writer::float32(std::string_view path, const Shape& shape, std::span<const float> values) {
  dataset(path, Type::f32, shape, std::as_bytes(values));
}

void Writer::int32(std::string_view path, std::int32_t value) {
  const auto raw = std::as_bytes(std::span(&value, 1));
  kept_.push_back(std::make_unique<std::vector<std::byte>>(raw.begin(), raw.end()));
  dataset(path, Type::i32, {}, *kept_.back());
}

void Writer::float32(std::string_view path, float value) {
  const auto raw = std::as_bytes(std::span(&value, 1));
  kept_.push_back(std::make_unique<std::vector<std::byte>>(raw.begin(), raw.end()));
  dataset(path, Type::f32, {}, *kept_.back());
}

std::vector<std::byte> Writer::finish() const {
  Out file;
  file.text("\x89HDF\r\n\x1a\n");
  file.u32(0);  // versions of the superblock, the free space and the root group
  file.u8(0);   // version of the shared header format
  file.u8(8);   // bytes of an offset
  file.u8(8);   // bytes of a length
  file.u8(0);
  file.u16(leaf_k);
  file.u16(internal_k);
  file.u32(0);
  file.u64(0);          // base address
  file.u64(undefined);  // free space
  const std::size_t end_at = file.at();
  file.u64(0);          // end of the file, below
  file.u64(undefined);  // driver information
  file.u64(0);          // the root has no name
  const std::size_t root_at = file.at();
  file.zeros(32);
  const GroupAddress root = write_group(file, root_);
  file.patch(root_at, root.header, 8);
  file.patch(root_at + 8, 1, 4);
  file.patch(root_at + 16, root.tree, 8);
  file.patch(root_at + 24, root.heap, 8);
  file.align();
  file.patch(end_at, file.at(), 8);
  return std::move(file.bytes);
}

}  // namespace rondo::hdf5
