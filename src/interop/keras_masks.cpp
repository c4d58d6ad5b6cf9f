#include "interop/keras_masks.h"

#include <algorithm>
#include <cstdio>

namespace rondo::interop {
namespace {

constexpr int max_depth = 64;  // of masks made of masks
constexpr int max_steps = 65536;
constexpr std::size_t max_union = 256;

std::string exact(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "%a", number);
  return text;
}

bool is_tensor(const Json& value) { return member(value, "class_name") == "__keras_tensor__"; }

}  // namespace

bool is_operation(const Json& object) {
  const Json& module = member(object, "module");
  if (!module.is_string()) return false;
  const auto& name = module.get_ref<const std::string&>();
  return name.starts_with("keras.src.ops") || name.starts_with("keras.ops");
}

bool merges(std::string_view class_name) {
  static const std::set<std::string_view> names = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"};
  return names.contains(class_name);
}

bool hands_on(std::string_view class_name) {
  return class_name == "TimeDistributed" || class_name == "Bidirectional" || class_name.starts_with("ConvLSTM");
}

Masks::Id Masks::of(const TensorAt& tensor) const {
  const auto it = masks_.find(tensor);
  return it == masks_.end() ? none : it->second;
}

Masks::Id Masks::number(const std::string& text) {
  return numbers_.emplace(text, static_cast<Id>(numbers_.size()) + 1).first->second;
}

Masks::Id Masks::made(const Json& config, const TensorAt& input) {
  const Json& value = member(config, "mask_value");
  const double number_value = value.is_null() ? 0.0 : any_number_of(value, "Masking: mask_value");
  return number("differs " + std::to_string(input.layer) + " " + std::to_string(input.call) + " " +
                std::to_string(input.output) + " from " + exact(number_value));
}

Masks::Id Masks::nonzero(const TensorAt& ids) {
  return number("id not 0 " + std::to_string(ids.layer) + " " + std::to_string(ids.call) + " " + std::to_string(ids.output));
}

Masks::Id Masks::joined(const std::vector<Id>& masks, Index axis) {
  if (axis != -1) {
    std::string text = "end to end along " + std::to_string(axis);
    for (const Id m : masks) text += " " + std::to_string(m);
    return number(text);
  }
  // Side by side, a step counts if it does anywhere: a set, in which neither order nor grouping matter.
  std::set<Id> any;
  for (const Id m : masks) {
    if (m == every_step()) return m;
    const auto parts = unions_.find(m);
    if (parts == unions_.end()) {
      any.insert(m);
    } else {
      any.insert(parts->second.begin(), parts->second.end());
    }
  }
  if (any.size() == 1) return *any.begin();
  if (any.size() > max_union) fail(Code::unsupported, "config.json: masks made of too many masks");
  std::string text = "any of";
  for (const Id m : any) text += " " + std::to_string(m);
  const Id id = number(text);
  unions_[id] = std::move(any);
  return id;
}

Masks::Id Masks::concatenated(const Json& config, const std::vector<Id>& masks, Index rank) {
  const Json& axis = member(config, "axis");
  const Index at = axis.is_null() ? -1 : index_of(axis, "Concatenate: axis");
  std::vector<Id> parts;
  for (const Id m : masks) parts.push_back(m == none ? every_step() : m);
  return joined(parts, at < 0 ? at : at - rank);
}

const Json* Masks::arguments(const Json& tensor, const char* name, const Resolve& resolve, const Json** config) const {
  if (!is_tensor(tensor)) return nullptr;
  const TensorAt at = resolve(tensor);
  const auto it = operations_.find(at.layer);
  if (it == operations_.end() || it->second.name != name) return nullptr;
  const Json& nodes = member(*it->second.object, "inbound_nodes");
  if (!nodes.is_array() || at.call >= nodes.size()) return nullptr;
  const Json& args = member(nodes[at.call], "args");
  if (config) *config = &member(*it->second.object, "config");
  return args.is_array() && !args.empty() ? &args : nullptr;
}

Masks::Id Masks::read(const Json& tensor, const Resolve& resolve, int depth) {
  // A file can name one mask twice at every level: bounded here, not by the depth alone.
  if (depth > max_depth || ++steps_ > max_steps) fail(Code::unsupported, "config.json: masks made of too many masks");
  const Json* config = nullptr;
  if (const Json* same = arguments(tensor, "ConvertToTensor", resolve)) return read((*same)[0], resolve, depth + 1);
  if (const Json* either = arguments(tensor, "LogicalOr", resolve)) {
    if (either->size() != 2) return none;
    const Id one = read((*either)[0], resolve, depth + 1);
    if (one == none) return none;
    if (const Json* negated = arguments((*either)[1], "LogicalNot", resolve))
      return read((*negated)[0], resolve, depth + 1) == one ? every_step() : none;
    const Id other = read((*either)[1], resolve, depth + 1);
    return other == none ? none : joined({one, other}, -1);
  }
  if (const Json* stacked = arguments(tensor, "Hstack", resolve)) {
    std::vector<Id> parts;
    if ((*stacked)[0].is_array())
      for (const Json& part : (*stacked)[0]) parts.push_back(read(part, resolve, depth + 1));
    return parts.empty() || std::find(parts.begin(), parts.end(), none) != parts.end() ? none : joined(parts, -2);
  }
  if (const Json* differs = arguments(tensor, "NotEqual", resolve)) {
    const bool from_zero = differs->size() == 2 && is_tensor((*differs)[0]) && (*differs)[1].is_number() && (*differs)[1] == 0;
    return from_zero ? nonzero(resolve((*differs)[0])) : none;
  }
  const Json* any = arguments(tensor, "Any", resolve, &config);
  if (any == nullptr || member(*config, "axis") != -1 || member(*config, "keepdims") == true) return none;
  if (const Json* differs = arguments((*any)[0], "NotEqual", resolve)) {
    if (differs->size() != 2 || !is_tensor((*differs)[0]) || (*differs)[1].is_structured()) return none;
    return made({{"mask_value", (*differs)[1]}}, resolve((*differs)[0]));
  }
  if (const Json* either = arguments((*any)[0], "LogicalOr", resolve)) {  // x differs from 0 or equals it
    const Json* differs = arguments((*either)[0], "NotEqual", resolve);
    const Json* equals = either->size() == 2 ? arguments((*either)[1], "Equal", resolve) : nullptr;
    return differs && equals && *differs == *equals ? every_step() : none;
  }
  return read_concatenated((*any)[0], resolve, depth);
}

// As Keras 3.15 writes a Concatenate's mask: each input's, expanded to the input's shape, joined as the inputs are.
Masks::Id Masks::read_concatenated(const Json& tensor, const Resolve& resolve, int depth) {
  const Json* config = nullptr;
  const Json* joining = nullptr;
  const Json* joins = arguments(tensor, "Concatenate", resolve, &joining);
  if (joins == nullptr || !(*joins)[0].is_array()) return none;
  std::vector<Id> parts;
  Index rank = 0;
  for (const Json& part : (*joins)[0]) {
    const Json& shape = member(member(part, "config"), "shape");
    if (shape.is_array()) rank = static_cast<Index>(shape.size());
    if (arguments(part, "OnesLike", resolve)) {
      parts.push_back(every_step());
      continue;
    }
    const Json* either = arguments(part, "LogicalOr", resolve);
    const Json* expanded = arguments(either ? (*either)[0] : part, "ExpandDims", resolve, &config);
    if (expanded == nullptr || member(*config, "axis") != -1) return none;
    if (either && (either->size() != 2 || !arguments((*either)[1], "ZerosLike", resolve))) return none;
    const Id id = read((*expanded)[0], resolve, depth + 1);
    if (id == none) return none;
    parts.push_back(id);
  }
  const Index axis = index_of(member(*joining, "axis"), "an operation's axis");
  return joined(parts, axis < 0 ? axis : axis - rank);
}

}  // namespace rondo::interop
