#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/model/endpoint.hpp"
#include "llm_proxy/model/parameter_rules.hpp"
#include "llm_proxy/util/secret.hpp"

#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::limits {
class shared_quota;
}
namespace llm_proxy::pricing {
class deployment_prices;
}
namespace llm_proxy::providers {
class adapter;
struct thinking_budgets;
} // namespace llm_proxy::providers
namespace llm_proxy::routing {
class deployment_state;
}

namespace llm_proxy::model {

/// How a deployment is chosen beside its weight, and what becomes of its failures; what is not set
/// is the router's to say.
struct routing_rules {
    /// Lower ones are tried first.
    int order = std::numeric_limits<int>::max();
    std::vector<std::string> tags;
    std::optional<int> num_retries;
    std::optional<double> cooldown_time; // seconds
    std::optional<int> allowed_fails;
    config::failure_counts allowed_fails_policy;
    /// `model_info.tier` says `free` or `paid`; nothing: the prices decide.
    std::optional<bool> free_tier;
};

/// One `model_list` entry, resolved: where its calls go and with what. Immutable.
struct deployment {
    std::string id;             // LiteLLM's deployment id
    std::string group;          // the public name, or a pattern with `*`
    std::string provider;       // `openrouter`
    std::string upstream_model; // the provider's name for it; `*` stands for the caller's part
    /// `provider/model`, as LiteLLM shows it.
    std::string model_name;
    const providers::adapter* adapter = nullptr;

    std::shared_ptr<const endpoint> origin;
    std::string api_base; // for people; without credentials
    secret key;
    /// The provider demands a key and none was found: calls are refused before they leave.
    bool credential_missing = false;
    /// Path of the base URL, without a trailing slash.
    std::string base_path;
    /// Whatever can be a chat is asked as one.
    bool only_chats = false;
    /// Where a login knows a base as well: the deployment names one itself, and that holds.
    bool own_base = false;
    /// For GitHub Copilot: system messages stay such rather than become the assistant's.
    bool keep_system_role = false;
    /// Host, credentials and extra headers as complete lines. Holds the key: never logged.
    std::string header_lines;
    /// What answers say of it: `x-litellm-model-id` and the like, as complete lines.
    std::string answer_lines;
    /// One prepared request head per call type, up to and without Content-Length: request line,
    /// Host, credentials, extra headers. Holds the key: never logged.
    std::array<std::string, call_type_count> request_heads;

    /// Seconds. The whole call when not streaming; the longest silence when streaming.
    double timeout = 6000;
    double stream_timeout = 6000;
    /// The least number of tries after one that failed here.
    int max_retries = 0;
    /// For `simple-shuffle`; 0 is unset.
    double weight = 0;
    double rpm = 0;
    double tpm = 0;
    config::limit_params limits_set;
    /// Counts its calls against its limits; null where nothing is called, as in `--check`.
    std::shared_ptr<limits::shared_quota> quota;
    routing_rules routing;
    /// A server of the operator's own: it costs no money, but its machine's time.
    bool at_home = false;
    /// What all workers know of its calls; null where nothing is called.
    std::shared_ptr<routing::deployment_state> state;
    /// Its host is known to count the tokens of every answer, so we need not be ready to.
    bool reports_usage = false;
    std::optional<std::string> mock_response;
    std::vector<config::json_member> defaults;
    std::vector<config::json_member> extra_body;
    parameter_rules parameters;
    /// `modify_params` of the settings: what a provider refuses together is not sent together.
    bool modify_params = false;
    /// Of Gemini, where the operator sets them; null else.
    std::shared_ptr<const providers::thinking_budgets> thinking;
    config::model_info info;
    /// The prices that `litellm_params` sets.
    std::vector<config::json_member> prices_set;
    /// What its calls are billed by; null if none of them can have a price.
    std::shared_ptr<const pricing::deployment_prices> prices;
    config::header_list extra_headers;
};

using deployment_list = std::vector<std::shared_ptr<const deployment>>;

} // namespace llm_proxy::model
