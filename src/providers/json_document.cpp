#include "llm_proxy/providers/json_document.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/scan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

namespace {

constexpr json::scan_limits limits{.depth = 256, .members = 65536};
/// A member of an ordered object is compared with all before it, so that one of n members takes
/// n²/2 comparisons. A text with no more members than this stays below the limit in any case.
constexpr std::ptrdiff_t few_members = 4096;
constexpr std::size_t most_comparisons = 4096UL * 4096 / 2;
/// The rest of a long text may take this many for each of its bytes.
constexpr std::size_t comparisons_of_a_byte = 16;

/// The index behind the string that begins at `at`, in valid JSON.
std::size_t skip_string(std::string_view text, std::size_t at) {
    for (;;) {
        at = text.find('"', at + 1);
        std::size_t slashes = 0;
        while (text[at - 1 - slashes] == '\\') {
            ++slashes;
        }
        if (slashes % 2 == 0) {
            return at;
        }
    }
}

/// Whether the objects of the valid JSON `text` are too wide to be parsed in good time.
bool is_too_wide(std::string_view text) {
    struct container {
        bool object;
        std::size_t commas;
    };
    if (std::count(text.begin(), text.end(), ':') <= few_members) {
        return false;
    }
    const std::size_t most = most_comparisons + comparisons_of_a_byte * text.size();
    std::vector<container> open;
    std::size_t comparisons = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
        case '"':
            i = skip_string(text, i);
            break;
        case '{':
        case '[':
            open.push_back({text[i] == '{', 0});
            break;
        case '}':
        case ']':
            open.pop_back();
            break;
        case ',':
            ++open.back().commas;
            if (open.back().object) {
                comparisons += open.back().commas;
            }
            if (comparisons > most) {
                return true;
            }
            break;
        default:
            break;
        }
    }
    return false;
}

} // namespace

std::optional<document> parse_document(std::string_view text) {
    std::vector<json::member> members;
    if (!json::scan(text, members, limits) || is_too_wide(text)) {
        return std::nullopt;
    }
    document value = document::parse(text, nullptr, false);
    if (value.is_discarded()) { // such as a number too large for a double
        return std::nullopt;
    }
    return value;
}

const document* member_of(const document& object, std::string_view name) {
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string_view text_of(const document& object, std::string_view name) {
    const document* found = member_of(object, name);
    const auto* text = found == nullptr ? nullptr : found->get_ptr<const std::string*>();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string_view first_text_of(const document& object,
                               std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (const std::string_view text = text_of(object, name); !text.empty()) {
            return text;
        }
    }
    return {};
}

result<std::string> single_prompt(const document& request) {
    const document* prompt = member_of(request, "prompt");
    if (prompt == nullptr) {
        return bad_request("'prompt' is required.");
    }
    const bool listed = prompt->is_array() && prompt->size() == 1;
    const auto* text = (listed ? prompt->front() : *prompt).get_ptr<const std::string*>();
    if (text == nullptr) {
        return bad_request("'prompt' must be one string: several prompts at once and token numbers "
                           "are not supported by this provider.");
    }
    return *text;
}

error bad_request(std::string text) {
    return error(400, "invalid_request_error", std::move(text));
}

} // namespace llm_proxy::providers
