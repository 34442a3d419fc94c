#pragma once

#include "llm_proxy/config/value.hpp"

#include <optional>
#include <string_view>

namespace llm_proxy::config {

/// A plain scalar typed by YAML 1.1 as PyYAML does it: `yes` and `off` are booleans, `010` is 8,
/// `1_000` is 1000, `1:30` is 90, `1e3` is a string but `1.0e+3` a number. A whole number beyond 64
/// bits becomes a float. Dates stay text.
decltype(value::data) plain_scalar(std::string_view text);

/// The same for an explicit tag such as `tag:yaml.org,2002:int`; nothing if the text does not fit
/// the tag, or the tag is none that a configuration may use.
std::optional<decltype(value::data)> tagged_scalar(std::string_view tag, std::string_view text);

} // namespace llm_proxy::config
