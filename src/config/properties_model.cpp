#include "llm_proxy/config/properties.hpp"

namespace llm_proxy::config {

namespace {

using enum value_kind;
using enum property_state;

constexpr property top_properties[] = {
    {"include", sequence, "",
     "Files to read as well, relative to this one: lists are joined, any other value replaces the "
     "one here."},
    {"environment_variables", mapping, "",
     "Environment variables set before anything else is read."},
    {"model_list", sequence, "", "The deployments."},
    {"litellm_settings", mapping, "", "Settings of all calls."},
    {"router_settings", mapping, "", "How deployments are chosen."},
    {"general_settings", mapping, "", "Settings of the server."},
    {"callback_settings", any, "", "Settings of callbacks.", not_served},
    {"credential_list", any, "", "Named credentials.", not_served},
    {"guardrails", any, "", "Checks of requests and answers.", not_served},
    {"policies", any, "", "Which guardrails apply.", not_served},
    {"prompts", any, "", "Stored prompts.", not_served},
    {"mcp_servers", any, "", "MCP servers.", not_served},
    {"search_tools", any, "", "Search tools.", not_served},
    {"sandbox_tools", any, "", "Sandboxes for code.", not_served},
    {"vector_store_registry", any, "", "Vector stores.", not_served},
    {"assistant_settings", any, "", "Assistants API.", not_served},
    {"finetune_settings", any, "", "Fine-tuning API.", not_served},
    {"files_settings", any, "", "Files API.", not_served},
    {"default_vertex_config", any, "", "Vertex AI.", not_served},
};

constexpr property entry_properties[] = {
    {"model_name", text, "required",
     "Name that clients ask for. Entries of one name share its calls."},
    {"litellm_params", mapping, "required", "How the deployment is reached."},
    {"model_info", mapping, "", "What is known about it."},
};

constexpr property info_properties[] = {
    {"id", any, "SHA-256 over the name and the parameters, as in LiteLLM", "Id of the deployment."},
    {"mode", text, "",
     "Kind of model: `chat`, `completion`, `embedding`, `image_generation`, `audio_speech`, "
     "`audio_transcription`, `moderation`, `rerank`, `realtime` or `batch`."},
    {"base_model", text, "", "Name under which prices and limits are looked up."},
    {"health_check_model", text, "", "Model that a health check calls.", not_served},
    {"health_check_timeout", seconds, "", "Seconds that a health check may take.", not_served},
    {"disable_background_health_check", boolean, "false",
     "Leave the deployment out of background checks.", not_served},
    {"access_groups", sequence, "", "Groups that keys can be given access to.", not_served},
    {"team_id", text, "", "Team that the deployment belongs to.", not_served},
    {"allowed_fails", count, "the router's",
     "Failures within `cooldown_time` before the deployment rests."},
    {"allowed_fails_policy", mapping, "the router's", "The same for each kind of failure."},
    {"cooldown_time", non_negative, "that of `litellm_params`",
     "Seconds that the deployment rests after failures."},
    {"tier", text, "",
     "`free`: its calls cost nothing, `paid`: they do, whatever the price table says; for "
     "`free-first`."},
};

} // namespace

const section top_level_section{"", "The keys of the file itself.", top_properties, "", false};

const section model_entry_section{"model_list[]", "One deployment.", entry_properties, "", false};

const section model_info_section{
    "model_list[].model_info",
    "What is known about a deployment. Any key is shown by `/model/info`.",
    info_properties,
    {},
    true,
    true};

} // namespace llm_proxy::config
