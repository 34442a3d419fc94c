#pragma once

#include "llm_proxy/model/deployment.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// `text` without `key`, as it is or as JSON writes it, and without anything that looks like a key
/// of OpenAI's or Google's. Keys of under four characters are no secrets and stay.
std::string scrub(std::string_view text, std::string_view key);

/// `text` without the deployment's credentials, its `extra_headers` among them.
std::string without_credentials(std::string_view text, const model::deployment& target);

/// An upstream's words as a client may see them: without the deployment's credentials, its
/// `extra_headers` among them, and at most 4 KiB.
std::string presentable(std::string_view text, const model::deployment& target);

} // namespace llm_proxy::providers
