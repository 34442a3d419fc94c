#include "llm_proxy/providers/gemini_json.hpp"

#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace llm_proxy::providers::wire {

namespace {

/// The position of the quote that ends a string, or of the text's end.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
    for (std::size_t at = text.find_first_of("\"\\", begin); at < text.size();
         at = text.find_first_of("\"\\", at + 2)) {
        if (text[at] == '"') {
            return at;
        }
    }
    return text.size();
}

/// Whether a document, if the text is one, stays within the bounds. Telling that before the parser
/// runs spares it a callback for every value.
bool within_bounds(std::string_view text) {
    std::array<std::size_t, most_depth> members{}; // of each open array or object
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
        case '"':
            at = end_of_string(text, at + 1);
            break;
        case '{':
        case '[':
            if (depth == most_depth) {
                return false;
            }
            members[depth++] = 0;
            break;
        case '}':
        case ']':
            depth -= depth > 0 ? 1 : 0;
            break;
        case ':':
            if (depth > 0 && ++members[depth - 1] > most_members) {
                return false;
            }
            break;
        default:
            break;
        }
    }
    return true;
}

void append_spaced(std::string& out, const document& value) {
    if (!value.is_structured()) {
        out += dump_json(value);
        return;
    }
    out += value.is_object() ? '{' : '[';
    std::string_view separator;
    for (const auto& item : value.items()) {
        out.append(separator);
        if (value.is_object()) {
            llm_proxy::json::append_string(out, item.key());
            out += ": ";
        }
        append_spaced(out, item.value());
        separator = ", ";
    }
    out += value.is_object() ? '}' : ']';
}

} // namespace

document parse(std::string_view text) {
    if (!within_bounds(text)) {
        return document(document::value_t::discarded);
    }
    return document::parse(text, nullptr, false);
}

const document& member(const document& object, const char* name) {
    static const document nothing;
    if (!object.is_object()) {
        return nothing;
    }
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

const document& list(const document& object, const char* name) {
    static const document none = document::array();
    const document& found = member(object, name);
    return found.is_array() ? found : none;
}

std::string_view text(const document& object, const char* name) {
    const document& found = member(object, name);
    return found.is_string() ? std::string_view(found.get_ref<const std::string&>())
                             : std::string_view();
}

std::int64_t count(const document& object, const char* name) {
    constexpr std::uint64_t most = std::uint64_t{1} << 36;
    const document& found = member(object, name);
    if (!found.is_number_unsigned()) {
        return 0;
    }
    const auto value = found.get<std::uint64_t>();
    return value <= most ? static_cast<std::int64_t>(value) : 0;
}

bool flag(const document& object, const char* name) {
    const document& found = member(object, name);
    return found.is_boolean() && found.get<bool>();
}

std::string dump_spaced(const document& value) {
    std::string out;
    append_spaced(out, value);
    return out;
}

std::string random_hex(random_source* random, std::size_t digits) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    while (random != nullptr && out.size() < digits) {
        const auto digit = static_cast<std::size_t>(random->unit() * 16.0);
        out += hex[std::min<std::size_t>(digit, 15)];
    }
    while (out.size() < digits) {
        const std::string id = uuid4();
        std::copy_if(id.begin(), id.end(), std::back_inserter(out),
                     [](char c) { return c != '-'; });
    }
    out.resize(digits);
    return out;
}

} // namespace llm_proxy::providers::wire
