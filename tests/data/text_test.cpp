// pad_sequences and TextVectorization against Keras's (text_reference.py), and what they refuse.
#include <gtest/gtest.h>

#include "rondo/data/pad_sequences.h"
#include "rondo/data/text_vectorization.h"
#include "support/reference.h"
#include "support/refused.h"

namespace rondo {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;

TextVectorizationOptions vectorization_of(const json& given) {
  TextVectorizationOptions out;
  const auto optional_text = [&](const char* key, std::optional<std::string>& to) {
    if (given.contains(key)) to = given[key].is_null() ? std::nullopt : std::optional(given[key].get<std::string>());
  };
  if (given.contains("max_tokens")) out.max_tokens = given["max_tokens"].get<Index>();
  optional_text("standardize", out.standardize);
  optional_text("split", out.split);
  out.output_mode = given.value("output_mode", out.output_mode);
  if (given.contains("output_sequence_length")) out.output_sequence_length = given["output_sequence_length"].get<Index>();
  out.vocabulary = given.value("vocabulary", out.vocabulary);
  return out;
}

TEST(TextVectorization, WordsAndIdsAreThoseOfKeras) {
  const json cases = reference_cases("data/text.json");
  const auto training = cases["training"].get<Texts>(), other = cases["other"].get<Texts>();
  for (const json& c : cases["vectorization"]) {
    SCOPED_TRACE(c["options"].dump());
    TextVectorization words(vectorization_of(c["options"]));
    if (!c["options"].contains("vocabulary")) words.adapt(training);
    EXPECT_EQ(words.get_vocabulary(), c["vocabulary"].get<Texts>());
    EXPECT_EQ(words.get_vocabulary(false), c["words"].get<Texts>());
    EXPECT_EQ(words.vocabulary_size(), static_cast<Index>(c["vocabulary"].size()));
    const Array out = words(other);
    // Keras gives one column, not (samples, 1), where split is None and the texts are a list.
    const Shape shape = shape_of(c["shape"]);
    EXPECT_EQ(out.shape().text(), shape.rank() == 1 ? Shape({shape[0], 1}).text() : shape.text());
    EXPECT_EQ(std::vector<real>(out.values().begin(), out.values().end()), reals(c["out"]));
  }
}

TEST(TextVectorization, IdsPaddedBehindAreItsArray) {
  const json cases = reference_cases("data/text.json");
  const auto other = cases["other"].get<Texts>();
  TextVectorization words({.max_tokens = 12});
  words.adapt(cases["training"].get<Texts>());
  EXPECT_EQ(pad_sequences(words.ids(other), {.padding = "post"}).text(), words(other).text());
}

TEST(TextVectorization, AVocabularyComesBackAsItWas) {
  TextVectorization words;
  words.adapt({"a b c", "b c", "c"});
  EXPECT_EQ(words.get_vocabulary(), (Texts{"", "[UNK]", "c", "b", "a"}));
  const TextVectorization again({.vocabulary = words.get_vocabulary()});
  EXPECT_EQ(again.get_vocabulary(), words.get_vocabulary());
  EXPECT_EQ(again({"c d b"}).text(), (Array({{2, 1, 3}}).text()));
}

TEST(TextVectorization, AdaptStartsAnew) {
  TextVectorization words;
  words.adapt({"a b"});
  words.adapt({"c"});
  EXPECT_EQ(words.get_vocabulary(false), (Texts{"c"}));
}

TEST(TextVectorization, TextsWithoutAWordArePadding) {
  TextVectorization words;
  words.adapt({"a"});
  EXPECT_EQ(words({"", "?!"}).text(), (Array({{0}, {0}}).text()));
  EXPECT_TRUE(words.ids({"?!"})[0].empty());
  EXPECT_EQ(words.sequences({"?!", "a b a"}).padded().text(), (Array{{0, 0, 0}, {2, 1, 2}}.reshape(2, 3, 1).text()));
}

// Bytes that are no UTF-8 are words like others, and no read goes beyond the text.
TEST(TextVectorization, BrokenUtf8IsCutByteByByte) {
  const TextVectorization letters({.split = "character", .vocabulary = {"a"}});
  EXPECT_EQ(letters.tokens("a\xC3"), (Texts{"a", "\xC3"}));
  EXPECT_EQ(letters.tokens("\xE4\xBD\xA0\x80\xFF"), (Texts{"\xE4\xBD\xA0", "\x80", "\xFF"}));
  EXPECT_EQ(letters.tokens(std::string("\0b", 2)), (Texts{std::string(1, '\0'), "b"}));
}

TEST(TextVectorization, SaysWhatDoesNotFit) {
  expect_refused(Code::value, "Did you mean 'lower'?", [] { TextVectorization({.standardize = "lowr"}); });
  expect_refused(Code::value, "split is one of 'whitespace', 'character', not 'words'",
                 [] { TextVectorization({.split = "words"}); });
  expect_refused(Code::value, "output_mode is one of", [] { TextVectorization({.output_mode = "binary"}); });
  expect_refused(Code::value, "at least 3", [] { TextVectorization({.max_tokens = 2}); });
  expect_refused(Code::value, "at least 3", [] { TextVectorization({.max_tokens = -1}); });
  expect_refused(Code::value, "at most", [] { TextVectorization({.max_tokens = Index{1} << 60}); });
  expect_refused(Code::value, "has no time steps",
                 [] { TextVectorization({.output_mode = "count", .output_sequence_length = 4}); });
  expect_refused(Code::value, "at least 1", [] { TextVectorization({.output_sequence_length = 0}); });
  expect_refused(Code::value, "'a' twice", [] { TextVectorization({.vocabulary = {"a", "b", "a"}}); });
  expect_refused(Code::value, "cannot be a word", [] { TextVectorization({.vocabulary = {"a", ""}}); });
  expect_refused(Code::value, "no word", [] { TextVectorization({.vocabulary = {"", "[UNK]"}}); });
  expect_refused(Code::value, "more than max_tokens, 3", [] {
    TextVectorization({.max_tokens = 3, .vocabulary = {"a", "b"}});
  });
  expect_refused(Code::state, "call adapt(", [] { TextVectorization()({"a"}); });
  expect_refused(Code::state, "call adapt(", [] { TextVectorization().ids({"a"}); });
  expect_refused(Code::state, "was given its vocabulary", [] { TextVectorization({.vocabulary = {"a"}}).adapt({"b"}); });
  expect_refused(Code::value, "no word in 2 texts", [] { TextVectorization().adapt({"", "?"}); });
  expect_refused(Code::value, "ids() is for output_mode 'int'",
                 [] { TextVectorization({.output_mode = "count", .vocabulary = {"a"}}).ids({"a"}); });
  expect_refused(Code::value, "no texts", [] { TextVectorization({.vocabulary = {"a"}})({}); });
}

TEST(PadSequences, ValuesAreThoseOfKeras) {
  for (const json& c : reference_cases("data/text.json")["padding"]) {
    SCOPED_TRACE(c.dump());
    const json& given = c["options"];
    PadOptions options;
    if (given.contains("maxlen")) options.maxlen = given["maxlen"].get<Index>();
    options.padding = given.value("padding", options.padding);
    options.truncating = given.value("truncating", options.truncating);
    options.value = given.value("value", options.value);
    const Shape shape = shape_of(c["shape"]);
    Array out;
    if (shape.rank() == 2) {
      std::vector<std::vector<real>> lists;
      for (const json& list : c["sequences"]) lists.push_back(reals(list));
      out = pad_sequences(lists, options);
    } else {
      std::vector<Array> samples;
      for (const json& sample : c["sequences"]) {
        std::vector<real> values;
        for (const json& row : sample)
          for (const real v : reals(row)) values.push_back(v);
        const auto steps = static_cast<Index>(sample.size());
        samples.emplace_back(Shape{steps, static_cast<Index>(values.size()) / steps}, values);
      }
      out = pad_sequences(Sequences(samples), options);
    }
    EXPECT_EQ(out.shape().text(), shape.text());
    EXPECT_EQ(std::vector<real>(out.values().begin(), out.values().end()), reals(c["out"]));
  }
}

TEST(PadSequences, ListsAreWrittenWhereTheyAreUsed) {
  EXPECT_EQ(pad_sequences({{7, 3}, {5, 1, 4}}).text(), (Array{{0, 7, 3}, {5, 1, 4}}.text()));
  EXPECT_EQ(pad_sequences({{7, 3}}, {.maxlen = 3}).text(), (Array{{0, 7, 3}}.text()));
  EXPECT_EQ(pad_sequences({{0.5}, {}}).text(), (Array{{0.5}, {0}}.text()));
}

TEST(PadSequences, SaysWhatDoesNotFit) {
  const std::vector<std::vector<real>> lists = {{1, 2}, {}};
  expect_refused(Code::value, "padding is 'pre' or 'post', not 'right'", [&] { pad_sequences(lists, {.padding = "right"}); });
  expect_refused(Code::value, "truncating is", [&] { pad_sequences(lists, {.truncating = ""}); });
  expect_refused(Code::value, "at least 1", [&] { pad_sequences(lists, {.maxlen = 0}); });
  expect_refused(Code::value, "no sequence", [] { pad_sequences(std::vector<std::vector<real>>{}); });
  expect_refused(Code::value, "no sequence", [] { pad_sequences(Sequences()); });
  expect_refused(Code::value, "every sequence is empty", [] { pad_sequences(std::vector<std::vector<real>>(2)); });
  expect_refused(Code::memory, "", [&] { pad_sequences(lists, {.maxlen = Index{1} << 62}); });
  expect_refused(Code::memory, "", [&] { pad_sequences(lists, {.maxlen = Index{1} << 50}); });
  EXPECT_EQ(pad_sequences(std::vector<std::vector<real>>(2), {.maxlen = 2}).text(), Array(Shape{2, 2}).text());
}

}  // namespace
}  // namespace rondo
