#pragma once

#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstdint>
#include <string_view>

namespace llm_proxy::providers {

/// What becomes of a member of a client's body.
enum class member_use : std::uint8_t {
    passed_on,
    parameter, ///< passed on where the provider takes it, see supported_parameters.hpp
    /// Meant for the gateway (`metadata`, `tags`, `fallbacks`, …), or it would choose the
    /// upstream's credentials or headers (`api_key`, `extra_headers`, …): never goes upstream.
    consumed,
    forbidden, ///< refuses the call: it would choose the upstream's host
};

struct known_member {
    member_use use = member_use::passed_on;
    /// Its place among the parameters.
    std::uint8_t parameter = 0;
};

/// Looks a member's name up; takes about as long as comparing it once.
known_member find_known_member(std::string_view name);

inline bool is_consumed(std::string_view name) {
    return find_known_member(name).use == member_use::consumed;
}

inline bool is_forbidden(std::string_view name) {
    return find_known_member(name).use == member_use::forbidden;
}

/// How many members an `extra_body` may have: more than any provider has parameters.
inline constexpr std::size_t most_extra_members = 256;

/// LiteLLM's refusal of such a member.
error forbidden_member(std::string_view name);

/// Gives messages of one role another one; both with their quotes, as JSON has them.
void replace_role(json::splice& body, std::string_view from, std::string_view to);

/// Sets `include_usage` in `stream_options`, whatever else stands there.
void ask_for_usage(json::splice& body);

} // namespace llm_proxy::providers
