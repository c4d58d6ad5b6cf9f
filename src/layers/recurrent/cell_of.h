// The cell of a recurrent layer, for RNN: the layer itself, under Keras's name of the cell, without the arguments that belong
// to the RNN. So an RNN over LSTMCell takes LSTM's fused path.
#pragma once

#include "layers/recurrent/walk.h"

namespace rondo {

template <class Kind>
std::shared_ptr<Kind> copy_of(const Kind& from) {
  auto made = std::make_shared<Kind>();
  made->copy_config(from);
  return made;
}

template <class Kind>
class CellOf final : public Kind {
 public:
  std::string class_name() const override { return Kind::class_name() + "Cell"; }
  std::shared_ptr<Recurrent> copy() const override { return copy_of(*this); }
  void build(const Shapes& in, Weights& weights) override {
    this->require_rnn();
    Kind::build(in, weights);
  }
  bool is_cell() const override { return true; }
};

}  // namespace rondo
