#pragma once

#include "llm_proxy/config/problem.hpp"
#include "llm_proxy/config/value.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::config {

/// Reads one YAML document as PyYAML's safe loader does: scalars typed by YAML 1.1, merge keys
/// applied, the last of duplicate keys kept (with a warning), keys as Python's `str()` of them.
///
/// Nothing, and one fatal problem, if the text is no UTF-8, no YAML, more than one document, nested
/// deeper than 100 levels, or larger than 16 MiB with its aliases expanded. An empty text is null.
std::optional<value> parse_yaml(std::string_view text, std::shared_ptr<const std::string> file,
                                problems& found);

} // namespace llm_proxy::config
