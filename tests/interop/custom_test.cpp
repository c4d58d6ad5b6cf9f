// Classes of users: registered and refused, in files both ways, and what they throw. The layer and the loss are those of the
// examples; tests/golden/custom holds what Keras makes of the same two.
#define main custom_layer_main
#include "../../examples/custom_layer.cpp"
#undef main
#define main custom_loss_main
#include "../../examples/custom_loss.cpp"
#undef main

#include <gtest/gtest.h>

#include "support/no_alloc.h"
#include "support/refused.h"

namespace rondo {
namespace {

const std::string golden = RONDO_SOURCE_DIR "/tests/golden/custom/";

void register_examples() {
  register_layer<ExponentialAverageLayer>("examples>ExponentialAverage");
  register_loss<Linex>("examples>Linex");
}

TEST(CustomClasses, KerasFileGivesKerasNumbers) {
  register_examples();
  LoadReport report;
  Model model = load_model(golden + "custom.keras", {.report = &report});
  std::map<std::string, Array> npz;
  for (const auto& [name, array] : load_npz(golden + "custom.npz")) npz[name] = array;
  const Array y = model.predict(npz["x"]);
  ASSERT_EQ(y.shape(), npz["y"].shape());
  for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y.data()[i], npz["y"].data()[i], 1e-6) << i;
  ASSERT_TRUE(model.compiled()) << (report.notes.empty() ? "" : report.notes[0]);
  const Logs logs = model.evaluate(npz["x"], npz["targets"]);
  EXPECT_NEAR(logs.at("loss"), static_cast<double>(npz["loss"].data()[0]), 1e-5);
  EXPECT_NEAR(logs.at("mae"), static_cast<double>(npz["loss"].data()[1]), 1e-6);
}

// Both directions: what we write reads back with the class, its option, the loss and the optimizer's state.
TEST(CustomClasses, SavedAndLoaded) {
  register_examples();
  Sequential model({Masking(-1), ExponentialAverage(3), Dense(2)});
  model.build({None, 6, 2});
  model.compile({.optimizer = "adam", .loss = LossRef(std::make_shared<Linex>(0.5)), .metrics = {"mae"}});
  const Array x(Shape{4, 6, 2}, 0.5), y(Shape{4, 6, 2}, 0.25);
  model.fit(x, y, {.epochs = 2});
  Model again = load_model(save_model(model));
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
  ASSERT_TRUE(again.compiled());
  EXPECT_EQ(registered_name(*again.loss()), "examples>Linex");
  EXPECT_EQ(registered_name(*again.layers()[1]), "examples>ExponentialAverage");
  EXPECT_EQ(dynamic_cast<ExponentialAverageLayer&>(*again.layers()[1]).span, 3.0);
  EXPECT_EQ(model.fit(x, y).history.at("loss"), again.fit(x, y).history.at("loss"));
}

class Unregistered : public CustomLayer {
 public:
  std::string class_name() const override { return "Unregistered"; }
  void call(const Run& run) const override { std::copy_n(run.in().values, run.in().dims.elements(), run.out().values); }
  void gradient(const Run& run) const override {
    if (run.d_in().values) std::copy_n(run.d_out().values, run.in().dims.elements(), run.d_in().values);
  }
};

TEST(CustomClasses, AFileOfAnUnknownClassSaysHowToRegisterIt) {
  Sequential model({LayerRef(std::make_shared<Unregistered>()), Dense(1)});
  model.build({None, 2});
  const std::vector<std::byte> file = save_model(model);
  expect_refused(Code::unsupported, "register_layer<YourClass>(\"Unregistered\")", [&] { load_model(file); });
  expect_refused(Code::unsupported, "layer 'unregistered' (Unregistered)", [&] { load_model(file); });
  register_layer<Unregistered>("Unregistered");
  EXPECT_EQ(load_model(file).weights_digest(), model.weights_digest());
}

class Dense2 : public Unregistered {
 public:
  std::string class_name() const override { return "Dense"; }
};
class Other : public Unregistered {
 public:
  std::string class_name() const override { return "ExponentialAverage"; }
};
class Mse : public Linex {
 public:
  std::string class_name() const override { return "mse"; }
};

TEST(CustomClasses, NamesThatClashAreRefused) {
  register_examples();
  register_examples();  // the same again changes nothing
  expect_refused(Code::value, "comes with Rondo", [] { register_layer<Dense2>("mine>Dense"); });
  expect_refused(Code::value, "comes with Rondo", [] { register_layer<Dense2>("Dense"); });
  expect_refused(Code::value, "comes with Rondo", [] { register_loss<Mse>("mse"); });
  expect_refused(Code::value, "for another class", [] { register_layer<Other>("examples>ExponentialAverage"); });
  expect_refused(Code::value, "calls itself 'Unregistered'", [] { register_layer<Unregistered>("mine>Other"); });
  for (const char* name : {"", ">Unregistered", "a>b>Unregistered", "mine>"})
    expect_refused(Code::value, "register_layer", [&] { register_layer<Unregistered>(name); });
  register_layer<Other>("another>ExponentialAverage");  // a package is a name space
  EXPECT_EQ(make_layer("another>ExponentialAverage")->class_name(), "ExponentialAverage");
}

// ---- exceptions ----

class Throws : public CustomLayer {
 public:
  std::string class_name() const override { return "Throws"; }
  void call(const Run& run) const override {
    for (Index i = 0; i < run.in().dims.elements(); ++i) {
      if (run.in().values[i] == real(13)) throw std::runtime_error("no thirteens");
      if (run.in().values[i] == real(14)) run.report(i / run.in().dims[-1], i, 14);
      run.out().values[i] = run.in().values[i];
    }
  }
  void gradient(const Run& run) const override {
    for (Index i = 0; i < run.in().dims.elements(); ++i) {
      if (run.in().values[i] == real(7)) throw 7;
      if (run.d_in().values) run.d_in().values[i] = run.d_out().values[i];
    }
  }
  std::string bad_value(const Finding&) const override { return "fourteen is bad luck, too"; }
};

TEST(CustomClasses, AnExceptionLeavesTheModelAsItWas) {
  Sequential model({Dense(2), LayerRef(std::make_shared<Throws>()), Dense(1, {.kernel_initializer = "ones"})});
  model.build({None, 2});
  model.set_weights({Array{{1, 0}, {0, 1}}, Array{0, 0}, Array{{1}, {1}}, Array{0}});
  model.compile({.optimizer = "adam", .loss = "mse"});
  Array good(Shape{40, 2}, 1), bad = good, luck = good, seven = good;
  bad(30, 1) = 13;
  luck(30, 1) = 14;
  seven(30, 1) = 7;
  const Array y(Shape{40, 1}, 3);
  const std::uint64_t before = model.weights_digest();
  const Array yhat = model.predict(good);
  for (const int threads : {1, 3}) {
    expect_refused(Code::value, "layer 'throws' (Throws, built for (samples, features=2)): call failed: no thirteens",
                   [&] { model.predict(bad, {.threads = threads}); });
    expect_refused(Code::value, "sample 30: layer 'throws'", [&] { model.predict(luck, {.threads = threads}); });
    expect_refused(Code::value, "fourteen is bad luck", [&] { model.fit(luck, y, {.threads = threads}); });
    expect_refused(Code::value, "no thirteens", [&] { model.fit(bad, y, {.batch_size = 40, .threads = threads}); });
    expect_refused(Code::value, "gradient failed", [&] { model.fit(seven, y, {.batch_size = 40, .threads = threads}); });
    expect_refused(Code::value, "no thirteens", [&] { model.evaluate(bad, y, {.threads = threads}); });
    expect_refused(Code::value, "no thirteens", [&] { model.train_on_batch(bad, y, {.threads = threads}); });
    EXPECT_EQ(model.weights_digest(), before);
    EXPECT_EQ(model.predict(good).text(), yhat.text());
  }
  State state = model.state(1);
  const std::vector<real> thirteen{13, 1}, one{1, 1};
  EXPECT_TRUE(model.step(thirteen, state).empty());
  EXPECT_EQ(model.step(one, state).size(), 1u);
  EXPECT_EQ(model.fit(good, y).history.at("loss").size(), 1u);
  EXPECT_NE(model.weights_digest(), before);
}

// ---- gradcheck ----

// y = s x, with a mistake in its backward.
class Mistaken : public CustomLayer {
 public:
  int mistake = 0;
  std::string class_name() const override { return "Mistaken"; }
  void build(const Shapes& in, Weights& weights) override {
    require_features(*this, in);
    weights.add("scale", {in[0][-1]}, "ones");
  }
  void call(const Run& run) const override {
    const Index n = run.in().dims.elements(), width = run.in().dims[-1];
    for (Index i = 0; i < n; ++i) run.out().values[i] = run.weight(0)[i % width] * run.in().values[i];
  }
  void gradient(const Run& run) const override {
    const Index n = run.in().dims.elements(), width = run.in().dims[-1];
    real* ds = run.gradient(0);
    if (mistake == 2 && ds) std::fill_n(ds, width, real(0));  // overwrites
    for (Index i = 0; i < n; ++i) {
      const real dy = run.d_out().values[i], x = run.in().values[i];
      const bool kept = mistake == 4 || !run.in().mask || run.in().mask[i / width];
      if (ds && kept) ds[i % width] += dy * x * (mistake == 1 ? real(-2) : real(1));
      if (run.d_in().values) run.d_in().values[i] = mistake == 3 ? 0 : dy * run.weight(0)[i % width];
      if (mistake == 5 && i == 4 && run.d_in().values) run.d_in().values[i] += real(0.5);
    }
  }
};

Gradcheck of_mistake(int mistake) {
  auto layer = std::make_shared<Mistaken>();
  layer->mistake = mistake;
  return gradcheck(LayerRef(layer), {{3, 4, 2}});
}

TEST(CustomGradcheck, SaysWhichGradientIsWrongAndHow) {
  EXPECT_TRUE(of_mistake(0)) << of_mistake(0).text();
  const auto wrong = [](const Gradcheck& check) {
    std::string names;
    for (const GradcheckPart& part : check.parts)
      if (!part.right) names += part.name + " " + part.shape.text() + "; ";
    return names;
  };
  const auto says = [](const Gradcheck& check, const std::string& words) {
    EXPECT_NE(check.text().find(words), std::string::npos) << check.text();
  };
  EXPECT_EQ(wrong(of_mistake(1)), "weight 'scale' (2,); weight 'scale', called twice (2,); weight 'scale', masked (2,); ");
  says(of_mistake(1), "backward gives -2 times the difference everywhere: is the sign turned?");
  EXPECT_EQ(wrong(of_mistake(2)), "weight 'scale', called twice (2,); ");
  EXPECT_EQ(wrong(of_mistake(3)),
            "input 0 (3, 4, 2); input 0, called twice (3, 4, 2); input 0 of the second call, called twice (3, 4, 2); input 0, "
            "masked (3, 4, 2); ");
  says(of_mistake(3), "backward gives 0 everywhere");
  EXPECT_EQ(wrong(of_mistake(4)), "weight 'scale', masked (2,); ");
  says(of_mistake(4), "backward gives NaN or an infinity");
  const Gradcheck one = of_mistake(5);
  EXPECT_EQ(one.parts[1].at, (std::vector<Index>{0, 2, 0})) << one.text();
  EXPECT_NEAR(one.parts[1].backward - one.parts[1].difference, 0.5, 1e-3);
  says(one, "farthest apart at [0, 2, 0]");
  expect_refused(Code::shape, "every size must be given", [] {
    gradcheck(LayerRef(std::make_shared<Mistaken>()), {{None, 2}});
  });
}

TEST(CustomGradcheck, KnowsTheLayersThatComeWithRondo) {
  const std::vector<LayerRef> layers = {LSTM(3, {.return_sequences = true}), GRU(2), Dense(2, {.activation = "tanh"}),
                                        Dropout(0.4)};
  for (const LayerRef& layer : layers) {
    const Gradcheck check = gradcheck(layer, {{4, 5, 2}});
    EXPECT_TRUE(check) << layer->class_name() << "\n" << check.text();
  }
  Model model = Sequential({LSTM(3), Dense(1)});
  const Array x(Shape{2, 4, 2}, 0.3);
  model.predict(x);
  const std::uint64_t before = model.weights_digest();
  EXPECT_TRUE(gradcheck(model, x));
  EXPECT_EQ(model.weights_digest(), before);
}

// ---- draws and memory ----

class Noisy : public Unregistered {
 public:
  std::string class_name() const override { return "Noisy"; }
  void call(const Run& run) const override {
    const Index width = run.in().dims[-1];
    for (Index row = 0; row < run.in().dims.rows(); ++row)
      for (Index i = 0; i < width; ++i)
        run.out().values[row * width + i] =
            run.in().values[row * width + i] + (run.training() ? static_cast<real>(uniform(run, row, i)) : real(0));
  }
};

TEST(CustomClasses, DrawsDoNotDependOnThreads) {
  std::vector<std::uint64_t> digests;
  for (const int threads : {1, 4}) {
    set_random_seed(3);
    Sequential model({LayerRef(std::make_shared<Noisy>()), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.fit(Array(Shape{50, 3}, 1), Array(Shape{50, 1}, 1), {.batch_size = 50, .epochs = 3, .threads = threads});
    digests.push_back(model.weights_digest());
  }
  EXPECT_EQ(digests[0], digests[1]);
}

}  // namespace
}  // namespace rondo
