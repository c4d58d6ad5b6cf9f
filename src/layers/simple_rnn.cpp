// SimpleRNN and SimpleRNNCell: the walk of layers/recurrent with the cell of simple_rnn_cell.h.
#include "rondo/layers/simple_rnn.h"

#include "core/registry.h"
#include "layers/recurrent/cell_of.h"
#include "rondo/layers/rnn_cells.h"

#define RONDO_ISA_INCLUDE "layers/recurrent/simple_rnn_cell.h"
#include "kernels/foreach_isa.h"

namespace rondo {
namespace {

const IsaTable<CellKernels> simple_rnn_kernels = RONDO_ISA_TABLE(make_cell_kernels, SimpleRNNCell);
const Cell simple_rnn_cell{baseline::SimpleRNNCell::shape, &simple_rnn_kernels};

class SimpleRNNLayer : public Recurrent {
 public:
  std::string class_name() const override { return "SimpleRNN"; }
  void describe(ConfigVisitor& v) override {
    describe_weights(v);
    describe_rest(v);
  }
  void copy_config(const SimpleRNNLayer& from) { Recurrent::copy_config(from); }
  std::shared_ptr<Recurrent> copy() const override { return copy_of(*this); }

 protected:
  const Cell& cell() const override { return simple_rnn_cell; }
  bool gated() const override { return false; }
};

}  // namespace

SimpleRNN::SimpleRNN(Index units, const SimpleRNNOptions& options) {
  auto layer = std::make_shared<SimpleRNNLayer>();
  layer->take(units, options);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

SimpleRNNCell::SimpleRNNCell(Index units, const SimpleRNNCellOptions& options) {
  auto layer = std::make_shared<CellOf<SimpleRNNLayer>>();
  layer->take(units, options);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, simple_rnn) {
  register_layer("SimpleRNN", []() -> std::shared_ptr<Layer> { return std::make_shared<SimpleRNNLayer>(); });
  register_layer("SimpleRNNCell", []() -> std::shared_ptr<Layer> { return std::make_shared<CellOf<SimpleRNNLayer>>(); });
}
