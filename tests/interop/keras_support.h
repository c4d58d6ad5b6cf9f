// What the tests of model files share: a small model, and its file with members changed.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "interop/json.h"
#include "io/zip.h"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/layers.h"
#include "rondo/optimizers/adam.h"

namespace rondo::testing_files {

using interop::Json;
using Bytes = std::vector<std::byte>;

inline Model small() {
  set_random_seed(7);
  Sequential model("small");
  model.add(LSTM(3, {.return_sequences = true, .input_shape = {4, 2}}));
  model.add(GRU(2));
  model.add(Dense(1));
  model.compile({.optimizer = Adam({.learning_rate = 0.01}), .loss = "mse", .metrics = {"mae"}});
  return model;
}

inline std::string text(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// The same archive with members changed, added or (by "") removed.
inline Bytes with(const Bytes& file, const std::map<std::string, std::string>& members) {
  const ZipReader zip(file);
  ZipWriter out;
  for (const std::string& name : zip.names()) {
    const auto it = members.find(name);
    if (it == members.end())
      out.add(name, zip.read(name));
    else if (!it->second.empty())
      out.add(name, it->second);
  }
  for (const auto& [name, content] : members)
    if (!zip.contains(name)) out.add(name, content);
  return out.finish();
}

inline Json config_of(const Bytes& file) { return Json::parse(text(ZipReader(file).read("config.json"))); }
inline Bytes with_config(const Bytes& file, const Json& config) { return with(file, {{"config.json", config.dump()}}); }

// The message of the refusal, with its code; "" if the file loads. Anything but an Error fails the test.
inline std::string refusal(const Bytes& file, const LoadOptions& options = {}) {
  try {
    load_model(file, options);
    return "";
  } catch (const Error& e) {
    EXPECT_NE(e.code(), Code::internal) << e.what();
    return std::string(code_name(e.code())) + ": " + e.what();
  }
}

inline testing::AssertionResult refused(const Bytes& file, const std::string& word) {
  const std::string message = refusal(file);
  if (message.find(word) != std::string::npos) return testing::AssertionSuccess() << message;
  return testing::AssertionFailure() << "expected '" << word << "' in: " << message;
}

}  // namespace rondo::testing_files
