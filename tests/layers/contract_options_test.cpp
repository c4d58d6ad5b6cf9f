// The contract's cases are complete: every option of every registered layer is tried with another value than its default.
#include <gtest/gtest.h>

#include "support/contract_options.h"

namespace rondo {
namespace {

using namespace contract;

TEST(ContractOptions, EveryOptionOfEveryLayerIsTried) {
  for (const std::string& option : option_cases().untried)
    ADD_FAILURE() << option
                  << " has the same value in every CONTRACT_CASE, and no other suits the layer's first one: add a case";
}

}  // namespace
}  // namespace rondo
