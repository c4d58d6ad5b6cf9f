// rondo summary: Keras's table, with the axes by name.
#include "files.h"
#include "model/model_state.h"
#include "screen.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

struct Count {
  Index all = 0, trainable = 0;
};

void count(const Layer& layer, bool trainable, Count& out) {
  trainable = trainable && layer.trainable;
  for (const Weight& weight : layer.weights().own()) {
    out.all += weight.shape.elements();
    if (trainable && weight.trainable) out.trainable += weight.shape.elements();
  }
  for (const auto& child : layer.weights().children()) count(*child.layer, trainable, out);
}

Json shapes_json(const Shapes& shapes) {
  return Json::list(shapes, [](const Shape& shape) { return Json(shape); });
}

class Summary : public Verb {
 public:
  std::string name() const override { return "summary"; }
  std::string about() const override { return "layers, shapes by name, parameters, memory"; }
  std::vector<std::string> examples() const override {
    return {"rondo summary model.keras", "rondo summary model.keras --json"};
  }
  void declare(Arguments& arguments) override { arguments.positional("MODEL.keras", model_, "the model"); }

  int run(Console& console) override {
    const Model model = read_model(model_, true, console);
    SummaryOptions options;
    options.width = screen().width;
    std::string text = model.summary(options);
    if (!text.ends_with('\n')) text += '\n';

    Count total;
    Json::List layers;
    const Graph& graph = model.internal().built();
    for (const LayerRef& layer : model.layers()) {
      Count own;
      count(*layer, true, own);
      total.all += own.all;
      total.trainable += own.trainable;
      Json::List outputs;
      for (const Graph::Node& node : graph.nodes) {
        if (node.layer && node.layer.shared() == layer.shared()) outputs.push_back(shapes_json(node.out));
      }
      layers.push_back(Json::Object{{"name", layer->name()},
                                    {"class", layer->class_name()},
                                    {"output_shapes", std::move(outputs)},
                                    {"params", own.all},
                                    {"trainable_params", own.trainable}});
    }
    Json::Object json{{"verb", "summary"},
                      {"model", model_},
                      {"name", model.name()},
                      {"inputs", shapes_json(model.input_shapes())},
                      {"outputs", shapes_json(model.output_shapes())},
                      {"layers", std::move(layers)},
                      {"params", total.all},
                      {"trainable_params", total.trainable},
                      {"non_trainable_params", total.all - total.trainable}};
    if (model.compiled()) {
      json.emplace_back("optimizer", model.optimizer()->class_name());
      json.emplace_back("loss", model.loss()->key());
    }
    console.result(text, std::move(json));
    return Exit::done;
  }

 private:
  std::string model_;
};

}  // namespace

std::unique_ptr<Verb> make_summary() { return std::make_unique<Summary>(); }

}  // namespace rondo::cli
