// Gradients against central differences of fourth order: see gradcheck.h.
//
// Step and tolerance: with double h = 1e-3 leaves a truncation of h^4 / 30 and a rounding of 1e-16 / h, both near 1e-13. With
// float h = 0.02 leaves 5e-9 and 6e-8 / 0.02 = 3e-6 a term: some 1e-5 to 1e-4 of a norm.
#include "rondo/model/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>

#include "core/random.h"
#include "layers/base/require.h"
#include "model/given_mask.h"
#include "model/model_state.h"
#include "model/session.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr bool in_double = sizeof(real) == sizeof(double);
constexpr double h = in_double ? 1e-3 : 0.02;
constexpr double usual_tolerance = in_double ? 1e-7 : 1e-3;
constexpr std::size_t most = 300;  // values of one weight or input that are looked at: each costs four runs

class Random {
 public:
  explicit Random(std::uint64_t seed) : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {}
  double operator()(double low, double high) {
    const auto word = philox({static_cast<std::uint32_t>(n_++), 0, 0x67726164, 0}, key_);
    return low + (high - low) * (static_cast<double>(word[0]) / 4294967296.0);
  }
  Array array(const Shape& shape) {
    Array a(shape);
    for (real& v : a.values()) v = static_cast<real>((*this)(-1, 1));
    return a;
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t n_ = 0;
};

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

// A weight or an input that is varied.
struct Varied {
  std::string name;
  Shape shape;
  std::span<real> values;
  std::vector<real> analytic;
  std::vector<std::size_t> at = {};  // which values are looked at
  std::vector<double> numeric = {};
};

// value(): L with the values as they are now.
void differentiate(Varied& v, const std::function<double()>& value) {
  const std::size_t each = 1 + v.values.size() / most;
  for (std::size_t i = v.values.size() % each; i < v.values.size(); i += each) {
    v.at.push_back(i);
    real& x = v.values[i];
    if (std::isnan(static_cast<double>(x))) {  // padding: nothing may come of it
      v.numeric.push_back(0);
      continue;
    }
    const real old = x;
    const struct PutBack {  // also where value() throws
      real& x;
      real old;
      ~PutBack() { x = old; }
    } put_back{x, old};
    const auto at = [&](double step) {
      x = static_cast<real>(static_cast<double>(old) + step);
      return value();
    };
    const double near = at(h) - at(-h), far = at(2 * h) - at(-2 * h);
    v.numeric.push_back((8 * near - far) / (12 * h));
  }
}

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", v);
  return text;
}

// What the whole gradient looks like beside the differences.
std::string looks(const std::vector<double>& analytic, const std::vector<double>& numeric, double scale) {
  if (std::any_of(analytic.begin(), analytic.end(), [](double v) { return !std::isfinite(v); }))
    return "backward gives NaN or an infinity: is something that is masked multiplied by 0, or a buffer read before it is "
           "filled?";
  if (norm(analytic) <= 1e-3 * scale && norm(numeric) > 0)
    return "backward gives 0 everywhere: is the gradient written at all?";
  double along = 0;
  for (std::size_t i = 0; i < numeric.size(); ++i) along += analytic[i] * numeric[i];
  const double ratio = along / (norm(numeric) * norm(numeric));
  std::vector<double> rest;
  for (std::size_t i = 0; i < numeric.size(); ++i) rest.push_back(analytic[i] - ratio * numeric[i]);
  if (std::isfinite(ratio) && norm(rest) <= 5e-3 * std::abs(ratio) * norm(numeric))
    return "backward gives " + number(ratio) + " times the difference everywhere" + (ratio < 0 ? ": is the sign turned?" : "");
  return {};
}

void judge(std::vector<Varied>& all, const std::string& suffix, Gradcheck& out) {
  double largest = 0;
  for (const Varied& v : all) largest = std::max(largest, norm(v.numeric));
  for (const Varied& v : all) {
    GradcheckPart part{.name = v.name + suffix, .shape = v.shape};
    std::vector<double> analytic, apart;
    std::size_t worst = 0;
    for (std::size_t i = 0; i < v.at.size(); ++i) {
      analytic.push_back(static_cast<double>(v.analytic[v.at[i]]));
      apart.push_back(std::abs(analytic[i] - v.numeric[i]));
      if (!(apart[i] <= apart[worst])) worst = i;  // a NaN is worst
    }
    part.norm = norm(v.numeric);
    const double scale = std::max({part.norm, (in_double ? 1e-3 : 1e-2) * largest, 1e-6});
    part.error = norm(apart) / scale;
    part.right = part.error <= out.tolerance;
    if (!v.at.empty()) {
      part.backward = analytic[worst];
      part.difference = v.numeric[worst];
      Index place = static_cast<Index>(v.at[worst]);
      for (Index axis = v.shape.rank() - 1; axis >= 0; --axis) {
        part.at.insert(part.at.begin(), place % v.shape[axis]);
        place /= v.shape[axis];
      }
    }
    if (!part.right) part.looks = looks(analytic, v.numeric, scale);
    out.parts.push_back(std::move(part));
  }
}

class ModelCheck {
 public:
  ModelCheck(const Model& model, std::vector<Array> x, std::uint64_t seed)
      : model_(model), x_(std::move(x)), session_(model.internal().built(), {shapes(), {true, false}, 1, true}) {
    Random random(seed + 1);
    run();
    for (std::size_t o = 0; o < model.output_shapes().size(); ++o) {
      const Port& port = session_.output(static_cast<int>(o));
      std::vector<real> c(static_cast<std::size_t>(port.dims.elements()));
      const Index each = port.mask ? port.dims.elements() / port.mask_size() : 1;
      for (std::size_t i = 0; i < c.size(); ++i) {
        const real value = static_cast<real>(random(-1, 1));
        c[i] = port.mask && port.mask[static_cast<Index>(i) / each] == 0 ? real(0) : value;
      }
      c_.push_back(std::move(c));
    }
  }

  // names: of the inputs; "" for one that is not looked at.
  void check(const std::string& suffix, const std::vector<std::string>& names, Gradcheck& out) {
    run();
    for (std::size_t o = 0; o < c_.size(); ++o)
      std::copy(c_[o].begin(), c_[o].end(), session_.output_gradient(static_cast<int>(o)));
    session_.backward();
    session_.refuse_finding();
    std::vector<Varied> all;
    const auto& trainable = model_.internal().trainable;
    for (std::size_t i = 0; i < trainable.size(); ++i) {
      const std::span<real> g = session_.gradient(static_cast<int>(i));
      all.push_back(
          {"weight '" + trainable[i]->name + "'", trainable[i]->shape, trainable[i]->value.values(), {g.begin(), g.end()}});
    }
    for (std::size_t i = 0; i < x_.size(); ++i) {
      if (names[i].empty()) continue;
      const real* g = session_.input_gradient(static_cast<int>(i));
      all.push_back({names[i], x_[i].shape(), x_[i].values(), {g, g + x_[i].size()}});
    }
    for (Varied& v : all) differentiate(v, [this] { return value(); });
    model_.internal().pack(true);
    judge(all, suffix, out);
  }

 private:
  Shapes shapes() const {
    Shapes out;
    for (const Array& a : x_) out.push_back(a.shape());
    return out;
  }
  void run() {
    model_.internal().pack(true);
    session_.start(shapes());
    session_.reset_state();
    for (std::size_t i = 0; i < x_.size(); ++i)
      std::copy(x_[i].values().begin(), x_[i].values().end(), session_.input(static_cast<int>(i)));
    session_.forward(true, 7);
    session_.refuse_finding();
  }
  double value() {
    run();
    double sum = session_.penalty();
    for (std::size_t o = 0; o < c_.size(); ++o)
      for (std::size_t i = 0; i < c_[o].size(); ++i)
        if (c_[o][i] != 0)
          sum += static_cast<double>(c_[o][i]) * static_cast<double>(session_.output(static_cast<int>(o)).values[i]);
    return sum;
  }

  const Model& model_;
  std::vector<Array> x_;
  Session session_;
  std::vector<std::vector<real>> c_;
};

Gradcheck empty(const GradcheckOptions& options) {
  if (!(options.tolerance >= 0)) fail(Code::value, "gradcheck: tolerance must not be negative; 0 is the usual one");
  Gradcheck out;
  out.tolerance = options.tolerance == 0 ? usual_tolerance : options.tolerance;
  return out;
}

// A model around the layer, called once or twice; masked: each call's first input has a mask of its own.
void check_layer(const LayerRef& layer, const Shapes& inputs, int calls, bool masked, const GradcheckOptions& options,
                 const std::string& suffix, Gradcheck& out) {
  Random random(options.seed);
  std::vector<SymbolicTensor> in, results;
  std::vector<Array> x;
  std::vector<std::string> names;
  for (int call = 0; call < calls; ++call) {
    std::vector<SymbolicTensor> into;
    for (const Shape& shape : inputs) {
      into.push_back(Input(shape.without_first(), {.batch_size = layer->stateful() ? shape[0] : None}));
      in.push_back(into.back());
      x.push_back(random.array(shape));
      names.push_back("input " + std::to_string(into.size() - 1) + (call > 0 ? " of the second call" : ""));
    }
    if (masked) {
      const Index samples = inputs[0][0], steps = inputs[0][1],
                  each = inputs[0].elements() / std::max<Index>(1, samples * steps);
      const SymbolicTensor keep = Input({steps, 1}, {.batch_size = layer->stateful() ? samples : None});
      into[0] = given_mask(into[0], keep);
      Array mask(Shape{samples, steps, 1});
      Array& data = x[x.size() - inputs.size()];
      for (Index s = 0; s < samples; ++s) {  // padded behind, before, with a gap, in turn
        for (Index t = 0; t < steps; ++t) {
          const bool kept = steps < 2 || (s % 3 == 0 ? t < steps - 1 : s % 3 == 1 ? t > 0 : t != steps / 2);
          mask(s, t, 0) = kept ? 1 : 0;
          if (!kept) std::fill_n(data.data() + (s * steps + t) * each, each, std::numeric_limits<real>::quiet_NaN());
        }
      }
      in.push_back(keep);
      x.push_back(std::move(mask));
      names.emplace_back();
    }
    for (const SymbolicTensor& y : layer.call(into)) results.push_back(y);
  }
  const Model model(in, results);
  for (Weight* w : model.internal().weights) {
    const bool variance = w->name.find("variance") != std::string::npos;
    for (real& v : w->value.values()) v = static_cast<real>(variance ? random(0.5, 1.5) : random(-0.8, 0.8));
  }
  ModelCheck(model, std::move(x), options.seed).check(suffix, names, out);
}

}  // namespace

bool Gradcheck::right() const {
  return std::all_of(parts.begin(), parts.end(), [](const GradcheckPart& p) { return p.right; });
}

double Gradcheck::error() const {
  double largest = 0;
  for (const GradcheckPart& p : parts) largest = p.error <= largest ? largest : p.error;
  return largest;
}

std::string Gradcheck::text() const {
  std::string out =
      "gradcheck, real = " + std::string(in_double ? "double" : "float") + ", tolerance " + number(tolerance) + "\n";
  for (const GradcheckPart& p : parts) {
    char error[32];
    std::snprintf(error, sizeof error, "%.1e", p.error);
    out += std::string(p.right ? "  right  " : "  WRONG  ") + "gradient of " + p.name + " " + p.shape.text() + ": error " +
           error + "\n";
    if (p.right) continue;
    std::string at;
    for (const Index i : p.at) at += (at.empty() ? "" : ", ") + std::to_string(i);
    out += "         farthest apart at [" + at + "]: backward " + number(p.backward) + ", difference " + number(p.difference) +
           "\n";
    if (!p.looks.empty()) out += "         " + p.looks + "\n";
  }
  return out;
}

Gradcheck gradcheck(const Model& model, const Arrays& x, const GradcheckOptions& options, bool of_inputs) {
  Gradcheck out = empty(options);
  checked_inputs(model.internal(), x.all());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < x.all().size(); ++i) names.push_back(of_inputs ? "input " + std::to_string(i) : "");
  ModelCheck(model, x.all(), options.seed).check("", names, out);
  return out;
}

Gradcheck gradcheck(const LayerRef& layer, const Shapes& inputs, const GradcheckOptions& options) {
  Gradcheck out = empty(options);
  if (!layer) fail(Code::value, "gradcheck: there is no layer");
  for (const Shape& shape : inputs)
    if (shape.rank() < 1 || !shape.known() || shape[0] < 1)
      fail(Code::shape,
           "gradcheck: an input of shape " + shape.text() +
               ": every size must be given, samples first\n  fix: gradcheck(layer, {{4, 7, 3}}) for 4 samples of 7 "
               "time steps of 3 features");
  if (inputs.empty()) fail(Code::shape, "gradcheck: there are no inputs\n  fix: gradcheck(layer, {{4, 7, 3}})");
  check_layer(layer, inputs, 1, false, options, "", out);
  if (options.shared) check_layer(layer, inputs, 2, false, options, ", called twice", out);
  const bool flags[] = {true, false, false, false, false, false, false, false};
  const std::span<const bool> given(flags, std::min<std::size_t>(inputs.size(), std::size(flags)));
  if (options.masks && inputs[0].rank() >= 3 && layer->mask_flow(given) != MaskFlow::drop)
    check_layer(layer, inputs, 1, true, options, ", masked", out);
  return out;
}

Gradcheck gradcheck(const LossRef& loss, const Array& y, const Array& yhat, const GradcheckOptions& options) {
  Gradcheck out = empty(options);
  if (!loss) fail(Code::value, "gradcheck: there is no loss");
  loss->check();
  if (yhat.ndim() < 1 || yhat.size() == 0) fail(Code::shape, "gradcheck: yhat is (rows, width), not " + yhat.shape().text());
  const Index width = yhat.shape()[-1], rows = yhat.size() / width;
  loss->check_width(width);
  if (y.size() != rows * loss->target_width(width))
    fail(Code::shape, "gradcheck: " + std::to_string(rows) + " rows of " + std::to_string(width) + " outputs need " +
                          std::to_string(rows * loss->target_width(width)) + " targets; y has " + std::to_string(y.size()));
  for (const bool masked : {false, true}) {
    std::vector<std::uint8_t> mask;
    std::vector<real> weights;
    for (Index r = 0; r < rows; ++r) {
      mask.push_back(r % 3 != 1);
      weights.push_back(static_cast<real>(0.5 + 0.25 * static_cast<double>(r % 4)));
    }
    Array at = yhat;
    const auto value = [&](real* d) {
      return compute(*loss, y.data(), at.data(), rows, width, masked ? mask.data() : nullptr, d,
                     masked ? weights.data() : nullptr);
    };
    std::vector<Varied> all{{"the loss", yhat.shape(), at.values(), std::vector<real>(static_cast<std::size_t>(yhat.size()))}};
    value(all[0].analytic.data());
    differentiate(all[0], [&] { return value(nullptr); });
    judge(all, masked ? ", masked and weighted" : "", out);
  }
  return out;
}

}  // namespace rondo
