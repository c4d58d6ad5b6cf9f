#include "rondo/core/error.h"

#include <gtest/gtest.h>

#include "core/memory.h"

namespace rondo {
namespace {

TEST(Error, CodesHaveStableNames) {
  const std::vector<std::pair<Code, std::string>> names = {
      {Code::not_found, "not_found"},   {Code::format, "format"},           {Code::shape, "shape"},
      {Code::value, "value"},           {Code::unsupported, "unsupported"}, {Code::memory, "memory"},
      {Code::non_finite, "non_finite"}, {Code::output, "output"},           {Code::state, "state"},
      {Code::internal, "internal"}};
  for (const auto& [code, name] : names) EXPECT_EQ(code_name(code), name);
}

TEST(Error, ShapeReportsKeepTheirOrderAndLeaveOutWhatIsNotKnown) {
  const ShapeReport all{"layer 'lstm'", "X (10, 2)", "one sample", "X.reshape({1, 10, 2})", "1 sample"};
  EXPECT_EQ(text(all),
            "shape error at layer 'lstm'\n"
            "  got:    X (10, 2)\n"
            "  likely: one sample\n"
            "  fix:    X.reshape({1, 10, 2})\n"
            "  means:  1 sample");
  EXPECT_EQ(text(ShapeReport{"model", "X (3,)", "", "", ""}), "shape error at model\n  got:    X (3,)");
  try {
    fail(all);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::shape);
    EXPECT_EQ(error.what(), text(all));
  }
}

TEST(Error, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(escaped("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(escaped(std::string_view("\0\x1b[31m\x7f", 7)), "\\x00\\x1b[31m\\x7f");
  EXPECT_EQ(escaped("Zürich 東京 🎵"), "Zürich 東京 🎵");
  EXPECT_EQ(escaped("\xff\xc3"), "\\xff\\xc3");                               // not UTF-8
  EXPECT_EQ(escaped("\xc0\xaf \xed\xa0\x80"), "\\xc0\\xaf \\xed\\xa0\\x80");  // overlong, surrogate
  EXPECT_EQ(escaped("\xc2\x9b"), "\\xc2\\x9b");                               // C1: an escape sequence in one character
  EXPECT_EQ(escaped("\xe2\x80\xae"), "\\xe2\\x80\\xae");                      // turns the direction of what follows
}

TEST(Error, NearestName) {
  const std::vector<std::string> known = {"LSTM", "GRU", "Dense", "BatchNormalization"};
  EXPECT_EQ(did_you_mean("LSTN", known), " Did you mean 'LSTM'?");
  EXPECT_EQ(did_you_mean("mes", std::vector<std::string>{"MSE", "mse"}), " Did you mean 'mse'?");  // the same case first
  EXPECT_EQ(did_you_mean("lstm", known), " Did you mean 'LSTM'?");
  EXPECT_EQ(did_you_mean("BatchNormalisation", known), " Did you mean 'BatchNormalization'?");
  EXPECT_EQ(did_you_mean("Conv1D", known), "");
  EXPECT_EQ(did_you_mean("", known), "");
  EXPECT_EQ(did_you_mean(std::string(100000, 'x'), known), "");
}

TEST(Memory, FiguresAndRefusal) {
  EXPECT_EQ(bytes_text(1), "1 byte");
  EXPECT_EQ(bytes_text(1023), "1023 bytes");
  EXPECT_EQ(bytes_text(1536), "1.5 KB");
  EXPECT_EQ(bytes_text(Index(1) << 40), "1.0 TB");
  EXPECT_GT(memory_limit(), Index(1) << 20);
  EXPECT_NO_THROW(check_memory(1, "x"));
  try {
    check_memory(Index(1) << 60, "the model");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::memory);
    EXPECT_TRUE(std::string(error.what()).starts_with("the model needs 1.0 EB; this machine has ")) << error.what();
  }
}

}  // namespace
}  // namespace rondo
