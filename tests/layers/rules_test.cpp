// Regularizers and constraints as arguments: every layer that has them hands them to the right weights. What they do in
// training is compared with Keras in tests/train (tests/golden/rule_cases.py).
#include <gtest/gtest.h>

#include "rondo/constraints/constraint.h"
#include "rondo/core/error.h"
#include "rondo/layers/conv1d.h"
#include "rondo/layers/conv2d.h"
#include "rondo/layers/conv_lstm1d.h"
#include "rondo/layers/conv_lstm2d.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/embedding.h"
#include "rondo/layers/multi_head_attention.h"
#include "rondo/regularizers/regularizer.h"
#include "support/contract.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("MultiHeadAttention", "rules",
              [] {
                return MultiHeadAttention(2, 3,
                                          {.kernel_regularizer = L2(0.1),
                                           .bias_regularizer = L1(0.2),
                                           .kernel_constraint = MaxNorm(),
                                           .bias_constraint = NonNeg()});
              },
              {{None, 4}, {5, 3}});
CONTRACT_CASE("ConvLSTM1D", "rules",
              [] {
                return ConvLSTM1D(2, 2,
                                  {.kernel_regularizer = L2(0.1),
                                   .recurrent_regularizer = L1(0.2),
                                   .bias_regularizer = L1L2({.l1 = 0.3}),
                                   .kernel_constraint = MaxNorm({.axis = {0, 1}}),
                                   .recurrent_constraint = UnitNorm(),
                                   .bias_constraint = NonNeg()});
              },
              {{None, 4, 2}});

// "kernel l2 max_norm, bias l1 non_neg": what each weight was given.
std::string rules_of(const LayerRef& layer, const Shapes& in) {
  layer->ensure_built(in, 0);
  std::string out;
  for (const Weight& w : layer->weights().own())
    out += (out.empty() ? "" : ", ") + w.name + " " + w.regularizer.name + " " + w.constraint.name;
  return out;
}

TEST(Rules, ReachTheirWeights) {
  const std::string both = "kernel l2 max_norm, bias l1 non_neg";
  EXPECT_EQ(rules_of(Dense(2, {.kernel_regularizer = "l2",
                               .bias_regularizer = "l1",
                               .kernel_constraint = "max_norm",
                               .bias_constraint = "non_neg"}),
                     {{None, 3}}),
            both);
  EXPECT_EQ(rules_of(Conv1D(2, 2,
                            {.kernel_regularizer = "l2",
                             .bias_regularizer = "l1",
                             .kernel_constraint = "max_norm",
                             .bias_constraint = "non_neg"}),
                     {{None, 4, 3}}),
            both);
  EXPECT_EQ(rules_of(Conv2D(2, 2,
                            {.kernel_regularizer = "l2",
                             .bias_regularizer = "l1",
                             .kernel_constraint = "max_norm",
                             .bias_constraint = "non_neg"}),
                     {{None, 4, 4, 3}}),
            both);
  EXPECT_EQ(rules_of(ConvLSTM2D(2, 2,
                                {.kernel_regularizer = "l2",
                                 .recurrent_regularizer = "l1",
                                 .bias_regularizer = "l1_l2",
                                 .kernel_constraint = "max_norm",
                                 .recurrent_constraint = "unit_norm",
                                 .bias_constraint = "non_neg"}),
                     {{None, 2, 3, 3, 1}}),
            "cell/kernel l2 max_norm, cell/recurrent_kernel l1 unit_norm, cell/bias l1_l2 non_neg");
  EXPECT_EQ(rules_of(MultiHeadAttention(1, 2, {.kernel_regularizer = "l2", .bias_constraint = "non_neg"}),
                     {{None, 4, 3}, {None, 4, 3}})
                .substr(0, 64),
            "query_dense/kernel l2 , query_dense/bias  non_neg, key_dense/ker");
}

TEST(Rules, WhatDoesNotSuitIsRefusedByNameOfLayerAndWeight) {
  expect_refused(Code::unsupported, "layer 'head' (Dense): its kernel: unknown regularizer 'l3'. Did you mean 'l1'?", [] {
    rules_of(Dense(2, {.kernel_regularizer = "l3", .name = "head"}), {{None, 3}});
  });
  expect_refused(Code::shape,
                 "layer 'embedding' (Embedding): its embeddings: constraint 'UnitNorm': a weight of shape (3, 2) has no axis 2",
                 [] {
                   rules_of(Embedding(3, 2, {.embeddings_constraint = UnitNorm({.axis = {2}})}), {{None, 3}});
                 });
}

}  // namespace
}  // namespace rondo
