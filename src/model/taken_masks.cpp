// Masks that Keras's MultiHeadAttention takes off the tensors it reads. When a model runs, Keras 3.15 leaves query, value and
// key without their masks, for all that reads them later: the second of two blocks x = Add([x, attention(x, x)]) sees none.
// Layers with an argument `mask` (recurrent ones, poolings, models) have it from when the graph was made, and see it, unless
// there was none then: in a model called on a masked tensor, or where a file says mask = null. They, attentions and merges then
// look at their tensors when they run; other layers hand on what the tensor still has. So it depends on the order in which
// calls run: by depth, then in the order in which a walk from the outputs back first names them; a model's calls all at its
// place.
//
// A Dropout hands back the tensor it got, but for training, and so does a linear Activation (layers/base/gives_back.h): then
// both have one mask.
#include <set>

#include "layers/attention/scored.h"
#include "layers/base/gives_back.h"
#include "layers/base/merge.h"
#include "layers/base/require.h"
#include "model/graph.h"

namespace rondo {
namespace {

// What a call of this layer puts out has the mask it was given as an argument.
bool takes_an_argument(const Layer& layer) {
  static const std::set<std::string_view> names = {"TimeDistributed", "BatchNormalization", "Softmax",
                                                   "GlobalAveragePooling1D"};
  return names.contains(layer.class_name()) || has_return_sequences(layer);
}

bool makes_its_mask(const Layer& layer) { return layer.class_name() == "Masking" || layer.class_name() == "Embedding"; }

bool gives_back(const Layer& layer, std::size_t inputs, bool training) {
  if (const auto* back = dynamic_cast<const GivesBack*>(&layer)) return back->gives_back(training);
  static const std::set<std::string_view> merges = {"Add", "Maximum", "Minimum"};
  return inputs == 1 && merges.contains(layer.class_name());
}

class Taking {
 public:
  Taking(Graph& flat, bool training) : flat_(flat), training_(training) {
    for (std::size_t k = 0; k < flat.nodes.size(); ++k) {
      std::vector<Value>& out = values_.emplace_back();
      for (std::size_t o = 0; o < flat.nodes[k].out.size(); ++o)
        out.push_back({{static_cast<int>(k), static_cast<int>(o)}, false});
    }
  }

  void run(FlatCalls& calls) {
    for (const int k : calls.graph->run_order) {
      const Graph::Node& node = calls.graph->nodes[static_cast<std::size_t>(k)];
      if (!node.layer || node.in.empty()) continue;
      std::vector<Edge> in;
      for (const Edge& e : node.in)
        in.push_back(calls.at[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
      // Whether a mask is what the tensor has when it runs.
      const auto late = [&](std::size_t i) { return node.late_mask || !carries_mask(*calls.graph, node.in[i]); };
      const auto model = calls.models.find(k);
      if (model == calls.models.end()) {
        call(calls.at[static_cast<std::size_t>(k)][0].node, in, late(0));
      } else if (!model->second.each_step) {
        model->second.given_none = model->second.given_none || (late(0) && lost(in[0]));
        for (std::size_t i = 0; i < in.size(); ++i)
          if (!late(i)) taken(in[i]) = false;  // it is given the mask, and puts it on the tensor again
        run(model->second);
      }
    }
  }

  // Whether this value would carry a mask, had it not been taken.
  bool lost(const Edge& e) { return carries_mask(flat_, e) && taken(e); }

 private:
  struct Value {
    Edge tensor;  // the first value that is the same tensor
    bool taken;   // of that one: its mask
  };

  Value& value(const Edge& e) { return values_[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]; }
  bool& taken(const Edge& e) { return value(value(e).tensor).taken; }

  void call(int k, const std::vector<Edge>& in, bool late) {
    Graph::Node& node = flat_.nodes[static_cast<std::size_t>(k)];
    unsigned& unseen = node.unseen[training_ ? 1 : 0];
    unseen = 0;
    Value& out = value({k, 0});
    const Layer& layer = *node.layer;
    const auto* attention = dynamic_cast<const TakesMasks*>(&layer);
    const auto look = [&](std::size_t reads) {
      for (std::size_t i = 0; i < reads && i < 32; ++i) {
        if (!lost(in[i])) continue;
        unseen |= 1U << i;
        say(node, flat_.nodes[static_cast<std::size_t>(in[i].node)]);
      }
    };
    if (gives_back(layer, in.size(), training_)) {
      out.tensor = value(in[0]).tensor;
    } else if (attention || dynamic_cast<const ScoredAttention*>(&layer)) {
      const std::size_t reads = attention ? attention->masks_taken(in.size()) : in.size();
      look(reads);
      out.taken = lost(in[0]);
      for (std::size_t i = 0; i < reads && attention; ++i) taken(in[i]) = true;
    } else if (takes_an_argument(layer)) {
      if (late && in.size() == 1) look(1);
      out.taken = unseen != 0;
    } else if (!makes_its_mask(layer)) {
      if (dynamic_cast<const MergeLayer*>(&layer)) look(in.size());
      for (const Edge& e : in) out.taken = out.taken || lost(e);
    }
  }

  void say(const Graph::Node& node, const Graph::Node& from) {
    if (flat_.mask_loss.empty())
      flat_.mask_loss = node.layer->described() + " does not see the mask on what layer '" + from.name +
                        "' puts out: a MultiHeadAttention takes it off before";
  }

  Graph& flat_;
  bool training_;
  std::vector<std::vector<Value>> values_;
};

}  // namespace

void find_taken_masks(Graph& flat, FlatCalls& calls) {
  for (const bool training : {false, true}) {
    Taking taking(flat, training);
    taking.run(calls);
    std::vector<char>& outputs = flat.taken_outputs[training ? 1 : 0];
    outputs.clear();
    for (const Edge& e : flat.outputs) outputs.push_back(taking.lost(e) ? 1 : 0);
  }
}

}  // namespace rondo
