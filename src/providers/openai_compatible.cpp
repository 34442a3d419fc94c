#include "llm_proxy/providers/openai_compatible.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/request_rules.hpp"
#include "llm_proxy/util/percent.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/version.hpp"

#include <algorithm>

namespace llm_proxy::providers {

namespace {

std::optional<std::string> first_set(const std::array<std::string_view, 2>& names,
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

/// The base as configured, from the environment, or the provider's own; without what the paths
/// bring themselves.
std::string choose_base(const dialect& traits, const config::litellm_params& params,
                        const variable_lookup& variable) {
    std::string base(traits.default_base);
    if (params.api_base && !params.api_base->empty()) {
        base = *params.api_base;
    } else if (auto from_environment = first_set(traits.base_variables, variable)) {
        base = *from_environment;
    }
    constexpr std::string_view chat = "/chat/completions";
    while (base.ends_with('/')) {
        base.pop_back();
    }
    if (base.ends_with(chat)) {
        base.resize(base.size() - chat.size());
    }
    if (!base.empty() && !base.ends_with(traits.base_suffix)) {
        base += traits.base_suffix;
    }
    return base;
}

secret choose_key(const dialect& traits, const config::litellm_params& params,
                  const variable_lookup& variable) {
    if (params.api_key && !params.api_key->empty()) {
        return *params.api_key;
    }
    if (auto value = first_set(traits.key_variables, variable)) {
        return secret(*value);
    }
    return traits.key == key_rule::dummy ? secret("fake-api-key") : secret();
}

/// Headers with later ones replacing earlier ones of the same name.
class header_set {
public:
    void set(std::string name, std::string value) {
        for (auto& [known, old] : list_) {
            if (iequals(known, name)) {
                old = std::move(value);
                return;
            }
        }
        list_.emplace_back(std::move(name), std::move(value));
    }
    const config::header_list& list() const { return list_; }

private:
    config::header_list list_;
};

header_set make_headers(const dialect& traits, const config::litellm_params& params,
                        const secret& key, const variable_lookup& variable) {
    header_set headers;
    headers.set("User-Agent", std::string("llm-proxy/") + version);
    headers.set("Accept", "*/*");
    if (!key.empty() && traits.azure) {
        headers.set("api-key", key.reveal());
    } else if (!key.empty()) {
        headers.set("Authorization", "Bearer " + key.reveal());
    }
    if (params.organization) {
        headers.set("OpenAI-Organization", *params.organization);
    }
    for (const fixed_header& fixed : traits.headers) {
        const auto overridden = variable(fixed.variable);
        headers.set(std::string(fixed.name), overridden.value_or(std::string(fixed.value)));
    }
    for (const auto& [name, value] : params.extra_headers) {
        headers.set(name, value);
    }
    return headers;
}

std::string target_path(const dialect& traits, const config::litellm_params& params,
                        const std::string& base_path, std::string_view model,
                        model::call_type type) {
    std::string path = base_path;
    if (traits.azure) {
        path += "/openai/deployments/" + percent_encode(model);
    }
    path += model::traits_of(type).path;
    if (traits.azure) {
        path += "?api-version=" + percent_encode(params.api_version.value_or("2025-02-01-preview"));
    }
    return path;
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

/// Copies the deployment's own parameters into the body, beneath the client's.
void apply_deployment(const model::deployment& target, json::splice& body) {
    for (const auto& [name, value] : target.defaults) {
        body.set_default(name, value);
    }
    for (const auto& [name, value] : target.extra_body) {
        body.set(name, value);
    }
}

/// The client's `extra_body` belongs at the top level; its `model` must not.
void merge_extra_body(std::string_view extra, json::splice& body) {
    if (!extra.starts_with('{')) {
        return;
    }
    std::vector<json::member> members;
    json::scan_valid(extra, members);
    for (const auto& item : members) {
        const std::string name =
            json::unescape(extra.substr(item.key_begin - 1, item.key_end - item.key_begin + 2));
        if (name != "model" && !is_consumed(name) && !is_forbidden(name)) {
            body.set(name, std::string(json::value_of(extra, item)));
        }
    }
}

/// Drops what is the gateway's own business. Tells the key that must refuse the call, if any.
std::string_view drop_consumed(const inbound_call& call, json::splice& body) {
    for (const auto& item : *call.members) {
        const std::string_view name =
            call.body.substr(item.key_begin, item.key_end - item.key_begin);
        if (is_forbidden(name)) {
            return name;
        }
        if (is_consumed(name)) {
            body.remove(name);
        }
    }
    return {};
}

void request_usage(const inbound_call& call, json::splice& body) {
    const auto* options = json::find(call.body, *call.members, "stream_options");
    const bool streams = call.stream && model::traits_of(call.type).event_stream;
    if (streams && call.request_usage) {
        const std::string_view current =
            options != nullptr ? json::value_of(call.body, *options) : std::string_view();
        body.set("stream_options", with_include_usage(current));
    } else if (!streams && options != nullptr) {
        body.remove("stream_options");
    }
}

} // namespace

bool openai_compatible::prepare(const config::model_entry& entry, const config::settings& settings,
                                const variable_lookup& variable, model::deployment& out,
                                config::problems& found) const {
    const auto& params = entry.params;
    const std::string base = choose_base(dialect_, params, variable);
    if (base.empty()) {
        add_problem(found, entry, entry.base_where, "api_base",
                    std::string(dialect_.prefix) + "/ needs an api_base",
                    "write the server's address, such as http://host.docker.internal:1234/v1");
        return false;
    }
    auto parsed =
        model::parse_base_url(base, params.ssl_verify.value_or(settings.litellm.ssl_verify));
    if (!parsed) {
        add_problem(found, entry, entry.base_where, "api_base", parsed.error().message,
                    "write it as https://host/path");
        return false;
    }
    if (params.api_version && !dialect_.azure) {
        add_problem(found, entry, entry.where, "api_version", "is only used by azure/",
                    "remove it");
        found.back().level = config::severity::warning;
    }
    out.api_base = base;
    out.origin = std::make_shared<const model::endpoint>(parsed->origin);
    out.key = choose_key(dialect_, params, variable);
    out.credential_missing = out.key.empty() && dialect_.key == key_rule::required;
    const header_set headers = make_headers(dialect_, params, out.key, variable);
    for (std::size_t i = 0; i < model::call_type_count; ++i) {
        http::head_writer head(out.request_heads[i]);
        head.request_line("POST", target_path(dialect_, params, parsed->path, out.upstream_model,
                                              static_cast<model::call_type>(i)));
        head.header("Host", out.origin->host_header);
        for (const auto& [name, value] : headers.list()) {
            head.header(name, value);
        }
    }
    return true;
}

result<void> openai_compatible::translate(const inbound_call& call, const model::deployment& target,
                                          outbound_call& out) const {
    out.head = target.request_heads[static_cast<std::size_t>(call.type)];
    std::size_t length = 0;
    http::head_writer head(out.head);
    if (model::traits_of(call.type).multipart) {
        out.upstream_model_text = call.upstream_model;
        out.pieces = {out.head, call.body.substr(0, call.model_begin), out.upstream_model_text,
                      call.body.substr(call.model_end)};
        head.header("Content-Type", call.content_type);
    } else {
        auto& body = out.edited.emplace(call.body, *call.members);
        if (const auto refused = drop_consumed(call, body); !refused.empty()) {
            return error(401, "auth_error",
                         "Authentication Error, Rejected Request: " + std::string(refused) +
                             " is not allowed in request body.");
        }
        if (const auto* extra = json::find(call.body, *call.members, "extra_body")) {
            merge_extra_body(json::value_of(call.body, *extra), body);
        }
        apply_deployment(target, body);
        if (!dialect_.developer_role) {
            const auto* messages = json::find(call.body, *call.members, "messages");
            std::string plain;
            if (messages != nullptr) {
                plain = without_developer_role(json::value_of(call.body, *messages));
            }
            if (!plain.empty()) {
                body.replace("messages", std::move(plain));
            }
        }
        request_usage(call, body);
        if (dialect_.request_cost && call.type == model::call_type::chat_completion) {
            body.set_default("usage", R"({"include":true})");
        }
        body.set("model", json::quoted(call.upstream_model));
        out.pieces.push_back(out.head);
        for (const std::string_view piece : body.pieces()) {
            out.pieces.push_back(piece);
        }
        head.header("Content-Type", "application/json");
    }
    for (std::size_t i = 1; i < out.pieces.size(); ++i) {
        length += out.pieces[i].size();
    }
    head.header("Content-Length", length);
    head.end();
    out.pieces[0] = out.head;
    return {};
}

error openai_compatible::classify(const upstream_answer& answer, const call_names& names) const {
    const upstream_text said = read_upstream_text(answer.body);
    const error_class kind = classify_openai(answer.status, said);
    std::string text = said.message;
    if (dialect_.raw_error_body && !answer.body.empty()) {
        text = std::string(answer.body.substr(0, 4096));
    }
    text = scrub(std::move(text), names.target->key.reveal());
    error failure = make_error(kind, answer.status, dialect_.exception_name, text, names.group);
    if (!said.param.empty()) {
        failure.param = said.param;
    }
    return failure;
}

} // namespace llm_proxy::providers
