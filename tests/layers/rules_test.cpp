// Regularizers and constraints as arguments: every layer that has them hands them to the right weights. What they do in
// training is compared with Keras in tests/train (tests/golden/rule_cases.py).
#include <gtest/gtest.h>

#include "rondo/constraints/constraint.h"
#include "rondo/core/error.h"
#include "rondo/layers/activity_regularization.h"
#include "rondo/layers/bidirectional.h"
#include "rondo/layers/conv1d.h"
#include "rondo/layers/conv2d.h"
#include "rondo/layers/conv_lstm1d.h"
#include "rondo/layers/conv_lstm2d.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/embedding.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/multi_head_attention.h"
#include "rondo/layers/rnn.h"
#include "rondo/layers/simple_rnn.h"
#include "rondo/layers/time_distributed.h"
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

// ---- penalties on outputs: their gradients; a padding of NaN would be part of them, as in Keras, where a layer reads it

// Smooth, for differences: |x| has no slope at 0, nor has |cosine| (softplus keeps those above it). L1's numbers are compared
// with Keras's in tests/train.
const Regularizer activity = L2(0.05);

CONTRACT_CASE("Dense", "activity", [] { return Dense(3, {.activation = "tanh", .activity_regularizer = activity}); },
              {{None, 4}}, {.masks = false});
CONTRACT_CASE("Dense", "orthogonal activity",
              [] {
                return Dense(3, {.activation = "softplus", .activity_regularizer = OrthogonalRegularizer({.factor = 0.3})});
              },
              {{4}}, {.masks = false});
CONTRACT_CASE("LSTM", "activity",
              [] { return LSTM(3, {.activity_regularizer = activity, .return_sequences = true, .return_state = true}); },
              {{None, 2}});
CONTRACT_CASE("GRU", "activity", [] { return GRU(3, {.activity_regularizer = activity, .zero_output_for_mask = true}); },
              {{None, 2}}, {.truncates = false});
CONTRACT_CASE("SimpleRNN", "activity",
              [] { return SimpleRNN(3, {.activity_regularizer = activity, .return_sequences = true, .go_backwards = true}); },
              {{None, 2}});
CONTRACT_CASE(
    "RNN", "activity",
    [] {
      return RNN({LSTMCell(2), GRUCell(3)}, {.return_sequences = true, .return_state = true, .activity_regularizer = activity});
    },
    {{None, 2}});
CONTRACT_CASE("Bidirectional", "activity, merged",
              [] {
                return Bidirectional(
                    LSTM(2, {.activity_regularizer = activity, .return_sequences = true, .return_state = true}),
                    {.merge_mode = "mul"});
              },
              {{None, 2}});
CONTRACT_CASE("Bidirectional", "activity, one direction",
              [] {
                return Bidirectional(GRU(2),
                                     {.backward_layer = GRU(2, {.activity_regularizer = activity, .go_backwards = true})});
              },
              {{None, 2}});
CONTRACT_CASE("Bidirectional", "activity, two outputs",
              [] {
                return Bidirectional(GRU(2, {.activity_regularizer = activity, .return_sequences = true}),
                                     {.merge_mode = "none"});
              },
              {{None, 2}});
CONTRACT_CASE("TimeDistributed", "activity inside",
              [] { return TimeDistributed(Bidirectional(GRU(2, {.activity_regularizer = activity}))); }, {{None, 3, 2}});
CONTRACT_CASE("Conv1D", "activity", [] { return Conv1D(3, 2, {.activation = "tanh", .activity_regularizer = activity}); },
              {{5, 2}}, {.masks = false});
CONTRACT_CASE("Conv2D", "activity", [] { return Conv2D(3, 2, {.activation = "silu", .activity_regularizer = activity}); },
              {{4, 3, 2}}, {.masks = false});
CONTRACT_CASE("ConvLSTM1D", "activity",
              [] { return ConvLSTM1D(2, 2, {.activity_regularizer = activity, .return_sequences = true}); }, {{None, 4, 2}});
CONTRACT_CASE("Embedding", "activity", [] { return Embedding(6, 3, {.activity_regularizer = activity}); }, {{None}},
              {.masks = false, .ids = 6});
CONTRACT_CASE("MultiHeadAttention", "activity",
              [] { return MultiHeadAttention(2, 3, {.activity_regularizer = activity, .use_gate = true}); },
              {{None, 4}, {5, 3}}, {.masks = false});
CONTRACT_CASE("ActivityRegularization", "l1 and l2", [] { return ActivityRegularization({.l1 = 0.1, .l2 = 0.3}); },
              {{None, 3}});

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
  expect_refused(Code::shape,
                 "layer 'head' (Dense): its activity_regularizer: regularizer 'OrthogonalRegularizer' suits values of 2 axes",
                 [] {
                   rules_of(Dense(2, {.activity_regularizer = OrthogonalRegularizer(), .name = "head"}), {{None, 3, 2}});
                 });
  expect_refused(Code::value, "l1 and l2 must be numbers from 0 on", [] { ActivityRegularization({.l1 = -1}); });
}

}  // namespace
}  // namespace rondo
