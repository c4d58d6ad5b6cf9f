#include "interop/call_arguments.h"

namespace rondo::interop {
namespace {

class Setter final : public ConfigVisitor {
 public:
  bool found = false;
  Setter(std::string_view key, bool to) : key_(key), to_(to) {}

  void field(std::string_view key, bool& value, bool) override {
    if (key != key_) return;
    value = to_;
    found = true;
  }
  void field(std::string_view, Index&, Index) override {}
  void field(std::string_view, double&, double) override {}
  void field(std::string_view, std::string&, const std::string&) override {}
  void field(std::string_view, std::vector<Index>&, const std::vector<Index>&) override {}
  void field(std::string_view, std::optional<double>&) override {}
  void field(std::string_view, Activation&, const Activation&) override {}
  void field(std::string_view, Initializer&, const Initializer&) override {}
  void field(std::string_view, std::vector<double>&, const std::vector<double>&) override {}
  void field(std::string_view, Regularizer&) override {}
  void field(std::string_view, Constraint&) override {}
  void field(std::string_view, LayerRef&) override {}
  void required(std::string_view, Index&) override {}
  void required(std::string_view, double&) override {}
  void required(std::string_view, std::string&) override {}
  void required(std::string_view, std::vector<Index>&) override {}
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  std::string_view key_;
  bool to_;
};

}  // namespace

bool is_call_argument(std::string_view key) {
  return key == "use_causal_mask" || key == "return_attention_scores" || key == "attention_mask";
}

bool set_call_argument(Layer& layer, std::string_view key, bool value) {
  Setter setter(key, value);
  layer.describe(setter);
  return setter.found;
}

}  // namespace rondo::interop
