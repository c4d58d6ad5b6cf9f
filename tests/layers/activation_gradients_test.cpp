// Every activation in every layer that takes one: gradients against central differences in double, with masks and without.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "rondo/activations/activation.h"
#include "rondo/core/error.h"
#include "rondo/model/gradcheck.h"
#include "support/config_record.h"
#include "support/contract_options.h"

namespace rondo {
namespace {

using namespace contract;

constexpr bool in_double = sizeof(real) == sizeof(double);

// The keys of a config that hold activations.
std::vector<std::string> activation_keys(const ConfigRecord& record) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : record.fields)
    if (std::any_cast<Activation>(&value)) keys.push_back(key);
  return keys;
}

// Two rows and two columns, if the layer's windows fit into that: the fewer values, the fewer kinks.
Shapes small_inputs(const Case& c) {
  Shapes usual, small;
  for (const Shape& shape : c.inputs) {
    usual.push_back(sized(shape, 3, 3));
    small.push_back(usual.back());
    for (Index i = 2; i + 1 < usual.back().rank(); ++i) small.back()[i] = 2;
  }
  try {
    c.make()->output_shapes(small);
    return small;
  } catch (const Error&) {
    return usual;
  }
}

Index count_weights(const Case& c) { return model_of(c, c.make()).count_params(); }

// Of each layer that takes an activation the case with time steps and the fewest weights.
std::vector<Case> layers_with_activations() {
  std::map<std::string, std::pair<Index, Case>> smallest;
  for (const Case& c : cases()) {
    const LayerRef layer = c.make();
    if (!has_time(c) || !c.options.trains || layer->stateful() || activation_keys(ConfigReader::read(*layer)).empty()) continue;
    const Index weights = count_weights(c);
    const auto [it, first] = smallest.try_emplace(c.layer, weights, c);
    if (weights < it->second.first) it->second = {weights, c};
  }
  std::vector<Case> out;
  for (const auto& [layer, found] : smallest) out.push_back(found.second);
  return out;
}

class ActivationGradients : public testing::TestWithParam<Case> {};

// A kink (relu at 0) nearer than a step of the differences is seen by them, not by backward: such numbers are drawn anew. A
// wrong slope is wrong whatever is drawn.
TEST_P(ActivationGradients, OfEveryActivation) {
  const Case& c = GetParam();
  const std::vector<std::string> names = activation_names();
  const ConfigRecord base = ConfigReader::read(*c.make());
  const std::vector<std::string> keys = activation_keys(base);
  const Shapes inputs = small_inputs(c);
  std::set<std::string> refused;
  for (std::size_t n = 0; n < names.size(); ++n) {
    ConfigRecord record = base;
    // Several of one layer: each with every function, never the same at once.
    for (std::size_t k = 0; k < keys.size(); ++k) record.fields[keys[k]] = Activation(names[(n + 7 * k) % names.size()]);
    Gradcheck check;
    try {
      for (std::uint64_t seed = 0; seed < 12 && (seed == 0 || !check.right()); ++seed)
        check = gradcheck(ConfigWriter::make(record), inputs, {.shared = false, .seed = seed});
    } catch (const Error& e) {
      refused.insert(names[n]);
      EXPECT_NE(std::string(e.what()).find("glu"), std::string::npos) << e.what();
      continue;
    }
    EXPECT_TRUE(check.right()) << c.layer << ", " << names[n] << "\n" << check.text();
  }
  EXPECT_LE(refused.size(), keys.size());  // glu halves the features: no layer with states takes it
}

std::string layer_name(const testing::TestParamInfo<Case>& info) { return info.param.layer; }

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ActivationGradients);
INSTANTIATE_TEST_SUITE_P(Layers, ActivationGradients,
                         testing::ValuesIn(in_double ? layers_with_activations() : std::vector<Case>()), layer_name);

}  // namespace
}  // namespace rondo
