#pragma once

#include "llm_proxy/config/routing_settings.hpp"
#include "llm_proxy/config/value.hpp"
#include "llm_proxy/util/secret.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llm_proxy::config {

/// One OpenAI parameter of a deployment: its name and its value as compact JSON.
struct json_member {
    std::string name;
    std::string json;
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// `ssl_verify` as LiteLLM takes it: on, off, or a CA bundle to trust instead of the system's.
struct tls_verify {
    bool enabled = true;
    std::string ca_file; // empty: the system's store

    friend bool operator==(const tls_verify&, const tls_verify&) = default;
};

/// What limits one deployment, beside `rpm` and `tpm`, which also weigh the choice.
struct limit_params {
    std::optional<double> rpd;
    std::optional<double> tpd;
    std::optional<int> max_parallel_requests;
    std::string rpd_reset;   // `00:00 Asia/Taipei`; empty: the provider's
    std::string quota_group; // deployments of one name share their limits; empty: its own
    mark reset_where;
    std::optional<double> max_queue_wait; // seconds
};

/// `litellm_params` of one `model_list` entry, as served. Durations are seconds.
struct litellm_params {
    std::string model;
    std::optional<secret> api_key;
    std::optional<std::string> api_base;
    std::optional<std::string> api_version;
    std::optional<std::string> organization;
    std::optional<std::string> custom_llm_provider;
    header_list extra_headers; // `headers`, then `extra_headers` over them
    std::optional<double> timeout;
    std::optional<double> stream_timeout;
    std::optional<int> max_retries;
    std::optional<double> weight;
    std::optional<int> order;
    std::optional<int> num_retries;
    std::optional<double> cooldown_time;
    std::vector<std::string> tags;
    std::optional<double> rpm;
    std::optional<double> tpm;
    limit_params limits;
    std::optional<tls_verify> ssl_verify;
    std::optional<std::string> mock_response;
    /// OpenAI parameters, the deployment's defaults: the client's own values win.
    std::vector<json_member> defaults;
    /// Members put into every upstream body of the deployment.
    std::vector<json_member> extra_body;
    /// What the deployment charges in place of the price table, in US dollars.
    std::vector<json_member> prices;
    std::optional<bool> drop_params;
    std::optional<bool> use_chat_completions_api;
    std::vector<std::string> additional_drop_params;
    std::vector<std::string> allowed_openai_params;
};

struct model_info {
    std::string id; // the configured one; empty: computed
    std::string mode;
    std::string base_model;
    std::string tier; // `free`, `paid` or empty
    std::optional<double> cooldown_time;
    std::optional<int> allowed_fails;
    failure_counts allowed_fails_policy;
    /// Every key of the user's `model_info` as compact JSON, for `/model/info`.
    std::vector<json_member> echoed;
};

struct model_entry {
    std::string model_name;
    litellm_params params;
    model_info info;
    /// LiteLLM's deployment id: `model_info.id`, or SHA-256 over the name and the parameters.
    std::string id;
    mark where;       // of the entry
    mark model_where; // of `litellm_params.model`
    mark base_where;  // of `api_base`, or of the entry
    std::string path; // `model_list[3]`
};

struct model_alias {
    std::string name;
    std::string target;
    bool hidden = false;
    mark where;
};

struct litellm_settings {
    std::optional<double> request_timeout;
    tls_verify ssl_verify;
    bool json_logs = false;
    bool set_verbose = false;
    std::optional<bool> drop_params;
    bool modify_params = false;
    /// Files that clients name are fetched from public addresses only, but for `host` and
    /// `host:port` of the list, in lower case.
    bool user_url_validation = true;
    std::vector<std::string> user_url_allowed_hosts;
    /// The largest of them, in MiB; 0 fetches none.
    double max_image_url_download_size_mb = 50;
    /// Gemini's `safetySettings` where neither the call nor the deployment has some, as compact
    /// JSON; empty: none.
    std::string vertex_ai_safety_settings;
    bool disable_copilot_system_to_assistant = false;
    /// `cache_control` does nothing for Gemini.
    bool disable_context_caching = false;
    /// Ask public providers, too, for the models behind a wildcard.
    bool check_provider_endpoint = false;
    /// Holds where the router's do not say.
    failure_settings failures;
};

struct router_settings {
    routing_strategy strategy = routing_strategy::simple_shuffle;
    latency_settings latency;
    bool enable_tag_filtering = false;
    bool tag_filtering_match_any = true;
    failure_settings failures;
    /// Seconds: the shortest pause before the same deployment is tried again.
    double retry_after = 0;
    std::optional<failure_counts> retry_policy;
    std::map<std::string, failure_counts, std::less<>> model_group_retry_policy;
    std::optional<failure_counts> allowed_fails_policy;
    double cooldown_time = 5; // seconds
    bool disable_cooldowns = false;
    std::optional<double> timeout;
    std::optional<double> stream_timeout;
    std::vector<model_alias> model_group_alias;
    std::optional<int> default_max_parallel_requests;
    /// Seconds that a request may wait for a place in the limits; 0: it does not.
    double max_queue_wait = 20;
    int default_priority = 0;
};

enum class stream_usage {
    inject_and_strip, ///< unset: ask the upstream, show the client only what it asked for
    always_show,      ///< true
    never_inject,     ///< false
};

struct general_settings {
    secret master_key;
    bool permit_weak_master_key = false;
    std::string key_header_name; // `litellm_key_header_name`; empty: the usual headers
    stream_usage always_include_stream_usage = stream_usage::inject_and_strip;
    bool include_call_id_in_error_body = false;
    /// Let clients pass `mock_response` and `mock_testing_*` in a body.
    bool allow_mock_request_params = false;
    /// Bytes; from `max_request_size_mb`.
    std::uint64_t max_request_bytes = 64ULL * 1024 * 1024;
    /// Connections open at once; 0 means the default of the server.
    std::uint32_t max_connections = 0;
};

/// A whole configuration, checked and typed. Immutable once loaded.
struct settings {
    std::vector<model_entry> model_list;
    litellm_settings litellm;
    router_settings router;
    general_settings general;
    /// Every file that was read, for the file watch.
    std::vector<std::string> files;
};

} // namespace llm_proxy::config
