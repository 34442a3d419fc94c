#include "llm_proxy/providers/preparation.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/version.hpp"

#include <memory>
#include <utility>

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

secret configured_key(const config::litellm_params& params,
                      std::span<const std::string_view> variables,
                      const variable_lookup& variable) {
    if (params.api_key && !params.api_key->empty()) {
        return *params.api_key;
    }
    return secret(first_set(variables, variable).value_or(std::string()));
}

header_set::header_set() {
    set("User-Agent", std::string("llm-proxy/") + version);
    set("Accept", "*/*");
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

std::string header_set::lines() const {
    std::string out;
    http::head_writer head(out);
    for (const auto& [name, value] : list_) {
        head.header(name, value);
    }
    return out;
}

std::string header_set::lines(const model::endpoint& origin) const {
    std::string out;
    http::head_writer(out).header("Host", origin.host_header);
    return out + lines();
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

bool use_base(const std::string& base, const config::model_entry& entry,
              const config::settings& settings, std::string hint, model::deployment& out,
              config::problems& found) {
    auto parsed =
        model::parse_base_url(base, entry.params.ssl_verify.value_or(settings.litellm.ssl_verify));
    if (!parsed) {
        add_problem(found, entry, entry.base_where, "api_base", parsed.error().message,
                    std::move(hint));
        return false;
    }
    out.api_base = base;
    out.origin = std::make_shared<const model::endpoint>(parsed->origin);
    out.base_path = parsed->path;
    return true;
}

void warn_of_api_version(const config::model_entry& entry, config::problems& found) {
    if (entry.params.api_version) {
        add_problem(found, entry, entry.where, "api_version", "is only used by azure/",
                    "remove it");
        found.back().level = config::severity::warning;
    }
}

void finish_json_call(outbound_call& out) {
    http::head_writer head(out.head);
    head.header("Content-Type", "application/json");
    head.header("Content-Length", out.body.size());
    head.end();
    out.pieces = {out.head, out.body};
}

} // namespace llm_proxy::providers
