// summary(): the table everybody knows, with the axes by name and the memory it takes.
#include <algorithm>

#include "core/memory.h"
#include "layers/base/names.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

std::string thousands(Index n) {
  std::string out = std::to_string(n);
  for (std::size_t i = out.size(); i > 3 && out[i - 4] != '-'; i -= 3) out.insert(i - 3, ",");
  return out;
}

// "samples, time steps=10, features=32"
std::string axes_of(const Shape& shape) {
  std::string out = axes_text(shape.with_first(None));
  return out.substr(1, out.size() - (shape.rank() == 1 ? 3 : 2));
}

using Row = std::vector<std::string>;

// The first part of `text` that fits into `width`, cut after a blank if there is one; `text` keeps the rest.
std::string first_part(std::string& text, std::size_t width) {
  std::size_t end = text.size();
  if (end > width) {
    const std::size_t blank = text.rfind(' ', width);
    end = blank == std::string::npos || blank == 0 ? width : blank;
  }
  std::string part = text.substr(0, end);
  text.erase(0, end);
  text.erase(0, text.find_first_not_of(' '));
  return part;
}

// Exactly `least` wide if that is given and can be: the widest columns are folded.
std::string table(const Row& head, const std::vector<Row>& rows, std::size_t least) {
  std::vector<std::size_t> width(head.size());
  const auto widen = [&](const Row& r) {
    for (std::size_t i = 0; i < r.size(); ++i) width[i] = std::max(width[i], r[i].size());
  };
  widen(head);
  for (const Row& r : rows) widen(r);
  std::size_t total = 2 * (head.size() - 1);
  for (const std::size_t w : width) total += w;
  if (total < least) width[0] += least - total, total = least;
  while (least > 0 && total > least) {
    std::size_t widest = 0;
    for (std::size_t i = 1; i < width.size(); ++i)
      if (head[i] != "Params" && width[i] > width[widest]) widest = i;
    if (width[widest] <= 16) break;
    --width[widest], --total;
  }
  const auto line = [&](Row r) {
    std::string out;
    do {
      for (std::size_t i = 0; i < r.size(); ++i) {
        const std::string part = first_part(r[i], width[i]), pad(width[i] - part.size(), ' ');
        if (i > 0) out += "  ";
        out += head[i] == "Params" ? pad + part : part + pad;
      }
      out.erase(out.find_last_not_of(' ') + 1);
      out += '\n';
    } while (std::any_of(r.begin(), r.end(), [](const std::string& rest) { return !rest.empty(); }));
    return out;
  };
  std::string out = line(head) + std::string(total, '-') + "\n";
  for (const Row& r : rows) out += line(r);
  return out + std::string(total, '-') + "\n";
}

Index params(const Layer& layer) {
  Index n = 0;
  for (const Weight& w : layer.weights().own()) n += w.shape.elements();
  for (const Weights::Child& c : layer.weights().children()) n += params(*c.layer);
  return n;
}

std::string sized(const char* what, Index count) {
  return std::string(what) + thousands(count) + " (" + bytes_text(count * static_cast<Index>(sizeof(real))) + ")\n";
}

}  // namespace

std::string Model::summary(const SummaryOptions& options) const {
  const ModelState& m = *p_;
  const std::size_t least = static_cast<std::size_t>(std::max(options.width, 0));
  std::string out = "Model: \"" + escaped(m.name) + "\"\n";
  if (!m.graph) {
    std::vector<Row> rows;
    for (const LayerRef& l : m.stack)
      rows.push_back(
          {escaped(l->name()) + " (" + l->class_name() + ")", "?", l->built() ? thousands(params(*l)) : "0 (unbuilt)"});
    return out + table({"Layer (type)", "Output axes", "Params"}, rows, least) +
           "Not built: the input shape is not known yet.\n";
  }
  const Graph& g = *m.graph;
  // A chain needs no column that says what each layer reads.
  bool chain = g.inputs.size() == 1 && g.outputs.size() == 1;
  for (std::size_t k = 1; k < g.nodes.size(); ++k)
    chain = chain && g.nodes[k].in.size() == 1 && g.nodes[k].in[0].node == static_cast<int>(k) - 1;
  std::vector<Row> rows;
  std::vector<const Layer*> seen;
  for (const Graph::Node& node : g.nodes) {
    if (chain && m.sequential && !node.layer) continue;
    Row row{escaped(node.name) + " (" + (node.layer ? node.layer->class_name() : "Input") + ")"};
    std::string axes;
    for (const Shape& s : node.out) axes += (axes.empty() ? "" : " | ") + axes_of(s);
    row.push_back(axes);
    // A shared layer's weights count once, where it is first called.
    const bool again = node.layer && std::find(seen.begin(), seen.end(), &*node.layer) != seen.end();
    row.push_back(!node.layer ? "0" : again ? "(shared)" : thousands(params(*node.layer)));
    if (node.layer) seen.push_back(&*node.layer);
    if (!chain) {
      std::string from;
      for (const Edge& e : node.in) {
        const Graph::Node& up = g.nodes[static_cast<std::size_t>(e.node)];
        from += (from.empty() ? "" : ", ") + escaped(up.name) + (up.out.size() > 1 ? "[" + std::to_string(e.output) + "]" : "");
      }
      row.push_back(from.empty() ? "-" : from);
    }
    rows.push_back(std::move(row));
  }
  Row head{"Layer (type)", "Output axes", "Params"};
  if (!chain) head.push_back("Connected to");
  out += table(head, rows, least);

  Index total = 0, trained = 0;
  for (const WeightEntry& w : weights_of(g.layers)) {
    total += w.weight->shape.elements();
    if (w.trained) trained += w.weight->shape.elements();
  }
  out +=
      sized("Total params: ", total) + sized("Trainable params: ", trained) + sized("Non-trainable params: ", total - trained);

  // An axis of any length is measured at 100 steps, and the line says so.
  bool any = false;
  for (const SymbolicTensor& t : m.inputs) any = any || !t.shape().without_first().known();
  const auto memory_of = [&](Index batch, bool training) {
    return bytes_text(
        memory(
            {.batch_size = batch, .steps = any ? std::optional<Index>(100) : std::nullopt, .training = training, .threads = 1})
            .total());
  };
  const std::string steps = any ? " of 100 time steps" : "";
  if (m.keras_mask_compat || g.mask_refusal.empty())
    out += "Memory to predict one sample" + steps + ": " + memory_of(1, false) + "\nMemory to train on batches of 32" + steps +
           ": " + memory_of(32, true) + "\n";
  return out;
}

}  // namespace rondo
