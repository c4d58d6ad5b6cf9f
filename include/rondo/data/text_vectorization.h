// TextVectorization: texts become numbers, as Keras's layer of this name makes them, before the network: it is fitted on the
// training texts, and its ids are what an Embedding reads.
//
//     TextVectorization words({.max_tokens = 5000});
//     words.adapt(train_texts);
//     Array X = words(train_texts);                               // (samples, time steps): ids, 0 behind the end
//     Array last = pad_sequences(words.ids(texts), {.maxlen = 20});  // or padded in front
//     model.add(Embedding(words.vocabulary_size(), 32, {.mask_zero = true}));
//
// A text is made lower case, loses its punctuation, and is cut at white space; ids are 0 for padding, 1 for a word that is not
// in the vocabulary, then the words of the training texts, the most frequent first, those equally frequent from z to a. Lower
// case is made of A to Z alone, as Keras does; other bytes stay as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/data/sequences.h"

namespace rondo {

// In Keras's order.
struct TextVectorizationOptions {
  std::optional<Index> max_tokens = {};  // size of the vocabulary, the two special ids included; not given: every word
  // "lower_and_strip_punctuation", "lower", "strip_punctuation", or nothing, {}: the text as it is
  std::optional<std::string> standardize = "lower_and_strip_punctuation";
  std::optional<std::string> split = "whitespace";   // "whitespace", "character" (UTF-8), or nothing, {}: a text is one word
  std::string output_mode = "int";                   // ids; "multi_hot": 1 for each word that is there; "count": how often
  std::optional<Index> output_sequence_length = {};  // time steps of "int"; longer texts lose their end
  std::vector<std::string> vocabulary = {};          // instead of adapt()
};

class TextVectorization {
 public:
  explicit TextVectorization(TextVectorizationOptions options = {});

  // Makes the vocabulary anew from these texts: the training ones. Throws Error(value) if they hold no word, Error(state) if
  // the vocabulary was given.
  void adapt(const std::vector<std::string>& texts);

  // ["", "[UNK]", "the", ...]: a word's place is its id. (Of multi_hot and count, which have no padding, ["[UNK]", "the",
  // ...].)
  std::vector<std::string> get_vocabulary(bool include_special_tokens = true) const;
  // With or without the special tokens in front. Throws Error(value) for a word given twice, or more than max_tokens.
  void set_vocabulary(std::vector<std::string> vocabulary);
  Index vocabulary_size() const;

  // The words of one text.
  std::vector<std::string> tokens(std::string_view text) const;
  // The ids of each text, in its own length: for pad_sequences. Of output_mode "int".
  std::vector<std::vector<real>> ids(const std::vector<std::string>& texts) const;
  // The same as samples of (time steps, 1), for a network of any length that begins with Embedding(..., {.mask_zero = true}). A
  // text without a word is one time step of padding.
  Sequences sequences(const std::vector<std::string>& texts) const;
  // "int": (samples, time steps), as many as the longest text has, or output_sequence_length. "multi_hot", "count": (samples,
  // vocabulary_size()). Throws Error(state) without a vocabulary.
  Array operator()(const std::vector<std::string>& texts) const;

 private:
  Index first_id() const;
  Index id(const std::string& token) const;
  void take(std::vector<std::string> words);
  void require_vocabulary() const;
  TextVectorizationOptions options_;
  std::vector<std::string> words_;
  std::unordered_map<std::string, Index> places_;
};

}  // namespace rondo
