// What `rondo shape` finds out about a file, gathered by its parts: the table or array itself, and whether a model takes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "console.h"
#include "rondo/io/npy.h"
#include "screen.h"
#include "settings.h"

namespace rondo::cli {

struct Findings {
  std::string what;                // what the file is
  std::string sees;                // what an LSTM would see of it
  std::string model;               // whether the model takes it
  std::vector<std::string> wrong;  // what is wrong, or will be asked about; a paragraph each
  std::vector<std::string> next;   // lines to type
  Json::Object json;
  Json::List problems;  // the same as `wrong`: {"code", "text"}

  void problem(const std::string& code, const std::string& text) {
    wrong.push_back(text);
    problems.push_back(Json::Object{{"code", code}, {"text", text}});
  }
};

// A table: columns, dates, windows, and the line that trains on it. `settings` has data, and target, lookback, horizon, dates
// where the user named them. Returns the rows in time order for what follows.
Series look_at_table(Settings& settings, const Screen& screen, Findings& out);

// Arrays that are no table: one of .npy ("X"), or all of .npz.
void look_at_arrays(const std::string& path, const NamedArrays& arrays, const std::string& dtype, const Screen& screen,
                    Findings& out);

// Whether the model takes it. `series` is there for a table, `arrays` for what came as .npy or .npz.
void look_at_model(const std::string& path, const Settings& settings, const Series* series, const NamedArrays& arrays,
                   Console& console, Findings& out);

// Lines wider than the screen go on under their own beginning.
std::string folded(const std::string& text, int width);

}  // namespace rondo::cli
