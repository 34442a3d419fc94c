#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace llm_proxy::config {

/// What a value must look like. Numbers and booleans may also be text, since that is how they come
/// out of an environment variable.
enum class value_kind : std::uint8_t {
    any,
    boolean,
    text,
    integer,
    number,
    positive_integer,
    positive_number,
    non_negative,
    count,   ///< a whole number not below 0
    seconds, ///< a positive number of seconds
    sequence,
    mapping,
};

enum class property_state : std::uint8_t {
    served,
    request_default, ///< an OpenAI parameter: used where the client does not send it
    not_served,      ///< LiteLLM knows it, this program does nothing with it yet: one warning
};

/// A described key: the loader, `--check` and the reference page all know it from here.
struct property {
    std::string_view name;
    value_kind kind = value_kind::any;
    std::string_view fallback; // what holds without it; empty: nothing
    std::string_view description;
    property_state state = property_state::served;
};

struct section {
    std::string_view name;  // as it stands in the file, such as `litellm_params`
    std::string_view about; // one paragraph for the reference page
    std::span<const property> properties;
    /// Further keys that LiteLLM knows, separated by spaces: accepted, not served, not described.
    std::string_view also_known;
    /// Whether any other key is fine (`model_info`, which is only echoed).
    bool open = false;
    /// Whether the keys of `price_keys` stand here as well.
    bool prices = false;
};

/// Prices of LiteLLM's price table that a deployment may set itself, separated by spaces: US
/// dollars as numbers not below 0.
extern const std::string_view price_keys;

extern const section top_level_section;
extern const section model_entry_section;
extern const section litellm_params_section;
extern const section model_info_section;
extern const section litellm_settings_section;
extern const section router_settings_section;
extern const section general_settings_section;

/// All of them, in the order of the reference page.
std::span<const section* const> sections();

/// The description of a key. All prices without one of their own share one, which has no name.
const property* find_property(const section& within, std::string_view name);
/// Whether `name` is a price: one of `price_keys`, or one of the two that are no single number.
bool is_price(std::string_view name);
/// Whether `name` is one of the section's `also_known`.
bool is_also_known(const section& within, std::string_view name);
/// The key that a mistyped `name` most likely stands for.
std::optional<std::string_view> closest_key(const section& within, std::string_view name);
/// `number`, `list` ... for messages and the reference page.
std::string_view kind_name(value_kind kind);

} // namespace llm_proxy::config
