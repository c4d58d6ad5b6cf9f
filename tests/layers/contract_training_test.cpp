// Training in the public way, fit with everything that a step does: forward, loss, metrics, backward, penalties, finite checks,
// clipping, update, constraints, moving moments, logs. From the second step on it allocates nothing, for every layer.
#include <gtest/gtest.h>

#include "rondo/optimizers/adam.h"
#include "support/contract_options.h"
#include "support/counts_batches.h"

namespace rondo {
namespace {

using namespace contract;

class ContractTraining : public testing::TestWithParam<Case> {};

TEST_P(ContractTraining, StepsAllocateNothing) {
  const Case& c = GetParam();
  for (const bool masked : {false, true}) {
    if (masked && !maskable(c)) continue;
    SCOPED_TRACE(masked ? "masked" : "");
    TestRandom random(23);
    const Index n = 4;
    const bool stateful = c.make()->stateful();
    Model model = model_of(c, c.make(), {.masked = masked, .first_output = true, .samples = stateful ? n : None});
    randomize_weights(model, 10);
    if (model.internal().trainable.empty()) return;
    std::vector<Array> x = random_inputs(c, random, 3 * n);
    if (masked) x.push_back(keep_array(keep_patterns(3 * n, time_steps(c), random)));
    model.compile({.optimizer = Adam({.clipnorm = 1.0}), .loss = "mse", .metrics = {"mae", "root_mean_squared_error"}});
    const Shape out = stateful ? model.output_shapes()[0].with_first(3 * n) : model.predict_all(x)[0].shape();
    Shape sizes = out;
    for (Index axis = 1; axis < sizes.rank(); ++axis)
      if (sizes[axis] == None) sizes[axis] = usual_steps;
    const auto count = std::make_shared<CountsBatches>();
    model.fit(x, random.array(sizes), {.batch_size = n, .epochs = 2, .callbacks = {count}, .threads = 2});
    EXPECT_EQ(count->batches, 6);
    EXPECT_EQ(count->allocating, 0);
  }
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.layer + "_" + info.param.name;
  for (char& ch : name)
    if (std::isalnum(static_cast<unsigned char>(ch)) == 0) ch = '_';
  return name;
}

std::vector<Case> trained() {
  std::vector<Case> out;
  for (const Case& c : all_cases())
    if (c.options.trains && sizeof(real) == sizeof(float)) out.push_back(c);
  return out;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContractTraining);
INSTANTIATE_TEST_SUITE_P(Layers, ContractTraining, testing::ValuesIn(trained()), case_name);

}  // namespace
}  // namespace rondo
