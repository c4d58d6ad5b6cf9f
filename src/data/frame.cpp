// Windows over a table: row numbers and nothing else until a batch is gathered.
#include "rondo/data/frame.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

#include "data/audit.h"
#include "data/frame_data.h"
#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr std::array missing_names = {"error", "drop", "forward"};

void check_sizes(const Framing& f) {
  const auto at_least = [](const char* name, Index value, Index least, const char* meaning) {
    if (value >= least) return;
    fail(Code::value, std::string(name) + " is " + std::to_string(value) + "; it must be at least " + std::to_string(least) +
                          ": " + meaning + ".");
  };
  at_least("lookback", f.lookback, 1, "how many rows of the past the network reads, .lookback = 12, say");
  at_least("horizon", f.horizon, 1, "how many rows are forecast");
  at_least("stride", f.stride, 1, "how many rows lie from one window to the next");
  at_least("gap", f.gap, 0, "how many rows lie between the last known row and the first forecast one");
}

// "1,234", "1.234,5", "12%", "$5", "1 000": a number to people.
bool dressed(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  bool digits = false, more = false;
  for (const char c : text) {
    digits = digits || digit(c);
    more = more || (!digit(c) && c != '.' && c != '-' && c != '+');
    if (!digit(c) && std::string_view(".,-+ '%$()").find(c) == std::string_view::npos && static_cast<signed char>(c) > 0)
      return false;
  }
  return digits && more;
}

std::vector<std::shared_ptr<const Column>> number_columns(const Table& table, const std::vector<std::string>& names,
                                                          const char* role) {
  std::vector<std::shared_ptr<const Column>> out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto column = table.share(names[i]);
    if (column->text) {
      const std::vector<std::string> numbers = table.number_names();
      fail(Code::value, std::string(role) + " " + in_quotes(names[i]) + " is a column of text" +
                            (table.rows() > 0 ? " (" + in_quotes(column->labels[0].substr(0, 40)) + " at " + "row 0)" : "") +
                            "; a network reads numbers. " +
                            (table.rows() > 0 && dressed(column->labels[0])
                                 ? "If these are numbers, write them plainly: no thousands separator, unit or currency. "
                                 : "") +
                            (numbers.empty() ? "The table has no number column." : "Number columns: " + listed(numbers) + "."));
    }
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      fail(Code::value, std::string(role) + " " + in_quotes(names[i]) + " is named twice.");
    }
    out.push_back(std::move(column));
  }
  return out;
}

// Leaves out every window in which a value it needs is not finite. The target's last known row counts as needed: `window`
// scales and the persistence forecast read it.
void drop_windows(FrameData& d) {
  const auto count_bad = [&](std::span<const std::shared_ptr<const Column>> columns) {
    std::vector<std::uint32_t> before(static_cast<std::size_t>(d.rows) + 1);  // bad rows before row r
    for (std::size_t r = 0; r < static_cast<std::size_t>(d.rows); ++r) {
      const bool bad =
          std::any_of(columns.begin(), columns.end(), [&](const auto& c) { return !std::isfinite(c->numbers[r]); });
      before[r + 1] = before[r] + bad;
    }
    return before;
  };
  const auto bad_x = count_bad(d.features), bad_y = count_bad(d.targets);
  const auto clean = [](const std::vector<std::uint32_t>& before, Index first, Index count) {
    return before[static_cast<std::size_t>(first)] == before[static_cast<std::size_t>(first + count)];
  };
  const Index all = d.samples;
  for (Index i = 0; i < all; ++i) {
    const Index s = i * d.framing.stride, last = s + d.framing.lookback - 1;
    if (clean(bad_x, s, d.framing.lookback) && clean(bad_y, last, 1) &&
        clean(bad_y, last + 1 + d.framing.gap, d.framing.horizon)) {
      d.starts.push_back(s);
    }
  }
  d.starts.shrink_to_fit();
  d.samples = static_cast<Index>(d.starts.size());
  if (d.samples == 0) {
    fail(Code::value,
         "every one of the " + grouped(all) +
             " windows touches a missing value; nothing is left after Missing::drop. "
             "Say .missing = Missing::forward, or leave out the columns with gaps by naming the others in .features.");
  }
  d.notes.push_back(grouped(all - d.samples) + " of " + grouped(all) + " windows left out: they touch a missing value");
}

void settle_missing(FrameData& d) {
  std::vector<std::shared_ptr<const Column>> used = d.features;
  used.insert(used.end(), d.targets.begin(), d.targets.end());
  const std::vector<Gap> gaps = audit(used);
  if (gaps.empty()) return;
  switch (d.framing.missing) {
    case Missing::error:
      fail(Code::value, "the data has missing or infinite values:\n" + text(gaps, d.table) +
                            "\nSay what to do with them: .missing = Missing::drop leaves out the windows that touch one, "
                            "Missing::forward repeats the last known value.");
    case Missing::drop:
      return drop_windows(d);
    case Missing::forward:
      for (const Gap& gap : gaps) {
        const auto fill = filled_forward(d.table.column(gap.column), d.table);
        for (auto* columns : {&d.features, &d.targets}) {
          for (auto& column : *columns) {
            if (column->name == gap.column) column = fill;
          }
        }
        d.notes.push_back("column " + in_quotes(gap.column) + ": " + grouped(gap.missing + gap.infinite) +
                          " missing values filled with the one before");
      }
  }
}

Index checked(const FrameData& d, Index sample) {
  if (sample >= 0 && sample < d.samples) return sample;
  fail(Code::value, "no sample " + std::to_string(sample) + ": the frame has " + grouped(d.samples) + " windows, 0 to " +
                        std::to_string(d.samples - 1) + ".");
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == 6 && names.size() > 7) return out + " and " + std::to_string(names.size() - i) + " more";
    out += (i ? ", " : "") + escaped(names[i]);
  }
  return out;
}

}  // namespace

std::string_view missing_name(Missing policy) { return missing_names[static_cast<std::size_t>(policy)]; }

Missing missing_from(std::string_view name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < missing_names.size(); ++i) {
    if (name == missing_names[i]) return static_cast<Missing>(i);
    known.emplace_back(missing_names[i]);
  }
  fail(Code::value, "unknown treatment of missing values " + in_quotes(name) + "." + did_you_mean(name, known) +
                        " Known: " + listed(known) + ".");
}

FrameOptions Framing::options() const {
  return {.target = targets,
          .features = features,
          .lookback = lookback,
          .horizon = horizon,
          .stride = stride,
          .gap = gap,
          .missing = missing,
          .normalize = normalize,
          .labels = {}};
}

Frame frame(const Table& table, const FrameOptions& options) {
  auto data = std::make_shared<FrameData>();
  FrameData& d = *data;
  Framing& f = d.framing;
  f = {options.target.all(), options.features.all(), options.lookback, options.horizon, options.stride,
       options.gap,          options.missing,        options.normalize};
  if (table.columns() == 0 || table.rows() == 0) fail(Code::value, "the table is empty: there is nothing to frame.");
  if (f.targets.empty()) {
    fail(Code::value, "no target: say which column to forecast, .target = " + in_quotes(table.names().back()) +
                          ", say. Columns: " + listed(table.names()) + ".");
  }
  d.targets = number_columns(table, f.targets, "target");
  if (f.features.empty()) {
    f.features = table.number_names();
    const std::vector<std::string> text = table.text_names();
    if (!text.empty())
      d.notes.push_back((text.size() == 1 ? "text column left out: " : "text columns left out: ") + joined(text));
  }
  d.features = number_columns(table, f.features, "feature");
  check_sizes(f);
  const Index rows = table.rows();
  // Compared one by one: their sum may not fit an integer.
  if (f.lookback > rows || f.horizon > rows || f.gap > rows || f.lookback + f.gap + f.horizon > rows) {
    const bool sum = f.lookback <= rows && f.horizon <= rows && f.gap <= rows;
    fail(Code::value, "one window needs lookback " + grouped(f.lookback) + " + gap " + grouped(f.gap) + " + horizon " +
                          grouped(f.horizon) + (sum ? " = " + grouped(f.lookback + f.gap + f.horizon) : "") + " rows, but " +
                          (table.source().empty() ? "the table" : escaped(table.source())) + " has " + grouped(rows) +
                          ". Shorten them, or bring more rows.");
  }
  checked_mul(f.horizon, static_cast<Index>(f.targets.size()));
  d.table = table;
  d.rows = rows;
  d.labels = options.labels.empty() ? table.labels() : table.share(options.labels);
  d.samples = (rows - f.lookback - f.gap - f.horizon) / f.stride + 1;
  settle_missing(d);
  return Frame(std::move(data));
}

Index Frame::samples() const { return p_->samples; }
Shapes Frame::x_shapes() const { return {Shape{None, p_->framing.lookback, static_cast<Index>(p_->features.size())}}; }
Shapes Frame::y_shapes() const { return {Shape{None, p_->framing.horizon * static_cast<Index>(p_->targets.size())}}; }
const Framing& Frame::framing() const { return p_->framing; }
const Table& Frame::table() const { return p_->table; }
Index Frame::rows() const { return p_->rows; }
Index Frame::start(Index sample) const { return p_->start(checked(*p_, sample)); }
Index Frame::last_row(Index sample) const { return p_->last_row(checked(*p_, sample)); }
Index Frame::target_row(Index sample) const { return p_->target_row(checked(*p_, sample)); }

void Frame::gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept {
  const FrameData& d = *p_;
  const auto copy = [](const std::vector<std::shared_ptr<const Column>>& columns, Index first, Index count, real* to) {
    const std::size_t width = columns.size();
    for (std::size_t c = 0; c < width; ++c) {
      const double* const from = columns[c]->numbers.data() + first;
      for (Index t = 0; t < count; ++t) to[static_cast<std::size_t>(t) * width + c] = static_cast<real>(from[t]);
    }
    return to + static_cast<std::size_t>(count) * width;
  };
  real* to = x.empty() ? nullptr : x[0];
  for (std::size_t i = 0; to != nullptr && i < ids.size(); ++i) to = copy(d.features, d.start(ids[i]), d.framing.lookback, to);
  to = y.empty() ? nullptr : y[0];
  for (std::size_t i = 0; to != nullptr && i < ids.size(); ++i)
    to = copy(d.targets, d.target_row(ids[i]), d.framing.horizon, to);
}

std::string_view Frame::label(Index row) const {
  if (!p_->labels || !p_->labels->text || row < 0 || row >= p_->rows) return {};
  return p_->labels->labels[row];
}

std::string Frame::text() const {
  const FrameData& d = *p_;
  std::string out = "rows " + grouped(d.rows) + " (time) x columns " + grouped(static_cast<Index>(d.features.size())) +
                    " (feature) -> " + grouped(d.samples) + (d.samples == 1 ? " window of (" : " windows of (") +
                    std::to_string(d.framing.lookback) + ", " + std::to_string(d.features.size()) + ")";
  for (const std::string& note : d.notes) out += "\n" + note;
  return out;
}

std::string Frame::sample_text(Index sample) const {
  const FrameData& d = *p_;
  checked(d, sample);
  const auto span = [&](Index first, Index count) {
    const auto named = [&](Index row) { return escaped(label(row).substr(0, 40)); };
    const Index last = first + count - 1;
    std::string out =
        count == 1 ? "row " + std::to_string(first) : "rows " + std::to_string(first) + " .. " + std::to_string(last);
    if (!label(first).empty()) out += " (" + named(first) + (count == 1 ? "" : " .. " + named(last)) + ")";
    return out;
  };
  const std::string head = "sample " + std::to_string(sample) + ": ";
  return head + "x = " + span(d.start(sample), d.framing.lookback) + " of " + joined(d.framing.features) + "\n" +
         std::string(head.size(), ' ') + "y = " + span(d.target_row(sample), d.framing.horizon) + " of " +
         joined(d.framing.targets);
}

std::ostream& operator<<(std::ostream& out, const Frame& frame) { return out << frame.text(); }

}  // namespace rondo
