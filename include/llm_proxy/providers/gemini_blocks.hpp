#pragma once

#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/util/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace llm_proxy::providers {

/// Appends one block of a user's content to `parts`: text, image, sound or file. Kinds that LiteLLM
/// does not know either are left out. `place` is where the block stands, for errors.
result<void> add_block(const nlohmann::ordered_json& block, std::string_view place,
                       gemini_media& media, nlohmann::ordered_json& parts);

/// Appends the image of an object with `image_url`.
result<void> add_image(const nlohmann::ordered_json& block, gemini_media& media,
                       nlohmann::ordered_json& parts);

} // namespace llm_proxy::providers
