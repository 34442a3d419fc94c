#pragma once

#include "llm_proxy/config/value.hpp"

#include <string>
#include <vector>

namespace llm_proxy::config {

enum class severity { warning, error };

/// Something wrong with a configuration: where, which key, what, and what to write instead.
struct problem {
    severity level = severity::error;
    mark where;
    std::string key; // path, such as `model_list[2].litellm_params.rmp`
    std::string text;
    std::string hint; // such as ``did you mean `rpm`?``; may be empty
    /// The daemon cannot start with it; other errors only cost the part they name (as in LiteLLM)
    /// and matter to `--check`.
    bool fatal = false;
};

using problems = std::vector<problem>;

/// ``config.yaml:12:7: error: model_list[2].litellm_params.rmp: unknown key `rmp`; did you mean
/// `rpm`?``
std::string to_string(const problem&);
bool has_errors(const problems&);
bool has_fatal(const problems&);

} // namespace llm_proxy::config
