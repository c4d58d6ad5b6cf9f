// Reading and writing whole files with POSIX calls: every call's failure is looked at, including those of fsync and close,
// where a full disk may first show itself.
#include "io/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>

#include "core/memory.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

std::string quoted(const std::string& path) { return "'" + escaped(path) + "'"; }

[[noreturn]] void cannot_write(const std::string& path, const std::string& why) {
  fail(Code::output, "cannot write " + quoted(path) + ": " + why);
}

// A file descriptor that closes itself.
class Handle {
 public:
  explicit Handle(int fd) : fd_(fd) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd);
  }

 private:
  int fd_;
};

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// While it lives, a write beyond a file-size limit or to a closed pipe fails with an errno instead of ending the process. Both
// signals are sent to the thread that writes, so blocking and fetching them touches nobody else.
class QuietWrites {
 public:
  QuietWrites() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGXFSZ);
    sigaddset(&set_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    already_ = sigismember(&pending, SIGXFSZ) == 1 || sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &set_, &old_);
  }
  QuietWrites(const QuietWrites&) = delete;
  QuietWrites& operator=(const QuietWrites&) = delete;
  ~QuietWrites() {
    const int kept = errno;
    const timespec now{};
    while (!already_ && sigtimedwait(&set_, nullptr, &now) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    errno = kept;
  }

 private:
  sigset_t set_, old_;
  bool already_ = false;
};

// 0, or the errno of what failed.
int write_all(int fd, std::span<const std::byte> bytes) {
  const QuietWrites quiet;
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t(1) << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return 0;
}

int sync(int fd) {
  int result = 0;
  do {
    result = ::fsync(fd);
  } while (result != 0 && errno == EINTR);
  const bool cannot = result != 0 && (errno == EINVAL || errno == ENOTSUP || errno == EROFS);  // a pipe, a device
  return result == 0 || cannot ? 0 : errno;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Where the bytes go: symbolic links followed, so that a link keeps pointing at the new content.
std::string target_of(const std::string& path) {
  if (path.empty()) cannot_write(path, "no file name given");
  if (path.find('\0') != std::string::npos) cannot_write(path, "a file name cannot hold a zero byte");
  std::filesystem::path at = path;
  std::error_code error;
  for (int links = 0; std::filesystem::is_symlink(at, error); ++links) {
    if (links == 40) cannot_write(path, reason(ELOOP));
    const std::filesystem::path to = std::filesystem::read_symlink(at, error);
    if (error) cannot_write(path, error.message());
    at = to.is_absolute() ? to : at.parent_path() / to;
  }
  return at.string();
}

// What is at `target` now. Throws when it is something that cannot become a file.
struct Existing {
  bool there = false;
  bool regular = false;
  mode_t mode = 0;
};
Existing look_at(const std::string& path, const std::string& target) {
  struct stat info {};
  if (::stat(target.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      const std::string folder = folder_of(target);
      if (::stat(folder.c_str(), &info) != 0)
        cannot_write(path, errno == ENOENT ? "there is no folder " + quoted(folder) : reason(errno));
      if (target.back() == '/') cannot_write(path, "this names a folder, not a file");
      return {};
    }
    if (errno == ENOTDIR) cannot_write(path, "a part of the path is a file, not a folder");
    cannot_write(path, reason(errno));
  }
  if (S_ISDIR(info.st_mode)) cannot_write(path, "it is a directory");
  if (::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) cannot_write(path, reason(errno));
  return {true, S_ISREG(info.st_mode), static_cast<mode_t>(info.st_mode & 07777)};
}

// A new file beside `target` that disappears unless it is renamed.
class Temporary {
 public:
  Temporary(const std::string& path, const std::string& target, mode_t mode) {
    static std::atomic<unsigned> counter{0};
    int fd = -1;
    for (int attempt = 0; fd < 0 && attempt < 1000; ++attempt) {
      name_ = folder_of(target) + "/.rondo-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
      fd = open_retrying(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
      if (fd < 0 && errno != EEXIST) break;
    }
    if (fd < 0) {
      const int error = errno;
      name_.clear();
      cannot_write(path, "no file can be made in the folder " + quoted(folder_of(target)) + ": " + reason(error));
    }
    file_.emplace(fd);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  Handle& file() { return *file_; }
  int rename_to(const std::string& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) return errno;
    name_.clear();
    return 0;
  }

 private:
  std::string name_;
  std::optional<Handle> file_;
};

std::string write_reason(int error, std::size_t bytes) {
  std::string out = reason(error);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) out += " (" + bytes_text(static_cast<Index>(bytes)) + " to write)";
  return out;
}

}  // namespace

std::vector<std::byte> read_file(const std::string& path) {
  const auto cannot_read = [&path](const std::string& why) {
    fail(Code::not_found, "cannot read " + quoted(path) + ": " + why);
  };
  if (path.empty()) cannot_read("no file name given");
  if (path.find('\0') != std::string::npos) cannot_read("a file name cannot hold a zero byte");
  const Handle file(open_retrying(path.c_str(), O_RDONLY | O_NOCTTY));
  if (file.get() < 0) cannot_read(errno == ENOENT ? "there is no such file" : reason(errno));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) cannot_read(reason(errno));
  if (S_ISDIR(info.st_mode)) cannot_read("it is a directory");

  // Some devices never end (/dev/zero, /dev/full): what is typed at a terminal fits, the rest is refused before it fills
  // memory.
  constexpr std::size_t most_of_a_device = std::size_t(1) << 20;
  const bool device = S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode);

  // The size is a hint only: a pipe has none, files in /proc say 0, and a file may grow while it is read.
  const Index limit = memory_limit();
  std::size_t size = 0;
  if (S_ISREG(info.st_mode) && info.st_size > 0) {
    check_memory(info.st_size, "reading " + quoted(path));
    size = static_cast<std::size_t>(info.st_size);
  }
  std::vector<std::byte> bytes(size + 1);  // one more, to meet the end of the file without growing
  std::size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) {
      if (device && filled >= most_of_a_device) cannot_read("it is a device that goes on without end, not a file");
      check_memory(static_cast<Index>(filled) + 1, "reading " + quoted(path));
      bytes.resize(std::min(std::max<std::size_t>(filled * 2, 1 << 16), static_cast<std::size_t>(limit) + 1));
    }
    const ssize_t n =
        ::read(file.get(), bytes.data() + filled, std::min<std::size_t>(bytes.size() - filled, std::size_t(1) << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot_read(reason(errno));
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  bytes.resize(filled);
  if (bytes.empty()) fail(Code::format, quoted(path) + " is empty (0 bytes)");
  return bytes;
}

void write_file_atomic(const std::string& path, std::span<const std::byte> bytes) {
  const std::string target = target_of(path);
  const Existing existing = look_at(path, target);
  const auto check = [&](int error) {
    if (error != 0) cannot_write(path, write_reason(error, bytes.size()));
  };
  if (existing.there && !existing.regular) {  // a device or a pipe: there is nothing to rename over
    Handle file(open_retrying(target.c_str(), O_WRONLY | O_NOCTTY));
    if (file.get() < 0) cannot_write(path, reason(errno));
    check(write_all(file.get(), bytes));
    check(file.close() == 0 ? 0 : errno);
    return;
  }
  Temporary temporary(path, target, 0666);
  // A file that is replaced keeps its permissions; a new one gets what the umask leaves.
  if (existing.there && ::fchmod(temporary.file().get(), existing.mode) != 0) check(errno);
  check(write_all(temporary.file().get(), bytes));
  check(sync(temporary.file().get()));
  check(temporary.file().close() == 0 ? 0 : errno);
  check(temporary.rename_to(target));
  const Handle folder(open_retrying(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY));
  if (folder.get() >= 0) check(sync(folder.get()));  // an unreadable folder cannot be synced; the file itself is
}

void write_file_atomic(const std::string& path, std::string_view text) {
  write_file_atomic(path, std::as_bytes(std::span(text.data(), text.size())));
}

void check_writable(const std::string& path) {
  const std::string target = target_of(path);
  const Existing existing = look_at(path, target);
  if (existing.there && !existing.regular) return;
  const std::string name = std::filesystem::path(target).filename().string();
  if (name.size() > 255) cannot_write(path, reason(ENAMETOOLONG));
  const Temporary trial(path, target, 0600);  // made and removed: it asks the file system itself
}

}  // namespace rondo
