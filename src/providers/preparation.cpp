#include "llm_proxy/providers/preparation.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/util/strings.hpp"

namespace llm_proxy::providers {

std::optional<std::string> first_set(std::span<const std::string_view> names,
                                     const variable_lookup& variable) {
    for (const std::string_view name : names) {
        if (name.empty()) {
            continue;
        }
        if (auto value = variable(name); value && !value->empty()) {
            return value;
        }
    }
    return std::nullopt;
}

void header_set::set(std::string name, std::string value) {
    for (auto& [known, old] : list_) {
        if (iequals(known, name)) {
            old = std::move(value);
            return;
        }
    }
    list_.emplace_back(std::move(name), std::move(value));
}

void header_set::add_extra(const config::litellm_params& params) {
    for (const auto& [name, value] : params.extra_headers) {
        set(name, value);
    }
}

std::string header_set::lines(const model::endpoint& origin) const {
    std::string out;
    http::head_writer head(out);
    head.header("Host", origin.host_header);
    for (const auto& [name, value] : list_) {
        head.header(name, value);
    }
    return out;
}

void add_problem(config::problems& found, const config::model_entry& entry,
                 const config::mark& where, std::string_view key, std::string text,
                 std::string hint) {
    config::problem item;
    item.where = where;
    item.key = entry.path + ".litellm_params." + std::string(key);
    item.text = std::move(text);
    item.hint = std::move(hint);
    found.push_back(std::move(item));
}

} // namespace llm_proxy::providers
