#include "llm_proxy/config/settings_reader.hpp"

#include "llm_proxy/config/routing_reader.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::config {

namespace {

/// An environment variable's text as a value of the given kind.
std::optional<value> from_environment(const char* name, value_kind kind, reading& shared) {
    const auto text = shared.variables.get(name);
    if (!text || trim(*text).empty())
        return std::nullopt;
    value item;
    item.data = *text;
    if (conform(item, kind) == fit::good)
        return item;
    shared.report(severity::error, {}, name,
                  "the environment variable must be " + std::string(kind_name(kind)));
    return std::nullopt;
}

std::optional<model_alias> read_alias(const map_entry& one, section_reader& from) {
    const value* target = &one.item;
    model_alias alias{one.key, {}, false, one.key_where};
    if (one.item.is_map()) {
        target = one.item.find("model");
        value hidden = one.item.find("hidden") != nullptr ? *one.item.find("hidden") : value{};
        alias.hidden =
            conform(hidden, value_kind::boolean) == fit::good && std::get<bool>(hidden.data);
    }
    if (target == nullptr || !target->is_string()) {
        from.fail("model_group_alias", "`" + one.key + "` must name a group");
        return std::nullopt;
    }
    alias.target = std::get<std::string>(target->data);
    return alias;
}

enum class key_fault { none, missing, empty, publicly_known };

key_fault judge(const std::optional<std::string>& key) {
    if (!key)
        return key_fault::missing;
    const std::string_view bare = trim(*key);
    if (bare.empty())
        return key_fault::empty;
    // The key of LiteLLM's documentation, and the only one that it refuses.
    return bare == "sk-1234" ? key_fault::publicly_known : key_fault::none;
}

/// The configured key; a null in the file (an unset variable) does not fall back to the
/// environment.
std::optional<std::string> find_master_key(const section_reader& from, reading& shared) {
    if (!from.has("master_key"))
        return shared.variables.get("LITELLM_MASTER_KEY");
    const value* given = from.find("master_key");
    if (given == nullptr)
        return std::nullopt;
    value copy = *given;
    if (conform(copy, value_kind::text) != fit::good) {
        shared.fatal(given->where, from.path_of("master_key"), "must be text",
                     "write it in quotes");
        return std::nullopt;
    }
    return std::get<std::string>(copy.data);
}

void read_master_key(const section_reader& from, general_settings& into, reading& shared) {
    const std::size_t problems_before = shared.found.size();
    const auto key = find_master_key(from, shared);
    if (shared.found.size() != problems_before)
        return;
    into.master_key = secret(key.value_or(""));
    const key_fault fault = judge(key);
    if (fault == key_fault::none)
        return;
    const std::string what = fault == key_fault::missing ? "no master key is set"
                             : fault == key_fault::empty ? "the master key is empty"
                                                         : "the master key is publicly known";
    if (into.permit_weak_master_key) {
        shared.report(severity::warning, from.where("master_key"), from.path_of("master_key"),
                      what + ", and that is permitted; never do this outside development");
        return;
    }
    shared.fatal(from.where("master_key"), from.path_of("master_key"), what,
                 "generate one (`echo \"sk-$(openssl rand -hex 32)\"`) and set it as "
                 "general_settings.master_key, or set it as environment variable "
                 "LITELLM_MASTER_KEY, or, for development alone, permit it with "
                 "general_settings.dangerously_permit_weak_or_unset_master_key: true "
                 "(environment variable LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true)");
}

void read_file_rules(section_reader& from, litellm_settings& into, reading& shared) {
    into.user_url_validation = from.boolean("user_url_validation").value_or(true);
    for (const std::string& host : read_texts(from, "user_url_allowed_hosts"))
        into.user_url_allowed_hosts.push_back(lower(host));
    if (auto item =
            from_environment("MAX_IMAGE_URL_DOWNLOAD_SIZE_MB", value_kind::non_negative, shared))
        into.max_image_url_download_size_mb = std::stod(python_str(*item));
}

bool permitted_by_environment(reading& shared) {
    const auto flag = shared.variables.get("LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY");
    return flag && iequals(trim(*flag), "true");
}

} // namespace

litellm_settings read_litellm_settings(const value* section, reading& shared) {
    section_reader from(litellm_settings_section, section, "litellm_settings", shared);
    litellm_settings into;
    into.request_timeout = from.number("request_timeout");
    if (!from.has("request_timeout")) {
        if (auto item = from_environment("REQUEST_TIMEOUT", value_kind::seconds, shared))
            into.request_timeout = std::stod(python_str(*item));
    }
    if (auto tls = from.tls("ssl_verify"))
        into.ssl_verify = std::move(*tls);
    else if (!from.has("ssl_verify")) {
        const std::string text = shared.variables.get("SSL_VERIFY").value_or("");
        value flag{text, {}, {}};
        if (conform(flag, value_kind::boolean) == fit::good)
            into.ssl_verify.enabled = std::get<bool>(flag.data);
        else
            into.ssl_verify.ca_file = text;
    }
    const bool json_by_default = iequals(shared.variables.get("JSON_LOGS").value_or(""), "true");
    into.json_logs = from.boolean("json_logs").value_or(json_by_default);
    into.set_verbose = from.boolean("set_verbose").value_or(false);
    into.drop_params = from.boolean("drop_params");
    if (!from.has("drop_params")) {
        if (auto item = from_environment("LITELLM_DROP_PARAMS", value_kind::boolean, shared))
            into.drop_params = std::get<bool>(item->data);
    }
    // LiteLLM takes any text for a yes, even `false`.
    const bool modifies = !shared.variables.get("LITELLM_MODIFY_PARAMS").value_or("").empty();
    into.modify_params = from.boolean("modify_params").value_or(modifies);
    read_file_rules(from, into, shared);
    if (const value* safety = from.find("vertex_ai_safety_settings"))
        into.vertex_ai_safety_settings = compact_json(*safety);
    into.disable_copilot_system_to_assistant =
        from.boolean("disable_copilot_system_to_assistant").value_or(false);
    into.disable_context_caching =
        from.boolean("disable_anthropic_gemini_context_caching_transform").value_or(false);
    into.check_provider_endpoint = from.boolean("check_provider_endpoint").value_or(false);
    into.failures = read_failure_settings(from, shared);
    return into;
}

router_settings read_router_settings(const value* section, reading& shared) {
    section_reader from(router_settings_section, section, "router_settings", shared);
    router_settings into;
    read_routing(from, into, shared);
    into.timeout = from.number("timeout");
    into.stream_timeout = from.number("stream_timeout");
    if (const value* aliases = from.find("model_group_alias"))
        for (const map_entry& one : std::get<map>(aliases->data))
            if (auto alias = read_alias(one, from))
                into.model_group_alias.push_back(std::move(*alias));
    into.default_max_parallel_requests = from.integer("default_max_parallel_requests");
    into.max_queue_wait = from.number("max_queue_wait").value_or(into.max_queue_wait);
    into.default_priority = from.integer("default_priority").value_or(0);
    return into;
}

general_settings read_general_settings(const value* section, reading& shared) {
    section_reader from(general_settings_section, section, "general_settings", shared);
    general_settings into;
    into.permit_weak_master_key =
        from.boolean("dangerously_permit_weak_or_unset_master_key").value_or(false) ||
        permitted_by_environment(shared);
    read_master_key(from, into, shared);
    into.key_header_name = from.text("litellm_key_header_name").value_or("");
    if (const auto always = from.boolean("always_include_stream_usage"))
        into.always_include_stream_usage =
            *always ? stream_usage::always_show : stream_usage::never_inject;
    into.include_call_id_in_error_body =
        from.boolean("include_call_id_in_error_body").value_or(false);
    into.allow_mock_request_params =
        from.boolean("dangerously_allow_mock_testing_request_params").value_or(false);
    if (const auto megabytes = from.number("max_request_size_mb"))
        into.max_request_bytes =
            static_cast<std::uint64_t>(std::min(*megabytes, 1e6) * 1024 * 1024);
    into.max_connections = static_cast<std::uint32_t>(from.integer("max_connections").value_or(0));
    return into;
}

} // namespace llm_proxy::config
