// Losses of your own: a class derived from Loss (rondo/losses/loss.h), handed to compile as LossRef(std::make_shared<T>()).
// Registered, it is saved and loaded with the model. examples/custom_loss.cpp is one; gradcheck (rondo/model/gradcheck.h)
// checks its gradient.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rondo/losses/loss.h"

namespace rondo {

// From now on a T has this name in model files, in LossRef("my_package>Asymmetric") and on no other terms than a layer's
// (rondo/layers/custom.h). T() must work; its class_name() is the part behind the '>'.
template <class T>
void register_loss(const std::string& name) {
  register_loss(name, [] { return std::shared_ptr<Loss>(std::make_shared<T>()); });
}
// "my_package>Asymmetric"; "" for a loss that is built in or not registered.
std::string registered_name(const Loss& loss);
std::vector<std::string> own_loss_names();  // registered so, sorted

}  // namespace rondo
