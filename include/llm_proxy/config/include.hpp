#pragma once

#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/config/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::config {

/// The text of a file, or nothing if it cannot be read or is larger than 16 MiB.
std::optional<std::string> read_file(const std::string& path);

/// Reads `path` and the files of its `include` list, theirs after all of its own, each file once.
/// Lists of the top level are joined, any other value of an included file replaces the former one.
/// A relative name is looked up beside the including file, then beside `path`. The files read are
/// appended to `files`. Nothing, and a fatal problem, if a file is missing or no mapping.
std::optional<value> read_with_includes(const std::string& path, std::vector<std::string>& files,
                                        problems& found);

/// Checks that a parsed file is a mapping; a fatal problem if not.
bool check_root(const value& root, problems& found);

} // namespace llm_proxy::config
