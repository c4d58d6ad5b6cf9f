// rondo shape: what a file is, what an LSTM would see of it, what is wrong, and what to type next.
#include "shape.h"

#include <algorithm>
#include <cmath>

#include "verbs.h"
#include "wording.h"

namespace rondo::cli {

namespace {

bool named(const std::string& path, std::string_view end) {
  return path.size() >= end.size() && std::equal(end.rbegin(), end.rend(), path.rbegin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

class Shaper : public Verb {
 public:
  std::string name() const override { return "shape"; }
  std::string about() const override { return "what a table or array is, what an LSTM would see of it, what to type next"; }
  std::vector<std::string> examples() const override {
    return {"rondo shape airline.csv", "rondo shape airline.csv --lookback 24 --horizon 12",
            "rondo shape airline.csv --model airline.keras", "rondo shape X.npy --model model.keras",
            "rondo shape Y.npy --model model.keras --json"};
  }
  void declare(Arguments& arguments) override {
    constexpr Index largest = 1'000'000'000;
    arguments.positional("FILE", settings_.data, "a .csv, .npy or .npz file");
    arguments.count("--lookback", settings_.lookback, 1, largest,
                    "rows of the past that are read (default: a season, 12 to 168)");
    arguments.count("--horizon", settings_.horizon, 1, largest, "rows to forecast (default 1)");
    arguments.text("--target", "COL", settings_.target, "the column to forecast (default: the last number column)");
    settings_.dates.declare(arguments);
    arguments.text("--model", "MODEL.keras", model_, "say whether this model takes it");
  }

  int run(Console& console) override {
    if (settings_.target && settings_.target->empty()) throw UsageError("--target is empty");
    if (settings_.dates.order) date_order_from(*settings_.dates.order);
    const Screen here = screen();
    Findings out;
    out.json = {{"verb", "shape"}, {"path", settings_.data}};

    NamedArrays arrays;
    NpyInfo info;
    const bool npz = named(settings_.data, ".npz");
    if (npz) {
      arrays = load_npz(settings_.data, Conversion::nearest);
    } else if (named(settings_.data, ".npy")) {
      arrays.emplace_back("X", load_npy(settings_.data, Conversion::nearest, &info));
    }
    const auto is_table = [](const Array& a) {
      return (a.ndim() == 1 || a.ndim() == 2) && a.size() > 0 && a.shape()[-1] <= 65'536;
    };
    const bool table = arrays.empty() ? !npz : arrays.size() == 1 && is_table(arrays[0].second);
    Series series;
    if (!arrays.empty() || npz) look_at_arrays(settings_.data, arrays, info.dtype, here, out);
    if (table) {
      series = look_at_table(settings_, here, out);
    } else {
      for (const auto& [flag, given] : {std::pair{"--target", settings_.target.has_value()},
                                        {"--lookback", settings_.lookback.has_value()},
                                        {"--horizon", settings_.horizon.has_value()},
                                        {"--date", settings_.dates.column.has_value()},
                                        {"--date-order", settings_.dates.order.has_value()}}) {
        if (given) console.note(std::string(flag) + " is for tables: it changes nothing here");
      }
    }
    if (model_) look_at_model(*model_, settings_, table ? &series : nullptr, arrays, console, out);

    std::string text = out.what;
    const auto part = [&](const std::string& title, const std::string& body) {
      if (!body.empty()) text += "\n" + here.bold(title) + "\n" + body;
    };
    part("What an LSTM would see", out.sees);
    std::string model;
    for (std::size_t i = 0; i < out.model.size();) {
      const std::size_t end = std::min(out.model.find('\n', i), out.model.size());
      model += "  " + out.model.substr(i, end - i) + "\n";
      i = end + 1;
    }
    part("The model", folded(model, here.width));
    std::string wrong;
    for (std::size_t i = 0; i < out.wrong.size() && i < 12; ++i) {
      std::string one = wrapped(out.wrong[i], here.width, 4);
      one.replace(0, 4, "  - ");
      wrong += one;
    }
    if (out.wrong.size() > 12)
      wrong += "  and " + grouped(static_cast<Index>(out.wrong.size()) - 12) + " more, listed with --json\n";
    part("What is wrong, or worth knowing", wrong);
    std::string next;
    for (const std::string& line : out.next) next += "  " + line + "\n";
    part("What to type next", next);

    out.json.emplace_back("problems", std::move(out.problems));
    out.json.emplace_back("next", Json::strings(out.next));
    console.result(text, std::move(out.json));
    return Exit::done;
  }

 private:
  Settings settings_;
  std::optional<std::string> model_;
};

}  // namespace

std::string folded(const std::string& text, int width) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    std::string line = text.substr(i, end - i);
    i = end + 1;
    // What goes on stands under the line's last column, where that leaves room, else a little to the right of its beginning.
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size()), gap = line.rfind("  ");
    const bool column = gap != std::string::npos && gap > indent && static_cast<int>(gap) + 2 <= width * 5 / 8;
    const std::string margin(column ? gap + 2 : indent + 4, ' ');
    while (columns_of(line) > width) {
      std::size_t cut = line.size();
      do {
        cut = line.rfind(' ', cut - 1);
      } while (cut != std::string::npos && cut > margin.size() && columns_of(line.substr(0, cut)) > width);
      if (cut == std::string::npos || cut <= margin.size()) break;  // one long word
      out += line.substr(0, cut) + "\n";
      line = margin + line.substr(cut + 1);
    }
    out += line + "\n";
  }
  return out;
}

void look_at_arrays(const std::string& path, const NamedArrays& arrays, const std::string& dtype, const Screen& screen,
                    Findings& out) {
  const bool one = arrays.size() == 1;
  Json::List list;
  out.what = escaped(path) + ": " +
             (one ? std::string("an array") + (dtype.empty() ? "" : " of " + dtype)
                  : grouped(static_cast<Index>(arrays.size())) + " arrays") +
             "\n";
  for (const auto& [name, array] : arrays) {
    Index missing = 0, infinite = 0;
    for (const real v : array.values()) {
      missing += std::isnan(v);
      infinite += std::isinf(v);
    }
    const std::string label = one ? "" : "'" + escaped(name) + "' ";
    const std::string words = in_numpy(explain(array));
    out.what +=
        "\n" + (one ? folded(words, screen.width) : folded("  " + label + words.substr(0, words.find('\n')), screen.width));
    if (missing + infinite > 0) {
      out.problem("missing", (one ? "It" : "Array " + label) + " holds " + grouped(missing) + " NaN and " + grouped(infinite) +
                                 " infinite values: what a network answers to them is NaN too, and training stops.");
    }
    if (array.size() == 0) out.problem("empty", (one ? "It" : "Array " + label) + " holds no values.");
    if (array.ndim() == 3 && array.shape()[1] == 1 && array.shape()[2] > 1) {
      out.problem("one_time_step", (one ? "Every" : "Array " + label + ": every") + std::string(" sample has 1 time step of ") +
                                       grouped(array.shape()[2]) +
                                       " features: an LSTM has nothing to remember. Are the axes swapped? "
                                       "X.transpose((0, 2, 1)) makes the features time steps.");
    }
    if (array.ndim() > 3) {
      out.problem("axes", (one ? "It" : "Array " + label) + " has " + grouped(array.ndim()) +
                              " axes; an LSTM reads three, (samples, time steps, features).");
    }
    list.push_back(Json::Object{{"name", name}, {"shape", Json(array.shape())}, {"missing", missing}, {"infinite", infinite}});
    if (one && array.ndim() == 3 && array.size() > 0 && named(path, ".npy")) {
      out.next.push_back("rondo fit MODEL.keras --x " + shell_word(path, true) + " --y Y.npy --epochs 10 --out NEW.keras");
      out.next.push_back("rondo predict MODEL.keras --input " + shell_word(path, true) + " --output P.npy");
    }
  }
  if (one && arrays[0].second.ndim() <= 2) out.what += "\n";
  if (!one || arrays[0].second.ndim() > 2 || arrays[0].second.ndim() == 0)
    out.json.emplace_back("kind", one ? "array" : "arrays");
  if (!dtype.empty()) out.json.emplace_back("dtype", dtype);
  out.json.emplace_back("arrays", std::move(list));
}

std::unique_ptr<Verb> make_shape() { return std::make_unique<Shaper>(); }

}  // namespace rondo::cli
