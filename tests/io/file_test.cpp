// Whole files: what reading refuses, and that a failed write leaves nothing behind and harms nothing.
#include "io/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "io/npy_support.h"

namespace rondo {
namespace {

namespace fs = std::filesystem;
using testing::bytes_of;
using testing::error_of;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rondo_file_test_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string content(const std::string& name) const {
    std::ifstream in(at(name));
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  int entries() const { return static_cast<int>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator())); }
  void make(const std::string& name, const std::string& text) const { std::ofstream(at(name)) << text; }
  // Permissions say nothing to root, so such a test runs as somebody else, in a child.
  static std::string as_nobody(const std::function<std::string()>& body) {
    if (::geteuid() != 0) return body();
    int pipe[2];
    if (::pipe(pipe) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
      const bool changed = ::setgid(65534) == 0 && ::setuid(65534) == 0;
      const std::string text = changed ? body() : "cannot change user";
      [[maybe_unused]] const ssize_t n = ::write(pipe[1], text.data(), text.size());
      ::_exit(0);
    }
    ::close(pipe[1]);
    std::string out(4096, '\0');
    const ssize_t n = ::read(pipe[0], out.data(), out.size());
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return out;
  }

  fs::path folder_;
};

TEST_F(Files, ReadsWhatIsThere) {
  make("a", "hello");
  EXPECT_EQ(read_file(at("a")), bytes_of("hello"));
  const std::string large(3'000'000, 'x');
  make("b", large);
  EXPECT_EQ(read_file(at("b")).size(), large.size());
  EXPECT_FALSE(read_file("/proc/self/status").empty());  // says that it has 0 bytes
}

TEST_F(Files, ReadsPipesToTheirEnd) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const std::string text(1'000'000, 'y');
  std::thread writer([&] { std::ofstream(at("pipe")) << text; });
  EXPECT_EQ(read_file(at("pipe")), bytes_of(text));
  writer.join();
}

TEST_F(Files, ReadingSaysWhyNot) {
  EXPECT_EQ(error_of([&] { read_file(at("none")); }), "not_found: cannot read '" + at("none") + "': there is no such file");
  EXPECT_EQ(error_of([&] { read_file(folder_.string()); }),
            "not_found: cannot read '" + folder_.string() + "': it is a directory");
  EXPECT_EQ(error_of([&] { read_file(""); }), "not_found: cannot read '': no file name given");
  EXPECT_EQ(error_of([&] { read_file(std::string("a\0b", 3)); }),
            "not_found: cannot read 'a\\x00b': a file name cannot hold a zero byte");
  EXPECT_EQ(error_of([] { read_file("/dev/null"); }), "format: '/dev/null' is empty (0 bytes)");
  for (const std::string endless : {"/dev/zero", "/dev/full", "/dev/urandom"}) {
    EXPECT_EQ(error_of([&] { read_file(endless); }),
              "not_found: cannot read '" + endless + "': it is a device that goes on without end, not a file");
  }
  make("empty", "");
  EXPECT_EQ(error_of([&] { read_file(at("empty")); }), "format: '" + at("empty") + "' is empty (0 bytes)");
  make("a", "x");
  EXPECT_EQ(error_of([&] { read_file(at("a/b")); }), "not_found: cannot read '" + at("a/b") + "': Not a directory");
  fs::permissions(at("a"), fs::perms::none);
  fs::permissions(folder_, fs::perms::all);
  EXPECT_EQ(as_nobody([&] { return error_of([&] { read_file(at("a")); }); }),
            "not_found: cannot read '" + at("a") + "': Permission denied");
}

TEST_F(Files, ASizeBeyondMemoryIsRefusedBeforeAllocating) {
  make("sparse", "x");
  if (::truncate(at("sparse").c_str(), off_t(1) << 42) != 0) GTEST_SKIP() << "no sparse files of 4 TB here";
  const std::string error = error_of([&] { read_file(at("sparse")); });
  EXPECT_TRUE(error.starts_with("memory: reading '" + at("sparse") + "' needs 4.0 TB; this machine has ")) << error;
}

TEST_F(Files, WritesAndReplaces) {
  write_file_atomic(at("a"), "one");
  EXPECT_EQ(content("a"), "one");
  fs::permissions(at("a"), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  write_file_atomic(at("a"), "two");
  EXPECT_EQ(content("a"), "two");
  EXPECT_EQ(fs::status(at("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink("a", at("link"));  // stays a link
  write_file_atomic(at("link"), "three");
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(content("a"), "three");
  fs::create_symlink("new", at("dangling"));
  write_file_atomic(at("dangling"), "four");
  EXPECT_EQ(content("new"), "four");
  write_file_atomic(at("empty"), "");
  EXPECT_EQ(fs::file_size(at("empty")), 0U);
  EXPECT_EQ(entries(), 5);
}

TEST_F(Files, WritingSaysWhyNot) {
  const auto both = [](const std::string& path) {
    const std::string checked = error_of([&] { check_writable(path); });
    EXPECT_EQ(error_of([&] { write_file_atomic(path, "x"); }), checked);
    return checked;
  };
  const auto cannot = [](const std::string& path, const std::string& why) {
    return "output: cannot write '" + path + "': " + why;
  };
  EXPECT_EQ(both(at("no/file")), cannot(at("no/file"), "there is no folder '" + at("no") + "'"));
  EXPECT_EQ(both(folder_.string()), cannot(folder_.string(), "it is a directory"));
  EXPECT_EQ(both(""), cannot("", "no file name given"));
  EXPECT_EQ(both(at("new/")), cannot(at("new/"), "there is no folder '" + at("new") + "'"));
  make("a", "old");
  EXPECT_EQ(both(at("a/b")), cannot(at("a/b"), "a part of the path is a file, not a folder"));
  EXPECT_EQ(both(at(std::string(300, 'n'))), cannot(at(std::string(300, 'n')), "File name too long"));
  fs::create_symlink("loop", at("loop"));
  EXPECT_EQ(both(at("loop")), cannot(at("loop"), "Too many levels of symbolic links"));
  fs::remove(at("loop"));

  fs::permissions(folder_, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  EXPECT_EQ(as_nobody([&] { return error_of([&] { check_writable(at("b")); }); }),
            cannot(at("b"), "no file can be made in the folder '" + folder_.string() + "': Permission denied"));
  EXPECT_EQ(as_nobody([&] { return error_of([&] { check_writable(at("a")); }); }), cannot(at("a"), "Permission denied"));
  EXPECT_EQ(content("a"), "old");
  EXPECT_EQ(entries(), 1);
  EXPECT_TRUE(both("/proc/rondo").starts_with("output: cannot write '/proc/rondo': "));
}

TEST_F(Files, CheckingLeavesNoTrace) {
  make("a", "old");
  const auto before = fs::last_write_time(at("a"));
  check_writable(at("a"));
  check_writable(at("b"));
  EXPECT_EQ(fs::last_write_time(at("a")), before);
  EXPECT_EQ(content("a"), "old");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, AFullDiskLeavesTheOldFile) {
  EXPECT_EQ(error_of([] { write_file_atomic("/dev/full", "x"); }),
            "output: cannot write '/dev/full': No space left on device (1 byte to write)");
  make("a", "old");
  // A limit on the size of files stands for the disk: the write is cut short, then refused. The signal must not end the
  // process.
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{10'000, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string error = error_of([&] { write_file_atomic(at("a"), std::string(100'000, 'x')); });
  const std::string fresh = error_of([&] { write_file_atomic(at("b"), std::string(100'000, 'x')); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(error, "output: cannot write '" + at("a") + "': File too large (97.7 KB to write)");
  EXPECT_EQ(fresh, "output: cannot write '" + at("b") + "': File too large (97.7 KB to write)");
  EXPECT_EQ(content("a"), "old");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, AClosedPipeIsAnError) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const int reader = ::open(at("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  std::thread closer([&] {
    char first = 0;
    while (::read(reader, &first, 1) != 1) {
    }
    ::close(reader);
  });
  const std::string error = error_of([&] { write_file_atomic(at("pipe"), std::string(1'000'000, 'x')); });
  closer.join();
  EXPECT_EQ(error, "output: cannot write '" + at("pipe") + "': Broken pipe");
}

}  // namespace
}  // namespace rondo
