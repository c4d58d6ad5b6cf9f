#include "io/csv_records.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rondo/core/error.h"

namespace rondo::csv {

std::size_t MemoryBytes::read(char* to, std::size_t count) {
  const std::size_t n = std::min(count, bytes_.size());
  if (n > 0) std::memcpy(to, bytes_.data(), n);
  bytes_.remove_prefix(n);
  return n;
}

FileBytes::FileBytes(const std::string& path) : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd_ < 0) fail(Code::not_found, "cannot read " + escaped(path) + ": " + std::strerror(errno));
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd_);
    fail(Code::not_found, "cannot read " + escaped(path) + ": it is a folder, not a CSV file");
  }
  if (S_ISREG(status.st_mode) && status.st_size > 0) size_ = static_cast<std::uint64_t>(status.st_size);
}

FileBytes::~FileBytes() { ::close(fd_); }

std::size_t FileBytes::read(char* to, std::size_t count) {
  for (;;) {
    const ssize_t n = ::read(fd_, to, count);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) fail(Code::not_found, "cannot read " + escaped(path_) + ": " + std::strerror(errno));
  }
}

std::size_t ChainBytes::read(char* to, std::size_t count) {
  const std::size_t n = head_.read(to, count);
  return n > 0 ? n : rest_.read(to, count);
}

Records::Records(Bytes& bytes, char separator, std::string name, std::size_t block)
    : bytes_(bytes), separator_(separator), name_(std::move(name)), block_(block) {
  for (const char c : {separator, '\n', '\r', '\0'}) ends_cell_[static_cast<unsigned char>(c)] = true;
}

void Records::refuse(Index line, const std::string& what) const {
  fail(Code::format, escaped(name_) + ", line " + std::to_string(line) + ": " + what);
}

// Moves what is not used up to the front and reads on behind it; the buffer grows only when one record fills it.
void Records::refill() {
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= at_;
    at_ = 0;
  }
  if (end_ == buffer_.size()) {
    if (buffer_.size() >= max_record) {
      refuse(next_line_, "a row of more than 16 MiB. Is a quote (\") left open on this line, or is this no CSV file?");
    }
    buffer_.resize(std::max(block_, std::min(buffer_.size() * 2, max_record)));
  }
  const std::size_t n = bytes_.read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += n;
  finished_ = n == 0;
}

// Finds the cells of the record at at_, or says that more bytes are needed (it then starts again from the record's beginning).
Records::Scan Records::scan() {
  const char* b = buffer_.data();
  std::size_t i = at_;
  spans_.clear();
  lines_ = 1;
  if (i == end_) return finished_ ? Scan::end : Scan::more;
  for (;;) {  // one cell a turn
    Span span{i, 0, false, false};
    if (i < end_ && b[i] == '"') {
      span.quoted = true;
      span.begin = ++i;
      const Index opened = next_line_ + lines_ - 1;
      for (;;) {
        if (i == end_) {
          if (!finished_) return Scan::more;
          refuse(opened, "the quote (\") that opens cell " + std::to_string(spans_.size() + 1) + " is never closed.");
        }
        const char c = b[i];
        if (c == '"') {
          if (i + 1 == end_ && !finished_) return Scan::more;
          if (i + 1 == end_ || b[i + 1] != '"') break;
          span.doubled = true;
          ++i;
        } else if (c == '\n' || (c == '\r' && !(i + 1 < end_ && b[i + 1] == '\n'))) {
          if (c == '\r' && i + 1 == end_ && !finished_) return Scan::more;
          ++lines_;
        } else if (c == '\0') {
          refuse(next_line_ + lines_ - 1,
                 "a NUL byte. This is a binary file or UTF-16 text; a CSV file is plain text in UTF-8.");
        }
        ++i;
      }
      span.size = i - span.begin;
      ++i;
      while (i < end_ && (b[i] == ' ' || (b[i] == '\t' && separator_ != '\t'))) ++i;
      if (i < end_ && b[i] != separator_ && b[i] != '\n' && b[i] != '\r') {
        refuse(next_line_ + lines_ - 1,
               "cell " + std::to_string(spans_.size() + 1) +
                   " goes on after its closing quote. A quote inside a quoted cell is written twice (\"\").");
      }
    } else {
      while (i < end_ && !ends_cell_[static_cast<unsigned char>(b[i])]) ++i;
      if (i < end_ && b[i] == '\0' && separator_ != '\0') {
        refuse(next_line_ + lines_ - 1, "a NUL byte. This is a binary file or UTF-16 text; a CSV file is plain text in UTF-8.");
      }
      span.size = i - span.begin;
    }
    if (i == end_ && !finished_) return Scan::more;
    if (spans_.size() == max_columns)
      refuse(next_line_, "more than 65,536 cells. Rows are time and columns are features: is the table turned?");
    spans_.push_back(span);
    if (i == end_) break;
    const char c = b[i++];
    if (c == separator_) continue;
    if (c == '\r') {
      if (i == end_ && !finished_) return Scan::more;
      if (i < end_ && b[i] == '\n') ++i;
    }
    break;
  }
  after_ = i;
  return Scan::record;
}

bool Records::next(std::vector<Cell>& cells) {
  cells.clear();
  for (;;) {
    const Scan found = scan();
    if (found == Scan::end) return false;
    if (found == Scan::record) break;
    refill();
  }
  for (const Span& span : spans_) {
    char* const begin = buffer_.data() + span.begin;
    std::size_t size = span.size;
    if (span.doubled) {  // "" -> ", in place
      std::size_t to = 0;
      for (std::size_t from = 0; from < size; ++from) {
        begin[to++] = begin[from];
        if (begin[from] == '"') ++from;
      }
      size = to;
    }
    cells.push_back({std::string_view(begin, size), span.quoted});
  }
  if (cells.size() == 1 && !cells[0].quoted) {
    const bool blank = cells[0].text.find_first_not_of(" \t") == std::string_view::npos;
    if (blank) cells.clear();
  }
  line_ = next_line_;
  next_line_ += lines_;
  passed_ += after_ - at_;
  at_ = after_;
  return true;
}

}  // namespace rondo::csv
