// GRU and GRUCell: the walk of layers/recurrent with the cell of gru_cell.h, or of gru_reset_before_cell.h when reset_after is
// false.
#include "rondo/layers/gru.h"

#include "core/registry.h"
#include "layers/recurrent/cell_of.h"
#include "rondo/layers/rnn_cells.h"

#define RONDO_ISA_INCLUDE "layers/recurrent/gru_cells.h"
#include "kernels/foreach_isa.h"

namespace rondo {
namespace {

const IsaTable<CellKernels> gru_kernels = RONDO_ISA_TABLE(make_cell_kernels, GRUCell);
const IsaTable<CellKernels> reset_before_kernels = RONDO_ISA_TABLE(make_reset_before_kernels);
const Cell gru_cell{baseline::GRUCell::shape, &gru_kernels};
const Cell reset_before_cell{baseline::GRUResetBeforeCell::shape, &reset_before_kernels};

class GRULayer : public Recurrent {
 public:
  bool reset_after = true;

  std::string class_name() const override { return "GRU"; }
  void describe(ConfigVisitor& v) override {
    describe_weights(v);
    describe_rest(v);
    v.field("reset_after", reset_after, true);
  }
  void copy_config(const GRULayer& from) {
    Recurrent::copy_config(from);
    reset_after = from.reset_after;
  }
  std::shared_ptr<Recurrent> copy() const override { return copy_of(*this); }

 protected:
  const Cell& cell() const override { return reset_after ? gru_cell : reset_before_cell; }
  bool two_biases() const override { return reset_after; }
};

}  // namespace

GRU::GRU(Index units, const GRUOptions& options) {
  auto layer = std::make_shared<GRULayer>();
  layer->take(units, options);
  layer->reset_after = options.reset_after;
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

GRUCell::GRUCell(Index units, const GRUCellOptions& options) {
  auto layer = std::make_shared<CellOf<GRULayer>>();
  layer->take(units, options);
  layer->reset_after = options.reset_after;
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, gru) {
  register_layer("GRU", []() -> std::shared_ptr<Layer> { return std::make_shared<GRULayer>(); });
  register_layer("GRUCell", []() -> std::shared_ptr<Layer> { return std::make_shared<CellOf<GRULayer>>(); });
}
