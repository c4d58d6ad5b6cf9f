// Zip archives through libzip. libzip parses; what it accepts is checked here before anything is unpacked.
#include "io/zip.h"

#include <zip.h>

#include <algorithm>
#include <cstring>

#include "core/memory.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// The most that one byte of a deflate stream unpacks to: 258 bytes from two bits.
constexpr Index deflate_ratio = 1032;

std::string message(zip_error_t& error) {
  std::string out = zip_error_strerror(&error);
  zip_error_fini(&error);
  return out;
}

std::uint64_t little(std::span<const std::byte> bytes, std::size_t at, int n) {
  std::uint64_t out = 0;
  for (int k = n; k-- > 0;) out = out << 8 | std::to_integer<std::uint64_t>(bytes[at + static_cast<std::size_t>(k)]);
  return out;
}

bool signature(std::span<const std::byte> bytes, std::size_t at, const char* text) {
  return at + 4 <= bytes.size() && std::memcmp(bytes.data() + at, text, 4) == 0;
}

// libzip books memory for as many entries as the end of an archive declares. Each takes 46 bytes of directory, so a declared
// number beyond size / 46 is a lie, refused here. (A 16-bit number in the ordinary record is harmless.)
bool declares_too_many(std::span<const std::byte> bytes) {
  const std::size_t window = std::min<std::size_t>(bytes.size(), 65535 + 22 + 20 + 56 + 1024);
  for (std::size_t at = bytes.size() - window; at + 4 <= bytes.size(); ++at) {
    if (signature(bytes, at, "PK\6\7") && at + 20 <= bytes.size()) {  // the locator of the 64-bit record
      const std::uint64_t record = little(bytes, at + 8, 8);
      if (bytes.size() < 56 || record > bytes.size() - 56 || !signature(bytes, static_cast<std::size_t>(record), "PK\6\6"))
        continue;
      const std::uint64_t most = bytes.size() / 46;
      if (little(bytes, static_cast<std::size_t>(record) + 24, 8) > most ||
          little(bytes, static_cast<std::size_t>(record) + 32, 8) > most) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

bool looks_like_zip(std::span<const std::byte> bytes) {
  return signature(bytes, 0, "PK\3\4") || signature(bytes, 0, "PK\5\6") || signature(bytes, 0, "PK\6\6");
}

void ZipReader::Close::operator()(zip* archive) const noexcept { zip_discard(archive); }
ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&&) noexcept = default;
ZipReader::~ZipReader() = default;

ZipReader::ZipReader(std::span<const std::byte> bytes, const std::string& what) : what_(escaped(what)) {
  const auto damaged = [this](const std::string& why) { fail(Code::format, what_ + " is not a sound zip archive: " + why); };
  if (bytes.empty()) damaged("it is empty (0 bytes)");  // libzip takes that for an archive without entries
  if (declares_too_many(bytes)) damaged("it declares more entries than it has room for");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) damaged(message(error));
  archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (archive_ == nullptr) {
    zip_source_free(source);
    damaged(looks_like_zip(bytes) ? message(error) + " (cut short?)" : message(error));
  }
  zip_error_fini(&error);

  const Index present = static_cast<Index>(bytes.size());
  const zip_int64_t n = zip_get_num_entries(archive_.get(), 0);
  Index stored = 0;
  for (zip_int64_t i = 0; i < n; ++i) {
    zip_stat_t info;
    zip_stat_init(&info);
    if (zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(i), 0, &info) != 0) damaged(zip_strerror(archive_.get()));
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((info.valid & needed) != needed) damaged("entry " + std::to_string(i) + " is not fully described");
    const std::string shown = "entry '" + escaped(info.name) + "'";
    if (!index_.emplace(info.name, entries_.size()).second) damaged("two entries are named '" + escaped(info.name) + "'");
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && info.encryption_method != ZIP_EM_NONE) {
      fail(Code::unsupported, what_ + ": " + shown + " is encrypted");
    }
    if (info.comp_method != ZIP_CM_STORE && info.comp_method != ZIP_CM_DEFLATE) {
      fail(Code::unsupported, what_ + ": " + shown + " is packed by method " + std::to_string(info.comp_method) +
                                  "; only stored and deflated entries are read");
    }
    // Entries may not overlap: their packed bytes, together, are no more than the archive.
    if (info.comp_size > static_cast<zip_uint64_t>(present - stored)) damaged(shown + " is larger than the archive");
    const Index packed = static_cast<Index>(info.comp_size);
    stored += packed;
    const bool deflated = info.comp_method == ZIP_CM_DEFLATE;
    const zip_uint64_t most =
        static_cast<zip_uint64_t>(deflated ? packed : 0) * deflate_ratio + (deflated ? 0 : static_cast<zip_uint64_t>(packed));
    if (info.size > most)
      damaged(shown + " declares " + bytes_text(static_cast<Index>(std::min<zip_uint64_t>(info.size, INT64_MAX))) +
              ", more than its packed bytes can hold");
    if (!deflated && info.size != info.comp_size) damaged(shown + " declares two sizes");
    entries_.push_back({info.name, static_cast<Index>(info.size), packed, deflated});
  }
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> out;
  for (const ZipEntry& entry : entries_) out.push_back(entry.name);
  return out;
}

bool ZipReader::contains(std::string_view name) const { return index_.find(name) != index_.end(); }

std::vector<std::byte> ZipReader::read(std::string_view name) const { return read(name, memory_limit()); }

std::vector<std::byte> ZipReader::read(std::string_view name, Index limit) const {
  const auto found = index_.find(name);
  if (found == index_.end()) {
    std::string known;
    for (std::size_t i = 0; i < entries_.size() && i < 8; ++i) known += (i > 0 ? ", '" : "'") + escaped(entries_[i].name) + "'";
    if (entries_.size() > 8) known += ", ...";
    fail(Code::format, what_ + " has no entry '" + escaped(name) + "'; it has " + (known.empty() ? "none" : known));
  }
  const ZipEntry* const entry = &entries_[found->second];
  const std::string shown = what_ + ": entry '" + escaped(name) + "'";
  if (entry->size > limit) {
    fail(Code::format,
         shown + " unpacks to " + bytes_text(entry->size) + ", more than the " + bytes_text(limit) + " allowed for it");
  }
  check_memory(entry->size, "unpacking " + shown);
  const auto index = static_cast<zip_uint64_t>(found->second);
  struct CloseFile {
    void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
  };
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive_.get(), index, 0));
  if (file == nullptr) fail(Code::format, shown + " is damaged: " + zip_strerror(archive_.get()));
  std::vector<std::byte> out(static_cast<std::size_t>(entry->size));
  std::size_t filled = 0;
  while (filled < out.size()) {
    const zip_int64_t n = zip_fread(file.get(), out.data() + filled, out.size() - filled);
    if (n < 0) fail(Code::format, shown + " is damaged: " + zip_file_strerror(file.get()));
    if (n == 0)
      fail(Code::format, shown + " ends after " + std::to_string(filled) + " of " + std::to_string(out.size()) + " bytes");
    filled += static_cast<std::size_t>(n);
  }
  char beyond = 0;  // the end of the entry, where its checksum is compared
  const zip_int64_t n = zip_fread(file.get(), &beyond, 1);
  if (n < 0) fail(Code::format, shown + " is damaged: " + zip_file_strerror(file.get()));
  if (n > 0) fail(Code::format, shown + " is longer than it declares");
  return out;
}

void ZipWriter::add(std::string_view name, std::span<const std::byte> bytes) {
  for (const Entry& entry : entries_) {
    if (entry.name == name) fail(Code::value, "a zip archive cannot hold two entries named '" + escaped(name) + "'");
  }
  if (name.find('\0') != std::string_view::npos)
    fail(Code::value, "the name of a zip entry cannot hold a zero byte: '" + escaped(name) + "'");
  if (name.size() > 65535) fail(Code::value, "the name of a zip entry has at most 65535 bytes");
  entries_.push_back({std::string(name), {bytes.begin(), bytes.end()}});
}

void ZipWriter::add(std::string_view name, std::string_view text) {
  add(name, std::as_bytes(std::span(text.data(), text.size())));
}

std::vector<std::byte> ZipWriter::finish() {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (source == nullptr) fail(Code::memory, "a zip archive cannot be made: " + message(error));
  zip_source_keep(source);  // the archive takes one reference, we keep one to read the result
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(source, zip_source_free);
  std::unique_ptr<zip, ZipReader::Close> archive(zip_open_from_source(source, ZIP_TRUNCATE, &error));
  if (archive == nullptr) {
    zip_source_free(source);
    fail(Code::internal, "a zip archive cannot be made: " + message(error));
  }
  zip_error_fini(&error);
  for (const Entry& entry : entries_) {
    zip_source_t* content = zip_source_buffer(archive.get(), entry.bytes.data(), entry.bytes.size(), 0);
    const zip_int64_t index =
        content == nullptr ? -1 : zip_file_add(archive.get(), entry.name.c_str(), content, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      const std::string why = zip_strerror(archive.get());
      zip_source_free(content);
      fail(Code::value, "'" + escaped(entry.name) + "' cannot become a zip entry: " + why);
    }
    const auto at = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t first_day = (1 << 5) | 1;  // 1980-01-01, the earliest date of the format
    if (zip_set_file_compression(archive.get(), at, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive.get(), at, 0, first_day, 0) != 0) {
      fail(Code::internal, std::string("a zip archive cannot be made: ") + zip_strerror(archive.get()));
    }
  }
  std::vector<std::byte> out;
  if (entries_.empty()) {  // libzip makes no file of an empty archive; its 22 bytes are known
    out.resize(22);
    std::memcpy(out.data(), "PK\5\6", 4);
    return out;
  }
  if (zip_close(archive.get()) != 0)
    fail(Code::internal, std::string("a zip archive cannot be made: ") + zip_strerror(archive.get()));
  static_cast<void>(archive.release());  // closed
  entries_.clear();
  if (zip_source_open(source) != 0) fail(Code::internal, "a zip archive cannot be read back");
  zip_source_seek(source, 0, SEEK_END);
  const zip_int64_t size = zip_source_tell(source);
  zip_source_seek(source, 0, SEEK_SET);
  out.resize(static_cast<std::size_t>(std::max<zip_int64_t>(size, 0)));
  const zip_int64_t got = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  if (size < 0 || got != size) fail(Code::internal, "a zip archive cannot be read back");
  return out;
}

}  // namespace rondo
