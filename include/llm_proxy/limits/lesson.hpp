#pragma once

#include "llm_proxy/limits/quota.hpp"

#include <optional>

namespace llm_proxy::limits {

/// What a provider's answer said about its quota.
struct lesson {
    kind which = kind::rpm;
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> remaining; // of a day, with `limit`
    /// It refused: nothing more before then.
    std::optional<time_point> rest_until;
    /// It refused for the rest of its day, whenever that ends.
    bool day_is_over = false;
    std::optional<time_point> day_ends;
};

} // namespace llm_proxy::limits
