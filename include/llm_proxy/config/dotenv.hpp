#pragma once

#include "llm_proxy/config/problem.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm_proxy::config {

using variable_lookup = std::function<std::optional<std::string>(std::string_view)>;

/// Reads a `.env` text as Docker Compose does: `NAME=value` or `NAME: value`, `export` in front,
/// single quotes (literal) and double quotes (escapes, `${...}`) over several lines, ` #` comments.
/// `known` is the environment, which wins in `${...}` over what the text sets itself. A line that
/// cannot be read is a problem and skipped. In file order.
std::vector<std::pair<std::string, std::string>>
parse_dotenv(std::string_view text, std::shared_ptr<const std::string> file,
             const variable_lookup& known, problems& found);

/// `$NAME`, `${NAME}`, `${NAME:-default}`, `:+` and `:?` (each also without the colon) replaced,
/// and
/// `$$` by a dollar sign. Nothing, and the reason in `fault`, if it cannot be read.
std::optional<std::string> expand_variables(std::string_view text, const variable_lookup& known,
                                            std::string& fault);

} // namespace llm_proxy::config
