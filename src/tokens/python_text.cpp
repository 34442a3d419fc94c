#include "llm_proxy/tokens/python_text.hpp"

#include "llm_proxy/config/value.hpp"
#include "llm_proxy/json/document.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace llm_proxy::tokens {

namespace {

bool is_beyond_signed(const document& number) {
    return number.is_number_unsigned() &&
           number.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
}

config::value python_value(const document& from) {
    config::value out;
    if (from.is_boolean()) {
        out.data = from.get<bool>();
    } else if (from.is_number_integer() && !is_beyond_signed(from)) {
        out.data = from.get<std::int64_t>();
    } else if (from.is_number()) {
        out.data = from.get<double>();
    } else if (from.is_string()) {
        out.data = from.get<std::string>();
    } else if (from.is_array()) {
        config::list items;
        for (const document& item : from) {
            items.push_back(python_value(item));
        }
        out.data = std::move(items);
    } else if (from.is_object()) {
        config::map members;
        for (const auto& [name, item] : from.items()) {
            members.push_back({name, {}, python_value(item)});
        }
        out.data = std::move(members);
    }
    return out;
}

} // namespace

const document& member(const document& object, const char* name) {
    static const document none;
    if (!object.is_object()) {
        return none;
    }
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

std::string python_text(const document& value) {
    return value.is_string() ? value.get<std::string>() : config::python_str(python_value(value));
}

} // namespace llm_proxy::tokens
