// rondo shape --model: whether a model takes the file, and if not, why and what to type.
#include <algorithm>
#include <cmath>

#include "files.h"
#include "model/model_state.h"
#include "rondo/data/split.h"
#include "rondo/interop/keras.h"
#include "shape.h"
#include "wording.h"

namespace rondo::cli {

namespace {

std::string python(const std::string& code) { return "python3 -c " + shell_word("import numpy as np; " + code); }

// A Python string in quotes of its own kind, so that the shell's stay whole.
std::string python_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

// The expression after "fix:" of a shape error if it is one on X, in NumPy's words.
std::string numpy_fix(const std::string& message) {
  const std::size_t at = message.find("\n  fix:");
  if (at == std::string::npos) return {};
  const std::size_t begin = message.find_first_not_of(' ', at + 7), end = message.find('\n', at + 1);
  const std::string line = message.substr(begin, end - begin);
  return line.starts_with("X.") ? in_numpy(line) : std::string();
}

// (samples, T, F) windows of a table; only where T and F are fixed.
std::string window_lines(const std::string& rows, const Shape& input) {
  return python("a = " + rows + "; w = np.lib.stride_tricks.sliding_window_view(a, " + std::to_string(input[1]) +
                ", axis=0); np.save(\"X_windows.npy\", w.transpose(0, 2, 1))");
}

bool takes_windows(const Shapes& inputs) {
  return inputs.size() == 1 && inputs[0].rank() == 3 && inputs[0][1] != None && inputs[0][2] != None;
}

// A model that remembers which columns it reads.
bool check_framing(const Framing& framing, const std::string& path, const Settings& settings, const Series& series,
                   Findings& out) {
  const Table& table = series.table;
  std::vector<std::string> wanted = framing.features;
  for (const std::string& target : framing.targets) {
    if (std::find(wanted.begin(), wanted.end(), target) == wanted.end()) wanted.push_back(target);
  }
  const std::vector<std::string> known = table.names();
  std::string why;
  std::size_t absent = 0;
  for (const std::string& name : wanted) {
    const std::string shown = "'" + escaped(name) + "'";
    if (!table.has(name)) {
      if (++absent <= 8) why += "  no column " + shown + "." + did_you_mean(name, known) + "\n";
    } else if (table.column(name).text) {
      why += "  column " + shown + " is text here; the model reads it as numbers.\n";
    } else if (std::find(framing.features.begin(), framing.features.end(), name) != framing.features.end() &&
               table.rows() >= framing.lookback && framing.missing != Missing::forward) {
      const std::vector<double>& v = table.column(name).numbers;
      if (std::any_of(v.end() - framing.lookback, v.end(), [](double x) { return !std::isfinite(x); })) {
        why += "  column " + shown + " has a missing value in its last " + grouped(framing.lookback) +
               " rows, which the forecast reads.\n";
      }
    }
  }
  if (absent > 8) why += "  and " + std::to_string(absent - 8) + " more columns are not there.\n";
  if (table.rows() < framing.lookback) {
    why += "  it reads the last " + grouped(framing.lookback) + " rows, and the table has " + grouped(table.rows()) + ".\n";
  }
  std::string names;
  for (std::size_t i = 0; i < framing.features.size() && i < 12; ++i) names += (i ? ", " : "") + escaped(framing.features[i]);
  if (framing.features.size() > 12) names += ", ...";
  out.model = escaped(path) + (why.empty() ? " takes it" : " does not take it") + ": it looks back " +
              grouped(framing.lookback) + " rows of " + names + " and forecasts " + grouped(framing.horizon) + " of " +
              escaped(framing.targets.front()) + (framing.targets.size() > 1 ? ", ..." : "") + ".\n" + why;
  if (why.empty()) {
    out.next.clear();
    out.next.push_back("rondo forecast " + shell_word(path, true) + " " + shell_word(settings.data, true));
    out.next.push_back("rondo evaluate " + shell_word(path, true) + " " + shell_word(settings.data, true));
  }
  return why.empty();
}

// A network alone, and a table: windows of its number columns are what it could take.
bool check_table(const Model& model, const std::string& path, const Settings& settings, const Series& series, Findings& out) {
  const Shapes inputs = model.input_shapes();
  out.model = escaped(path) + " is a network alone: nothing in it says which columns it reads. It takes arrays";
  for (std::size_t i = 0; i < inputs.size(); ++i) out.model += (i ? ", " : " ") + inputs[i].text();
  out.model += ", which `rondo predict` reads from .npy files.\n";
  if (!takes_windows(inputs)) return false;
  std::string columns;
  Index count = 0, place = 0;
  for (const std::string& name : series.table.names()) {
    const bool date = series.dates && series.dates->column() == name;
    if (!series.table.column(name).text && !date) {
      columns += std::to_string(place) + ",";
      ++count;
    }
    ++place;
  }
  if (count != inputs[0][2]) {
    out.model += "It reads " + grouped(inputs[0][2]) + (inputs[0][2] == 1 ? " feature" : " features") + ", and the table has " +
                 grouped(count) + (count == 1 ? " number column" : " number columns") + ".\n";
    return false;
  }
  if (series.table.rows() < inputs[0][1]) {
    out.model +=
        "It reads " + grouped(inputs[0][1]) + " time steps, and the table has " + grouped(series.table.rows()) + " rows.\n";
    return false;
  }
  const Index samples = series.table.rows() - inputs[0][1] + 1;
  out.model += "Windows of the table suit it, (" + std::to_string(samples) + ", " + std::to_string(inputs[0][1]) + ", " +
               std::to_string(inputs[0][2]) + "), if it was trained on these columns in these units:\n";
  out.next.push_back(window_lines(
      "np.genfromtxt(" + python_text(settings.data) + ", delimiter=\",\", skip_header=1, usecols=(" + columns + "), ndmin=2)",
      inputs[0]));
  out.next.push_back("rondo predict " + shell_word(path, true) + " --input X_windows.npy --output P.npy");
  return false;
}

bool check_arrays(const Model& model, const std::string& path, const Settings& settings, const NamedArrays& arrays,
                  Findings& out) {
  std::vector<Array> x;
  for (const auto& [name, array] : arrays) x.push_back(array);
  const bool npz = arrays.size() != 1 || arrays[0].first != "X";
  const std::string words = escaped(path);
  try {
    const Shapes shapes = checked_inputs(model.internal(), x);
    out.model = words + " takes it:";
    for (const Shape& shape : shapes) out.model += " " + shape.text();
    out.model += " ->";
    for (const Shape& shape : model.output_shapes()) out.model += " " + shape.with_first(shapes[0][0]).text();
    out.model += "\n";
    out.next.clear();
    std::string line = "rondo predict " + shell_word(path, true);
    if (npz) {
      out.next.push_back(python("[np.save(k + \".npy\", v) for k, v in np.load(" + python_text(settings.data) + ").items()]"));
      for (const auto& [name, array] : arrays) line += " --input " + shell_word(name + ".npy", true);
    } else {
      line += " --input " + shell_word(settings.data, true);
    }
    for (std::size_t i = 0; i < model.output_shapes().size(); ++i) {
      line += " --output P" + (model.output_shapes().size() > 1 ? std::to_string(i) : std::string()) + ".npy";
    }
    out.next.push_back(line);
    return true;
  } catch (const Error& error) {
    if (error.code() != Code::shape) throw;
    const std::string message = error.what();
    out.model = words + " does not take it.\n" + in_numpy(in_flags(message)) + "\n";
    // Lines that name no model of the user's are no help now.
    std::erase_if(out.next, [](const std::string& line) { return line.find(" MODEL.keras ") != std::string::npos; });
    if (npz) return false;
    const std::string load = "np.load(" + python_text(settings.data) + ")";
    const Shapes inputs = model.input_shapes();
    if (const std::string fix = numpy_fix(message); !fix.empty()) {
      out.next.clear();
      out.next.push_back(python("X = " + load + "; np.save(\"X_fixed.npy\", " + fix + ")"));
      out.next.push_back("rondo predict " + shell_word(path, true) + " --input X_fixed.npy --output P.npy");
    } else if (message.find("frame(Table(") != std::string::npos && takes_windows(inputs)) {
      const bool one = arrays[0].second.ndim() == 1;
      out.next.push_back(window_lines(one ? load + ".reshape(-1, 1)" : load, inputs[0]));
      out.next.push_back("rondo predict " + shell_word(path, true) + " --input X_windows.npy --output P.npy");
    }
    return false;
  }
}

}  // namespace

void look_at_model(const std::string& path, const Settings& settings, const Series* series, const NamedArrays& arrays,
                   Console& console, Findings& out) {
  LoadReport report;
  const Model model = load_model(path, {.compile = false, .report = &report});
  for (const std::string& note : report.notes) console.note(note);
  Framing framing;
  Scaler scaler;
  if (!report.extra.empty()) framing_from_json(report.extra, framing, scaler);
  const bool takes = series && !report.extra.empty() ? check_framing(framing, path, settings, *series, out)
                     : !arrays.empty() || !series    ? check_arrays(model, path, settings, arrays, out)
                                                     : check_table(model, path, settings, *series, out);
  Json::List inputs;
  for (const Shape& shape : model.input_shapes()) inputs.push_back(Json(shape));
  out.json.emplace_back("model",
                        Json::Object{{"path", path}, {"inputs", std::move(inputs)}, {"takes", takes}, {"text", out.model}});
}

}  // namespace rondo::cli
