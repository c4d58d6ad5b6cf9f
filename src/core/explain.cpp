// explain(array): what each axis is, where the original rows went, and what an array viewer shows of it.
//
// Reshape keeps the values in C order, so with T time steps and L features the value X[i, t, f] is number (i * T + t) * L + f
// of the original. Where "original row r" lies follows from that alone; trace.cpp puts it into words.
#include <algorithm>

#include "core/names.h"
#include "core/trace.h"
#include "rondo/core/array.h"

namespace rondo {
namespace {

constexpr const char* lstm_axes[] = {"samples", "time steps", "features"};
constexpr const char* lstm_meaning[] = {"one sample is one sequence", "one time step is one moment of a sample",
                                        "one feature is one value measured at that moment"};

// The name of an axis: the given one, what an LSTM reads there, or "".
std::string axis_name(const Array& array, Index axis) {
  const auto at = static_cast<std::size_t>(axis);
  if (!array.axes().empty() && !array.axes()[at].empty()) return array.axes()[at];
  return array.ndim() == 3 ? lstm_axes[at] : "";
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string headline(const Array& array) {
  std::string out = array.shape().text() + ": ";
  if (array.ndim() == 3) {
    const Shape& s = array.shape();
    return out + counted(s[0], "sample") + " of " + counted(s[1], "time step") + " with " + counted(s[2], "feature") +
           ", as an LSTM reads it\n";
  }
  return out + counted(array.ndim(), "axis") + ", " + counted(array.size(), "value") + "\n";
}

std::string axes_part(const Array& array) {
  std::vector<std::string> names, sizes;
  std::size_t name_width = 0, size_width = 0;
  for (Index axis = 0; axis < array.ndim(); ++axis) {
    const std::string name = axis_name(array, axis);
    names.push_back(name.empty() ? "(no name)" : "= " + name);
    sizes.push_back("size " + std::to_string(array.shape()[axis]));
    name_width = std::max(name_width, names.back().size());
    size_width = std::max(size_width, sizes.back().size());
  }
  std::string out;
  for (std::size_t axis = 0; axis < names.size(); ++axis) {
    std::string line =
        "  axis " + std::to_string(axis) + " " + padded(names[axis], name_width + 3) + padded(sizes[axis], size_width + 3);
    if (names.size() == 3) {
      const bool own = names[axis] != std::string("= ") + lstm_axes[axis];
      line += own ? std::string("an LSTM reads these as ") + lstm_axes[axis] : lstm_meaning[axis];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

// Axes that are named samples, time steps and features, but stand in another order than an LSTM reads them in.
std::string order_warning(const Array& array) {
  if (array.ndim() != 3 || array.axes().empty()) return {};
  std::vector<Index> order;
  for (const char* wanted : lstm_axes) {
    const auto at = std::find(array.axes().begin(), array.axes().end(), wanted);
    if (at == array.axes().end()) return {};
    order.push_back(at - array.axes().begin());
  }
  if (std::is_sorted(order.begin(), order.end())) return {};
  return "\nWarning: an LSTM reads the axes by their place, not by their name, and these stand in another order.\n"
         "  type: X.transpose({" +
         std::to_string(order[0]) + ", " + std::to_string(order[1]) + ", " + std::to_string(order[2]) + "})\n";
}

// What an array of one or two axes can become.
std::string lstm_part(const Array& array) {
  const Shape& s = array.shape();
  if (array.size() == 0 || array.ndim() < 1 || array.ndim() > 2) return {};
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&lines](const std::string& code, Index samples, const char* a, Index steps, const char* b, Index features,
                            const char* c) {
    const std::string sizes = std::to_string(samples) + ", " + std::to_string(steps) + ", " + std::to_string(features);
    lines.emplace_back(code + ".reshape({" + sizes + "})", counted(samples, "sample") + a + " of " +
                                                               counted(steps, "time step") + b + " with " +
                                                               counted(features, "feature") + c);
  };
  if (array.ndim() == 1) {
    add("X", 1, "", s[0], "", 1, "");
  } else {
    add("X", 1, "", s[0], " (the rows)", s[1], " (the columns)");
    add("X", s[0], " (the rows)", s[1], " (the columns)", 1, "");
    add("X.transpose()", 1, "", s[1], " (the columns)", s[0], " (the rows)");
  }
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.first.size());
  std::string out = "\nAn LSTM needs three axes, (samples, time steps, features). This array can become:\n";
  for (const auto& [code, meaning] : lines) out += "  " + padded(code, width + 3) + meaning + '\n';
  return out;
}

// A viewer of arrays (Spyder's, for one) holds one axis at one index and shows the other two as a table.
std::string viewer_part(const Array& array, const Trace& trace) {
  if (array.ndim() != 3 || array.size() == 0) return {};
  const Shape& s = array.shape();
  constexpr const char* held[] = {"axis 0 at index i: X[i, :, :], ", "axis 1 at index t: X[:, t, :], ",
                                  "axis 2 at index f: X[:, :, f], "};
  constexpr const char* one[] = {"one sample", "one time step of every sample", "one feature of every sample"};
  std::string out = "\nAn array viewer holds one axis at one index and shows the other two as a table:\n";
  for (Index axis = 0; axis < 3; ++axis) {
    const Index down = axis == 0 ? 1 : 0, across = axis == 2 ? 1 : 2;
    const auto line_of = [&](Index a) { return axis_name(array, a); };
    out += std::string("  ") + held[axis] + "a " + Shape{s[down], s[across]}.text() + " table: " + one[axis] +
           "; down: " + line_of(down) + ", across: " + line_of(across) + "\n";
    const std::string& origin = trace.viewer[static_cast<std::size_t>(axis)];
    if (!origin.empty()) out += "      " + origin + '\n';
  }
  return out;
}

}  // namespace

std::string explain(const Array& array) {
  const Trace trace = traced(array);
  std::string out = headline(array) + axes_part(array) + order_warning(array);
  if (!trace.rows.empty()) out += '\n' + trace.rows;
  for (const Trace::Warning& warning : trace.warnings) {
    out += "\nWarning: " + warning.what + '\n';
    for (const auto& fix : warning.fixes) out += "  type: " + fix + '\n';
  }
  out += viewer_part(array, trace) + lstm_part(array);
  out.pop_back();  // the last line break
  return out;
}

}  // namespace rondo
