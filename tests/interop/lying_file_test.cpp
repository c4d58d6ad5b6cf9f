// Model files that lie: unknown names, false shapes, false graphs, damage.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "io/hdf5.h"
#include "io/zip.h"
#include "model/model_state.h"
#include "model_files.h"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/layers.h"
#include "rondo/optimizers/adam.h"

namespace rondo {
namespace {

using namespace files;

// ---- what is unknown is refused by name ----

TEST(LyingFile, UnknownThingsAreNamed) {
  const Bytes file = save_model(small());
  const Json good = config_of(file);
  const auto change = [&](const std::function<void(Json&)>& edit) {
    Json config = good;
    edit(config);
    return with_config(file, config);
  };
  const auto layer = [](Json& config) -> Json& { return config["config"]["layers"][1]; };
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["class_name"] = "LSTN"; }), "Did you mean 'LSTM'"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["module"] = "my.package"; }), "never run"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["registered_name"] = "Package>LSTM"; }), "never run"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["dropout"] = 1.5; }), "dropout"));
  EXPECT_TRUE(refused(change([&](Json& c) {
                        layer(c)["config"]["kernel_regularizer"] = {{"class_name", "L3"}};
                      }),
                      "kernel_regularizer: unknown regularizer 'L3'"));
  const Json below = {{"class_name", "L2"}, {"config", {{"l2", -1}}}};
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["kernel_regularizer"] = below; }), "from 0 on"));
  const Json axis = {{"class_name", "MaxNorm"}, {"config", {{"axis", 7}}}};
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["kernel_constraint"] = axis; }), "no axis 7"));
  EXPECT_TRUE(
      refused(change([&](Json& c) { layer(c)["config"]["recurrent_constraint"] = "max_nrom"; }), "recurrent_constraint"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["activity_regularizer"] = "l3"; }), "activity_regularizer"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["peephole"] = true; }), "peephole"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["dtype"] = "mixed_float16"; }), "mixed_float16"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["config"]["activation"] = "tanhh"; }), "Did you mean 'tanh'"));
  EXPECT_TRUE(refused(change([&](Json& c) { c["class_name"] = "Subclassed"; }), "Subclassed"));
  EXPECT_TRUE(refused(change([&](Json& c) { c["config"]["layers"][0]["config"]["dtype"] = "complex64"; }), "complex64"));
  EXPECT_TRUE(refused(change([&](Json& c) { layer(c)["class_name"] = "Sequential"; }), "'layers' must be a list"));
  EXPECT_TRUE(refused(with(file, {{"assets/vocabulary.txt", "a"}}), "assets/vocabulary.txt"));
  EXPECT_TRUE(refused(with(file, {{"../../etc/passwd", "a"}}), "unknown member"));
}

TEST(LyingFile, AnUnknownOptimizerOrLossLeavesAModelThatPredicts) {
  const Bytes file = save_model(small());
  for (const char* key : {"optimizer", "loss"}) {
    Json config = config_of(file);
    config["compile_config"][key] = "nobody_knows_me";
    LoadReport report;
    const Model model = load_model(with_config(file, config), {.report = &report});
    EXPECT_FALSE(model.compiled());
    ASSERT_FALSE(report.notes.empty());
    EXPECT_NE(report.notes[0].find("nobody_knows_me"), std::string::npos) << report.notes[0];
    EXPECT_EQ(model.predict(Array(Shape{1, 4, 2}, real(1))).shape(), (Shape{1, 1}));
  }
  Json config = config_of(file);
  config["compile_config"]["metrics"] = {"unheard_of"};
  LoadReport report;
  EXPECT_TRUE(load_model(with_config(file, config), {.report = &report}).compiled());
  ASSERT_FALSE(report.notes.empty());
}

// ---- files that lie ----

TEST(LyingFile, ShapesThatLieAreRefusedBeforeAnythingIsAllocated) {
  const Bytes file = save_model(small());
  const Json good = config_of(file);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::pair<Json, const char*>> units = {{1000000000, ""},
                                                           {INT64_MAX, ""},
                                                           {UINT64_MAX, "whole number"},
                                                           {-1, ""},
                                                           {0, ""},
                                                           {4, "shape"},
                                                           {3.5, "whole number"},
                                                           {"3", "whole number"},
                                                           {nullptr, "whole number"},
                                                           {Json::array({3}), "whole number"},
                                                           {true, "whole number"},
                                                           {1e300, "whole number"}};
  for (const auto& [value, word] : units) {
    Json config = good;
    config["config"]["layers"][1]["config"]["units"] = value;
    EXPECT_TRUE(refused(with_config(file, config), word)) << value;
    EXPECT_NE(refusal(with_config(file, config)), "") << value;
  }
  const std::vector<Json> shapes = {{nullptr, 4, 1000000000000},
                                    {nullptr, 4, 3},
                                    {nullptr, 4, -2},
                                    {nullptr, 4, 2, 2, 2, 2, 2, 2, 2, 2},
                                    {nullptr, 4},
                                    {nullptr},
                                    Json::array(),
                                    {0, 4, 2},
                                    {nullptr, 4, "2"},
                                    "shape",
                                    nullptr,
                                    {nullptr, 4, 2.0}};
  for (const Json& shape : shapes) {
    Json config = good;
    config["config"]["layers"][0]["config"]["batch_shape"] = shape;
    EXPECT_NE(refusal(with_config(file, config)), "") << shape;
  }
  // All of the above together, a good second under sanitizers; a terabyte's allocation alone would take longer or fail.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(LyingFile, TensorsMissingOrLeftOverAreRefused) {
  const Bytes file = save_model(small());
  Json config = config_of(file);
  config["config"]["layers"].erase(3);  // without its Dense
  EXPECT_TRUE(refused(with_config(file, config), "no layer"));
  config = config_of(file);
  config["config"]["layers"].push_back(config["config"]["layers"][3]);
  config["config"]["layers"][4]["config"]["name"] = "dense_9";
  EXPECT_TRUE(refused(with_config(file, config), "is missing"));
  config["config"]["layers"][4]["config"]["name"] = "dense";
  EXPECT_TRUE(refused(with_config(file, config), "two layers are named"));
}

TEST(LyingFile, GraphsThatLieAreRefused) {
  set_random_seed(3);
  const SymbolicTensor a = Input({4, 2}, {.name = "a"});
  const SymbolicTensor h = LSTM(3, {.return_sequences = true, .name = "one"})(a);
  const Model model({a}, {LSTM(3, {.name = "two"})(h)});
  const Bytes file = save_model(model);
  const Json good = config_of(file);
  ASSERT_EQ(refusal(with_config(file, good)), "");
  const auto layer = [](Json& config, int i) -> Json& { return config["config"]["layers"][static_cast<std::size_t>(i)]; };
  const auto history = [&](Json& config, int i) -> Json& {
    return layer(config, i)["inbound_nodes"][0]["args"][0]["config"]["keras_history"];
  };
  struct Lie {
    const char* word;
    std::function<void(Json&)> edit;
  };
  const std::vector<Lie> lies = {
      {"cycle",
       [&](Json& c) {
         history(c, 1) = {"two", 0, 0};
       }},
      {"cycle",
       [&](Json& c) {
         history(c, 1) = {"one", 0, 0};
       }},
      {"no layer 'nobody'",
       [&](Json& c) {
         history(c, 1) = {"nobody", 0, 0};
       }},
      {"no call 7",
       [&](Json& c) {
         history(c, 2) = {"one", 7, 0};
       }},
      {"no call",
       [&](Json& c) {
         history(c, 2) = {"one", -1, 0};
       }},
      {"output 5",
       [&](Json& c) {
         history(c, 2) = {"one", 0, 5};
       }},
      {"output",
       [&](Json& c) {
         history(c, 2) = {"one", 0, -5};
       }},
      {"whole number",
       [&](Json& c) {
         history(c, 2) = {"one", 0.5, 0};
       }},
      {"must be named by",
       [&](Json& c) {
         history(c, 2) = {"one", 0};
       }},
      {"must be named by", [&](Json& c) { history(c, 2) = nullptr; }},
      {"never called", [&](Json& c) { layer(c, 2)["inbound_nodes"] = Json::array(); }},
      {"list", [&](Json& c) { layer(c, 2)["inbound_nodes"] = 3; }},
      {"list", [&](Json& c) { layer(c, 2)["inbound_nodes"][0]["args"] = nullptr; }},
      {"without inputs", [&](Json& c) { layer(c, 2)["inbound_nodes"][0]["args"] = Json::array(); }},
      {"training", [&](Json& c) { layer(c, 2)["inbound_nodes"][0]["kwargs"]["training"] = true; }},
      {"mask",
       [&](Json& c) { layer(c, 2)["inbound_nodes"][0]["kwargs"]["mask"] = layer(c, 2)["inbound_nodes"][0]["args"][0]; }},
      {"no layer 'x'",
       [&](Json& c) {
         c["config"]["output_layers"] = {"x", 0, 0};
       }},
      {"at least one", [&](Json& c) { c["config"]["output_layers"] = Json::array(); }},
      {"no output depends",
       [&](Json& c) {
         c["config"]["output_layers"] = {"one", 0, 0};
       }},
      {"input of the model",
       [&](Json& c) {
         c["config"]["input_layers"] = {"one", 0, 0};
       }},
      {"two layers are named", [&](Json& c) { layer(c, 2)["config"]["name"] = layer(c, 2)["name"] = "one"; }},
      {"another name", [&](Json& c) { layer(c, 2)["name"] = "three"; }},
      {"list", [&](Json& c) { c["config"]["layers"] = "none"; }},
      {"object", [&](Json& c) { c["config"] = 3; }},
  };
  for (const Lie& lie : lies) {
    Json config = good;
    lie.edit(config);
    EXPECT_TRUE(refused(with_config(file, config), lie.word));
  }
}

TEST(LyingFile, JsonThatIsNotSoundIsRefused) {
  const Bytes file = save_model(small());
  std::string deep(100000, '[');
  const std::vector<std::pair<std::string, const char*>> texts = {
      {deep, "nested"},
      {deep + std::string(100000, ']'), "nested"},
      {R"({"class_name": "Sequential", "class_name": "Functional"})", "two values"},
      {"{", "not JSON"},
      {"\xff\xfe", "not JSON"},
      {"null", "object"},
      {"[]", "object"},
      {"{}", "class_name"},
      {R"({"class_name": 3})", "text"},
      {R"({"class_name": "Sequential"})", "object"},
      {R"({"class_name": "Sequential", "config": {"layers": [{}]}})", "class_name"},
      {R"({"class_name": "Sequential", "config": {"layers": [3]}})", "class_name"},
      {R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "LSTM", "config": {"units": NaN}}]}})",
       "whole number"},
  };
  for (const auto& [config, word] : texts)
    EXPECT_TRUE(refused(with(file, {{"config.json", config}}), word)) << config.substr(0, 60);
  EXPECT_TRUE(refused(with(file, {{"config.json", ""}}), "config.json"));
  EXPECT_TRUE(refused(with(file, {{"model.weights.h5", ""}}), "model.weights.h5"));
  EXPECT_TRUE(refused(with(file, {{"metadata.json", "x"}}), "metadata.json"));
}

TEST(LyingFile, MessagesCarryNoControlCharacters) {
  const Bytes file = save_model(small());
  Json config = config_of(file);
  config["config"]["layers"][1]["config"]["name"] = "\x1b[31mred\n";
  config["config"]["layers"][1]["config"]["bad\x07key"] = 1;
  for (const char c : refusal(with_config(file, config))) EXPECT_GE(static_cast<unsigned char>(c), 32);
}

// A kilobyte of file that says it holds a terabyte.
TEST(LyingFile, SmallFilesThatSayTheyAreLargeAreRefusedAtOnce) {
  Json config = {{"module", "keras"}, {"class_name", "Sequential"}, {"config", {{"name", "bomb"}, {"layers", Json::array()}}}};
  config["config"]["layers"].push_back(
      {{"module", "keras.layers"}, {"class_name", "InputLayer"}, {"config", {{"batch_shape", {nullptr, 1000000, 500000}}}}});
  config["config"]["layers"].push_back({{"module", "keras.layers"}, {"class_name", "Dense"}, {"config", {{"units", 500000}}}});
  ZipWriter zip;
  zip.add("config.json", config.dump());
  zip.add("model.weights.h5", hdf5::Writer().finish());
  const Bytes file = zip.finish();
  EXPECT_LT(file.size(), 2500u);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(refused(file, "is missing"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

// A hundred metrics of a million thresholds are a few kilobytes of text.
TEST(LyingFile, MetricsThatAskForMuchAreLeftOut) {
  const Bytes file = save_model(small());
  for (const auto& [name, key] : {std::pair("AUC", "num_thresholds"), {"MeanIoU", "num_classes"}}) {
    Json config = config_of(file), metric = {{"module", "keras.metrics"}, {"class_name", name}, {"config", {{key, 1000000}}}};
    config["compile_config"]["metrics"] = Json::array();
    for (int i = 0; i < 100; ++i) config["compile_config"]["metrics"].push_back(metric);
    LoadReport report;
    load_model(with_config(file, config), {.report = &report});
    ASSERT_FALSE(report.notes.empty());
    EXPECT_NE(report.notes[0].find("these ask for more"), std::string::npos) << report.notes[0];
  }
}

TEST(LyingFile, TruncatedAnywhereItIsRefused) {
  const Bytes file = save_model(small());
  for (std::size_t size = 0; size < file.size(); size += 1 + size / 40)
    ASSERT_NE(refusal(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))), "") << size;
  EXPECT_TRUE(refused({}, "empty"));
  EXPECT_TRUE(refused(Bytes(100, std::byte{'x'}), ""));
  EXPECT_TRUE(refused(ZipReader(file).read("model.weights.h5"), "HDF5"));
}

// Seeded damage to each member: the file loads or an Error says why not. Sanitizers watch the rest.
TEST(LyingFile, RandomDamageNeverGetsThrough) {
  std::mt19937 random(2);
  const Bytes file = save_model(small());
  const std::string config = text(ZipReader(file).read("config.json")),
                    weights = text(ZipReader(file).read("model.weights.h5")), rondo = text(ZipReader(file).read("rondo.json"));
  static const char* const tokens[] = {"null", "-1",    "0",       "1e9", "[]", "{}", "\"\"", "true", "9223372036854775807",
                                       "3.5",  "\"x\"", "\"LSTM\""};
  const auto damaged = [&](std::string member, bool json) {
    for (int n = 1 + static_cast<int>(random() % 3); n > 0; --n) {
      const std::size_t at = random() % member.size();
      if (json && random() % 4 != 0) {
        // Replaces one value by another, which keeps most files well-formed.
        const std::size_t colon = member.find(':', at);
        if (colon == std::string::npos) continue;
        const std::size_t end = member.find_first_of(",}]", colon);
        if (end == std::string::npos) continue;
        member = member.substr(0, colon + 1) + tokens[random() % std::size(tokens)] + member.substr(end);
      } else {
        member[at] = static_cast<char>(random());
      }
    }
    return member;
  };
  int loaded = 0;
  for (int round = 0; round < 1500; ++round) {
    const unsigned kind = random() % 8;
    const Bytes changed = kind < 5   ? with(file, {{"config.json", damaged(config, true)}})
                          : kind < 7 ? with(file, {{"model.weights.h5", damaged(weights, false)}})
                                     : with(file, {{"rondo.json", damaged(rondo, true)}});
    loaded += refusal(changed, {.self_check = kind == 7}).empty();
  }
  EXPECT_GT(loaded, 0);
  // Damage to the archive itself.
  for (int round = 0; round < 1000; ++round) {
    Bytes changed = file;
    for (int n = 1 + static_cast<int>(random() % 3); n > 0; --n) {
      const std::size_t at = random() % 2 ? random() % changed.size() : changed.size() - 1 - random() % 300;
      changed[at] = static_cast<std::byte>(random());
    }
    refusal(changed, {.self_check = false});
  }
}

TEST(LyingFile, DuplicateMembersAreRefused) {
  Bytes file = save_model(small());
  // metadata.json and rondo.json differ in length; "config.json" twice is made by renaming one of equal length.
  std::string raw = text(file);
  for (std::size_t at = raw.find("rondo.json"); at != std::string::npos; at = raw.find("rondo.json", at + 1))
    raw.replace(at, 10, "onfig.json");
  Bytes renamed(raw.size());
  std::memcpy(renamed.data(), raw.data(), raw.size());
  EXPECT_NE(refusal(renamed), "");
}

}  // namespace
}  // namespace rondo
