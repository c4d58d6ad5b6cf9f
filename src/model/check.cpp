// Do the arrays suit the model? If not: what was expected and what came, in words of axes, the likeliest cause read off the
// numbers, and the line to type.
#include <algorithm>
#include <numeric>

#include "layers/base/names.h"
#include "layers/base/require.h"
#include "layers/spatial/channel_order.h"
#include "model/check_words.h"
#include "rondo/core/error.h"

namespace rondo {

using namespace words;

namespace {

// One input of a model, for messages.
struct Target {
  std::string where;             // the first layer it meets
  std::string class_name;        // of that layer
  std::string first_axes = {};   // "(samples, channels, time steps)" if that layer has its channels first
  const Layer* layer = nullptr;  // whose input_shape is the model's; otherwise there is an Input

  // The line that builds the model for other sizes.
  std::string built_for(const Shape& sizes) const {
    return layer ? line_of(*layer, {.input_shape = sizes}) : "Input(" + braces_text(sizes) + ")";
  }
};

Target target_of(const ModelState& model, std::size_t input) {
  Target t;
  const auto order_of = [&](const Layer& layer, const Shape& in) {
    const auto* order = dynamic_cast<const ChannelOrder*>(&layer);
    if (order && order->channels_first()) t.first_axes = order->axes_text(in.rank() == order->place_axes() + 3);
  };
  if (model.sequential && !model.stack.empty()) {
    const Layer& first = *model.stack.front();
    t.where = first.described();
    t.class_name = first.class_name();
    order_of(first, model.graph->nodes[0].out[0]);
    if (!model.input) t.layer = &first;
    return t;
  }
  const Graph::Node& node = model.graph->nodes[static_cast<std::size_t>(model.graph->inputs[input])];
  t.where = "input '" + node.name + "' of model '" + model.name + "'";
  t.class_name = "Input";
  for (const int reader : node.consumers) {
    const Layer& layer = *model.graph->nodes[static_cast<std::size_t>(reader)].layer;
    t.where = layer.described();
    t.class_name = layer.class_name();
    order_of(layer, node.out[0]);
    break;
  }
  return t;
}

std::string needs(const Target& t, const Shape& want, const Shape& got) {
  std::string axes = "(";
  for (Index axis = 0; axis < want.rank(); ++axis) axes += (axis > 0 ? ", " : "") + axis_name(axis, want.rank());
  axes += want.rank() == 1 ? ",)" : ")";
  return std::to_string(got.rank()) + (got.rank() == 1 ? " axis; " : " axes; ") + with_article(t.class_name) + " needs " +
         std::to_string(want.rank()) + ": " + axes;
}

// A long series, or table, of rows: windows are cut from it, and none of them is stored.
void suggest_windows(ShapeReport& r, const std::string& what, Index rows, Index columns, Index steps) {
  const Index lookback = steps == None ? 10 : steps;
  r.likely = what + " is " +
             (columns == 1 ? "one long series of " + std::to_string(rows) + " values"
                           : "one long table of " + std::to_string(rows) + " rows and " + how_many(columns, "column")) +
             "; the samples are windows of it";
  r.fix = "frame(Table(" + what + "), {.target = \"c0\", .lookback = " + std::to_string(lookback) + "})";
  r.meaning = std::to_string(rows - lookback) + " samples of " + std::to_string(lookback) + " time steps of " +
              how_many(columns, "feature") + ", each with the next value as its target";
}

// Too few or too many axes for (samples, time steps, features).
void explain_rank(ShapeReport& r, const Target& model, const std::string& what, const Shape& want, const Shape& got) {
  const Index steps = want[1], features = want[2];
  const auto take_as = [&](const Shape& s, const std::string& likely) {
    r.likely = likely;
    r.fix = reshaped(what, s);
    r.meaning = in_words(s);
  };
  const bool known = features != None;
  if (got.rank() == 1) {
    const Index n = got[0];
    if (known && steps != None && n == steps * features)
      return take_as({1, steps, features}, what + " is ONE sample: its " + std::to_string(n) + " values are time steps=" +
                                               std::to_string(steps) + " x features=" + std::to_string(features));
    if (known && features == 1 && steps != None && n > steps) return suggest_windows(r, what, n, 1, steps);
    if (known && n % features == 0 && n > 0 && steps == None)
      return take_as({1, n / features, features}, what + " is ONE sample: its " + std::to_string(n) + " values are " +
                                                      how_many(n / features, "time step") + " of " +
                                                      how_many(features, "feature"));
    if (known && steps != None && n > 0 && n % (steps * features) == 0)
      return take_as({n / (steps * features), steps, features},
                     what + " is " + how_many(n / (steps * features), "sample") + " laid end to end: its " + std::to_string(n) +
                         " values are a multiple of time steps=" + std::to_string(steps) +
                         " x features=" + std::to_string(features));
  }
  if (got.rank() == 2) {
    const Index a = got[0], b = got[1];
    if (fits(steps, a) && fits(features, b)) {
      take_as({1, a, b}, what + " is ONE sample (its axes match time steps=" + std::to_string(a) +
                             ", features=" + std::to_string(b) + ")");
      if (b > 1) r.meaning += "; " + reshaped(what, {a, b, 1}) + " would be " + in_words({a, b, 1});
      return;
    }
    if (fits(steps, b) && a == features && steps != None) {
      r.likely = what + " is ONE sample whose axes are swapped (they match features=" + std::to_string(a) +
                 ", time steps=" + std::to_string(b) + ")";
      r.fix = what + ".transpose().reshape(1, " + std::to_string(b) + ", " + std::to_string(a) + ")";
      r.meaning = in_words({1, b, a}) + "; transpose moves the values, reshape alone would mix them up";
      return;
    }
    if (known && steps != None && b == steps * features)
      return take_as({a, steps, features}, "each row of " + what + " is one sample laid flat: its " + std::to_string(b) +
                                               " values are time steps=" + std::to_string(steps) +
                                               " x features=" + std::to_string(features));
    if (known && b == features && steps != None && a > steps) return suggest_windows(r, what, a, b, steps);
    if (features == 1) {
      r.likely = "each row of " + what + " is a sample of " + how_many(b, "time step") + "; the model was built for exactly " +
                 std::to_string(steps);
      r.fix = model.built_for({None, 1});
      r.meaning = "any number of time steps of 1 feature; the weights are the same";
      return;
    }
    r.likely = what + " has no axis of features: each row is a sample of " + how_many(b, "time step") +
               " of 1 feature; the model was built for features=" + number(features);
    r.fix = model.built_for({b, 1});
    r.meaning = "a model for " + in_words({None, b, 1}) + ", with weights of its own; " + what + " is then taken as " +
                Shape{a, b, 1}.text();
    return;
  }
  if (got.rank() == 1) {
    r.likely = what + " has neither samples nor features: " + how_many(got[0], "value") +
               (known && steps != None ? ", and one sample of this model has " + std::to_string(steps * features) : "");
    r.fix = reshaped(what, {1, got[0], 1}) + "  // for a model with .input_shape = " + braces_text({got[0], 1});
    r.meaning = in_words({1, got[0], 1});
    return;
  }
  // Four axes or more.
  const Index rank = got.rank();
  if (fits(features, got[-1]) && fits(steps, got[-2])) {
    const Shape sizes{got.known() ? got.elements() / std::max<Index>(got[-2] * got[-1], 1) : -1, got[-2], got[-1]};
    r.likely = "there are axes too many; the last two match the model's time steps and features";
    r.fix = reshaped(what, sizes);
    r.meaning = sizes[0] < 0 ? "the axes before become one axis of samples" : in_words(sizes);
  } else {
    r.likely = "there " + std::string(rank == 4 ? "is an axis" : "are axes") + " too many";
    r.fix = reshaped(what, {got[0], -1, got[-1]}) + "  // for a model with .input_shape = " + braces_text({None, got[-1]});
    r.meaning = "the axes between samples and features become one axis of time steps";
  }
}

// Of a layer that has its channels first: other names of axes, and one more mistake.
void explain_first(ShapeReport& r, const Target& t, const std::string& what, const Shape& want, const Shape& got) {
  r.got = what + " " + got.text() + ": " + with_article(t.class_name) + " with data_format 'channels_first' needs " +
          t.first_axes + ", and this model was built for " + want.text();
  if (got.rank() == want.rank()) {
    const Index channels = t.first_axes.find("time steps, channels") != std::string::npos ? 2 : 1;
    std::vector<Index> sizes(got.begin(), got.end()), axes(sizes.size());
    std::iota(axes.begin(), axes.end(), Index{0});
    std::rotate(sizes.begin() + channels, sizes.end() - 1, sizes.end());
    std::rotate(axes.begin() + channels, axes.end() - 1, axes.end());
    if (fits(want, Shape(sizes))) {
      r.likely = "the channels of " + what + " come last";
      r.fix = what + ".transpose(" + braces_text(Shape(axes)) + ")";
      r.meaning = Shape(sizes).text() + "; transpose moves the values, reshape would mix them up";
      return;
    }
  }
  r.likely = "the model was built for other data";
  r.fix = t.built_for(got.rank() > 1 ? got.without_first() : Shape{1});
  r.meaning = "a model for samples like these";
}

[[noreturn]] void refuse(const ModelState& model, std::size_t input, const Shape& want, const Shape& got,
                         const std::string& what) {
  const Target t = target_of(model, input);
  const auto rebuilt = [&](const Shape& sizes) { return t.built_for(sizes); };
  ShapeReport r;
  r.where = t.where;
  if (!t.first_axes.empty()) {
    explain_first(r, t, what, want, got);
    fail(r);
  }
  const std::string came = what + " " + got.text();
  if (got.rank() != want.rank()) {
    r.got = came + ": " + needs(t, want, got);
    if (want.rank() == 3) explain_rank(r, t, what, want, got);
    if (r.fix.empty() && got.rank() == want.rank() - 1 && fits(want, got.prepended(1))) {
      r.likely = what + " is ONE sample";
      r.fix = reshaped(what, got.prepended(1));
      r.meaning = in_words(got.prepended(1));
    } else if (r.fix.empty()) {
      const Shape now = got.rank() > 1 ? got.without_first() : Shape{1};
      r.likely = got.rank() < want.rank() ? "an axis is missing" : "there is an axis too many";
      r.fix = rebuilt(now);
      r.meaning = "a model for " + in_words(now.prepended(None));
    }
    fail(r);
  }
  std::vector<Index> wrong;
  for (Index axis = 1; axis < want.rank(); ++axis)
    if (!fits(want[axis], got[axis])) wrong.push_back(axis);
  std::string differs;
  for (const Index axis : wrong) {
    differs += (differs.empty() ? "" : ", ") + axis_name(axis, want.rank()) + "=" + number(got[axis]) + " where " +
               number(want[axis]) + (want[axis] == 1 ? " was" : " were") + " expected";
  }
  r.got = came + " = " + axes_text(got) + ": " + differs;
  if (want.rank() == 3) {
    const Index n = got[0], a = got[1], b = got[2], steps = want[1], features = want[2];
    if (a != b && fits(steps, b) && a == features) {
      r.likely = "the axes of " + what + " are swapped: (samples, features, time steps)";
      r.fix = what + ".transpose({0, 2, 1})";
      r.meaning = in_words({n, b, a}) + "; transpose moves the values, reshape would mix them up";
      fail(r);
    }
    if (n == steps && a != steps && b == features) {
      r.likely = "the axes of " + what + " are swapped: (time steps, samples, features)";
      r.fix = what + ".transpose({1, 0, 2})";
      r.meaning = in_words({a, n, b}) + "; transpose moves the values, reshape would mix them up";
      fail(r);
    }
    if (wrong.size() == 1 && wrong[0] == 1 && features != None) {
      r.likely = "the model was built for exactly " + how_many(steps, "time step") + " a sample";
      r.fix = rebuilt({None, features});
      r.meaning = "any number of time steps of " + how_many(features, "feature") + "; the weights are the same";
      if (model.sequential) r.meaning += ". This model, as it is: model.build({None, None, " + std::to_string(features) + "});";
      fail(r);
    }
  }
  Shape sizes = want.without_first();
  for (const Index axis : wrong) sizes[axis - 1] = got[axis];
  r.likely = "the model was built for other data: for " +
             how_many(want[wrong.back()], wrong.back() == want.rank() - 1 ? "feature" : "size") + ", and " + what + " has " +
             number(got[wrong.back()]);
  r.fix = rebuilt(sizes);
  r.meaning = "a model for " + in_words(sizes.prepended(None)) + ", with weights of its own";
  fail(r);
}

// A Sequential that waited for data.
void build_for(ModelState& model, const Shape& x, const std::string& what) {
  if (model.stack.empty()) model.build(x);  // says what to do
  const Shape shape = x.rank() == 1 ? Shape{None, 1} : x.with_first(None);
  try {
    model.build(shape);
  } catch (const Error& e) {
    const Layer& first = *model.stack.front();
    if (e.code() != Code::shape || first.built() || x.rank() > 2) throw;
    // The first layer wants time steps; the data know better than the layer how they came to lack them.
    ShapeReport r;
    r.where = first.described();
    Target t;
    t.class_name = first.class_name();
    r.got = what + " " + x.text() + ": " + needs(t, {None, None, None}, x);
    if (x.rank() == 1) {
      r.likely = what + " is one long series; a model needs samples of some time steps each";
      r.fix = reshaped(what, {1, x[0], 1});
      r.meaning =
          in_words({1, x[0], 1}) + "; for windows as samples: frame(Table(" + what + "), {.target = \"c0\", .lookback = 10})";
    } else {
      r.likely = what + " is a table: " + how_many(x[0], "row") + " and " + how_many(x[1], "column") +
                 "; either its rows are the time steps of one sample, "
                 "or each row is a sample";
      r.fix = reshaped(what, {1, x[0], x[1]});
      r.meaning = in_words({1, x[0], x[1]}) + "; " + reshaped(what, {x[0], x[1], 1}) + " would be " + in_words({x[0], x[1], 1});
    }
    fail(r);
  }
}

Shapes checked(ModelState& model, Shapes x, const std::string& what) {
  if (model.sequential && x.size() == 1 && !model.ready.load(std::memory_order_acquire)) {
    const std::lock_guard lock(model.building);
    if (!model.graph) build_for(model, x[0], what);
  }
  model.built();
  check_count(x.size(), model.inputs.size(), what, "input");
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Shape& want = model.inputs[i].shape();
    const std::string name = x.size() == 1 ? what : what + "[" + std::to_string(i) + "]";
    const Shape came = x[i];
    x[i] = adjusted(want, came);
    if (!fits(want, x[i])) refuse(model, i, want, came, name);
    for (Index axis = 1; axis < x[i].rank(); ++axis)
      if (x[i][axis] == 0) fail(Code::shape, name + " " + came.text() + " has no " + axis_name(axis, x[i].rank()));
    if (x[i][0] != x[0][0])
      fail(Code::shape, what + "[0] has " + how_many(x[0][0], "sample") + ", " + name + " has " + how_many(x[i][0], "sample") +
                            ": every input needs the same samples");
  }
  return x;
}

}  // namespace

Shapes checked_inputs(ModelState& model, const std::vector<Array>& x, const std::string& what) {
  Shapes shapes;
  for (const Array& a : x) {
    if (a.ndim() < 1) fail(Code::shape, what + " is a single number; a model needs samples");
    shapes.push_back(a.shape());
  }
  return checked(model, std::move(shapes), what);
}

Shapes checked_source_inputs(ModelState& model, const Shapes& x) { return checked(model, x, "X"); }

}  // namespace rondo
