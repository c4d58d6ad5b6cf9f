// Do the targets suit the model's outputs? Nothing broadcasts: what Keras would train on in silence is refused with its cause.
#include "layers/base/require.h"
#include "losses/base/by_targets.h"
#include "metrics/base/last_axis.h"
#include "model/check_words.h"

namespace rondo {

using namespace words;

namespace {

// The layer whose output the targets are compared with.
const Layer* last_layer(const ModelState& model, std::size_t output) {
  const Graph& graph = *model.graph;
  const Graph::Node& node = graph.nodes[static_cast<std::size_t>(graph.outputs[output].node)];
  return node.layer ? &*node.layer : nullptr;
}

// The last layer up the chain that could hand on all its time steps, or its last only.
const Layer* recurrent_before(const ModelState& model, std::size_t output) {
  const Graph& graph = *model.graph;
  for (int k = graph.outputs[output].node; graph.nodes[static_cast<std::size_t>(k)].layer;) {
    const Graph::Node& node = graph.nodes[static_cast<std::size_t>(k)];
    if (has_return_sequences(*node.layer)) return &*node.layer;
    if (node.in.empty()) break;
    k = node.in[0].node;
  }
  return nullptr;
}

[[noreturn]] void refuse_target(const ModelState& model, std::size_t output, const Shape& want, const Shape& got,
                                const std::string& what) {
  const Layer* last = last_layer(model, output);
  const Layer* recurrent = recurrent_before(model, output);
  ShapeReport r;
  r.where = "the targets of " + (last ? last->described() : "model '" + model.name + "'");
  r.got = what + " " + got.text() + "; the model's output is " + want.text() + " = " + axes_text(want);
  const std::string loss = output < model.losses.size() && model.losses[output] ? model.losses[output]->key() : "";
  if (output < model.losses.size() && model.losses[output] && model.losses[output]->target_width(2) == 1)
    r.got = what + " " + got.text() + "; this loss takes " + want.text() + " = " + axes_text(want);
  const Index n = want[0];
  if (loss == "sparse_categorical_crossentropy" && got.rank() == want.rank() && got[-1] > 1) {
    r.likely =
        what + " is one-hot, a column for each of " + number(got[-1]) + " classes" + "; this loss takes the class's number";
    r.fix = "model.compile({.optimizer = \"adam\", .loss = \"categorical_crossentropy\"});";
    r.meaning = "the same loss for one-hot targets";
  } else if (loss == "categorical_crossentropy" && want[-1] > 1 &&
             (got.rank() + 1 == want.rank() || (got.rank() == want.rank() && got[-1] == 1))) {
    r.likely = what + " holds the number of a class; this loss takes a column a class";
    r.fix = "model.compile({.optimizer = \"adam\", .loss = \"sparse_categorical_crossentropy\"});";
    r.meaning = "the same loss for targets from 0 to " + std::to_string(want[-1] - 1);
  } else if (recurrent && want.rank() == 3 && (got.rank() == 1 || (got.rank() == 2 && got[1] == want[2]))) {
    r.likely = "the model gives one row for every time step; " + what + " holds one for every sample";
    r.fix = line_of(*recurrent, {.return_sequences = false});
    r.meaning = "'" + recurrent->name() + "' then hands on its last time step only: the output is " + Shape{n, want[2]}.text();
  } else if (recurrent && want.rank() == 2 &&
             (got.rank() == 3 || (got.rank() == 2 && want[1] == 1 && !model.inputs.empty() &&
                                  model.inputs[0].shape().rank() == 3 && got[1] == model.inputs[0].shape()[1]))) {
    r.likely = what + " holds one row for every time step; the model gives one for every sample";
    r.fix = line_of(*recurrent, {.return_sequences = true});
    r.meaning = "'" + recurrent->name() + "' then hands on every time step, and so does the model";
    if (got.rank() == 2 && last && last->class_name() == "Dense")
      r.meaning += "; " + line_of(*last, {.units = got[1]}) + " would give " + how_many(got[1], "value") + " for every sample";
  } else if (last && last->class_name() == "Dense" && got.rank() == want.rank() && got[-1] != want[-1] &&
             std::equal(want.begin(), want.end() - 1, got.begin())) {
    r.likely = what + " has " + how_many(got[-1], "column") + " and layer '" + last->name() + "' gives " + number(want[-1]) +
               "; broadcasting them would train on something else";
    r.fix = line_of(*last, {.units = got[-1]});
    r.meaning = "the model forecasts " + how_many(got[-1], "value") + " at a time";
  } else if (recurrent && want.rank() == 3 && got.rank() >= 2 && got[1] > want[1] && want[1] != None) {
    r.likely = what + " has " + how_many(got[1], "time step") + " where the model gives " + number(want[1]);
    r.fix = what + ".slice(1, " + std::to_string(got[1] - want[1]) + ", " + std::to_string(got[1]) + ")";
    r.meaning = "the last " + how_many(want[1], "time step") + " of " + what;
  } else if (got.known() && want.known() && got.elements() == want.elements()) {
    r.likely = "the values are there, under another shape";
    r.fix = reshaped(what, want);
    r.meaning = in_words(want) + "; reshape keeps the order of the values";
  } else {
    r.likely = "the targets were made for another model; broadcasting them would train on something else";
    r.fix = "std::cout << model.summary();";
    r.meaning = "the shape every layer gives; the targets must have the last one, " + want.text();
  }
  fail(r);
}

}  // namespace

void choose_losses(const ModelState& model, const Shapes& inputs, const Shapes& y) {
  for (std::size_t i = 0; i < model.losses.size() && i < y.size(); ++i) {
    auto* loss = model.losses[i] ? dynamic_cast<ByTargets*>(const_cast<Loss*>(&*model.losses[i])) : nullptr;
    if (loss && y[i].rank() > 0) loss->choose(outputs_for(model.built(), inputs)[i], y[i]);
  }
}

Shapes target_shapes(const ModelState& model, const Shapes& inputs) {
  Shapes shapes = outputs_for(model.built(), inputs);
  if (model.losses.size() != shapes.size()) return shapes;  // not compiled
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const Shape output = shapes[i];
    if (const LossRef& loss = model.losses[i]) {
      loss->check_output(output);
      shapes[i] = loss->target_shape(output);
    }
    const bool rows = shapes[i].rank() == output.rank() && shapes[i][-1] != None;
    for (std::size_t m = 0; m < model.metrics.size(); ++m) {
      if (model.metric_outputs[m] != i) continue;
      if (!rows) {
        fail(Code::shape, "metric '" + escaped(model.metrics[m]->name()) + "' compares rows with rows; the targets of " +
                              model.losses[i]->class_name() + " are " + shapes[i].text() + ", the model gives " +
                              output.text() + ".\n  fix: compile without this metric");
      }
      check_axis(*model.metrics[m], output);
      model.metrics[m]->check_widths(shapes[i][-1], output[-1]);
    }
  }
  return shapes;
}

Shapes checked_source_targets(const ModelState& model, const Shapes& x, const Shapes& y) {
  check_count(y.size(), model.outputs.size(), "y", "output");
  Shapes inputs = x;
  for (Shape& s : inputs) s = s.with_first(1);
  choose_losses(model, inputs, y);
  const Shapes want = target_shapes(model, inputs);
  Shapes out;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const Shape w = want[i].with_first(None), got = y[i].with_first(None);
    out.push_back(adjusted(w, got));
    if (!fits(w, out.back())) refuse_target(model, i, w, got, y.size() == 1 ? "y" : "y[" + std::to_string(i) + "]");
  }
  return out;
}

Shapes checked_targets(const ModelState& model, const Shapes& x, const std::vector<Array>& y, const std::string& what) {
  check_count(y.size(), model.outputs.size(), what, "output");
  const Index samples = x[0][0];
  Shapes inputs = x;
  for (Shape& s : inputs) s = s.with_first(1);
  Shapes given;
  for (const Array& one : y) given.push_back(one.shape());
  choose_losses(model, inputs, given);
  const Shapes want = target_shapes(model, inputs);
  Shapes out;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::string name = y.size() == 1 ? what : what + "[" + std::to_string(i) + "]";
    const Shape got = y[i].shape();
    const Shape w = want[i].with_first(samples);
    if (got.rank() < 1 || got[0] != samples) {
      ShapeReport r;
      r.where = "the targets of model '" + model.name + "'";
      const Index has = got.rank() < 1 ? 0 : got[0];
      r.got = "X has " + how_many(samples, "sample") + ", " + name + " " + got.text() + " has " + how_many(has, "sample");
      if (samples == 1 && x[0].rank() == 3 && has == x[0][1]) {
        r.likely = "X is ONE sample of " + how_many(has, "time step") + ", and " + name + " holds one row for each of them";
        r.fix = reshaped(name, got.prepended(1));
        r.meaning =
            "1 sample whose target has " + how_many(has, "time step") + ": the last recurrent layer needs return_sequences";
      } else {
        const std::string& longer = has > samples ? name : "X";
        const Index most = std::max(has, samples), least = std::min(has, samples);
        r.likely = "one of them was cut, shifted or framed differently: every sample needs exactly one target";
        r.fix = longer + " = " + longer + ".slice(0, 0, " + std::to_string(least) + ")";
        r.meaning = "the first " + std::to_string(least) + " of " + std::to_string(most) +
                    ", if sample i of X still belongs to sample i of " + name;
      }
      fail(r);
    }
    out.push_back(adjusted(w, got));
    if (!fits(w, out.back())) refuse_target(model, i, w, got, name);
  }
  return out;
}

}  // namespace rondo
