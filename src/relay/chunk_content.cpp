#include "llm_proxy/relay/chunk_content.hpp"

namespace llm_proxy::relay {

namespace {

/// Whether a choice of a usage chunk says nothing itself: some providers send such a choice where
/// OpenAI sends none.
bool says_nothing(std::string_view choice) {
    std::vector<json::member> members;
    json::scan_valid(choice, members);
    const auto* finish = json::find(choice, members, "finish_reason");
    if (finish != nullptr && finish->type != json::kind::null) {
        return false;
    }
    const auto* delta = json::find(choice, members, "delta");
    if (delta == nullptr || delta->type != json::kind::object) {
        return delta == nullptr;
    }
    const std::string_view text = json::value_of(choice, *delta);
    std::vector<json::member> parts;
    json::scan_valid(text, parts);
    for (const auto& part : parts) {
        const std::string_view value = json::value_of(text, part);
        if (!json::key_is(text, part, "role") && value != "\"\"" && value != "null") {
            return false;
        }
    }
    return true;
}

/// Whether a choice only tells that an answer begins: no text, no part of a tool call, no end.
bool opens(std::string_view choice) {
    std::vector<json::member> members;
    json::scan_valid(choice, members);
    const auto* delta = json::find(choice, members, "delta");
    if (delta != nullptr) {
        return says_nothing(choice);
    }
    const auto* text = json::find(choice, members, "text");
    const auto* finish = json::find(choice, members, "finish_reason");
    return text != nullptr && json::value_of(choice, *text) == "\"\"" &&
           (finish == nullptr || finish->type == json::kind::null);
}

/// Whether `test` holds for every choice of a chunk; true where it has none.
bool all_choices(std::string_view data, const std::vector<json::member>& members,
                 bool (*test)(std::string_view)) {
    const auto* choices = json::find(data, members, "choices");
    if (choices == nullptr || choices->type != json::kind::array) {
        return true;
    }
    const std::string_view list = json::value_of(data, *choices);
    std::vector<json::member> items;
    json::scan_valid(list, items);
    for (const auto& item : items) {
        if (item.type != json::kind::object || !test(json::value_of(list, item))) {
            return false;
        }
    }
    return true;
}

} // namespace

bool only_usage(std::string_view data, const std::vector<json::member>& members) {
    return all_choices(data, members, says_nothing);
}

bool only_opens(std::string_view data, const std::vector<json::member>& members) {
    return all_choices(data, members, opens);
}

} // namespace llm_proxy::relay
