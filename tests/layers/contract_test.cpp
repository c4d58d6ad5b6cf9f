// The contract test: every registered layer, in every configuration its own test registers (tests/support/contract.h), keeps
// what the design promises. The build with real = double checks gradients; both builds check the bits.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "rondo/interop/keras.h"
#include "support/config_record.h"
#include "support/contract_options.h"
#include "support/no_alloc.h"
#include "support/refused.h"

namespace rondo {
namespace {

using namespace contract;

class Contract : public testing::TestWithParam<Case> {
 protected:
  const Case& c() const { return GetParam(); }
};

// Suites of the cases they apply to, so that no test is counted that tests nothing.
class ContractGradients : public Contract {};  // central differences need double
class ContractMasks : public Contract {};
class ContractFiles : public Contract {};  // a file holds float32
class ContractTruncation : public Contract {};
class ContractBatches : public Contract {};  // stateful: the batch is fixed
class ContractStreams : public Contract {};  // one sequence

// ---- gradients ----

void check_gradients(const Case& c, bool masked, bool shared, Index n, Index steps, const std::string& what) {
  TestRandom random(11);
  Model model = model_of(c, c.make(), {.masked = masked, .shared = shared, .samples = c.make()->stateful() ? n : None});
  randomize_weights(model, 3);
  std::vector<Array> x;
  for (int call = 0; call < (shared ? 2 : 1); ++call) {
    std::vector<Array> one = random_inputs(c, random, n, steps);
    if (masked) {
      const Keep keep = keep_patterns(n, one[0].shape()[1], random);
      poison(one[0], keep);
      one.push_back(keep_array(keep));
    }
    x.insert(x.end(), one.begin(), one.end());
  }
  GradientCheck(model, x).check(c.layer + " " + c.name + " " + what, 1e-7, c.options.ids == 0);
}

TEST_P(ContractGradients, Gradients) {
  check_gradients(c(), false, false, 5, usual_steps, "");
  check_gradients(c(), false, false, 1, usual_steps, "one sample");
  const bool twice = !c().make()->stateful();  // which may be called once in a model
  if (twice) check_gradients(c(), false, true, 3, 4, "called twice");
  if (any_steps(c())) check_gradients(c(), false, false, 3, 1, "one step");
  if (!maskable(c())) return;
  check_gradients(c(), true, false, 5, usual_steps, "masked");
  if (twice) check_gradients(c(), true, true, 5, 4, "masked, called twice");
}

// Nothing valid in the whole batch: outputs and gradients are finite, and what is padding moves no weight through it.
TEST_P(ContractMasks, NothingValid) {
  TestRandom random(12);
  const Index n = 3;
  Model model = model_of(c(), c().make(), {.masked = true, .samples = c().make()->stateful() ? n : None});
  randomize_weights(model, 3);
  std::vector<Array> x = random_inputs(c(), random, n);
  const Keep keep(static_cast<std::size_t>(n), std::vector<int>(static_cast<std::size_t>(time_steps(c())), 0));
  poison(x[0], keep);
  x.push_back(keep_array(keep));
  EXPECT_TRUE(std::isfinite(GradientCheck(model, x).largest()));
  for (const Array& y : model.predict_all(x)) {
    const bool padded = y.ndim() >= 3 && y.shape()[1] == time_steps(c());
    for (real v : y.values()) EXPECT_TRUE(padded || std::isfinite(static_cast<double>(v)));
  }
}

// ---- config ----

TEST_P(Contract, ConfigRoundTrip) {
  const LayerRef layer = c().make();
  const ConfigRecord record = ConfigReader::read(*layer);
  const LayerRef again = ConfigWriter::make(record);
  EXPECT_EQ(ConfigReader::read(*again).text(), record.text());

  TestRandom random(13);
  const Index n = 5;
  const ModelSpec spec{.samples = layer->stateful() ? n : None};
  Model model = model_of(c(), layer, spec), copy = model_of(c(), again, spec);
  randomize_weights(model, 4);
  copy_weights(model, copy);
  const std::vector<Array> x = random_inputs(c(), random, n);
  const auto y = model.predict_all(x), z = copy.predict_all(x);
  for (std::size_t o = 0; o < y.size(); ++o) expect_same_bits(y[o], z[o], "output " + std::to_string(o));
}

TEST_P(ContractFiles, SavedAndLoadedGivesTheSameBits) {
  TestRandom random(19);
  const Index n = 5;
  const LayerRef layer = c().make();
  Model model = model_of(c(), layer, {.samples = layer->stateful() ? n : None});
  randomize_weights(model, 10);
  const std::vector<std::byte> file = save_model(model);
  const Model again = load_model(std::span<const std::byte>(file));
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
  EXPECT_EQ(ConfigReader::read(*again.layers().back()).text(), ConfigReader::read(*layer).text());
  const std::vector<Array> x = random_inputs(c(), random, n);
  model.reset_states();
  const auto y = model.predict_all(x), z = again.predict_all(x);
  for (std::size_t o = 0; o < y.size(); ++o) expect_same_bits(y[o], z[o], "output " + std::to_string(o));
}

// ---- the same bits ----

TEST_P(ContractTruncation, MaskedIsTruncated) {
  TestRandom random(14);
  const Index n = 10, steps = usual_steps;
  const LayerRef layer = c().make();
  Model masked = model_of(c(), layer, {.masked = true}), alone = model_of(c(), layer);
  randomize_weights(masked, 5);
  std::vector<Array> x = random_inputs(c(), random, n);
  const Keep keep = keep_patterns(n, steps, random);
  const std::vector<Array> clean = x;
  poison(x[0], keep);
  x.push_back(keep_array(keep));
  const auto y = masked.predict_all(x);

  for (Index b = 0; b < n; ++b) {
    const std::vector<int>& row = keep[static_cast<std::size_t>(b)];
    const Index valid = std::count(row.begin(), row.end(), 1);
    if (valid == 0) {  // no sequence to compare with; but nothing of the padding may be seen
      for (const Array& out : y) {
        if (out.ndim() != 2) continue;
        const Array mine = out.slice(0, b, b + 1);
        for (real v : mine.values()) EXPECT_TRUE(std::isfinite(static_cast<double>(v)));
      }
      continue;
    }
    std::vector<Array> one;
    for (std::size_t i = 0; i < clean.size(); ++i) {
      const Array sample = clean[i].slice(0, b, b + 1);
      if (c().inputs[i].rank() < 2 || c().inputs[i][0] != None) {
        one.push_back(sample);
        continue;
      }
      std::vector<Array> kept;
      for (Index t = 0; t < steps; ++t)
        if (row[static_cast<std::size_t>(t)] != 0) kept.push_back(sample.slice(1, t, t + 1));
      one.push_back(concatenate(kept, 1));
    }
    const auto z = alone.predict_all(one);
    for (std::size_t o = 0; o < y.size(); ++o) {
      const std::string what = "sample " + std::to_string(b) + ", output " + std::to_string(o);
      Array mine = y[o].slice(0, b, b + 1);
      if (mine.ndim() >= 3 && mine.shape()[1] == steps) {
        std::vector<Array> kept;
        for (Index j = 0; j < steps; ++j)
          if (row[static_cast<std::size_t>(j)] != 0) kept.push_back(mine.slice(1, j, j + 1));
        mine = concatenate(kept, 1);
      }
      expect_same_bits(mine, z[o], what);
    }
  }
}

TEST_P(ContractBatches, BatchInvariance) {
  for (const bool masked : {false, true}) {
    if (masked && !maskable(c())) continue;
    TestRandom random(15);
    const Index n = 64;
    Model model = model_of(c(), c().make(), {.masked = masked});
    randomize_weights(model, 6);
    std::vector<Array> x = random_inputs(c(), random, n);
    if (masked) {
      const Keep keep = keep_patterns(n, time_steps(c()), random);
      poison(x[0], keep);
      x.push_back(keep_array(keep));
    }
    const auto whole = model.predict_all(x, {.batch_size = 64, .threads = 1});
    const auto sevens = model.predict_all(x, {.batch_size = 7, .threads = 1});
    const auto ones = model.predict_all(x, {.batch_size = 1, .threads = 1});
    const auto first = model.predict_all(samples(x, 0, 1), {.threads = 1});
    for (std::size_t o = 0; o < whole.size(); ++o) {
      const std::string what = std::string(masked ? "masked, " : "") + "output " + std::to_string(o);
      expect_same_bits(whole[o], sevens[o], what + ", batches of 7");
      expect_same_bits(whole[o], ones[o], what + ", batches of 1");
      expect_same_bits(whole[o].slice(0, 0, 1), first[o], what + ", alone");
    }
  }
}

TEST_P(ContractBatches, ThreadInvariance) {
  for (const bool masked : {false, true}) {
    if (masked && !maskable(c())) continue;
    const Index n = 70;  // several shards, not all of one size
    std::vector<std::uint64_t> digests;
    std::vector<std::vector<Array>> predictions;
    for (const int threads : {1, 2, 4}) {
      TestRandom random(16);
      Model model = model_of(c(), c().make(), {.masked = masked, .first_output = true});
      randomize_weights(model, 7);
      std::vector<Array> x = random_inputs(c(), random, n);
      if (masked) {
        const Keep keep = keep_patterns(n, time_steps(c()), random);
        poison(x[0], keep);
        x.push_back(keep_array(keep));
      }
      predictions.push_back(model.predict_all(x, {.batch_size = n, .threads = threads}));
      if (!c().options.trains || model.internal().trainable.empty()) continue;
      model.compile({.optimizer = "sgd", .loss = "mse"});
      const Array y = random.array(predictions[0][0].shape());
      for (int step = 0; step < 3; ++step) {
        const double loss = model.train_on_batch(x, y, threads);
        EXPECT_TRUE(std::isfinite(loss)) << loss;
      }
      digests.push_back(model.weights_digest());
    }
    for (std::size_t i = 1; i < predictions.size(); ++i) {
      expect_same_bits(predictions[0][0], predictions[i][0], masked ? "masked" : "");
      if (digests.empty()) continue;
      EXPECT_EQ(digests[0], digests[i]) << (masked ? "masked" : "");
    }
  }
}

// ---- streaming ----

TEST_P(ContractStreams, StreamIsWhole) {
  const Index rows = 3, steps = 6;
  const LayerRef layer = c().make();
  Model model = model_of(c(), layer, {.first_output = true, .samples = layer->stateful() ? rows : None});
  randomize_weights(model, 8);
  if (!layer->streaming_refusal().empty()) {
    expect_refused(Code::unsupported, layer->name(), [&] { model.state(rows); });
    return;
  }
  TestRandom random(17);
  const std::vector<Array> x = random_inputs(c(), random, rows, steps);
  State state = model.state(rows);
  for (int round = 0; round < 2; ++round) {  // the second after a reset
    Array last;
    std::vector<Array> outputs;
    for (Index t = 0; t < steps; ++t) {
      const Array now = x[0].slice(1, t, t + 1);
      std::span<const real> y;
      const NoAlloc count;
      y = model.step(now.values(), state);
      const std::uint64_t taken = count.everywhere();
      EXPECT_EQ(taken, 0u) << "step " << t;
      last = Array(model.step_shape(state), std::vector<real>(y.begin(), y.end()));
      outputs.push_back(last);
    }
    model.reset_states();
    const Array whole = model.predict(x);
    ASSERT_EQ(last.size() * (whole.ndim() >= 3 && whole.shape()[1] == steps ? steps : 1), whole.size());
    if (whole.ndim() >= 3 && whole.shape()[1] == steps) {
      for (Index t = 0; t < steps; ++t) {
        const Array at = whole.slice(1, t, t + 1);
        expect_same_bits(outputs[static_cast<std::size_t>(t)].reshape(at.shape()), at, "step " + std::to_string(t));
      }
    } else {
      expect_same_bits(last.reshape(whole.shape()), whole, "last step");
    }
    state.reset();
  }
}

// ---- memory ----

TEST_P(Contract, AllocatesNothing) {
  for (const bool training : {false, true}) {
    if (training && !c().options.trains) continue;
    TestRandom random(18);
    const Index n = samples_of(c(), 20);
    Model model = model_of(c(), c().make(), {.masked = maskable(c()), .samples = c().make()->stateful() ? n : None});
    randomize_weights(model, 9);
    std::vector<Array> x = random_inputs(c(), random, n);
    if (maskable(c())) x.push_back(keep_array(keep_patterns(n, time_steps(c()), random)));
    Shapes shapes;
    for (const Array& a : x) shapes.push_back(a.shape());
    Session session(model.internal().built(), {shapes, {training, false}, 1});
    const auto step = [&] {
      session.start(shapes);
      for (std::size_t i = 0; i < x.size(); ++i)
        std::copy(x[i].values().begin(), x[i].values().end(), session.input(static_cast<int>(i)));
      session.forward(training, 1);
      if (!training) return;
      for (int o = 0; o < static_cast<int>(model.internal().outputs.size()); ++o)
        std::fill_n(session.output_gradient(o), session.output(o).dims.elements(), real(0.1));
      session.backward();
      session.update_moving();
    };
    const NoAlloc count;  // from the first step on
    step();
    step();
    const std::uint64_t taken = count.everywhere();
    EXPECT_EQ(taken, 0u) << (training ? "training" : "inference");
  }
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.layer + "_" + info.param.name;
  for (char& ch : name)
    if (std::isalnum(static_cast<unsigned char>(ch)) == 0) ch = '_';
  return name;
}

// The cases to which `applies` applies.
template <class Applies>
auto those(Applies applies) {
  std::vector<Case> out;
  for (const Case& c : contract::all_cases())
    if (applies(c)) out.push_back(c);
  return testing::ValuesIn(out);
}

INSTANTIATE_TEST_SUITE_P(Layers, Contract, testing::ValuesIn(contract::all_cases()), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractGradients);
INSTANTIATE_TEST_SUITE_P(Layers, ContractGradients,
                         those([](const Case& c) { return sizeof(real) == sizeof(double) && c.options.trains; }), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractMasks);
INSTANTIATE_TEST_SUITE_P(Layers, ContractMasks, those([](const Case& c) { return maskable(c) && c.options.trains; }),
                         case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractFiles);
INSTANTIATE_TEST_SUITE_P(Layers, ContractFiles, those([](const Case& c) {
                           static_cast<void>(c);
                           return sizeof(real) == sizeof(float);
                         }),
                         case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractTruncation);
INSTANTIATE_TEST_SUITE_P(Layers, ContractTruncation, those([](const Case& c) {
                           return maskable(c) && any_steps(c) && c.options.truncates && !c.make()->stateful();
                         }),
                         case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractBatches);
INSTANTIATE_TEST_SUITE_P(Layers, ContractBatches, those([](const Case& c) { return !c.make()->stateful(); }), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractStreams);
INSTANTIATE_TEST_SUITE_P(Layers, ContractStreams, those([](const Case& c) { return any_steps(c) && c.inputs.size() == 1; }),
                         case_name);

// A layer without cases would pass all of the above.
TEST(ContractRegistry, EveryLayerHasCases) {
  std::set<std::string> covered;
  for (const Case& c : contract::all_cases()) covered.insert(c.layer);
  for (const std::string& layer : layer_names())
    EXPECT_TRUE(covered.contains(layer)) << layer << " has no CONTRACT_CASE: add some to tests/layers/" << layer << "'s test";
  for (const std::string& layer : covered) EXPECT_EQ(make_layer(layer)->class_name(), layer);
}

}  // namespace
}  // namespace rondo
