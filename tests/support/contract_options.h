// The cases that files register, and for each layer one or two more: its first case with every option that no case has tried.
// data_format alone is left to the layers' tests: a case's shapes mean other axes with another one.
#pragma once

#include <map>
#include <set>

#include "rondo/core/error.h"
#include "support/config_record.h"
#include "support/contract_models.h"
#include "support/nudge.h"

namespace rondo::contract {

using Tried = std::map<std::string, std::map<std::string, std::set<std::string>>>;  // layer, option: its values

inline void collect(const ConfigRecord& record, Tried& tried) {
  for (const auto& [key, value] : record.texts) tried[record.class_name][key].insert(value);
  for (const auto& [key, inner] : record.layers) collect(inner, tried);
}

struct OptionCases {
  std::vector<Case> cases;
  std::set<std::string> untried;  // "Conv1D.data_format": no other value suits the layer's first case
};

inline OptionCases make_option_cases() {
  Tried tried;
  for (const std::string& name : layer_names()) collect(ConfigReader::read(*make_layer(name)), tried);
  for (const Case& c : cases()) collect(ConfigReader::read(*c.make()), tried);
  std::map<std::string, Case> first;
  for (const Case& c : cases()) first.emplace(c.layer, c);
  OptionCases out;
  for (const auto& [layer, base] : first) {
    const auto make = [base = base](const auto& all) {
      const LayerRef made = base.make();
      for (const auto& [key, n] : all) {
        Nudge nudge(key, n);
        made->describe(nudge);
      }
      return made;
    };
    KeyLister lister;
    base.make()->describe(lister);
    std::vector<std::string> keys, left;
    std::set<std::string> unsupported;
    for (const std::string& key : lister.keys)
      if (key != "data_format" && tried[layer][key].size() < 2) keys.push_back(key);
    // Options that cannot go together (strides and dilation) go into a second case.
    for (int round = 0; round < 3 && !keys.empty(); ++round, keys = std::move(left), left.clear()) {
      std::vector<std::pair<std::string, std::size_t>> changes;
      for (const std::string& key : keys) {
        bool found = false;
        for (std::size_t n = 0; n < most_candidates && !found; ++n) {
          changes.emplace_back(key, n);
          try {
            const LayerRef made = make(changes);
            const Model model = model_of(base, made, {.masked = maskable(base), .samples = made->stateful() ? Index{5} : None});
            const auto& before = tried[layer][key];
            found = before.empty() || ConfigReader::read(*made).texts[key] != *before.begin();
            model.memory(
                {.batch_size = 5, .steps = usual_steps, .training = base.options.trains});  // refuses what cannot train
          } catch (const Error& e) {
            found = false;
            if (e.code() == Code::unsupported) unsupported.insert(key);  // the layer says so itself
          }
          if (!found) changes.pop_back();
        }
        if (!found) left.push_back(key);
      }
      if (changes.empty()) break;
      Case more = base;
      more.name = "options no other case has" + (round == 0 ? std::string() : " " + std::to_string(round + 1));
      more.make = [make, changes] { return make(changes); };
      out.cases.push_back(more);
    }
    for (const std::string& key : keys)
      if (!unsupported.contains(key)) out.untried.insert(layer + "." + key);
  }
  return out;
}

inline const OptionCases& option_cases() {
  static const OptionCases made = make_option_cases();
  return made;
}

inline const std::vector<Case>& all_cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> both = cases();
    both.insert(both.end(), option_cases().cases.begin(), option_cases().cases.end());
    return both;
  }();
  return all;
}

}  // namespace rondo::contract
