// BackupAndRestore: a fit that is broken off anywhere and typed again ends with the bits of one that was not.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/zip.h"
#include "rondo/core/error.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/dropout.h"
#include "rondo/layers/lstm.h"
#include "rondo/optimizers/adam.h"
#include "rondo/train/callbacks.h"

namespace rondo {
namespace {

Array noise(const Shape& shape, double seed) {
  Array out(shape);
  for (Index i = 0; i < out.size(); ++i) out.data()[i] = static_cast<real>(std::sin(1.7 * static_cast<double>(i * i) + seed));
  return out;
}

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

class Backup : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("rondo-backup-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string in(const std::string& name) const { return (folder_ / name).string(); }

  // The same model every time, with everything that has a memory: dropout, accumulation, averages.
  static Sequential fresh() {
    set_random_seed(3);
    Sequential model{LSTM(4, {.recurrent_dropout = 0.2, .input_shape = {5, 2}}), Dropout(0.3), Dense(1)};
    model.compile({.optimizer = Adam({.learning_rate = 0.013, .use_ema = true, .gradient_accumulation_steps = 2}),
                   .loss = "mse",
                   .metrics = {"mae"}});
    return model;
  }

  struct Ended {
    std::uint64_t digest = 0;
    History history;
    Index stopped = 0, best = 0;
    double rate = 0;
    std::string log;
    std::optional<Index> resumed;
  };
  // break_at: the batch, counted over all epochs of this call, after which everything falls over.
  Ended fit(std::optional<Index> save_freq, Index break_at, FitOptions options, bool with_backup = true) {
    Sequential model = fresh();
    const BackupAndRestore backup({.backup_dir = in("backup"), .save_freq = save_freq});
    const EarlyStopping early({.monitor = "val_loss", .patience = 2, .restore_best_weights = true});
    Index batches = 0;
    options.callbacks = {ReduceLROnPlateau({.monitor = "val_loss", .factor = 0.5, .patience = 1, .min_delta = 10}), early,
                         CSVLogger({.filename = in("log.csv")})};
    if (with_backup) options.callbacks.insert(options.callbacks.begin(), backup);
    options.callbacks.push_back(LambdaCallback({.on_batch_end = [&](Index, const Logs&, Model&) {
      if (++batches == break_at) throw Broken("power cut");
    }}));
    options.batch_size = 4;
    options.validation_split = 0.25;
    options.seed = 11;
    Ended out;
    try {
      out.history = model.fit(x_, y_, options);
    } catch (const Broken&) {
      return out;
    }
    out.digest = model.weights_digest();
    out.stopped = early->stopped_epoch;
    out.best = early->best_epoch;
    out.rate = model.optimizer()->learning_rate;
    out.log = text_of(in("log.csv"));
    out.resumed = backup->resumed_epoch;
    return out;
  }

  const Array x_ = noise({20, 5, 2}, 1), y_ = noise({20, 1}, 2);
  std::filesystem::path folder_;
};

TEST_F(Backup, GoesOnToTheSameBits) {
  for (const bool cut : {false, true}) {
    FitOptions options{.epochs = 7};
    if (cut) options.steps_per_epoch = 3;  // epochs that begin within a pass over the samples
    const Ended whole = fit({}, -1, options, false);
    ASSERT_NE(whole.digest, 0u);
    for (const std::optional<Index> save_freq : {std::optional<Index>(), std::optional<Index>(1), std::optional<Index>(3)}) {
      for (const Index break_at : {1, 6, 11}) {
        SCOPED_TRACE(std::to_string(break_at) + " every " + std::to_string(save_freq.value_or(0)) + (cut ? " cut" : ""));
        fit(save_freq, break_at, options);
        const Ended gone_on = fit(save_freq, -1, options);
        EXPECT_EQ(gone_on.digest, whole.digest);
        EXPECT_EQ(gone_on.stopped, whole.stopped);
        EXPECT_EQ(gone_on.best, whole.best);
        EXPECT_EQ(gone_on.rate, whole.rate);
        const auto& all = whole.history.history.at("loss");
        const auto& end = gone_on.history.history.at("loss");
        ASSERT_LE(end.size(), all.size());
        EXPECT_TRUE(std::equal(end.rbegin(), end.rend(), all.rbegin())) << "losses";
        if (!save_freq) {
          EXPECT_EQ(gone_on.log, whole.log);
        }
        EXPECT_FALSE(std::filesystem::exists(in("backup"))) << "deleted at the end";
      }
    }
  }
}

TEST_F(Backup, BrokenOffTwiceAndSaidWhereItGoesOn) {
  const Ended whole = fit({}, -1, {.epochs = 6}, false);
  fit({}, 5, {.epochs = 6});
  std::ofstream(in("backup/.rondo-1-1.tmp")) << "of a process that was killed while it wrote";
  fit({}, 6, {.epochs = 6});
  const Ended gone_on = fit({}, -1, {.epochs = 6});
  EXPECT_EQ(gone_on.digest, whole.digest);
  ASSERT_TRUE(gone_on.resumed);
  EXPECT_EQ(*gone_on.resumed, 2);
  EXPECT_FALSE(std::filesystem::exists(in("backup")));
}

TEST_F(Backup, AnotherFitIsRefused) {
  fit({}, 6, {.epochs = 5});
  Sequential model = fresh();
  const BackupAndRestore backup({.backup_dir = in("backup")});
  const auto refuses = [&](FitOptions options, const std::string& what) {
    options.callbacks = {backup};
    options.seed = 11;
    try {
      model.fit(x_, y_, options);
      ADD_FAILURE() << what;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(what), std::string::npos) << e.what();
    }
  };
  refuses({.batch_size = 5}, "batch_size was 4, and is 5");
  refuses({.batch_size = 4}, "samples was 15, and is 20");
}

TEST_F(Backup, AHalfWrittenFileIsNoticed) {
  fit({}, 9, {.epochs = 6});
  const std::string file = in("backup/latest.backup");
  ASSERT_TRUE(std::filesystem::exists(file));
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  try {
    fit({}, -1, {.epochs = 6});
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("delete"), std::string::npos) << e.what();
  }
}

// A number is kept as its bits; digits of none are a damaged file, and none brings another exception than Rondo's.
TEST_F(Backup, BitsThatAreNoNumberAreRefused) {
  fit({}, 9, {.epochs = 6});
  const std::string file = in("backup/latest.backup");
  const std::string good = text_of(file);
  const std::string infinity = "9218868437227405312";
  for (const std::string& bits : {std::string("99999999999999999999"), std::string("18446744073709551616"), std::string("-1"),
                                  std::string(), std::string("12x"), std::string("0.5"), infinity}) {
    const ZipReader whole(std::as_bytes(std::span(good)), "backup");
    ZipWriter damaged;
    for (const std::string& name : whole.names()) {
      const std::vector<std::byte> bytes = whole.read(name);
      std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (name == "state.json") {
        const std::size_t at = text.find('"', text.find("\"learning_rate\":") + 16) + 1;
        text.replace(at, text.find('"', at) - at, bits);
      }
      damaged.add(name, text);
    }
    const std::vector<std::byte> bytes = damaged.finish();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    try {
      fit({}, -1, {.epochs = 6});
      ADD_FAILURE() << bits;
    } catch (const Error& e) {
      const char* const wanted =
          bits == infinity ? "is negative or not finite" : "learning_rate must hold the bits of a number";
      EXPECT_NE(std::string(e.what()).find(wanted), std::string::npos) << e.what();
    }
  }
}

TEST_F(Backup, KeepsTheOneBefore) {
  Sequential model = fresh();
  const BackupAndRestoreOptions options{.backup_dir = in("two"), .double_checkpoint = true, .delete_checkpoint = false};
  model.fit(x_, y_, {.batch_size = 4, .epochs = 3, .callbacks = {BackupAndRestore(options)}});
  const std::string file = in("two/latest.backup");
  ASSERT_TRUE(std::filesystem::exists(file));
  std::filesystem::resize_file(file, 100);
  Sequential again = fresh();
  const BackupAndRestore backup(options);
  const History history = again.fit(x_, y_, {.batch_size = 4, .epochs = 3, .callbacks = {backup}});
  EXPECT_EQ(history.epoch, std::vector<Index>{2});
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
}

}  // namespace
}  // namespace rondo
