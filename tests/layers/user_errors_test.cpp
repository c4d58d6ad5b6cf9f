// What users type by mistake into any option of any layer. Either the layer works with it, or an Error says which layer, which
// option and what came; a misspelt name is told the nearest one. Nothing is listed here: what is registered is tried.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "rondo/core/error.h"
#include "support/contract_models.h"
#include "support/spoil.h"

namespace rondo {
namespace {

using namespace contract;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The option by its key and the value that came; or what both amount to.
bool names(const std::string& message, const std::string& key, const std::string& value) {
  // Of a list or a NaN, what is wrong with it may say more than its values.
  if (holds(message, key) &&
      (holds(message, value) || value == "nan" || value == "-1" || value.find(',') != std::string::npos || value == "()"))
    return true;
  if (holds(message, "\n  fix: ")) return true;   // a shape that cannot be: the five parts
  if (holds(message, "any memory")) return true;  // a weight of that size
  if (key.ends_with("axes") && holds(message, "axis")) return true;
  // "its kernel: unknown initializer 'glorot_unifrom'", "its kernel: constraint 'MaxNorm': max_value must ..."
  for (const std::string kind : {"initializer", "regularizer", "constraint"})
    if (key.ends_with(kind))
      return holds(message, key.substr(0, key.find('_'))) && holds(message, kind) && holds(message, value);
  return false;
}

TEST(UserErrors, EveryOptionOfEveryLayer) {
  const bool show = std::getenv("RONDO_SHOW_MESSAGES") != nullptr;  // to read them all
  std::map<std::string, Case> first;
  for (const Case& c : cases()) first.emplace(c.layer, c);
  for (const auto& [name, c] : first) {
    KeyLister lister;
    c.make()->describe(lister);
    for (const std::string& key : lister.keys) {
      for (std::size_t n = 0; n < most_mistakes; ++n) {
        const LayerRef layer = c.make();
        Spoil spoil(key, n);
        std::string message;
        try {
          layer->describe(spoil);
        } catch (const Error& e) {
          message = e.what();
        }
        if (!spoil.applied()) break;
        const std::string where = name + "." + key + " = " + spoil.what();
        SCOPED_TRACE(where);
        if (message.empty()) try {
            const Model model = model_of(c, layer, {.masked = maskable(c), .samples = layer->stateful() ? Index{3} : None});
            TestRandom random(1);
            std::vector<Array> x = random_inputs(c, random, 3);
            if (maskable(c)) x.push_back(keep_array(keep_patterns(3, time_steps(c), random)));
            model.predict_all(x);
            if (show) std::cout << "TAKEN  " << where << '\n';
            EXPECT_FALSE(spoil.misspelt());
            continue;
          } catch (const Error& e) {
            message = e.what();
          }
        if (show) std::cout << "REFUSED  " << where << "\n    " << message << '\n';
        EXPECT_TRUE(holds(message, name) || holds(message, layer->name()) || holds(message, "any memory")) << message;
        EXPECT_TRUE(names(message, key, spoil.what())) << message;
        if (spoil.misspelt()) {
          EXPECT_TRUE(holds(message, "Did you mean") || holds(message, "Known: ") || holds(message, "It has: ")) << message;
        }
        EXPECT_LT(message.size(), 1200u) << message;
      }
    }
  }
}

}  // namespace
}  // namespace rondo
