#include "rondo/data/text_vectorization.h"

#include <algorithm>
#include <array>
#include <limits>

#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr std::string_view unknown = "[UNK]";
// A `real` holds every id below this one exactly.
constexpr Index most_words = Index{1} << std::numeric_limits<real>::digits;

[[noreturn]] void refuse(const std::string& what) { fail(Code::value, "TextVectorization: " + what); }

template <std::size_t N>
void require_one_of(const std::string& option, const std::string& given, const std::array<std::string, N>& known) {
  if (std::find(known.begin(), known.end(), given) == known.end())
    refuse(option + " is one of " + listed(known) + ", not " + in_quotes(given) + "." + did_you_mean(given, known));
}

// As ASCII has them, whatever the machine's locale says: bytes of UTF-8 are neither.
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

std::string standardized(std::string_view text, const std::optional<std::string>& how) {
  std::string out(text);
  if (!how) return out;
  if (*how != "strip_punctuation")
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (*how != "lower") std::erase_if(out, is_punctuation);
  return out;
}

std::vector<std::string> at_spaces(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && !is_space(text[end])) ++end;
    if (end > i) out.emplace_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

// UTF-8 characters; a byte that begins none stands alone.
std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 1;
    size = std::min(size, text.size() - i);
    for (std::size_t k = 1; k < size; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) size = 1;
    out.emplace_back(text.substr(i, size));
    i += size;
  }
  return out;
}

}  // namespace

TextVectorization::TextVectorization(TextVectorizationOptions options) : options_(std::move(options)) {
  const auto& o = options_;
  if (o.standardize)
    require_one_of<3>("standardize", *o.standardize, {"lower_and_strip_punctuation", "lower", "strip_punctuation"});
  if (o.split) require_one_of<2>("split", *o.split, {"whitespace", "character"});
  require_one_of<3>("output_mode", o.output_mode, {"int", "multi_hot", "count"});
  if (o.max_tokens && (*o.max_tokens <= first_id() || *o.max_tokens > most_words))
    refuse("max_tokens is " + std::to_string(*o.max_tokens) + "; it counts " + std::to_string(first_id()) + " special id" +
           (first_id() > 1 ? "s" : "") + " as well, so it must be at least " + std::to_string(first_id() + 1) +
           ", and at most " + grouped(most_words));
  if (o.output_sequence_length && o.output_mode != "int")
    refuse("output_sequence_length is for output_mode 'int'; '" + o.output_mode + "' has no time steps");
  if (o.output_sequence_length && *o.output_sequence_length < 1)
    refuse("output_sequence_length is " + std::to_string(*o.output_sequence_length) + "; it must be at least 1");
  if (!o.vocabulary.empty()) set_vocabulary(o.vocabulary);
}

Index TextVectorization::first_id() const { return options_.output_mode == "int" ? 2 : 1; }

void TextVectorization::take(std::vector<std::string> words) {
  std::unordered_map<std::string, Index> places;
  Index next = first_id();
  for (const std::string& word : words) {
    if (word.empty()) refuse("the empty text stands for padding; it cannot be a word of the vocabulary");
    if (!places.emplace(word, next++).second) refuse("the vocabulary has " + in_quotes(word) + " twice");
  }
  words_ = std::move(words);
  places_ = std::move(places);
}

void TextVectorization::set_vocabulary(std::vector<std::string> vocabulary) {
  std::vector<std::string> special = {std::string(unknown)};
  if (first_id() == 2) special.insert(special.begin(), "");
  if (vocabulary.size() >= special.size() && std::equal(special.begin(), special.end(), vocabulary.begin()))
    vocabulary.erase(vocabulary.begin(), vocabulary.begin() + first_id());
  if (vocabulary.empty()) refuse("the vocabulary given has no word");
  const Index size = static_cast<Index>(vocabulary.size()) + first_id(), most = options_.max_tokens.value_or(most_words);
  if (size > most)
    refuse("the vocabulary has " + grouped(size) + " entries with the special ones, more than " +
           (options_.max_tokens ? "max_tokens, " : "a network can number, ") + grouped(most));
  take(std::move(vocabulary));
}

void TextVectorization::adapt(const std::vector<std::string>& texts) {
  if (!options_.vocabulary.empty()) fail(Code::state, "TextVectorization was given its vocabulary: adapt() would replace it");
  std::unordered_map<std::string, Index> counts;
  for (const std::string& text : texts)
    for (std::string& token : tokens(text)) ++counts[std::move(token)];
  counts.erase(std::string());
  counts.erase(std::string(unknown));
  if (counts.empty()) refuse("adapt: there is no word in " + grouped(static_cast<Index>(texts.size())) + " texts");
  std::vector<std::pair<Index, std::string>> order;
  order.reserve(counts.size());
  for (auto& [word, count] : counts) order.emplace_back(count, word);
  std::sort(order.begin(), order.end(), std::greater<>());
  const Index room = options_.max_tokens.value_or(most_words) - first_id();
  if (static_cast<Index>(order.size()) > room) order.resize(static_cast<std::size_t>(room));
  std::vector<std::string> words;
  for (auto& [count, word] : order) words.push_back(std::move(word));
  take(std::move(words));
}

std::vector<std::string> TextVectorization::get_vocabulary(bool include_special_tokens) const {
  std::vector<std::string> out = words_;
  if (!include_special_tokens) return out;
  out.insert(out.begin(), std::string(unknown));
  if (first_id() == 2) out.insert(out.begin(), "");
  return out;
}

Index TextVectorization::vocabulary_size() const { return static_cast<Index>(words_.size()) + first_id(); }

std::vector<std::string> TextVectorization::tokens(std::string_view text) const {
  const std::string plain = standardized(text, options_.standardize);
  if (!options_.split) return {plain};
  return *options_.split == "character" ? characters(plain) : at_spaces(plain);
}

Index TextVectorization::id(const std::string& token) const {
  if (token.empty() && first_id() == 2) return 0;
  const auto found = places_.find(token);
  return found == places_.end() ? first_id() - 1 : found->second;
}

void TextVectorization::require_vocabulary() const {
  if (words_.empty())
    fail(Code::state, "TextVectorization has no vocabulary yet: call adapt(training texts) first, or give one");
}

std::vector<std::vector<real>> TextVectorization::ids(const std::vector<std::string>& texts) const {
  if (options_.output_mode != "int") refuse("ids() is for output_mode 'int', not '" + options_.output_mode + "'");
  require_vocabulary();
  std::vector<std::vector<real>> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) {
    auto& row = out.emplace_back();
    for (const std::string& token : tokens(text)) row.push_back(static_cast<real>(id(token)));
  }
  return out;
}

Sequences TextVectorization::sequences(const std::vector<std::string>& texts) const {
  std::vector<Array> out;
  for (std::vector<real>& row : ids(texts)) {
    if (row.empty()) row.push_back(0);
    const auto steps = static_cast<Index>(row.size());
    out.emplace_back(Shape{steps, 1}, std::move(row));
  }
  return Sequences(std::move(out));
}

Array TextVectorization::operator()(const std::vector<std::string>& texts) const {
  require_vocabulary();
  if (texts.empty()) refuse("there are no texts");
  const auto samples = static_cast<Index>(texts.size());
  if (options_.output_mode == "int") {
    const auto rows = ids(texts);
    std::size_t longest = 1;  // texts without a word are one time step of padding
    for (const auto& row : rows) longest = std::max(longest, row.size());
    const Index steps = options_.output_sequence_length.value_or(static_cast<Index>(longest));
    Array out(Shape{samples, steps});
    for (Index i = 0; i < samples; ++i) {
      const auto& row = rows[static_cast<std::size_t>(i)];
      std::copy_n(row.begin(), std::min(steps, static_cast<Index>(row.size())), out.data() + i * steps);
    }
    return out;
  }
  const bool count = options_.output_mode == "count";
  Array out(Shape{samples, vocabulary_size()});
  for (Index i = 0; i < samples; ++i) {
    real* row = out.data() + i * vocabulary_size();
    for (const std::string& token : tokens(texts[static_cast<std::size_t>(i)])) {
      real& entry = row[id(token)];
      entry = count ? entry + 1 : 1;
    }
  }
  return out;
}

}  // namespace rondo
