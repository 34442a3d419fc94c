#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace llm_proxy::http {

/// One part of a `multipart/form-data` body (RFC 7578), by its place in the body.
struct form_part {
    std::string_view name;
    bool is_file = false;
    /// The part with the boundary before it; without this range the body is still well-formed.
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t value_begin = 0;
    std::size_t value_end = 0;
};

/// The boundary parameter of a content type; nothing if it is no multipart/form-data or the
/// boundary is not 1–70 characters long.
std::optional<std::string_view> multipart_boundary(std::string_view content_type);

/// Takes a whole body apart; nothing if it is malformed, or has over 256 parts or a part's head of
/// over 8 KiB. The names point into `body`.
std::optional<std::vector<form_part>> parse_multipart(std::string_view body,
                                                      std::string_view boundary);

} // namespace llm_proxy::http
