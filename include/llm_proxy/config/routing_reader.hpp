#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/section_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::config {

/// What both `router_settings` and `litellm_settings` may say of failures.
failure_settings read_failure_settings(section_reader& from, reading& shared);

/// The rest of what `router_settings` says of routing. An unknown strategy is fatal.
void read_routing(section_reader& from, router_settings& into, reading& shared);

/// The numbers of a mapping of keys such as `TimeoutErrorRetries`, where `Retries` is the suffix.
failure_counts counts_of(const map& given, const std::string& path, std::string_view suffix,
                         reading& shared);

/// `allowed_fails_policy` and `retry_policy`; nothing if it is not there.
std::optional<failure_counts> read_failure_counts(section_reader& from, std::string_view name,
                                                  std::string_view suffix, reading& shared);

/// A list of texts; another one makes its section unusable.
std::vector<std::string> read_texts(section_reader& from, std::string_view name);

/// Lets `litellm_settings` speak where the router does not, and warns of fallbacks to groups that
/// do not exist.
void complete_routing(settings& config, reading& shared);

} // namespace llm_proxy::config
