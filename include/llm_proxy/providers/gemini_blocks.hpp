#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/util/error.hpp"

#include <string_view>

namespace llm_proxy::providers {

/// Appends one block of a user's content to `parts`: text, image, sound or file. Kinds that LiteLLM
/// does not know either are left out. `place` is where the block stands, for errors.
result<void> add_block(const document& block, std::string_view place, gemini_media& media,
                       document& parts);

/// Appends the image of an object with `image_url`.
result<void> add_image(const document& block, gemini_media& media, document& parts);

} // namespace llm_proxy::providers
