// LSTM: the walk of layers/recurrent with the cell of lstm_cell.h.
#include "rondo/layers/lstm.h"

#include "core/registry.h"
#include "layers/recurrent/walk.h"
#include "rondo/core/error.h"

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
    describe_sequence(v);
  }
  std::shared_ptr<Layer> reversed_copy() const override {
    auto copy = std::make_shared<LSTMLayer>();
    copy->copy_config(*this);
    copy->unit_forget_bias = unit_forget_bias;
    copy->go_backwards = !go_backwards;
    return copy;
  }

 protected:
  const Cell& cell() const override { return lstm_cell; }
  Initializer first_bias() const override {
    if (!unit_forget_bias || bias_initializer.name == "ones") return bias_initializer;
    if (bias_initializer != Initializer("zeros"))
      fail(Code::unsupported, described() + ": unit_forget_bias needs bias_initializer 'zeros' or 'ones', got '" +
                                  escaped(bias_initializer.name) +
                                  "'. Set unit_forget_bias = false, or leave bias_initializer out");
    return "unit_forget_bias";  // [0, 1, 0, 0]
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

}  // namespace rondo

RONDO_REGISTER(layers, lstm) {
  register_layer("LSTM", []() -> std::shared_ptr<Layer> { return std::make_shared<LSTMLayer>(); });
}
