#include "llm_proxy/providers/gemini_json.hpp"

#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace llm_proxy::providers::wire {

namespace {

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

const document& member(const document& object, const char* name) {
    static const document nothing;
    const document* found = member_of(object, name);
    return found == nullptr ? nothing : *found;
}

const document& list(const document& object, const char* name) {
    static const document none = document::array();
    const document& found = member(object, name);
    return found.is_array() ? found : none;
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
