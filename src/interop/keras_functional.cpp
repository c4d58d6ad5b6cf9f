// Keras's Functional model: layers with "inbound_nodes" that say what each call of the layer reads:
// {"args": [tensor or list of tensors], "kwargs": {"initial_state": [...]}}, a tensor being named by
// "keras_history": [layer, number of its call, number of the output].
#include "interop/keras_functional.h"

#include <algorithm>
#include <map>
#include <memory>

#include "interop/config.h"
#include "interop/keras_masks.h"
#include "interop/keras_weights.h"
#include "model/model_layer.h"
#include "model/model_state.h"

namespace rondo::interop {
namespace {

constexpr std::size_t max_edges = 65536;  // between calls

class FunctionalReader {
 public:
  FunctionalReader(const Json& object, std::vector<std::string>& notes, bool explicit_masks, std::string folder)
      : config_(object_at(object, "config", "config.json: the model")),
        notes_(notes),
        explicit_masks_(explicit_masks),
        folder_(std::move(folder)) {}

  ReadModel read(const Listed& listed) {
    read_layers(listed);
    for (std::size_t i = 0; i < entries_.size(); ++i) read_calls(i);
    run();
    const auto inputs = ends("input_layers");
    for (const SymbolicTensor& t : inputs)
      if (t.node()->layer)
        fail(Code::format, "config.json: an input of the model is the output of " + t.node()->layer->described());
    ReadModel out{Model(inputs, ends("output_layers"), model_name(config_)), {}};
    out.model.internal().output_keys = output_keys();
    for (const Entry& e : entries_)
      if (e.layer) out.layers.push_back(e.layer);
    // A layer outside the graph would lose its weights on the way.
    if (out.model.layers().size() != out.layers.size())
      for (const LayerRef& layer : out.layers) {
        const auto used = out.model.layers();
        if (std::none_of(used.begin(), used.end(), [&](const LayerRef& l) { return &*l == &*layer; }))
          fail(Code::format, "config.json: no output depends on layer '" + escaped(layer->name()) + "'");
      }
    return out;
  }

 private:
  struct Entry {
    std::string name, title;
    LayerRef layer;  // empty: an input
    const Json* object = nullptr;
    const Json* nodes = nullptr;                       // of a layer
    std::string operation;                             // its class, if it is no layer but part of how Keras computes a mask
    std::vector<std::vector<SymbolicTensor>> results;  // by call
  };
  struct Call {
    std::vector<TensorAt> inputs;
    bool separate = false;                                       // states are given beside the sequences
    const Json* mask = nullptr;                                  // the argument of that name, if it is there
    std::vector<std::pair<std::size_t, const Json*>> masks;      // of single inputs, where they are given
    std::size_t waits = 0;                                       // for how many calls
    std::vector<std::pair<std::size_t, std::size_t>> waited_by;  // (layer, call)
  };

  void read_layers(const Listed& listed) {
    const Json& list = layer_list(config_, "config.json: the model");
    Placed placed;
    LayerPaths paths;
    for (const Json& object : list) {
      Entry entry;
      if (member(object, "class_name") == "InputLayer") {
        const SymbolicTensor input = read_input(object);
        entry.name = input.node()->input_name;
        entry.title = layer_title(entry.name, "InputLayer");
        entry.results.push_back({input});
      } else if (is_operation(object)) {
        entry.operation = string_at(object, "class_name", "an operation");
        entry.name = string_at(object, "name", "operation " + escaped(entry.operation.substr(0, 60)));
        entry.title = "operation '" + escaped(entry.name.substr(0, 100)) + "'";
        masks_.add(entries_.size(), entry.operation, object);
      } else {
        const Place place{folder_ + paths.next(class_of(object)), listed, explicit_masks_};
        entry.layer = read_layer(object, notes_, &place);
        entry.object = &object;
        entry.name = entry.layer->name();
        entry.title = layer_title(entry.name, entry.layer->class_name());
        entry.nodes = &array_at(object, "inbound_nodes", entry.title);
        placed.emplace_back(entry.layer, place.path);
      }
      if (const Json& again = member(object, "name"); !again.is_null() && again != entry.name)
        fail(Code::format, entry.title + " is listed under another name, " + shown(again));
      if (!by_name_.emplace(entry.name, entries_.size()).second)
        fail(Code::format, "config.json: two layers are named '" + escaped(entry.name.substr(0, 100)) + "'");
      entries_.push_back(std::move(entry));
    }
    listed(placed);
  }

  // ["lstm", 0, 0]. As an end of the graph a Functional model's calls count from 1, because Keras counts its making as one (and
  // 0, one before the first, as the last: a list's last item in Python); in a call's arguments they count from 0.
  TensorAt history(const Json& value, const std::string& where, bool of_mask = false, bool end = false) {
    if (!value.is_array() || value.size() < 3 || !value[0].is_string() || value.size() > 4)
      fail(Code::format, where + ": a tensor must be named by [layer, call, output], not " + shown(value));
    const auto name = value[0].get<std::string>();
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) fail(Code::format, where + ": there is no layer '" + escaped(name.substr(0, 100)) + "'");
    Index call = index_of(value[1], where + ": a call's number");
    const Index output = index_of(value[2], where + ": an output's number");
    const Entry& from = entries_[it->second];
    if (!from.operation.empty() && !of_mask)
      fail(Code::unsupported, where + " reads the output of the operation keras.ops " + escaped(from.operation.substr(0, 60)) +
                                  ", which is not supported outside masks");
    const auto calls = static_cast<Index>(from.nodes ? from.nodes->size() : 1);
    if (end && from.object && class_of(*from.object) == "Functional") call = call == 0 ? calls - 1 : call - 1;
    if (call < 0 || call >= calls)
      fail(Code::format, where + ": " + from.title + " is called " + std::to_string(calls) + " times; there is no call " +
                             std::to_string(call));
    if (output < 0 || output > 1024) fail(Code::format, where + ": there is no output " + std::to_string(output));
    return {it->second, static_cast<std::size_t>(call), static_cast<std::size_t>(output)};
  }

  void tensors(const Json& value, const std::string& where, std::vector<TensorAt>& out) {
    if (value.is_null()) return;
    if (called_by_names(value)) {
      for (const Json* item : in_order(value, where)) tensors(*item, where, out);
      return;
    }
    if (value.is_array()) {
      for (const Json& item : value) tensors(item, where, out);
    } else if (member(value, "class_name") == "__keras_tensor__") {
      if (++edges_ > max_edges) fail(Code::unsupported, "config.json: more than " + std::to_string(max_edges) + " connections");
      out.push_back(history(member(member(value, "config"), "keras_history"), where));
    } else {
      fail(Code::unsupported, where + ": a call with " + shown(value) + " is not supported");
    }
  }

  // A model may be called with an object. If its own inputs are one, both are in the order of their keys; if they are a list,
  // or a single one, the keys are the names of its inputs.
  bool called_by_names(const Json& value) const {
    return value.is_object() && !value.contains("class_name") && called_ != nullptr && as_model(*called_->layer) != nullptr;
  }
  std::vector<const Json*> in_order(const Json& value, const std::string& where) const {
    std::vector<const Json*> out;
    const Json& inputs = member(member(*called_->object, "config"), "input_layers");
    const auto one = [&](const Json& input) {
      const std::string name = input.is_array() && !input.empty() && input[0].is_string() ? input[0].get<std::string>() : "";
      if (!value.contains(name))
        fail(Code::format, where + ": a call by the names of inputs, without '" + escaped(name.substr(0, 100)) + "'");
      out.push_back(&value[name]);
    };
    if (!inputs.is_array()) {
      for (const Json& item : value) out.push_back(&item);
    } else if (!inputs.empty() && inputs[0].is_string()) {
      one(inputs);
    } else {
      for (const Json& input : inputs) one(input);
    }
    return out;
  }

  void read_calls(std::size_t at) {
    Entry& entry = entries_[at];
    if (!entry.layer) return;
    called_ = &entry;
    if (entry.nodes->empty()) fail(Code::format, entry.title + " is never called");
    if (calls_.size() + entry.nodes->size() > max_calls)
      fail(Code::unsupported, "config.json: a model of more than " + std::to_string(max_calls) + " calls");
    entry.results.resize(entry.nodes->size());
    std::map<std::string, std::size_t> given;  // calls with an argument that is an option of the layer here
    for (std::size_t n = 0; n < entry.nodes->size(); ++n) {
      const Json& node = (*entry.nodes)[n];
      if (!node.is_object()) fail(Code::unsupported, entry.title + ": calls are written as Keras 2 wrote them");
      Call call;
      const Json& args = array_at(node, "args", entry.title);
      const bool heads = entry.layer->class_name() == "MultiHeadAttention";  // query, value and key are arguments
      if (args.size() > (heads ? 3 : 2))
        fail(Code::unsupported, entry.title + ": a call with " + std::to_string(args.size()) + " arguments");
      tensors(args, entry.title, call.inputs);
      call.separate = !heads && args.size() > 1 && !args[1].is_null();
      if (const Json& kwargs = member(node, "kwargs"); !kwargs.is_null()) {
        if (!kwargs.is_object()) fail(Code::format, entry.title + ": kwargs must be an object");
        if (heads)
          for (const char* key : {"query", "value", "key"}) tensors(member(kwargs, key), entry.title, call.inputs);
        for (const auto& [key, value] : kwargs.items()) {
          if (heads && (key == "query" || key == "value" || key == "key")) continue;
          const bool masks = heads && key == "attention_mask" && member(value, "class_name") == "__keras_tensor__";
          if (is_call_argument(key) && (masks || (value.is_boolean() && key != "attention_mask"))) {
            std::size_t& calls = given[key];
            calls += masks || value == true ? 1 : 0;
            if (masks) tensors(value, entry.title, call.inputs);  // the last input
            if (set_call_argument(*entry.layer, key, calls > 0)) continue;
          }
          if (heads && key.ends_with("_mask") && key != "attention_mask" && key != "use_causal_mask") {
            call.masks.emplace_back(key == "query_mask" ? 0 : key == "value_mask" ? 1 : 2, &value);
          } else if (key == "mask" && value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i) call.masks.emplace_back(i, &value[i]);
          } else if (key == "mask" && called_by_names(value)) {
            for (const Json* mask : in_order(value, entry.title)) call.masks.emplace_back(call.masks.size(), mask);
          } else if (key == "initial_state") {
            tensors(value, entry.title, call.inputs);
            call.separate = call.separate || !value.is_null();
          } else if (key == "mask") {
            call.mask = &value;
          } else if (!value.is_null() && !(key == "training" && value == false)) {
            fail(Code::unsupported,
                 entry.title + ": a call with " + escaped(key.substr(0, 60)) + " = " + shown(value) + " is not supported");
          }
        }
      }
      if (call.inputs.empty()) fail(Code::format, entry.title + ": a call without inputs");
      calls_.emplace(std::pair{at, n}, std::move(call));
    }
    for (const auto& [key, calls] : given)
      if (calls > 0 && calls < entry.nodes->size())
        fail(Code::unsupported, entry.title + ": calls with and without " + key + " are not supported; a layer for each is");
  }

  // Calls layers as soon as their inputs are there; a layer's calls in their order.
  void run() {
    for (auto& [key, call] : calls_) {
      const auto wait_for = [&, k = key, c = &call](std::size_t layer, std::size_t number) {
        const auto other = calls_.find({layer, number});
        if (other == calls_.end()) return;  // an input
        other->second.waited_by.push_back(k);
        ++c->waits;
      };
      for (const TensorAt& t : call.inputs) wait_for(t.layer, t.call);
      if (key.second > 0) wait_for(key.first, key.second - 1);
    }
    std::set<std::pair<std::size_t, std::size_t>> ready;
    for (const auto& [key, call] : calls_)
      if (call.waits == 0) ready.insert(key);
    std::size_t done = 0;
    while (!ready.empty()) {
      const auto key = *ready.begin();
      ready.erase(ready.begin());
      const Call& call = calls_.at(key);
      Entry& entry = entries_[key.first];
      std::vector<SymbolicTensor> inputs;
      for (const TensorAt& t : call.inputs) inputs.push_back(result(t, entry.title));
      // A small file can call a model that calls a model twice that calls a model twice ...
      if (const ModelLayer* model = as_model(*entry.layer); model && (model_calls_ += model->calls()) > ModelLayer::max_calls)
        fail(Code::unsupported, entry.title + ": with the models in it, this model is made of too many calls");
      entry.results[key.second] = entry.layer.call(inputs);
      settle_mask(key, call, entry);
      ++done;
      for (const auto& next : call.waited_by)
        if (--calls_.at(next).waits == 0) ready.insert(next);
    }
    if (done == calls_.size()) return;
    for (const auto& [key, call] : calls_)
      if (call.waits > 0)
        fail(Code::format, "config.json: the model has a cycle: " + entries_[key.first].title + " waits for its own output");
  }

  // query_mask, value_mask, key_mask: each an argument of the call.
  static bool takes_masks_by_name(const Layer& layer) { return layer.class_name() == "MultiHeadAttention"; }

  // Which mask this call sees, and which its outputs carry: as Keras's Layer.__call__ decides it.
  void settle_mask(std::pair<std::size_t, std::size_t> key, const Call& call, const Entry& entry) {
    std::vector<Masks::Id> carried;
    for (const TensorAt& t : call.inputs) carried.push_back(masks_.of(t));
    if (call.mask != nullptr && !call.mask->is_null()) {
      const Masks::Id given = masks_.read(*call.mask, [&](const Json& tensor) {
        return history(member(member(tensor, "config"), "keras_history"), entry.title + ": its mask", true);
      });
      if (given == Masks::none || given != carried[0])
        fail(Code::unsupported, entry.title + ": a call with a mask other than its input's own is not supported");
    }
    // A list that names no mask says that there is none: Keras 3.9 writes it, on NumPy. Nothing fills it in when the model
    // runs, and the output has none. To a model it says nothing: the masks are on the tensors.
    const bool listed_none =
        !call.masks.empty() && !takes_masks_by_name(*entry.layer) &&
        std::all_of(call.masks.begin(), call.masks.end(), [](const auto& m) { return m.second->is_null(); });
    if (listed_none && as_model(*entry.layer) == nullptr) {
      entry.results[key.second][0].node()->no_masks = true;
      return;
    }
    // An argument of its own that is null (MultiHeadAttention's) is filled in by Keras when the model runs.
    for (const auto& [input, mask] : call.masks) {
      if (mask->is_null() && (listed_none || takes_masks_by_name(*entry.layer))) continue;
      const Masks::Id given = mask->is_null() ? Masks::none : masks_.read(*mask, [&](const Json& tensor) {
        return history(member(member(tensor, "config"), "keras_history"), entry.title + ": its mask", true);
      });
      if (given != (input < carried.size() ? carried[input] : Masks::none))
        fail(Code::unsupported, entry.title + ": a call with masks other than its inputs' own is not supported");
    }
    const bool silent = call.mask == nullptr || call.mask->is_null();
    entry.results[key.second][0].node()->late_mask = call.mask != nullptr && call.mask->is_null();
    const std::unique_ptr<bool[]> masked(new bool[carried.size()]);
    for (std::size_t i = 0; i < carried.size(); ++i) masked[i] = carried[i] != Masks::none;
    const MaskFlow flow = entry.layer->mask_flow({masked.get(), carried.size()});
    const auto& results = entry.results[key.second];
    // In Keras a call with separate states sees a mask only if it is given one. Where there are none, mask=None is as good as
    // no argument: Keras 3.15 fills it in when the model runs, also where the version that wrote the file had lost the mask.
    if (flow != MaskFlow::make) {
      if (call.separate && silent && explicit_masks_) results[0].node()->hide_masks = true;
      if (call.separate && !silent) results[0].node()->hide_masks = false;
    }
    for (std::size_t o = 0; o < results.size(); ++o) {
      const TensorAt at{key.first, key.second, o};
      if (flow == MaskFlow::pass && (o == 0 || results[o].shape().rank() > 2)) {
        masks_.set(at, carried[0]);
      } else if (flow == MaskFlow::make && o == 0 && as_model(*entry.layer) == nullptr) {  // a model's masks flow when it runs
        const Json& config = member(*entry.object, "config");
        if (entry.layer->class_name() == "Concatenate") {
          masks_.set(at, masks_.concatenated(config, carried, results[0].shape().rank()));
        } else if (entry.layer->class_name() == "Embedding") {
          masks_.set(at, masks_.nonzero(call.inputs[0]));
        } else if (merges(entry.layer->class_name())) {
          masks_.set(at, masks_.merged(carried));
        } else if (hands_on(entry.layer->class_name())) {
          masks_.set(at, carried[0]);
        } else {
          masks_.set(at, masks_.made(config, call.inputs[0]));
        }
      }
    }
  }

  const SymbolicTensor& result(const TensorAt& t, const std::string& where) {
    const Entry& from = entries_[t.layer];
    const auto& outputs = from.results[t.call];
    if (t.output >= outputs.size())
      fail(Code::format, where + " reads output " + std::to_string(t.output) + " of " + from.title + ", which has " +
                             std::to_string(outputs.size()));
    return outputs[t.output];
  }

  // ["a", 0, 0], or a list or an object of such, of lists, of objects (an object in the order of its keys, as Keras flattens
  // it). What is nested there is states of several cells, or what the user nested.
  std::vector<SymbolicTensor> ends(const char* key) {
    const std::string where = std::string("config.json: ") + key;
    std::vector<SymbolicTensor> out;
    add_ends(member(config_, key), where, out);
    if (out.empty()) fail(Code::format, where + " must name at least one tensor");
    return out;
  }
  // Of outputs that are an object of tensors, in the order of add_ends.
  std::vector<std::string> output_keys() const {
    const Json& outputs = member(config_, "output_layers");
    if (!outputs.is_object()) return {};
    std::vector<std::string> keys;
    for (const auto& [key, one] : outputs.items()) {
      if (key.empty() || !is_end(one)) return {};
      keys.push_back(key);
    }
    return keys;
  }
  // One tensor: [layer, call, output].
  static bool is_end(const Json& value) {
    const bool list = value.is_array() && (value.empty() || value[0].is_structured());
    return !list && !value.is_object();
  }
  void add_ends(const Json& value, const std::string& where, std::vector<SymbolicTensor>& out) {
    if (is_end(value)) {
      if (out.size() >= max_calls) fail(Code::unsupported, where + ": more than " + std::to_string(max_calls) + " tensors");
      out.push_back(result(history(value, where, false, true), where));
    } else {
      for (const Json& one : value) add_ends(one, where, out);
    }
  }

  const Json& config_;
  std::vector<std::string>& notes_;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> by_name_;
  std::map<std::pair<std::size_t, std::size_t>, Call> calls_;
  const Entry* called_ = nullptr;  // whose calls are being read
  std::size_t edges_ = 0;
  Index model_calls_ = 0;
  bool explicit_masks_;
  std::string folder_;
  Masks masks_;
};

}  // namespace

ReadModel read_functional(const Json& object, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed,
                          const std::string& folder) {
  return FunctionalReader(object, notes, explicit_masks, folder).read(listed);
}

}  // namespace rondo::interop
