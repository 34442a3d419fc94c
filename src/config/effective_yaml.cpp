#include "llm_proxy/config/check.hpp"
#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/config/yaml_scalar.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::config {

namespace {

/// Whether a header or body member of that name holds a credential, most likely.
bool looks_secret(std::string_view name) {
    const std::string text = lower(name);
    for (const char* part : {"authorization", "key", "token", "secret", "password", "cookie",
                             "credential", "signature"})
        if (text.find(part) != text.npos)
            return true;
    return false;
}

/// A text as YAML: bare where it reads back as itself, otherwise in double quotes.
std::string scalar(std::string_view text) {
    static constexpr std::string_view bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_-./";
    const bool starts_well = !text.empty() && text[0] != '-' && text[0] != '.';
    if (starts_well && text.find_first_not_of(bare) == text.npos &&
        std::holds_alternative<std::string>(plain_scalar(text)))
        return std::string(text);
    return json::quoted(text);
}

std::string scalar(double number) {
    const std::string text = python_float(number);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string scalar(int number) {
    return std::to_string(number);
}
std::string scalar(bool flag) {
    return flag ? "true" : "false";
}
std::string scalar(const secret& hidden) {
    return json::quoted(hidden.masked());
}

std::string scalar(const tls_verify& tls) {
    return tls.enabled && !tls.ca_file.empty() ? scalar(std::string_view(tls.ca_file))
                                               : scalar(tls.enabled);
}

/// A URL without the password that it may carry before the `@`.
std::string without_password(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t start = scheme == url.npos ? 0 : scheme + 3;
    const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
    const std::size_t at = url.substr(0, end).rfind('@');
    std::string shown(url.substr(0, start));
    if (at != url.npos && at > start)
        return shown.append("***").append(url.substr(at));
    return shown.append(url.substr(start));
}

/// JSON is YAML, so a member of a request body is shown as it is.
std::string shown(const json_member& member) {
    return looks_secret(member.name) && member.json.starts_with('"') ? "\"***\"" : member.json;
}

class yaml_writer {
public:
    void open(std::string_view key) {
        line(key, "");
        indent_ += 2;
    }
    void close() { indent_ -= 2; }
    /// The lines of a list's items stand behind their dash.
    void open_list(std::string_view key) {
        open(key);
        indent_ += 2;
    }
    void close_list() { indent_ -= 4; }
    /// The next line starts an item of a list.
    void item() { dash_ = true; }

    template <class T>
    void put(std::string_view key, const T& item) {
        line(key, " " + scalar(item));
    }
    template <class T>
    void put(std::string_view key, const std::optional<T>& item) {
        if (item)
            put(key, *item);
    }
    void put(std::string_view key, const std::string& text) { put(key, std::string_view(text)); }
    void put(std::string_view key, const char* text) { put(key, std::string_view(text)); }
    void put(std::string_view key, const std::vector<std::string>& texts) {
        if (texts.empty())
            return;
        std::string items;
        for (const std::string& text : texts)
            items += (items.empty() ? "" : ", ") + scalar(std::string_view(text));
        raw(key, '[' + items + ']');
    }
    void raw(std::string_view key, const std::string& text) { line(key, " " + text); }

    std::string take() { return std::move(out_); }

private:
    void line(std::string_view key, const std::string& rest) {
        std::string margin(indent_, ' ');
        if (std::exchange(dash_, false))
            margin.replace(margin.size() - 2, 1, "-");
        out_ += margin + scalar(key) + ':' + rest + '\n';
    }

    std::string out_;
    std::size_t indent_ = 0;
    bool dash_ = false;
};

void write_headers(yaml_writer& out, const header_list& headers) {
    if (headers.empty())
        return;
    out.open("extra_headers");
    for (const auto& [name, text] : headers) {
        if (looks_secret(name))
            out.put(name, secret(text));
        else
            out.put(name, text);
    }
    out.close();
}

void write_limits(yaml_writer& out, const litellm_params& params) {
    out.put("rpm", params.rpm);
    out.put("tpm", params.tpm);
    out.put("rpd", params.limits.rpd);
    out.put("tpd", params.limits.tpd);
    out.put("max_parallel_requests", params.limits.max_parallel_requests);
    if (!params.limits.rpd_reset.empty())
        out.put("rpd_reset", params.limits.rpd_reset);
    if (!params.limits.quota_group.empty())
        out.put("quota_group", params.limits.quota_group);
    out.put("max_queue_wait", params.limits.max_queue_wait);
}

void write_params(yaml_writer& out, const litellm_params& params) {
    out.open("litellm_params");
    out.put("model", params.model);
    out.put("api_key", params.api_key);
    if (params.api_base)
        out.put("api_base", without_password(*params.api_base));
    out.put("api_version", params.api_version);
    out.put("organization", params.organization);
    out.put("custom_llm_provider", params.custom_llm_provider);
    out.put("timeout", params.timeout);
    out.put("stream_timeout", params.stream_timeout);
    out.put("max_retries", params.max_retries);
    out.put("weight", params.weight);
    out.put("order", params.order);
    out.put("num_retries", params.num_retries);
    out.put("cooldown_time", params.cooldown_time);
    out.put("tags", params.tags);
    write_limits(out, params);
    out.put("ssl_verify", params.ssl_verify);
    out.put("mock_response", params.mock_response);
    out.put("drop_params", params.drop_params);
    out.put("use_chat_completions_api", params.use_chat_completions_api);
    out.put("additional_drop_params", params.additional_drop_params);
    out.put("allowed_openai_params", params.allowed_openai_params);
    for (const json_member& one : params.defaults)
        out.raw(one.name, shown(one));
    for (const json_member& one : params.prices)
        out.raw(one.name, one.json);
    write_headers(out, params.extra_headers);
    if (!params.extra_body.empty()) {
        out.open("extra_body");
        for (const json_member& one : params.extra_body)
            out.raw(one.name, shown(one));
        out.close();
    }
    out.close();
}

void write_entry(yaml_writer& out, const model_entry& entry) {
    out.item();
    out.put("model_name", entry.model_name);
    write_params(out, entry.params);
    out.open("model_info");
    out.put("id", entry.id);
    for (const json_member& one : entry.info.echoed)
        if (one.name != "id")
            out.raw(one.name, shown(one));
    out.close();
}

void write_rules(yaml_writer& out, const char* name, const std::optional<fallback_rules>& rules) {
    if (!rules || rules->empty())
        return;
    out.open_list(name);
    for (const fallback_rule& rule : *rules) {
        out.item();
        out.put(rule.group, rule.targets);
    }
    out.close_list();
}

void write_failures(yaml_writer& out, const router_settings& router) {
    out.put("num_retries", router.failures.num_retries);
    out.put("max_fallbacks", router.failures.max_fallbacks);
    out.put("allowed_fails", router.failures.allowed_fails);
    const router_settings usual;
    if (router.retry_after != usual.retry_after)
        out.put("retry_after", router.retry_after);
    if (router.cooldown_time != usual.cooldown_time)
        out.put("cooldown_time", router.cooldown_time);
    if (router.disable_cooldowns)
        out.put("disable_cooldowns", true);
    if (router.enable_tag_filtering)
        out.put("enable_tag_filtering", true);
    write_rules(out, "fallbacks", router.failures.fallbacks);
    write_rules(out, "context_window_fallbacks", router.failures.context_window_fallbacks);
    write_rules(out, "content_policy_fallbacks", router.failures.content_policy_fallbacks);
}

void write_router(yaml_writer& out, const router_settings& router) {
    out.open("router_settings");
    out.put("routing_strategy", std::string(name_of(router.strategy)));
    write_failures(out, router);
    out.put("timeout", router.timeout);
    out.put("stream_timeout", router.stream_timeout);
    out.put("default_max_parallel_requests", router.default_max_parallel_requests);
    out.put("max_queue_wait", router.max_queue_wait);
    out.put("default_priority", router.default_priority);
    if (!router.model_group_alias.empty()) {
        out.open("model_group_alias");
        for (const model_alias& alias : router.model_group_alias) {
            out.open(alias.name);
            out.put("model", alias.target);
            out.put("hidden", alias.hidden);
            out.close();
        }
        out.close();
    }
    out.close();
}

void write_general(yaml_writer& out, const general_settings& general) {
    out.open("general_settings");
    out.put("master_key", general.master_key);
    out.put("dangerously_permit_weak_or_unset_master_key", general.permit_weak_master_key);
    if (!general.key_header_name.empty())
        out.put("litellm_key_header_name", general.key_header_name);
    if (general.always_include_stream_usage != stream_usage::inject_and_strip)
        out.put("always_include_stream_usage",
                general.always_include_stream_usage == stream_usage::always_show);
    out.put("include_call_id_in_error_body", general.include_call_id_in_error_body);
    out.put("dangerously_allow_mock_testing_request_params", general.allow_mock_request_params);
    out.put("max_request_size_mb", static_cast<double>(general.max_request_bytes) / (1024 * 1024));
    if (general.max_connections > 0)
        out.put("max_connections", static_cast<double>(general.max_connections));
    out.close();
}

} // namespace

std::string effective_yaml(const settings& config) {
    yaml_writer out;
    if (!config.model_list.empty()) {
        out.open_list("model_list");
        for (const model_entry& entry : config.model_list)
            write_entry(out, entry);
        out.close_list();
    }
    out.open("litellm_settings");
    out.put("request_timeout", config.litellm.request_timeout);
    out.put("ssl_verify", config.litellm.ssl_verify);
    out.put("json_logs", config.litellm.json_logs);
    out.put("set_verbose", config.litellm.set_verbose);
    out.put("check_provider_endpoint", config.litellm.check_provider_endpoint);
    out.put("drop_params", config.litellm.drop_params);
    out.put("modify_params", config.litellm.modify_params);
    out.close();
    write_router(out, config.router);
    write_general(out, config.general);
    return out.take();
}

} // namespace llm_proxy::config
