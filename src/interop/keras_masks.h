// Masks in a functional Keras file. Keras 3 records in the graph itself how it came by each mask: operations NotEqual and Any
// for a Masking layer, more of them for Concatenate, and the result as the argument `mask` of the calls that use it. Rondo's
// layers pass masks on themselves, so the operations are not run: it is checked that they say what the layers do.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "interop/json.h"

namespace rondo::interop {

// Output `output` of call `call` of entry `layer` of the file's list of layers.
struct TensorAt {
  std::size_t layer, call, output;
  friend auto operator<=>(const TensorAt&, const TensorAt&) = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0
};

// True for an entry that is an operation (keras.ops), no layer.
bool is_operation(const Json& object);

// Add and its company: one tensor of several, value by value; the mask is the "or" of all masks.
bool merges(std::string_view class_name);

// Layers that make a mask here because an entry of it has another number of rows behind it; in Keras it is their input's.
bool hands_on(std::string_view class_name);

// Equal masks have equal numbers.
class Masks {
 public:
  using Id = int;
  static constexpr Id none = 0;
  using Resolve = std::function<TensorAt(const Json&)>;  // a "__keras_tensor__" -> where it comes from

  void add(std::size_t entry, const std::string& operation, const Json& object) { operations_[entry] = {operation, &object}; }
  Id of(const TensorAt& tensor) const;
  void set(const TensorAt& tensor, Id mask) { masks_[tensor] = mask; }
  // What an Embedding with mask_zero makes of these ids.
  Id nonzero(const TensorAt& ids);
  // What a Masking layer makes of this input, and what Concatenate makes of its inputs' masks.
  Id made(const Json& config, const TensorAt& input);
  Id concatenated(const Json& config, const std::vector<Id>& masks, Index rank);
  Id merged(const std::vector<Id>& masks) { return joined(masks, -1); }
  // What the operations behind a "__keras_tensor__" compute; `none` if it is not a mask of those two kinds.
  Id read(const Json& tensor, const Resolve& resolve, int depth = 0);

 private:
  struct Operation {
    std::string name;
    const Json* object;
  };
  Id number(const std::string& text);
  Id every_step() { return number("every step"); }  // what an input without a mask adds
  Id joined(const std::vector<Id>& masks, Index axis);
  Id read_concatenated(const Json& tensor, const Resolve& resolve, int depth);
  // The operation behind a tensor if it has that name, with its arguments; nullptr otherwise.
  const Json* arguments(const Json& tensor, const char* name, const Resolve& resolve, const Json** config = nullptr) const;

  int steps_ = 0;
  std::map<TensorAt, Id> masks_;
  std::map<std::string, Id> numbers_;
  std::map<Id, std::set<Id>> unions_;  // masks that are "any of" others
  std::map<std::size_t, Operation> operations_;
};

}  // namespace rondo::interop
