#include "layers/base/require.h"

#include <cstdio>

#include "core/numbers.h"
#include "layers/base/layers_field.h"
#include "layers/base/names.h"

namespace rondo {
namespace {

thread_local Producer::Known known;

// Writes a config as a constructor's arguments: what is required, then every option that is not the default, in Keras's order.
class LineWriter : public ConfigVisitor, public NumbersVisitor, public LayersVisitor {
 public:
  std::vector<std::string> arguments, options;
  bool sequences = false;
  explicit LineWriter(const Change& change) : change_(change) {}

  void field(std::string_view key, bool& value, bool fallback) override {
    bool now = value;
    if (key == "return_sequences") {
      sequences = true;
      now = change_.return_sequences.value_or(value);
    }
    if (now != fallback) option(key, now ? "true" : "false");
  }
  void field(std::string_view key, Index& value, Index fallback) override {
    if (value != fallback) option(key, std::to_string(value));
  }
  void field(std::string_view key, double& value, double fallback) override {
    if (value != fallback) option(key, number(value));
  }
  void field(std::string_view key, std::string& value, const std::string& fallback) override {
    if (value != fallback) option(key, quoted(value));
  }
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>& fallback) override {
    if (value != fallback) option(key, braces_text(Shape(value)));
  }
  void field(std::string_view key, std::optional<double>& value) override {
    if (value) option(key, number(*value));
  }
  void field(std::string_view key, Activation& value, const Activation& fallback) override {
    if (value != fallback) option(key, quoted(value.name));
  }
  void field(std::string_view key, Initializer& value, const Initializer& fallback) override {
    if (value.name != fallback.name) option(key, quoted(value.name));
  }
  void field(std::string_view, std::vector<double>&, const std::vector<double>&) override {}
  void field(std::string_view key, Regularizer& value) override {
    if (value) option(key, quoted(value.name));
  }
  void field(std::string_view key, Constraint& value) override {
    if (value) option(key, quoted(value.name));
  }
  void field(std::string_view, LayerRef& value) override {
    if (!value) return;
    sequences = sequences || has_return_sequences(*value);
    // A second one (Bidirectional's backward_layer) is derived from the first.
    if (arguments.empty())
      arguments.push_back(
          line_of(*value, {.return_sequences = change_.return_sequences, .units = change_.units, .inside = true}));
  }
  void required(std::string_view key, Index& value) override {
    arguments.push_back(std::to_string(key == "units" ? change_.units.value_or(value) : value));
  }
  void required(std::string_view, double& value) override { arguments.push_back(number(value)); }
  void required(std::string_view, std::vector<Index>& value) override { arguments.push_back(braces_text(Shape(value))); }
  void required(std::string_view, std::string& value) override { arguments.push_back(quoted(value)); }
  void numbers(std::string_view key, std::vector<double>& value) override {
    std::string list;
    for (const double v : value) list += (list.empty() ? "" : ", ") + number(v);
    if (!value.empty()) option(key, "{" + list + "}");
  }
  void layers(std::string_view, std::vector<LayerRef>& value) override {
    std::string list;
    for (const LayerRef& layer : value) list += (list.empty() ? "" : ", ") + line_of(*layer, {.inside = true});
    arguments.push_back("{" + list + "}");
  }
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

  void option(std::string_view key, const std::string& value) { options.push_back("." + std::string(key) + " = " + value); }
  static std::string quoted(const std::string& s) { return "\"" + escaped(s) + "\""; }

 private:
  static std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
  }
  const Change& change_;
};

LineWriter read(const Layer& layer, const Change& change) {
  LineWriter writer(change);
  const_cast<Layer&>(layer).describe(writer);  // a writer changes nothing
  return writer;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& p : parts) out += (out.empty() ? "" : ", ") + p;
  return out;
}

std::string name_of(const Layer& layer) { return layer.name().empty() ? snake_case(layer.class_name()) : layer.name(); }

}  // namespace

Producer::Producer(const Layer* direct, const Layer* summary) : before_(known) { known = {direct, summary}; }
Producer::~Producer() { known = before_; }
const Producer::Known& Producer::current() { return known; }

std::string line_of(const Layer& layer, const Change& change) {
  LineWriter w = read(layer, change);
  const Index batch = change.batch_size.value_or(layer.batch_size);
  const Shape& shape = change.input_shape ? *change.input_shape : layer.input_shape;
  if (batch != None) w.option("batch_size", std::to_string(batch));
  if (!shape.empty()) w.option("input_shape", braces_text(shape));
  if (!layer.automatic_name() && !change.inside) w.option("name", LineWriter::quoted(layer.name()));
  if (!w.options.empty()) w.arguments.push_back("{" + joined(w.options) + "}");
  return layer.class_name() + "(" + joined(w.arguments) + ")";
}

bool has_return_sequences(const Layer& layer) { return read(layer, {}).sequences; }

void require_inputs(const Layer& layer, const Shapes& in, Index count) {
  if (static_cast<Index>(in.size()) != count)
    fail(Code::shape, layer.described() + " takes " + std::to_string(count) + (count == 1 ? " input" : " inputs") +
                          "; it was given " + std::to_string(in.size()));
}

void require_sequences(const Layer& layer, const Shapes& in) {
  if (in.empty()) require_inputs(layer, in);
  const Shape& got = in[0];
  if (got.rank() == 3) return;
  const std::string need = with_article(layer.class_name()) + " needs 3: (samples, time steps, features)";
  const Producer::Known& from = Producer::current();
  ShapeReport report;
  report.where = layer.described();
  report.got = got.text() + " = " + axes_text(got) + (from.direct ? " from layer '" + name_of(*from.direct) + "'" : "") + ": " +
               std::to_string(got.rank()) + (got.rank() == 1 ? " axis; " : " axes; ") + need;
  const Index last = got.rank() > 1 ? got[-1] : None;
  if (got.rank() == 2 && from.summary && has_return_sequences(*from.summary)) {
    const Layer& up = *from.summary;
    report.likely = "layer '" + name_of(up) + "' hands on its last time step only: its return_sequences is false";
    report.fix = line_of(up, {.return_sequences = true});
    report.meaning = "'" + name_of(up) + "' then hands on every time step";
    const Shapes& built = up.built_for();
    if (from.summary == from.direct && !built.empty()) report.meaning += ": " + axes_text(Shape{None, built[0][1], last});
  } else if (got.rank() == 2 && !from.direct) {
    report.likely = "input_shape has 1 size; it must have 2: the time steps and the features of one sample";
    report.fix = line_of(layer, {.input_shape = Shape{last, 1}});
    report.meaning = std::to_string(last) + " time steps of 1 feature; {None, " + std::to_string(last) +
                     "} would be any number of time steps of " + std::to_string(last) + " features";
  } else if (got.rank() > 3 && !from.direct) {
    const std::vector<Index> sizes(got.sizes().end() - 2, got.sizes().end());
    report.likely = "input_shape has " + std::to_string(got.rank() - 1) + " sizes; it must not contain the number of samples";
    report.fix = line_of(layer, {.input_shape = Shape(sizes)});
    report.meaning = in_words({None, sizes[0], sizes[1]});
  } else {
    report.likely = "what comes before gives no sequence of rows: " +
                    std::string(from.direct ? "layer '" + name_of(*from.direct) + "'" : std::string("the input"));
    report.fix = from.direct ? "// take " + line_of(layer) + " away, or put it before '" + name_of(*from.direct) + "'"
                             : line_of(layer, {.input_shape = Shape{10, 1}});
    report.meaning = "the layer then meets (samples, time steps, features)";
  }
  fail(report);
}

void require_axes(const Layer& layer, const Shapes& in, Index rank) {
  require_inputs(layer, in);
  if (in[0].rank() >= rank) return;
  fail(ShapeReport{layer.described(),
                   in[0].text() + " = " + axes_text(in[0]) + ": " + std::to_string(in[0].rank()) +
                       (in[0].rank() == 1 ? " axis; " : " axes; ") + with_article(layer.class_name()) + " needs at least " +
                       std::to_string(rank),
                   "the features axis is missing", "Input({" + std::string(rank > 2 ? "None, " : "") + "1})",
                   rank > 2 ? "any number of time steps of 1 feature" : "1 feature a sample"});
}

void require_features(const Layer& layer, const Shapes& in) {
  const Shape& got = in[0];
  if (got.rank() < 1) return;
  if (got[-1] == None)
    fail(ShapeReport{layer.described(), got.text() + " = " + axes_text(got) + ": the number of features is not known",
                     "Input was given None for its last axis", "Input({None, 1})",
                     "any number of time steps (None) of 1 feature: weights need the number of features"});
  if (!layer.built() || layer.built_for().empty()) return;
  const Index want = layer.built_for()[0][-1];
  if (got[-1] == want) return;
  fail(ShapeReport{layer.described(),
                   got.text() + " = " + axes_text(got) + ": features=" + std::to_string(got[-1]) +
                       "; this layer's weights were built for features=" + std::to_string(want),
                   "the layer is called a second time with another number of features; its weights cannot be shared then",
                   line_of(layer), "a layer of its own, with weights of its own, for this call"});
}

}  // namespace rondo
