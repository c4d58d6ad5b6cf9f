// Learning rate schedules by name.
#include "rondo/optimizers/schedule.h"

#include "core/registry.h"
#include "rondo/core/error.h"

namespace rondo {

namespace detail {
void register_all_optimizers();
}

namespace {
Registry<ScheduleFactory>& registry() {
  static Registry<ScheduleFactory> r("learning rate schedule", detail::register_all_optimizers);
  return r;
}
}  // namespace

LearningRate::LearningRate(std::shared_ptr<LearningRateSchedule> s) : schedule(std::move(s)) {
  if (!schedule) fail(Code::value, "a learning rate needs a number or a schedule");
  schedule->check();
  value = schedule->at(0);
}

void register_schedule(const std::string& class_name, ScheduleFactory make) { registry().add(class_name, make); }
std::shared_ptr<LearningRateSchedule> make_schedule(const std::string& class_name) { return registry().get(class_name)(); }
std::vector<std::string> schedule_names() { return registry().names(); }

}  // namespace rondo
