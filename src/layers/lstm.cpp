// LSTM and LSTMCell: the walk of layers/recurrent with the cell of lstm_cell.h.
#include "rondo/layers/lstm.h"

#include "core/registry.h"
#include "layers/recurrent/cell_of.h"
#include "rondo/core/error.h"
#include "rondo/initializers/initializer.h"
#include "rondo/layers/rnn_cells.h"

#define RONDO_ISA_INCLUDE "layers/recurrent/lstm_cell.h"
#include "kernels/foreach_isa.h"

namespace rondo {
namespace {

const IsaTable<CellKernels> lstm_kernels = RONDO_ISA_TABLE(make_cell_kernels, LSTMCell);
const Cell lstm_cell{baseline::LSTMCell::shape, &lstm_kernels};

class LSTMLayer : public Recurrent {
 public:
  bool unit_forget_bias = true;

  std::string class_name() const override { return "LSTM"; }
  void describe(ConfigVisitor& v) override {
    describe_weights(v);
    v.field("unit_forget_bias", unit_forget_bias, true);
    describe_rest(v);
  }
  void copy_config(const LSTMLayer& from) {
    Recurrent::copy_config(from);
    unit_forget_bias = from.unit_forget_bias;
  }
  std::shared_ptr<Recurrent> copy() const override { return copy_of(*this); }

 protected:
  const Cell& cell() const override { return lstm_cell; }
  Initializer first_bias() const override {
    return unit_forget_bias ? with_open_forget_gate(bias_initializer) : bias_initializer;
  }
};

}  // namespace

LSTM::LSTM(Index units, const LSTMOptions& options) {
  auto layer = std::make_shared<LSTMLayer>();
  layer->take(units, options);
  layer->unit_forget_bias = options.unit_forget_bias;
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

LSTMCell::LSTMCell(Index units, const LSTMCellOptions& options) {
  auto layer = std::make_shared<CellOf<LSTMLayer>>();
  layer->take(units, options);
  layer->unit_forget_bias = options.unit_forget_bias;
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, lstm) {
  register_layer("LSTM", []() -> std::shared_ptr<Layer> { return std::make_shared<LSTMLayer>(); });
  register_layer("LSTMCell", []() -> std::shared_ptr<Layer> { return std::make_shared<CellOf<LSTMLayer>>(); });
}
