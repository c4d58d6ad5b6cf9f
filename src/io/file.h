// Whole files: read with clear refusals, written so that a reader sees the old content or the new, never a part.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

// The content of a file (or of a pipe or /dev/stdin, read to its end). Throws Error(not_found) if it is missing, a directory or
// not readable, Error(format) if it is empty, Error(memory), before allocating, if it is larger than memory.
std::vector<std::byte> read_file(const std::string& path);

// Writes a temporary file in the same folder, fsyncs, renames it over `path` and fsyncs the folder. On any failure the
// temporary is removed, an existing file is left as it was, and Error(output) names the path and the reason. A symbolic link is
// followed; something that is not a regular file (/dev/stdout, a pipe) is written directly.
void write_file_atomic(const std::string& path, std::span<const std::byte> bytes);
void write_file_atomic(const std::string& path, std::string_view text);

// Finds before a long run that `path` could not be written: no such folder, no permission, a directory, a read-only file
// system. Leaves nothing behind and does not touch an existing file. Throws Error(output).
void check_writable(const std::string& path);

}  // namespace rondo
