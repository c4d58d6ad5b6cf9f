// Activations that look at all units of a sample at once, from the same equations of a cell. An equation asks for one vector of
// units, but softmax of it needs all of them. So the equations run over the units several times: the first time to learn what
// the first activation is called with, for all units; then that activation is computed, and the next time its results are
// there and the inputs of the second become known; and so on. The last time through every result is there.
//
// A slope is such a call too: what is multiplied by it goes in, and what softmax hands back comes out.
//
// Read once per ISA (foreach_isa.h), by step_isa.h.
namespace rondo::RONDO_ISA {

// Activations known at once: the equations run once.
struct OnePass {
  static RONDO_INLINE void begin() {}
  static RONDO_INLINE void at(Index) {}
  static constexpr bool final() { return true; }
  static constexpr bool again() { return false; }
};

class RowPair {
 public:
  static constexpr bool inlined = false;
  RowPair(const RowFunctions& f, const Padded& size) : f_(f), H_(size.H), Hp_(size.Hp) {}

  // for every row: begin(); do { for every unit: at(unit), the equations; store if final() } while (again());
  void begin() const { pass_ = 0, total_ = -1; }
  void at(Index unit) const { unit_ = unit, call_ = 0; }
  bool final() const { return pass_ == total_; }
  bool again() const {
    total_ = call_;
    if (pass_ == total_) return false;
    real* const values = results(pass_);
    if (slope_)
      function_->backward(results(most), results(most + 1), values, values, 1, H_);
    else
      function_->forward(values, values, 1, H_);
    ++pass_;
    return true;
  }

  V gate(V z) const { return call(f_.recurrent_activation, z); }
  V value(V z) const { return call(f_.activation, z); }
  V output(V c) const { return call(f_.activation, c); }
  V kept_gate(V z) const { return gate(z); }
  V kept_value(V z) const { return value(z); }

  struct Slope {
    const RowPair& pair;
    const ActivationFunction* function;
    V x, y;
  };
  Slope gate_slope(V z, V y) const { return {*this, f_.recurrent_activation, z, y}; }
  Slope value_slope(V z, V y) const { return {*this, f_.activation, z, y}; }

  V back(const Slope& slope, V dy) const {
    if (pass_ == call_) {
      store(results(most) + unit_, slope.x);
      store(results(most + 1) + unit_, slope.y);
    }
    return call(slope.function, dy, true);
  }

 private:
  static constexpr int most = RowFunctions::most_calls;
  real* results(int call) const { return f_.scratch + call * Hp_; }
  V call(const ActivationFunction* function, V x, bool slope = false) const {
    const int number = call_++;
    if (number < pass_) return load(results(number) + unit_);
    if (number == pass_) {
      store(results(number) + unit_, x);
      function_ = function;
      slope_ = slope;
    }
    return V{};
  }

  RowFunctions f_;
  Index H_, Hp_;
  // Of the run through the equations that is under way.
  mutable Index unit_ = 0;
  mutable int pass_ = 0, call_ = 0, total_ = -1;
  mutable const ActivationFunction* function_ = nullptr;
  mutable bool slope_ = false;
};

inline V operator*(V dy, const RowPair::Slope& slope) { return slope.pair.back(slope, dy); }
inline V fma(V dy, const RowPair::Slope& slope, V more) { return dy * slope + more; }

// Leaves the finished sums in `gates` for the equations to follow, and nothing else.
template <class Cell>
struct SumsOf {
  static constexpr CellShape shape = [] {
    CellShape s = Cell::shape;
    s.states = 1;
    return s;
  }();
  static constexpr bool reads_h = false;
  template <class Act>
  static RONDO_INLINE void forward(const Act&, V (&)[shape.gates], V, V, V&, V& h1) {
    h1 = V{};
  }
};
struct NoActivation {
  static constexpr bool inlined = false;
};

}  // namespace rondo::RONDO_ISA
