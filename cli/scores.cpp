#include "scores.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "numbers.h"

namespace rondo::cli {

namespace {

constexpr int name_width = 22;
constexpr int column_width = 10, step_width = 8;

constexpr const char* no_season = "seasonal naive (1)";

using Metric = double Scores::*;
using Steps = std::vector<double> Scores::*;

struct Kind {
  const char* name;
  Metric all;
  Steps by_step;
};

// `count` of 1 .. steps, both ends included, evenly.
std::vector<std::size_t> chosen_steps(std::size_t steps, std::size_t count) {
  std::vector<std::size_t> out;
  if (steps <= count) {
    out.resize(steps);
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t step = (i * (steps - 1) + (count - 1) / 2) / (count - 1);
    if (out.empty() || out.back() != step) out.push_back(step);
  }
  return out;
}

struct Row {
  std::string name;
  std::vector<std::string> cells;
};

int widest(const std::vector<Row>& rows) {
  int out = 0;
  for (const Row& row : rows) {
    for (const std::string& cell : row.cells) out = std::max(out, columns_of(cell));
  }
  return out;
}

std::string grid(const std::vector<Row>& rows, int width) {
  std::string out;
  for (const Row& row : rows) {
    out += "  " + left(shortened(row.name, name_width), name_width);
    for (const std::string& cell : row.cells) out += right(cell, width);
    out += "\n";
  }
  return out;
}

}  // namespace

std::vector<Contender> contenders(const Comparison& comparison, Index season) {
  return {{"model", comparison.model},
          {"persistence", comparison.persistence},
          {season > 1 ? "seasonal naive (" + std::to_string(season) + ")" : std::string(no_season), comparison.seasonal_naive},
          {"ridge autoregression", comparison.ridge}};
}

std::string scores_text(const std::vector<Contender>& all, const Screen& screen) {
  std::vector<Contender> shown;
  for (const Contender& one : all) {
    if (one.scores) shown.push_back(one);
  }
  if (shown.empty()) return {};
  const auto decimals = [&](Metric metric) {
    std::vector<double> values;
    for (const Contender& one : shown) values.push_back((*one.scores).*metric);
    return decimals_for(values);
  };
  const auto places = [&](const Kind& kind) { return kind.all == &Scores::mase ? 3 : decimals(kind.all); };
  const auto best_of = [&](auto value) {
    double best = INFINITY;
    for (const Contender& one : shown) {
      if (std::isfinite(value(one))) best = std::min(best, value(one));
    }
    return best;
  };
  const auto cell = [&](double value, double best, int digits) {
    const std::string text = fixed(value, digits);
    return value == best ? screen.bold(text) : text;
  };
  const Kind kinds[] = {{"MAE", &Scores::mae, &Scores::mae_by_step},
                        {"RMSE", &Scores::rmse, &Scores::rmse_by_step},
                        {"MASE", &Scores::mase, &Scores::mase_by_step}};
  std::vector<Row> overall{{"", {"MAE", "RMSE", "MASE"}}};
  for (const Contender& one : shown) {
    overall.push_back({one.name, {}});
    for (const Kind& kind : kinds) {
      const auto value = [&](const Contender& c) { return (*c.scores).*(kind.all); };
      overall.back().cells.push_back(cell(value(one), best_of(value), places(kind)));
    }
  }
  std::string out = grid(overall, std::max(column_width, widest(overall) + 2));
  const std::size_t steps = shown.front().scores->mae_by_step.size();
  if (steps < 2) return out;
  const auto by_step = [&](const Kind& kind, const std::vector<std::size_t>& chosen) {
    std::vector<Row> rows{{std::string(kind.name) + " by step ahead", {}}};
    for (const std::size_t step : chosen) {
      rows.front().cells.push_back((step == chosen.front() ? "step " : "") + std::to_string(step + 1));
    }
    for (const Contender& one : shown) {
      rows.push_back({one.name, {}});
      for (const std::size_t step : chosen) {
        const auto value = [&](const Contender& c) { return ((*c.scores).*(kind.by_step))[step]; };
        rows.back().cells.push_back(cell(value(one), best_of(value), places(kind)));
      }
    }
    return rows;
  };
  int width = step_width;
  for (const Kind& kind : kinds) width = std::max(width, widest(by_step(kind, chosen_steps(steps, steps))) + 2);
  const std::vector<std::size_t> chosen =
      chosen_steps(steps, static_cast<std::size_t>(std::max((screen.width - 2 - name_width) / width, 2)));
  for (const Kind& kind : kinds) out += "\n" + grid(by_step(kind, chosen), width);
  return out;
}

std::string verdict(const std::vector<Contender>& all, const std::string& where) {
  if (all.empty() || !all.front().scores || !std::isfinite(all.front().scores->mae)) return {};
  const double mine = all.front().scores->mae;
  const auto short_name = [](const Contender& one) { return one.name.substr(0, one.name.find(" (")); };
  std::string better, equal;
  const Contender* best = nullptr;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (!all[i].scores || !std::isfinite(all[i].scores->mae)) continue;
    if (all[i].name == no_season) continue;  // persistence again
    const double theirs = all[i].scores->mae;
    if (!best || theirs < best->scores->mae) best = &all[i];
    if (std::abs(mine - theirs) <= 0.001 * theirs) {
      equal += (equal.empty() ? "" : " and ") + short_name(all[i]);
    } else if (mine > theirs) {
      better += (better.empty() ? "" : ", to ") + short_name(all[i]) +
                (theirs > 0 ? " by " + percent(mine / theirs - 1) : ", which makes no error");
    }
  }
  if (!best) return {};
  if (!better.empty()) return "The model loses to " + better + " (MAE on " + where + ").";
  if (!equal.empty()) return "The model is as good as " + equal + ", to within 0.1 % of MAE on " + where + ".";
  return "The model wins: its MAE on " + where + " is " + percent(1 - mine / best->scores->mae) + " below that of " +
         short_name(*best) + ", the best of the others.";
}

Json scores_json(const std::optional<Scores>& scores) {
  if (!scores) return Json::Object{{"mae", Json()}, {"rmse", Json()}, {"mase", Json()}, {"by_step", Json::List{}}};
  Json::List steps;
  for (std::size_t i = 0; i < scores->mae_by_step.size(); ++i) {
    steps.push_back(Json::Object{{"step", static_cast<Index>(i + 1)},
                                 {"mae", scores->mae_by_step[i]},
                                 {"rmse", scores->rmse_by_step[i]},
                                 {"mase", scores->mase_by_step[i]}});
  }
  return Json::Object{{"mae", scores->mae}, {"rmse", scores->rmse}, {"mase", scores->mase}, {"by_step", std::move(steps)}};
}

}  // namespace rondo::cli
