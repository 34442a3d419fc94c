#include "llm_proxy/config/value.hpp"

#include "llm_proxy/config/problem.hpp"

#include <algorithm>

namespace llm_proxy::config {

const value* value::find(std::string_view key) const {
    const map* members = std::get_if<map>(&data);
    if (members == nullptr)
        return nullptr;
    const auto found = std::find_if(members->begin(), members->end(),
                                    [&](const map_entry& entry) { return entry.key == key; });
    return found == members->end() ? nullptr : &found->item;
}

std::string to_string(const problem& found) {
    std::string text = found.where.file ? *found.where.file : std::string("configuration");
    if (found.where.line > 0)
        text += ':' + std::to_string(found.where.line) + ':' + std::to_string(found.where.column);
    text += found.level == severity::error ? ": error: " : ": warning: ";
    if (!found.key.empty())
        text += found.key + ": ";
    text += found.text;
    if (!found.hint.empty())
        text += "; " + found.hint;
    return text;
}

bool has_errors(const problems& found) {
    return std::any_of(found.begin(), found.end(),
                       [](const problem& one) { return one.level == severity::error; });
}

bool has_fatal(const problems& found) {
    return std::any_of(found.begin(), found.end(), [](const problem& one) { return one.fatal; });
}

} // namespace llm_proxy::config
