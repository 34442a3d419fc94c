#include "llm_proxy/providers/copilot_request.hpp"

#include "llm_proxy/pricing/bundled_prices.hpp"

#include <algorithm>
#include <initializer_list>

namespace llm_proxy::providers {

namespace {

std::string_view skip_space(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

/// Whether some object has the key, given with its quotes, and, unless `values` is empty, one of
/// the values behind it. Inside a string a quote is escaped, so no content is taken for a key.
bool has_member(std::string_view text, std::string_view key,
                std::initializer_list<std::string_view> values) {
    for (std::size_t at = text.find(key); at != text.npos; at = text.find(key)) {
        text.remove_prefix(at + key.size());
        std::string_view rest = skip_space(text);
        if (!rest.starts_with(':')) {
            continue;
        }
        rest = skip_space(rest.substr(1));
        const bool found = std::any_of(values.begin(), values.end(), [rest](std::string_view one) {
            return rest.starts_with(one);
        });
        if (found || values.size() == 0) {
            return true;
        }
    }
    return false;
}

/// Copilot's entries alone; none if the table cannot be read, which its tests rule out.
pricing::price_table read_table() {
    pricing::table_selection copilots;
    copilots.keep = [](std::string_view, std::string_view provider) {
        return provider == "github_copilot";
    };
    auto table = pricing::bundled_prices(copilots);
    return table ? std::move(*table) : pricing::price_table();
}

const pricing::model_prices* find_entry(std::string_view model) {
    static const pricing::price_table table = read_table();
    return table.lookup("github_copilot", model);
}

} // namespace

copilot_marks read_copilot_marks(std::string_view messages) {
    copilot_marks out;
    out.agent = has_member(messages, R"("role")", {R"("assistant")", R"("tool")"}) ||
                has_member(messages, R"("type")",
                           {R"("function_call)", R"("custom_tool_call)", R"("reasoning")"});
    out.vision = has_member(messages, R"("image_url")", {}) ||
                 has_member(messages, R"("type")", {R"("input_image")", R"("image")"});
    return out;
}

bool copilot_needs_responses(std::string_view model) {
    const pricing::model_prices* entry = find_entry(model);
    return entry != nullptr && entry->mode == "responses";
}

bool copilot_serves_messages(std::string_view model) {
    const pricing::model_prices* entry = find_entry(model);
    return entry != nullptr && entry->serves_messages;
}

} // namespace llm_proxy::providers
