#include "llm_proxy/providers/registry.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/providers/gemini.hpp"
#include "llm_proxy/providers/github_copilot.hpp"
#include "llm_proxy/providers/github_models.hpp"
#include "llm_proxy/providers/known_prefixes.hpp"
#include "llm_proxy/providers/lm_studio.hpp"
#include "llm_proxy/providers/ollama.hpp"
#include "llm_proxy/providers/openai_compatible.hpp"
#include "llm_proxy/providers/openrouter.hpp"
#include "llm_proxy/providers/parameter_plan.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace llm_proxy::providers {

namespace {

/// docs.mistral.ai/api, chat completion
constexpr std::array mistral_names{older_limit.front(), other_name{"seed", "random_seed"}};

/// Providers of OpenAI's dialect without rules of their own: a new one is a new row.
const std::array dialects{
    dialect{.prefix = "openai",
            .exception_name = "OpenAIException",
            .default_base = "https://api.openai.com/v1",
            .base_variables = {"OPENAI_BASE_URL", "OPENAI_API_BASE"},
            .key_variables = {"OPENAI_API_KEY"},
            .responses = true,
            .developer_role = true},
    dialect{.prefix = "hosted_vllm",
            .exception_name = "Hosted_vllmException",
            .base_variables = {"HOSTED_VLLM_API_BASE"},
            .key_variables = {"HOSTED_VLLM_API_KEY"},
            .key = key_rule::dummy,
            .responses = true,
            .reasoning = reasoning_form::tagged,
            .server = "vLLM"},
    dialect{.prefix = "openai_like",
            .exception_name = "Openai_likeException",
            .base_variables = {"OPENAI_LIKE_API_BASE"},
            .key_variables = {"OPENAI_LIKE_API_KEY"},
            .key = key_rule::dummy},
    dialect{.prefix = "custom_openai",
            .exception_name = "Custom_openaiException",
            .base_variables = {},
            .key_variables = {"OPENAI_API_KEY"},
            .key = key_rule::dummy},
    dialect{.prefix = "deepseek",
            .exception_name = "DeepseekException",
            .default_base = "https://api.deepseek.com/beta",
            .base_variables = {"DEEPSEEK_API_BASE"},
            .key_variables = {"DEEPSEEK_API_KEY"}},
    dialect{.prefix = "groq",
            .exception_name = "GroqException",
            .default_base = "https://api.groq.com/openai/v1",
            .base_variables = {"GROQ_API_BASE"},
            .key_variables = {"GROQ_API_KEY"},
            .reasoning = reasoning_form::member},
    dialect{.prefix = "mistral",
            .exception_name = "MistralException",
            .default_base = "https://api.mistral.ai/v1",
            .base_variables = {"MISTRAL_API_BASE", "MISTRAL_AZURE_API_BASE"},
            .key_variables = {"MISTRAL_API_KEY", "MISTRAL_AZURE_API_KEY"},
            .other_names = mistral_names},
    dialect{.prefix = "xai",
            .exception_name = "XaiException",
            .default_base = "https://api.x.ai/v1",
            .base_variables = {"XAI_API_BASE"},
            .key_variables = {"XAI_API_KEY"},
            .responses = true,
            .other_names = older_limit},
    dialect{.prefix = "azure",
            .exception_name = "AzureException",
            .base_variables = {"AZURE_API_BASE"},
            .key_variables = {"AZURE_OPENAI_API_KEY", "AZURE_API_KEY"},
            .azure = true,
            .responses = true,
            .developer_role = true},
};

using adapter_list = std::vector<std::unique_ptr<const adapter>>;

adapter_list make_adapters() {
    adapter_list out;
    for (const dialect& row : dialects) {
        out.push_back(std::make_unique<openai_compatible>(row));
    }
    out.push_back(std::make_unique<github_models>());
    out.push_back(std::make_unique<lm_studio>());
    out.push_back(std::make_unique<openrouter>());
    out.push_back(std::make_unique<ollama>(ollama_route::chat));
    out.push_back(std::make_unique<ollama>(ollama_route::generate));
    out.push_back(std::make_unique<gemini>());
    out.push_back(std::make_unique<github_copilot>());
    return out;
}

/// Made once, at first use.
const adapter_list& adapters() {
    static const adapter_list all = make_adapters();
    return all;
}

/// Names that LiteLLM knows without a prefix and that are OpenAI's own.
bool is_openai_name(std::string_view model) {
    constexpr std::array<std::string_view, 11> heads{"gpt-",
                                                     "chatgpt-",
                                                     "o1",
                                                     "o3",
                                                     "o4",
                                                     "text-embedding-",
                                                     "text-moderation-",
                                                     "omni-moderation-",
                                                     "dall-e-",
                                                     "tts-1",
                                                     "whisper-1"};
    return std::any_of(heads.begin(), heads.end(),
                       [model](std::string_view head) { return model.starts_with(head); });
}

struct provider_choice {
    std::string_view prefix;
    std::string_view upstream_model;
};

provider_choice choose_provider(const config::litellm_params& params) {
    const std::string_view model = params.model;
    const std::size_t slash = model.find('/');
    const std::string_view head = model.substr(0, slash);
    if (params.custom_llm_provider) {
        const std::string_view named = *params.custom_llm_provider;
        const bool repeated = slash != std::string_view::npos && head == named;
        return {named, repeated ? model.substr(slash + 1) : model};
    }
    if (slash != std::string_view::npos) {
        return {head, model.substr(slash + 1)};
    }
    if (is_openai_name(model) || model == "*") {
        return {"openai", model};
    }
    return {{}, model};
}

config::problem unknown_provider(const config::model_entry& entry, std::string_view prefix) {
    config::problem item;
    item.where = entry.model_where;
    item.key = entry.path + ".litellm_params.model";
    if (prefix.empty()) {
        item.text = "`" + entry.params.model + "` names no provider";
        item.hint = "write it as provider/" + entry.params.model;
        return item;
    }
    const std::string name = std::string(prefix) + "/";
    if (is_known_prefix(prefix)) {
        item.text = "provider " + name + " is not served by this version yet";
    } else {
        item.text = "unknown provider `" + name + "`";
        if (const auto near = closest(prefix, served_prefixes())) {
            item.hint = "did you mean `" + std::string(*near) + "/`?";
            return item;
        }
    }
    item.hint = "served are";
    for (const std::string_view served : served_prefixes()) {
        item.hint += " " + std::string(served) + "/";
    }
    return item;
}

model::routing_rules routing_rules_of(const config::model_entry& entry) {
    model::routing_rules out;
    const auto& params = entry.params;
    const auto& info = entry.info;
    out.order = params.order.value_or(out.order);
    out.tags = params.tags;
    out.num_retries = params.num_retries;
    out.cooldown_time = info.cooldown_time ? info.cooldown_time : params.cooldown_time;
    out.allowed_fails = info.allowed_fails;
    out.allowed_fails_policy = info.allowed_fails_policy;
    if (!info.tier.empty()) {
        out.free_tier = info.tier == "free";
    }
    return out;
}

/// The strongest of the timeouts that LiteLLM looks at, in its order.
double first_timeout(std::initializer_list<std::optional<double>> candidates) {
    for (const auto& candidate : candidates) {
        if (candidate) {
            return *candidate;
        }
    }
    return 6000;
}

std::shared_ptr<model::deployment> describe(const config::model_entry& entry,
                                            const config::settings& settings) {
    auto out = std::make_shared<model::deployment>();
    const auto& params = entry.params;
    out->id = entry.id;
    out->group = entry.model_name;
    out->timeout =
        first_timeout({params.timeout, settings.router.timeout, settings.litellm.request_timeout});
    out->stream_timeout =
        first_timeout({params.stream_timeout, settings.router.stream_timeout, params.timeout,
                       settings.router.timeout, settings.litellm.request_timeout});
    out->max_retries = params.max_retries.value_or(0);
    out->weight = params.weight.value_or(0);
    out->rpm = params.rpm.value_or(0);
    out->tpm = params.tpm.value_or(0);
    out->limits_set = params.limits;
    if (!out->limits_set.max_parallel_requests) {
        out->limits_set.max_parallel_requests = settings.router.default_max_parallel_requests;
    }
    out->routing = routing_rules_of(entry);
    out->mock_response = params.mock_response;
    out->only_chats = params.use_chat_completions_api.value_or(false);
    out->defaults = params.defaults;
    out->extra_body = params.extra_body;
    out->extra_headers = params.extra_headers;
    out->modify_params = settings.litellm.modify_params;
    out->info = entry.info;
    out->prices_set = params.prices;
    return out;
}

/// A server at home answers within milliseconds, or it is switched off; one lost packet is repeated
/// after a second.
constexpr std::chrono::milliseconds home_connect_timeout{2500};

void shorten_connecting(model::deployment& out) {
    auto origin = std::make_shared<model::endpoint>(*out.origin);
    origin->connect_timeout = home_connect_timeout;
    out.origin = std::move(origin);
}

std::string answer_lines(const model::deployment& of) {
    std::string out;
    http::head_writer lines(out);
    lines.header("x-litellm-model-id", of.id);
    lines.header("x-litellm-model-name", of.model_name);
    lines.header("x-litellm-model-api-base", of.api_base);
    return out;
}

} // namespace

const adapter* find_adapter(std::string_view prefix) {
    for (const auto& item : adapters()) {
        if (item->prefix() == prefix) {
            return item.get();
        }
    }
    return nullptr;
}

std::vector<std::string_view> served_prefixes() {
    std::vector<std::string_view> out;
    for (const auto& item : adapters()) {
        out.push_back(item->prefix());
    }
    return out;
}

model::deployment_list build_deployments(const config::settings& settings,
                                         const variable_lookup& variable, config::problems& found) {
    model::deployment_list out;
    for (const auto& entry : settings.model_list) {
        const provider_choice choice = choose_provider(entry.params);
        const adapter* chosen = find_adapter(choice.prefix);
        if (chosen == nullptr) {
            found.push_back(unknown_provider(entry, choice.prefix));
            continue;
        }
        auto item = describe(entry, settings);
        item->adapter = chosen;
        item->provider = choice.prefix;
        item->upstream_model = choice.upstream_model;
        item->model_name = item->provider + "/" + item->upstream_model;
        prepare_parameter_rules(entry, settings, *item, found);
        if (chosen->prepare(entry, settings, variable, *item, found)) {
            if (!chosen->server_name().empty() && !item->origin->tls) {
                shorten_connecting(*item);
            }
            item->at_home = !chosen->server_name().empty() ||
                            (item->origin && model::is_at_home(item->origin->host));
            item->answer_lines = answer_lines(*item);
            out.push_back(std::move(item));
        }
    }
    return out;
}

} // namespace llm_proxy::providers
