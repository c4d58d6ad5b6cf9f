// Sequences through a model: fit, evaluate and predict on samples of different lengths.
#include <algorithm>
#include <numeric>

#include "core/memory.h"
#include "layers/base/names.h"
#include "rondo/core/error.h"
#include "train/evaluate.h"
#include "train/fit.h"
#include "train/ready.h"
#include "train/sequence_source.h"

namespace rondo {

namespace {

bool is_embedding(const LayerRef& layer) { return layer->class_name() == "Embedding"; }

// An input (samples, time steps) takes sequences of ids, for an Embedding whose mask says where each ends.
void check_ids(const Graph& graph, const char* call) {
  for (const int k : graph.nodes[static_cast<std::size_t>(graph.inputs[0])].consumers) {
    const Graph::Node& node = graph.nodes[static_cast<std::size_t>(k)];
    if (!is_embedding(node.layer) || node.mask != MaskFlow::make)
      fail(Code::shape, std::string(call) + ": in sequences of ids, 0 is what stands behind the end; " +
                            node.layer->described() +
                            (is_embedding(node.layer) ? " takes it for an id.\n  fix: .mask_zero = true, and ids from 1"
                                                      : " is no Embedding with mask_zero, which would tell it apart"));
  }
}

// The network's input for these sequences: one, of any length, with their features; or of ids (then true). Builds a Sequential
// that waited for data.
bool check_inputs(ModelState& model, const Sequences& x, const char* call) {
  if (x.size() < 1) fail(Code::shape, std::string(call) + ": there are no sequences");
  if (!model.graph && !model.stack.empty())
    model.build(is_embedding(model.stack[0]) ? Shape{None, None} : Shape{None, None, x.features()});
  const Graph& graph = model.built();
  if (graph.inputs.size() != 1)
    fail(Code::unsupported,
         std::string(call) + ": Sequences are for a model with one input; this one has " + std::to_string(graph.inputs.size()));
  const Shape& want = graph.nodes[static_cast<std::size_t>(graph.inputs[0])].out[0];
  const bool ids = want == Shape{None, None} && x.features() == 1;
  if (ids) {
    check_ids(graph, call);
  } else if (want.rank() != 3 || want[1] != None || (want[2] != None && want[2] != x.features()) || want[0] != None) {
    const bool reads_ids = want.rank() == 2 && x.features() == 1;
    fail(Code::shape, std::string(call) + ": the sequences have " + how_many(x.features(), "feature") +
                          " and different lengths; the model's input is " + axes_text(want) + ".\n  fix: Input({None" +
                          (reads_ids ? "})" : ", " + std::to_string(x.features()) + "})") +
                          ", which takes any number of time steps");
  }
  if (model.stateful())
    fail(Code::unsupported,
         std::string(call) + ": a stateful model goes on where a batch ended, which samples of different lengths do not");
  return ids;
}

Shapes shapes_of(const Sequences& x, bool ids) { return SequenceSource(x, ids, nullptr, nullptr, {}).x_shapes(); }

// Of one target row a sample.
Shapes checked(ModelState& model, const Sequences& x, bool ids, const std::vector<Array>& y) {
  Shapes inputs = shapes_of(x, ids);
  inputs[0] = inputs[0].with_first(x.size());
  for (const Shape& s : target_shapes(model, inputs))
    if (s.rank() > 2)
      fail(Code::shape, "the model gives one row for every time step: its targets are Sequences too, as long as those of X");
  return checked_targets(model, inputs, y, "y");
}

// Of one target row a time step.
Shapes checked(ModelState& model, const Sequences& x, bool ids, const Sequences& y) {
  Shapes inputs = shapes_of(x, ids);
  inputs[0] = inputs[0].with_first(1);
  choose_losses(model, inputs, {Shape{1, x.longest(), y.features()}});
  const Shapes want = target_shapes(model, inputs);
  if (want.size() != 1 || want[0].rank() != 3 || want[0][1] != x.longest())
    fail(Code::shape, "Sequences as targets are for a model with one output, one row for every time step; this one gives " +
                          axes_text(want[0].with_first(None)));
  if (y.size() != x.size() || y.features() != want[0][2])
    fail(Code::shape, "y has " + how_many(y.size(), "sequence") + " of " + how_many(y.features(), "feature") + "; X has " +
                          std::to_string(x.size()) + ", and the model gives " + how_many(want[0][2], "feature"));
  for (Index i = 0; i < x.size(); ++i)
    if (x.length(i) != y.length(i))
      fail(Code::shape, "sequence " + std::to_string(i) + " of X has " + how_many(x.length(i), "time step") + ", that of y " +
                            std::to_string(y.length(i)));
  return {want[0].with_first(None)};
}

void check_weights(const SampleWeight& weights, Index samples) {
  if (!weights) return;
  for (const Array& a : weights->all())
    if (a.shape() != Shape{samples} && a.shape() != Shape{samples, 1})
      fail(Code::shape,
           "sample_weight of Sequences is one number a sample, " + Shape{samples}.text() + ", not " + a.shape().text());
}

Logs evaluate_on(Model& handle, const Sequences& x, const SequenceSource& source, const EvaluateOptions& options) {
  ModelState& model = handle.internal();
  check_weights(options.sample_weight, x.size());
  if (options.batch_size < 1) fail(Code::value, "batch_size must be at least 1");
  if (options.steps && *options.steps < 1) fail(Code::value, "steps must be at least 1");
  Shapes sized = source.x_shapes();
  sized[0] = sized[0].with_first(x.size());
  const RowWeights weights(model, sized, options.sample_weight);
  check_callbacks(options.callbacks);
  Logs logs;
  Evaluator evaluator(model, source, source.x_shapes(), 0, x.size(), options.batch_size, options.threads, &weights,
                      options.steps);
  evaluator.run(handle, options.callbacks, logs, "");
  evaluator.keep_session();
  return logs;
}

// Calls put(id, row of the batch, session) for every sample, those of like length side by side.
template <class Start, class Put>
void run_all(ModelState& model, const Sequences& x, const PredictOptions& options, Start start, Put put) {
  const bool ids_only = check_inputs(model, x, "predict");
  if (options.batch_size < 1) fail(Code::value, "predict: batch_size must be 1 or more");
  if (model.built().outputs.size() != 1) fail(Code::unsupported, "predict: Sequences are for a model with one output");
  const SequenceSource source(x, ids_only, nullptr, nullptr, {});
  const Index at_once = std::min(options.batch_size, x.size());
  SessionSize size{{source.shape(at_once, x.longest())}, {}, thread_count(options.threads), false, true};
  start(outputs_for(model.built(), size.inputs)[0]);
  std::unique_ptr<Session> session = model.borrow(size);
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return x.length(a) < x.length(b); });
  const std::span<const Index> all(order);
  for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(at_once)) {
    const auto ids = all.subspan(at, std::min(static_cast<std::size_t>(at_once), all.size() - at));
    session->start(Shapes{source.shape(static_cast<Index>(ids.size()), source.longest(ids))});
    real* const to = session->input(0);
    source.gather(ids, {&to, 1}, {});
    source.gather_mask(ids, session->input_mask(0));
    session->forward(false);
    session->refuse_finding(ids);
    for (std::size_t row = 0; row < ids.size(); ++row) put(ids[row], static_cast<Index>(row), *session);
  }
  model.give_back(std::move(session), size);
}

}  // namespace

History Model::fit(const Sequences& x, const Arrays& y, const FitOptions& options) {
  require_compiled(*p_, "fit");
  const bool ids = check_inputs(*p_, x, "fit");
  check_weights(options.sample_weight, x.size());
  const SequenceSource source(x, ids, &y.all(), nullptr, checked(*p_, x, ids, y.all()));
  return fit_sequences(*this, source, y.all(), options);
}

History Model::fit(const Sequences& x, const Sequences& y, const FitOptions& options) {
  require_compiled(*p_, "fit");
  const bool ids = check_inputs(*p_, x, "fit");
  check_weights(options.sample_weight, x.size());
  if (!options.class_weight.empty()) fail(Code::unsupported, "class_weight is for one class a sample");
  const SequenceSource source(x, ids, nullptr, &y, checked(*p_, x, ids, y));
  return fit_sequences(*this, source, {}, options);
}

Logs Model::evaluate(const Sequences& x, const Arrays& y, const EvaluateOptions& options) {
  require_compiled(*p_, "evaluate");
  const bool ids = check_inputs(*p_, x, "evaluate");
  return evaluate_on(*this, x, SequenceSource(x, ids, &y.all(), nullptr, checked(*p_, x, ids, y.all())), options);
}

Logs Model::evaluate(const Sequences& x, const Sequences& y, const EvaluateOptions& options) {
  require_compiled(*p_, "evaluate");
  const bool ids = check_inputs(*p_, x, "evaluate");
  return evaluate_on(*this, x, SequenceSource(x, ids, nullptr, &y, checked(*p_, x, ids, y)), options);
}

Array Model::predict(const Sequences& x, const PredictOptions& options) const {
  Array out;
  Index each = 0;
  run_all(
      *p_, x, options,
      [&](const Shape& shape) {
        if (shape.rank() > 2) fail(Code::shape, "the model gives one row for every time step: use predict_sequences");
        check_memory(checked_mul(shape.with_first(x.size()).elements(), static_cast<Index>(sizeof(real))), "The predictions");
        out = Array(shape.with_first(x.size()));
        each = shape.without_first().elements();
      },
      [&](Index id, Index row, Session& session) {
        std::copy_n(session.output(0).values + row * each, each, out.data() + id * each);
      });
  return out;
}

Sequences Model::predict_sequences(const Sequences& x, const PredictOptions& options) const {
  std::vector<Array> out(static_cast<std::size_t>(x.size()));
  run_all(
      *p_, x, options,
      [&](const Shape& shape) {
        if (shape.rank() != 3 || shape[1] != x.longest())
          fail(Code::shape, "the model does not give one row for every time step: use predict");
      },
      [&](Index id, Index row, Session& session) {
        const Port& y = session.output(0);
        const Index width = y.dims[2], length = x.length(id);
        Array one(Shape{length, width});
        std::copy_n(y.values + row * y.dims[1] * width, one.size(), one.data());
        out[static_cast<std::size_t>(id)] = std::move(one);
      });
  return Sequences(std::move(out));
}

}  // namespace rondo
