#include "layers/base/require.h"

#include "layers/base/names.h"

namespace rondo {
namespace {

thread_local Producer::Known known;

// Reads from a config what a constructor line needs: the required sizes, the layer inside, and which fields there are.
class LineReader : public ConfigVisitor {
 public:
  std::string sizes, inner;
  bool sequences = false;
  explicit LineReader(const std::string& with) : with_(with) {}

  void field(std::string_view key, bool&, bool) override { sequences = sequences || key == "return_sequences"; }
  void field(std::string_view, Index&, Index) override {}
  void field(std::string_view, double&, double) override {}
  void field(std::string_view, std::string&, const std::string&) override {}
  void field(std::string_view, std::vector<Index>&, const std::vector<Index>&) override {}
  void field(std::string_view, std::optional<double>&) override {}
  void field(std::string_view, Activation&, const Activation&) override {}
  void field(std::string_view, Initializer&, const Initializer&) override {}
  void field(std::string_view, LayerRef& value) override {
    if (!value || !inner.empty()) return;
    inner = line_of(*value, with_);
    sequences = sequences || has_return_sequences(*value);
  }
  void required(std::string_view, Index& value) override { sizes += (sizes.empty() ? "" : ", ") + std::to_string(value); }
  void required(std::string_view, std::string&) override {}
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  std::string with_;
};

LineReader read(const Layer& layer, const std::string& with) {
  LineReader reader(with);
  const_cast<Layer&>(layer).describe(reader);  // a reader of values changes none
  return reader;
}

std::string name_of(const Layer& layer) { return layer.name().empty() ? snake_case(layer.class_name()) : layer.name(); }

}  // namespace

Producer::Producer(const Layer* direct, const Layer* summary) : before_(known) { known = {direct, summary}; }
Producer::~Producer() { known = before_; }
const Producer::Known& Producer::current() { return known; }

std::string line_of(const Layer& layer, const std::string& with) {
  const LineReader r = read(layer, with);
  if (!r.inner.empty()) return layer.class_name() + "(" + r.inner + ")";
  const std::string options = with.empty() ? "" : (r.sizes.empty() ? "{" : ", {") + with + "}";
  return layer.class_name() + "(" + r.sizes + options + ")";
}

bool has_return_sequences(const Layer& layer) { return read(layer, "").sequences; }

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
  if (got.rank() == 2 && from.summary && read(*from.summary, "").sequences) {
    const Layer& up = *from.summary;
    const Index steps = up.built_for().empty() || up.built_for()[0].rank() < 3 ? None : up.built_for()[0][1];
    report.likely = "layer '" + name_of(up) + "' hands on its last time step only: its return_sequences is false";
    report.fix = line_of(up, ".return_sequences = true");
    report.meaning = "'" + name_of(up) + "' then hands on every time step: " +
                     axes_text(Shape{None, steps, read(up, "").inner.empty() ? last : None});
    if (from.summary != from.direct || !read(up, "").inner.empty())
      report.meaning = "'" + name_of(up) + "' then hands on every time step";
  } else if (got.rank() == 2 && !from.direct) {
    report.likely = "input_shape has 1 size; it must have 2: the time steps and the features of one sample";
    report.fix = line_of(layer, ".input_shape = " + braces_text({last, 1}));
    report.meaning = std::to_string(last) + " time steps of 1 feature; {None, " + std::to_string(last) +
                     "} would be any number of time steps of " + std::to_string(last) + " features";
  } else if (got.rank() > 3 && !from.direct) {
    const std::vector<Index> sizes(got.sizes().end() - 2, got.sizes().end());
    report.likely = "input_shape has " + std::to_string(got.rank() - 1) + " sizes; it must not contain the number of samples";
    report.fix = line_of(layer, ".input_shape = " + braces_text(Shape(sizes)));
    report.meaning = "any number of samples of " + axes_text(Shape{None, sizes[0], sizes[1]}).substr(10);
    report.meaning.pop_back();
  } else {
    report.likely = "what comes before gives no sequence of rows: " +
                    std::string(from.direct ? "layer '" + name_of(*from.direct) + "'" : std::string("the input"));
    report.fix = from.direct ? "// take " + line_of(layer, "") + " away, or put it before '" + name_of(*from.direct) + "'"
                             : line_of(layer, ".input_shape = {10, 1}");
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
                   line_of(layer, ""), "a layer of its own, with weights of its own, for this call"});
}

}  // namespace rondo
