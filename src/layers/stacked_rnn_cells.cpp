// StackedRNNCells: in every time step each cell takes in what the one before gives. A cell looks at its own states and at what
// comes in alone, so that the RNN may walk the first cell over the whole sequence, then the second over what came out.
#include <map>

#include "core/registry.h"
#include "layers/base/layers_field.h"
#include "layers/base/names.h"
#include "layers/recurrent/stack.h"
#include "layers/recurrent/steps.h"
#include "layers/recurrent/walk.h"
#include "rondo/core/error.h"
#include "rondo/layers/rnn_cells.h"

namespace rondo {
namespace {

const StackedCells* as_stack(const LayerRef& cell) { return dynamic_cast<const StackedCells*>(cell.shared().get()); }

[[noreturn]] void refuse(const LayerRef& cell) {
  if (!cell) fail(Code::value, "an RNN needs a cell: RNN(LSTMCell(32))");
  const std::string kind = escaped(cell->class_name());
  const bool layer = kind == "LSTM" || kind == "GRU" || kind == "SimpleRNN";
  fail(Code::unsupported,
       "an RNN is made of cells, but was given a " + kind + "." +
           (layer ? " Its cell is " + kind + "Cell, and a " + kind + " needs no RNN around it."
                  : " The cells are LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells of them, and layers that are an "
                    "RNNCell too."));
}

}  // namespace

std::vector<Walked> walked_cells(const LayerRef& cell) {
  if (const StackedCells* stack = as_stack(cell)) {
    std::vector<Walked> all;
    for (const LayerRef& one : stack->cells) {
      const std::vector<Walked> inner = walked_cells(one);
      all.insert(all.end(), inner.begin(), inner.end());
    }
    return all;
  }
  if (dynamic_cast<const RNNCell*>(cell.shared().get())) return {std::make_shared<Steps>(cell)};
  auto known = std::dynamic_pointer_cast<Recurrent>(cell.shared());
  if (!known || !known->is_cell()) refuse(cell);
  return {known};
}

StateTree state_tree(const LayerRef& cell) {
  StateTree tree;
  if (const StackedCells* stack = as_stack(cell)) {
    for (const LayerRef& one : stack->cells) tree.parts.push_back(state_tree(one));
  } else {
    tree.parts.resize(static_cast<std::size_t>(walked_cells(cell)[0]->states()));
  }
  return tree;
}

LayerRef copy_of_cell(const LayerRef& cell) {
  LayerRef made;
  if (const StackedCells* stack = as_stack(cell)) {
    auto copy = std::make_shared<StackedCells>();
    for (const LayerRef& one : stack->cells) copy->cells.push_back(copy_of_cell(one));
    made = LayerRef(copy);
  } else if (const auto* own = dynamic_cast<const RNNCell*>(cell.shared().get())) {
    made = LayerRef(own->fresh());
    if (!made)
      fail(Code::unsupported, "Bidirectional makes copies of the cell, and " + escaped(cell->class_name()) +
                                  " does not say how: override RNNCell::fresh()");
  } else {
    auto known = std::dynamic_pointer_cast<Recurrent>(cell.shared());
    if (!known) refuse(cell);
    made = LayerRef(known->copy());
  }
  made->set_name(cell->name(), cell->automatic_name());
  made->trainable = cell->trainable;
  return made;
}

void build_cell(const LayerRef& cell, const std::string& folder, const Shape& sequences, Weights& weights) {
  const bool own = dynamic_cast<const RNNCell*>(cell.shared().get()) != nullptr;
  weights.child(folder, *cell, own ? Steps(cell).step_inputs(sequences[0], sequences[2]) : Shapes{sequences});
}

void StackedCells::describe(ConfigVisitor& visitor) {
  describe_layers(visitor, "cells", cells);
  name_cells();
}

void StackedCells::name_cells() {
  for (const LayerRef& cell : cells)
    if (cell && cell->name().empty()) cell->set_name(snake_case(cell->class_name()), true);
}

void StackedCells::check() const {
  if (cells.empty()) fail(Code::value, "StackedRNNCells needs cells: StackedRNNCells({LSTMCell(32), LSTMCell(16)})");
  for (const LayerRef& cell : cells) {
    walked_cells(cell);
    cell->check();
  }
}

void StackedCells::build(const Shapes& in, Weights& weights) {
  check();
  std::map<std::string, int> used;
  Shape sequences = in[0];
  for (const LayerRef& cell : cells) {
    const std::string name = snake_case(cell->class_name());
    const int n = used[name]++;
    build_cell(cell, "cells/" + name + (n == 0 ? "" : "_" + std::to_string(n)), sequences, weights);
    sequences[-1] = walked_cells(cell).back()->units;
  }
}

Shapes StackedCells::output_shapes(const Shapes& in) const {
  Shape out = in[0];
  out[-1] = walked_cells(cells.back()).back()->units;
  return {out};
}

StackedRNNCells::StackedRNNCells(std::vector<LayerRef> cells, const StackedRNNCellsOptions& options) {
  auto layer = std::make_shared<StackedCells>();
  layer->cells = std::move(cells);
  layer->name_cells();
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, stacked_rnn_cells) {
  rondo::register_layer("StackedRNNCells",
                        []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::StackedCells>(); });
}
