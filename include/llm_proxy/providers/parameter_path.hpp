#pragma once

#include "llm_proxy/json/document.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Where a member stands in a request, as LiteLLM's `additional_drop_params` writes it: `seed`,
/// `response_format.json_schema`, `tools[*].input_examples`, `tools[0].function.strict`.
class parameter_path {
public:
    /// Nothing if `text` is no path, does not begin and end with a name, or has more than 16 steps.
    /// What `extra_body` holds is named with or without it, as it moves up.
    static std::optional<parameter_path> parse(std::string_view text);

    /// The parameter that the path leads into.
    const std::string& root() const { return root_; }
    /// The path is the root alone.
    bool is_whole() const { return steps_.empty(); }
    /// Removes what the path leads to from the root's value, wherever it is there.
    void remove_from(document& value) const;

private:
    enum class step_kind : std::uint8_t { member, element, each };
    struct step {
        step_kind kind = step_kind::member;
        std::string name;
        std::size_t index = 0;
    };

    static std::optional<step> take_step(std::string_view& rest);
    void remove_below(document& value, std::size_t depth) const;

    std::string root_;
    std::vector<step> steps_;
};

} // namespace llm_proxy::providers
