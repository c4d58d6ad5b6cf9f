// Cuts a stream of bytes into CSV records, one at a time, in one buffer: a cell is a view into it until the next record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

namespace rondo::csv {

// Where bytes come from: a file or memory.
class Bytes {
 public:
  virtual ~Bytes() = default;
  virtual std::size_t read(char* to, std::size_t count) = 0;  // 0: the end
  virtual std::uint64_t size() const { return 0; }            // of all of it; 0: not known
};

class MemoryBytes : public Bytes {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
  std::size_t read(char* to, std::size_t count) override;

 private:
  std::string_view bytes_;
};

class FileBytes : public Bytes {
 public:
  explicit FileBytes(const std::string& path);  // throws Error(not_found)
  ~FileBytes() override;
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  std::size_t read(char* to, std::size_t count) override;
  std::uint64_t size() const override { return size_; }

 private:
  std::string path_;
  int fd_;
  std::uint64_t size_ = 0;
};

// `head`, which has been read already, and then the rest.
class ChainBytes : public Bytes {
 public:
  ChainBytes(std::string_view head, Bytes& rest) : head_(head), rest_(rest) {}
  std::size_t read(char* to, std::size_t count) override;

 private:
  MemoryBytes head_;
  Bytes& rest_;
};

constexpr std::size_t max_record = std::size_t{16} << 20;
constexpr std::size_t max_columns = 65536;

struct Cell {
  std::string_view text;
  bool quoted = false;
};

// Grammar: cells are cut at the separator, records at LF, CRLF or a lone CR. A cell that begins with a quote ends at the next
// quote that is not doubled; nothing but blanks may follow it. A quote elsewhere is an ordinary character.
class Records {
 public:
  // `name` stands for the file in messages.
  Records(Bytes& bytes, char separator, std::string name, std::size_t block = std::size_t{256} << 10);

  // The next record, blank lines included (as no cell at all); false at the end. Throws Error(format).
  bool next(std::vector<Cell>& cells);
  // The line the last record began on, and how many lines it took.
  Index line() const { return line_; }
  Index lines() const { return lines_; }
  // Bytes of all records so far.
  std::uint64_t bytes() const { return passed_; }

 private:
  enum class Scan { record, more, end };
  struct Span {
    std::size_t begin, size;
    bool quoted, doubled;
  };
  Scan scan();
  void refill();
  [[noreturn]] void refuse(Index line, const std::string& what) const;

  Bytes& bytes_;
  char separator_;
  std::string name_;
  std::size_t block_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;
  bool finished_ = false;  // nothing more to read
  Index line_ = 0, lines_ = 0, next_line_ = 1;
  std::uint64_t passed_ = 0;
  std::array<bool, 256> ends_cell_{};  // outside quotes: separator, line end, NUL
  std::size_t after_ = 0;              // where the scanned record's successor begins
  std::vector<Span> spans_;
};

}  // namespace rondo::csv
