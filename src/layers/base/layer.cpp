// What all layers share: building once, all or nothing; names; packed copies; the registry of classes.
#include "rondo/layers/layer.h"

#include <map>

#include "core/custom.h"
#include "core/memory.h"
#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/building.h"
#include "layers/base/names.h"
#include "layers/base/own_features.h"
#include "layers/base/require.h"
#include "rondo/initializers/initializer.h"
#include "rondo/layers/custom.h"

namespace rondo {

namespace detail {
void register_all_layers();
}

namespace {

Registry<LayerFactory>& registry() {
  static Registry<LayerFactory> r("layer", [] {
    const BuiltIn all;
    detail::register_all_layers();
  });
  return r;
}

CustomNames& custom() {
  static CustomNames names("layer");
  return names;
}

// What the booked weights and inference's packed copies of an unbuilt layer will take.
Index booked_bytes(const Layer& layer) {
  Index bytes = 0;
  const auto add = [&](Index reals) { bytes = checked_add(bytes, checked_mul(reals, static_cast<Index>(sizeof(real)))); };
  for (const Weight& w : layer.weights().own()) add(w.shape.elements());
  for (const Weights::Pack& p : layer.weights().packs())
    if (!p.for_training) add(p.reals);
  for (const Weights::Child& c : layer.weights().children())
    if (!c.layer->built()) bytes = checked_add(bytes, booked_bytes(*c.layer));
  return bytes;
}

void check_ranks(const Layer& layer, const Shapes& shapes) {
  for (const Shape& s : shapes)
    if (s.rank() > Dims::max_rank)
      fail(Code::shape, layer.described() + " would meet " + s.text() + ": " + std::to_string(s.rank()) + " axes; at most " +
                            std::to_string(Dims::max_rank) + " are supported");
}

}  // namespace

void Layer::book(const Shapes& in) {
  check();
  require_plain_name("a layer", name_);
  check_ranks(*this, in);
  weights_ = Weights();
  built_for_.clear();
  try {
    build(in, weights_);
    built_for_ = in;
    check_ranks(*this, output_shapes(in));
    check_activity(*this, in);
  } catch (const Error& e) {
    weights_ = Weights();
    built_for_.clear();
    if (std::string_view(e.what()).find(class_name()) != std::string_view::npos) throw;
    fail(e.code(), described() + ": " + e.what());  // what did not suit knows no layer
  } catch (...) {
    weights_ = Weights();
    built_for_.clear();
    throw;
  }
}

void Layer::finish(std::uint64_t seed, std::uint64_t& stream) {
  if (built_) return;
  for (Weight& w : weights_.own()) {
    w.value = Array(w.shape);
    if (BuildHook::current() == nullptr) try {
        initialize(w.initializer, w.shape, seed, stream, w.value.data());
      } catch (const Error& e) {
        fail(e.code(), described() + ": its " + w.name + ": " + e.what());
      }
    ++stream;
  }
  for (Weights::Pack& p : weights_.packs())
    if (!p.for_training) p.values.assign(static_cast<std::size_t>(p.reals), real(0));
  for (const Weights::Child& c : weights_.children()) c.layer->finish(seed, stream);
  built_ = true;
  pack(weights_, false);
}

void Layer::ensure_built(const Shapes& in, std::uint64_t seed) {
  if (built_) {  // a second node: the weights must fit; output_shapes says why not
    check_ranks(*this, in);
    check_ranks(*this, output_shapes(in));
    const bool own = dynamic_cast<const OwnFeatures*>(this) != nullptr;
    if (!own && (!weights_.own().empty() || !weights_.children().empty())) require_features(*this, in);
    return;
  }
  book(in);
  try {
    if (const BuildHook* hook = BuildHook::current()) hook->booked(*this);
    check_memory(booked_bytes(*this), described() + ": its weights");
    std::uint64_t stream = 0;
    finish(seed, stream);
  } catch (...) {
    built_ = false;
    weights_ = Weights();
    built_for_.clear();
    throw;
  }
}

void Layer::refresh(bool for_training) noexcept {
  pack(weights_, for_training);
  for (const Weights::Child& c : weights_.children()) c.layer->refresh(for_training);
}

void Layer::book_training_packs() {
  for (Weights::Pack& p : weights_.packs())
    if (p.values.empty()) p.values.assign(static_cast<std::size_t>(p.reals), real(0));
  for (const Weights::Child& c : weights_.children()) c.layer->book_training_packs();
}

std::string Layer::described() const {
  std::string out = "layer '" + (name_.empty() ? snake_case(class_name()) : name_) + "' (" + class_name();
  if (!built_for_.empty()) {
    out += ", built for ";
    for (std::size_t i = 0; i < built_for_.size(); ++i) out += (i > 0 ? " and " : "") + axes_text(built_for_[i]);
  }
  return out + ")";
}

void register_layer(const std::string& class_name, LayerFactory make) {
  if (!BuiltIn::now()) {
    const std::shared_ptr<Layer> made = make();
    const Layer& one = *made;  // typeid(*made) would seem to be a call
    custom().add(class_name, one.class_name(), typeid(one), [](const auto& name) { return registry().find(name) != nullptr; });
  }
  registry().add(class_name, make);
}
std::string registered_name(const Layer& layer) { return custom().name_of(typeid(layer)); }
std::vector<std::string> own_layer_names() { return custom().names(); }
LayerRef make_layer(const std::string& class_name) { return LayerRef(registry().get(class_name)()); }
std::vector<std::string> layer_names() { return registry().names(); }

}  // namespace rondo
