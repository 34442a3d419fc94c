#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/model/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::upstream {

/// The URL of a file that a client named, taken apart.
struct file_url {
    model::endpoint origin;
    std::string target; // path and query, as a request line has them
};

/// An absolute http or https URL of at most 8 KiB, its fragment left out. Nothing if it is none, or
/// if it has user information. The origin is `public_only` unless the settings allow its host.
std::optional<file_url> parse_file_url(std::string_view url,
                                       const config::litellm_settings& settings);

/// Where a redirect from `from` leads; `location` may be relative (RFC 3986, section 5.2). The same
/// rules hold for it.
std::optional<file_url> follow(const file_url& from, std::string_view location,
                               const config::litellm_settings& settings);

/// The URL for a message: without user information, query and fragment, and cut to size.
std::string shown_url(std::string_view url);

} // namespace llm_proxy::upstream
