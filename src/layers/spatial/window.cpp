#include "layers/spatial/window.h"

#include <algorithm>

#include "core/words.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {

Index WindowConfig::out(int axis, Index in) const {
  if (in == None) return None;
  const auto a = static_cast<std::size_t>(axis);
  if (padding != "valid") return (in - 1) / strides[a] + (in > 0 ? 1 : 0);
  const Index reach = checked_add(checked_mul(dilation[a], size[a] - 1), 1);
  return in < reach ? 0 : (in - reach) / strides[a] + 1;
}

ImageWindow WindowConfig::window(const Dims& dims) const noexcept {
  ImageWindow w;
  for (int i = 0; i < axes; ++i) {
    const auto a = static_cast<std::size_t>(i);
    WindowAxis& axis = i == axes - 1 ? w.x : w.y;
    axis.in = dims[1 + i];
    axis.size = size[a], axis.stride = strides[a], axis.dilation = dilation[a];
    const Index reach = axis.dilation * (axis.size - 1) + 1;
    if (padding == "valid") {
      axis.out = axis.in < reach ? 0 : (axis.in - reach) / axis.stride + 1;
    } else {
      axis.out = axis.in == 0 ? 0 : (axis.in - 1) / axis.stride + 1;
      axis.before = padding == "causal" ? reach - 1 : std::max<Index>(0, (axis.out - 1) * axis.stride + reach - axis.in) / 2;
    }
  }
  return w;
}

void spread(std::vector<Index>& sizes, int axes) {
  if (sizes.size() == 1) sizes.assign(static_cast<std::size_t>(axes), sizes[0]);
}

void require_sizes(const Layer& layer, const char* argument, const std::vector<Index>& sizes, int axes) {
  // Nothing that an image could have reaches this; products of two stay within Index.
  constexpr Index most = Index{1} << 30;
  if (static_cast<int>(sizes.size()) == axes &&
      std::all_of(sizes.begin(), sizes.end(), [](Index n) { return n > 0 && n <= most; }))
    return;
  fail(Code::value, layer.described() + ": " + argument + " is " + list_text(sizes) + "; it takes " +
                        (axes == 1 ? std::string("one positive number")
                                   : "one positive number for each of its " + std::to_string(axes) + " axes, or one for all"));
}

void require_padding(const Layer& layer, const std::string& padding, bool causal) {
  std::vector<std::string> known{"valid", "same"};
  if (causal) known.emplace_back("causal");
  if (std::find(known.begin(), known.end(), padding) != known.end()) return;
  if (padding == "causal")
    fail(Code::value, layer.described() + ": padding 'causal' is for Conv1D; here it is 'valid' or 'same'");
  fail(Code::value, layer.described() + ": padding is 'valid'" + (causal ? ", 'same' or 'causal'" : " or 'same'") + ", not '" +
                        escaped(padding.substr(0, 60)) + "'." + did_you_mean(padding, known));
}

namespace {

// Weights know one number of channels.
void require_channels(const Layer& layer, const ChannelOrder& order, const Shape& got) {
  if (layer.weights().own().empty()) return;
  const Shape first = order.channels_last(layer.built_for()[0]);
  if (got[-1] == first[-1]) return;
  fail(ShapeReport{layer.described(),
                   order.text(got) + ": " + how_many(got[-1], "channel") + "; this layer's weights were built for " +
                       std::to_string(first[-1]),
                   "the layer is called a second time with another number of channels; its weights cannot be shared then",
                   line_of(layer), "a layer of its own, with weights of its own, for this call"});
}

}  // namespace

void require_image(const Layer& layer, const ChannelOrder& order, const Shapes& in) {
  require_inputs(layer, in);
  const Shape& got = in[0];
  const int axes = order.place_axes();
  if (got.rank() == axes + 2) {
    if (got[-1] != None) return require_channels(layer, order, got);
    fail(ShapeReport{
        layer.described(), order.text(got) + ": the number of channels is not known",
        order.channels_first() ? "Input was given None for its first axis" : "Input was given None for its last axis",
        order.input_line(axes == 1 ? Shape{None, 1} : Shape{None, None, 1}),
        "1 channel; the other sizes may be None, but weights need the number of channels"});
  }
  if (axes == 1 && got.rank() != 4 && !order.channels_first()) require_sequences(layer, in);  // knows what comes before
  ShapeReport report{layer.described(),
                     got.text() + ": " + std::to_string(got.rank()) + (got.rank() == 1 ? " axis; " : " axes; ") +
                         with_article(layer.class_name()) + " needs " + std::to_string(axes + 2) + ": " + order.axes_text(),
                     {},
                     {},
                     {}};
  if (got.rank() == axes + 3) {
    report.likely = axes == 1 ? "each time step holds a sequence of its own" : "this is a film: each time step is an image";
    report.fix = "TimeDistributed(" + line_of(layer, {.inside = true}) + ")";
    report.meaning = "the layer then meets every time step on its own, with the same weights";
  } else if (got.rank() == axes + 1) {
    Shape sizes = got.without_first();
    sizes.push_back(1);
    report.likely = "the axis of channels is missing";
    report.fix = order.input_line(sizes);
    report.meaning = axes == 1 ? "sequences of 1 feature" : "images of 1 channel (grey)";
  } else {
    report.likely = axes == 1 ? "what comes before gives no sequences" : "what comes before gives no image";
    report.fix = order.input_line(axes == 1 ? Shape{10, 1} : Shape{28, 28, 1});
    report.meaning = axes == 1 ? "sequences of 10 time steps of 1 feature" : "images of 28 rows, 28 columns and 1 channel";
  }
  fail(report);
}

Shape behind_window(const Layer& layer, const ChannelOrder& order, const Shape& in, const WindowConfig& config,
                    Index channels) {
  std::vector<Index> sizes{in[0]};
  for (int i = 0; i < config.axes; ++i) {
    sizes.push_back(config.out(i, in[1 + i]));
    if (sizes.back() == None || sizes.back() > 0) continue;
    const auto a = static_cast<std::size_t>(i);
    const char* axis = config.axes == 1 ? "time steps" : i == 0 ? "rows" : "columns";
    fail(ShapeReport{layer.described(),
                     order.text(in) + ": " + std::to_string(in[1 + i]) + " " + axis + "; the window (" + config.name +
                         ") reaches over " + std::to_string(config.dilation[a] * (config.size[a] - 1) + 1),
                     order.channels_first()
                         ? "the input is smaller than the window, or its channels come last: with data_format "
                           "'channels_first' they are read before the places"
                         : "the input is smaller than the window, often because earlier layers made it so",
                     layer.class_name() + "(..., {.padding = \"same\"})",
                     "zeros around the input, so that there is a place for every place; or take a smaller window"});
  }
  sizes.push_back(channels);
  return Shape(std::move(sizes));
}

}  // namespace rondo
