#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::pricing {

/// The names under which LiteLLM looks a provider's model up in its price table, in its order.
std::vector<std::string> names_to_try(std::string_view provider, std::string_view model);

/// The same for an image: with its quality and its size (`1024x1024`) before the name.
std::vector<std::string> image_names_to_try(std::string_view provider, std::string_view model,
                                            std::string_view quality, std::string_view size);

/// Without what only tells versions apart: for Google's names digits at the end, for a fine-tuned
/// model its owner, suffix and id, for others a date.
std::string_view without_version(std::string_view provider, std::string_view model);

/// Whether an entry of `entry_provider` prices calls of `provider`. GitHub serves models of
/// others, and some providers have entries under several names.
bool serves(std::string_view entry_provider, std::string_view provider);

bool less_ignoring_case(std::string_view a, std::string_view b);

} // namespace llm_proxy::pricing
