// Constraints by name, and how one is applied: group by group, a group being the numbers that share a norm.
#include <algorithm>
#include <cmath>

#include "core/parameters.h"
#include "core/registry.h"
#include "rondo/constraints/constraint.h"

namespace rondo {

namespace detail {
void register_all_constraints();
}

namespace {
Registry<ConstraintInfo>& registry() {
  static Registry<ConstraintInfo> r("constraint", detail::register_all_constraints);
  return r;
}

Parameters checked(const ConstraintInfo& info, const Constraint& given) {
  return merged_from_zero("constraint", info.class_name, info.parameters, given.parameters);
}
}  // namespace

const ConstraintInfo& constraint_info(const std::string& name) { return registry().get(name); }
void register_constraint(const ConstraintInfo& info) {
  registry().add(info.name, info);
  registry().add(info.class_name, info);
}
std::vector<std::string> constraint_names() { return registry().names(); }

void check(const Constraint& constraint, const Shape& shape) {
  const ConstraintInfo& info = constraint_info(constraint.name);
  checked(info, constraint);
  if (!info.has_axis) return;
  for (const Index axis : constraint.axes) {
    if (axis < -shape.rank() || axis >= shape.rank()) {
      fail(Code::shape,
           "constraint '" + info.class_name + "': a weight of shape " + shape.text() + " has no axis " + std::to_string(axis));
    }
  }
}

Projection::Projection(const Constraint& constraint, const Shape& shape)
    : info_(&constraint_info(constraint.name)), parameters_(checked(*info_, constraint)), size_(shape.elements()) {
  check(constraint, shape);
  if (info_->number) return;
  std::vector<bool> over(static_cast<std::size_t>(shape.rank()), false);
  for (const Index axis : constraint.axes) over[static_cast<std::size_t>(axis < 0 ? axis + shape.rank() : axis)] = true;
  group_ = inside_ = {0};
  Index stride = size_;
  for (Index axis = 0; axis < shape.rank(); ++axis) {
    const Index n = shape[axis];
    stride = n == 0 ? 0 : stride / n;
    std::vector<Index>& list = over[static_cast<std::size_t>(axis)] ? inside_ : group_;
    std::vector<Index> grown;
    for (const Index at : list) {
      for (Index i = 0; i < n; ++i) grown.push_back(at + i * stride);
    }
    list = std::move(grown);
  }
}

void Projection::operator()(real* w) const noexcept {
  if (info_->number) {
    for (Index i = 0; i < size_; ++i) w[i] = info_->number(w[i]);
    return;
  }
  for (const Index at : group_) {
    double squares = 0;
    for (const Index i : inside_) squares += static_cast<double>(w[at + i]) * static_cast<double>(w[at + i]);
    const real factor = static_cast<real>(info_->factor(parameters_, std::sqrt(squares)));
    for (const Index i : inside_) w[at + i] *= factor;
  }
}

}  // namespace rondo
