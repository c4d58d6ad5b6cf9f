#include "wording.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace rondo::cli {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Whole phrases first: what follows would find only a part of them.
constexpr std::array phrases = {
    Pair{"read the file with CsvOptions{.decimal = ','}", "write the numbers with a point"},
    Pair{"If the column is text or a date, read the file with CsvOptions{.text = {...}}, which names it.",
         "Mend the cell, or leave it empty. A column is text if most of its first 1,000 rows are."},
    Pair{"read the file with CsvOptions{.missing = {...}}, which lists it; if the column is text, with {.text = {...}}, which "
         "names it.",
         "leave the cell empty or write NA. A column is text if most of its first 1,000 rows are."},
    Pair{".missing = Missing::drop", "--missing drop"},
    Pair{".missing = Missing::forward", "--missing forward"},
    Pair{"Missing::drop", "--missing drop"},
    Pair{"Missing::forward", "--missing forward"},
    Pair{"Missing::error", "--missing error"},
    Pair{".normalize = Normalize::min_max", "--normalize min-max"},
    Pair{".normalize = Normalize::", "--normalize "},
    Pair{"Normalize::min_max", "--normalize min-max"},
    Pair{"Normalize::", "--normalize "},
    Pair{".validation_split or .validation_data", "--validation-split, or --validation-x and --validation-y"},
    Pair{"a .validation_data", "--validation-x and --validation-y"},
    Pair{"validation_data.sample_weight", "--validation-sample-weight"},
    Pair{"validation_data.x", "--validation-x"},
    Pair{"validation_data.y", "--validation-y"},
    Pair{"SwapEMAWeights: the optimizer", "--swap-ema: the optimizer"},
    Pair{"compile with use_ema, for example Adam({.use_ema = true})", "--optimizer adam:use_ema=true, which starts it afresh"},
    Pair{"DateOrder::day_first", "--date-order dmy"},
    Pair{"DateOrder::month_first", "--date-order mdy"},
};

// Options that are flags of the same name.
constexpr std::array options = {"target",
                                "features",
                                "lookback",
                                "horizon",
                                "stride",
                                "gap",
                                "missing",
                                "normalize",
                                "season",
                                "batch_size",
                                "epochs",
                                "patience",
                                "optimizer",
                                "learning_rate",
                                "loss",
                                "seed",
                                "split",
                                "threads",
                                "labels",
                                "layers",
                                "shortcut",
                                "min_gain",
                                "sample_weight",
                                "class_weight",
                                "validation_split",
                                "validation_freq",
                                "validation_steps",
                                "initial_epoch",
                                "steps_per_epoch",
                                "loss_weights",
                                "metrics",
                                "weighted_metrics"};

bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The flag for the option that stands at text[at] == '.', and how many characters it takes with its " = "; 0 if there is none.
std::size_t option_at(std::string_view text, std::size_t at, std::string& flag) {
  if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(' && text[at - 1] != '{' && text[at - 1] != '\n') return 0;
  std::size_t end = at + 1;
  while (end < text.size() && word_character(text[end])) ++end;
  const std::string_view name = text.substr(at + 1, end - at - 1);
  if (std::find(options.begin(), options.end(), name) == options.end()) return 0;
  const bool path = end + 1 < text.size() && (text[end] == '/' || (text[end] == '.' && word_character(text[end + 1])));
  if (path) return 0;
  flag = name == "labels" ? "--date" : "--" + std::string(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  if (text.substr(end, 3) == " = ") {
    flag += ' ';
    end += 3;
  }
  return end - at;
}

}  // namespace

std::string in_flags(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto phrase =
        std::find_if(phrases.begin(), phrases.end(), [&](const Pair& p) { return text.substr(i, p.first.size()) == p.first; });
    if (phrase != phrases.end()) {
      out += phrase->second;
      i += phrase->first.size();
      continue;
    }
    std::string flag;
    const std::size_t size = text[i] == '.' ? option_at(text, i, flag) : 0;
    if (size == 0) {
      out += text[i++];
    } else {
      out += flag;
      i += size;
    }
  }
  return out;
}

std::string in_numpy(std::string_view text) {
  std::string out(text);
  for (const std::string_view call : {".reshape({", ".transpose({"}) {
    for (std::size_t at = 0; (at = out.find(call, at)) != std::string::npos;) {
      const std::size_t open = at + call.size() - 1, close = out.find("})", open);
      if (close == std::string::npos) break;
      out[open] = '(';
      out[close] = ')';
      at = close;
    }
  }
  return out;
}

std::string shell_word(std::string_view word, bool path) {
  std::string text = path && word.starts_with('-') ? "./" + std::string(word) : std::string(word);
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("_-./,:=+@%").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  const bool control =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  std::string out = control ? "$'" : "'";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 32 || u == 127) {
      constexpr char digits[] = "01234567";
      out += {'\\', digits[u >> 6], digits[u >> 3 & 7], digits[u & 7]};
    } else if (c == '\'') {
      out += control ? "\\'" : "'\\''";
    } else if (c == '\\' && control) {
      out += "\\\\";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace rondo::cli
