#include "llm_proxy/config/properties.hpp"

namespace llm_proxy::config {

namespace {

using enum value_kind;
using enum property_state;

constexpr property param_properties[] = {
    {"model", text, "required",
     "`provider/name`: the provider, then the model as the provider calls it."},
    {"api_key", text, "the provider's environment variable", "Key for the provider."},
    {"api_base", text, "the provider's own address", "URL of the provider."},
    {"base_url", text, "", "Another name of `api_base`."},
    {"api_version", text, "", "Version of the API, for providers that want one."},
    {"organization", text, "", "OpenAI organization."},
    {"custom_llm_provider", text, "", "The provider, where `model` does not name it."},
    {"headers", mapping, "", "Headers of every call of the deployment."},
    {"extra_headers", mapping, "",
     "Headers of every call of the deployment; they replace those of `headers`."},
    {"extra_body", mapping, "", "Members put into every body that is sent to the deployment."},
    {"timeout", seconds, "the router's", "Seconds that a call may take."},
    {"stream_timeout", seconds, "the router's", "Seconds that a stream may pause."},
    {"max_retries", integer, "", "The least number of retries after a failure of the deployment."},
    {"weight", non_negative, "", "Share of the calls of its group."},
    {"rpm", positive_number, "",
     "Requests in any 60 seconds. It also weighs the choice between deployments."},
    {"tpm", positive_number, "",
     "Tokens in any 60 seconds. It also weighs the choice between deployments."},
    {"ssl_verify", any, "that of `litellm_settings`",
     "`false` trusts any certificate of the deployment; a path names the CA file to trust."},
    {"mock_response", text, "", "Answer with this text instead of calling the provider."},
    {"rpd", positive_number, "",
     "Requests per day. Not a key of LiteLLM, which sends it to the provider."},
    {"tpd", positive_number, "", "Tokens per day. Not a key of LiteLLM."},
    {"rpd_reset", text, "the provider's",
     "When a day of `rpd` and `tpd` begins: `00:00 Asia/Taipei`. Not a key of LiteLLM."},
    {"quota_group", text, "",
     "Deployments that name the same group share one set of limits, as their provider counts them "
     "together; of different limits the lowest holds. Not a key of LiteLLM."},
    {"max_queue_wait", non_negative, "the router's",
     "Seconds that a request may wait while the limits of its whole group are reached. Not a key "
     "of LiteLLM."},
    {"itpm", positive_number, "", "Input tokens per minute.", not_served},
    {"otpm", positive_number, "", "Output tokens per minute.", not_served},
    {"max_parallel_requests", positive_integer, "the router's",
     "Calls of the deployment in flight at once."},
    {"order", integer, "after all others",
     "Deployments of a lower order are tried first, the next as soon as one has failed."},
    {"num_retries", count, "the router's", "Retries of a failed call."},
    {"cooldown_time", non_negative, "the router's",
     "Seconds that the deployment rests after failures."},
    {"drop_params", boolean, "that of `litellm_settings`",
     "Leave out OpenAI parameters that the provider does not know. A request's own wins."},
    {"additional_drop_params", sequence, "",
     "Parameters always left out, or members within them, such as `tools[*].input_examples`. A "
     "request's own list replaces it."},
    {"allowed_openai_params", sequence, "",
     "Parameters passed on although the provider is not known to take them. A request's own list "
     "replaces it."},
    {"region_name", text, "", "Region of a cloud provider.", not_served},
    {"litellm_credential_name", text, "", "Entry of `credential_list` to use.", not_served},
    {"timeout_by_service_tier", mapping, "", "Timeouts for each service tier.", not_served},
    {"stream_timeout_by_service_tier", mapping, "", "Stream timeouts for each service tier.",
     not_served},
    {"input_cost_per_token", non_negative, "that of the price table",
     "Price of one input token in US dollars."},
    {"output_cost_per_token", non_negative, "that of the price table",
     "Price of one output token in US dollars."},
    {"input_cost_per_second", non_negative, "", "Price of one second of input in US dollars."},
    {"output_cost_per_second", non_negative, "", "Price of one second of output in US dollars."},
    {"cache_read_input_token_cost", non_negative, "that of an input token",
     "Price of one cached input token in US dollars."},
    {"cache_creation_input_token_cost", non_negative, "that of an input token",
     "Price of one input token written to the cache in US dollars."},
    {"search_context_cost_per_query", mapping, "",
     "Prices of one web search: `search_context_size_low`, `_medium` and `_high`."},
    {"tiered_pricing", sequence, "",
     "Prices by the length of the prompt: mappings with `range` and the prices that hold there."},
    {"tags", sequence, "", "Tags for routing by tag; `default` serves requests that have none."},
    {"tag_regex", sequence, "", "Patterns of request headers for routing by tag.", not_served},
    {"max_budget", non_negative, "", "Spend that the deployment may reach, in US dollars.",
     not_served},
    {"budget_duration", text, "", "Time after which that spend starts anew, such as `1d`.",
     not_served},
    {"default_api_key_rpm_limit", positive_integer, "",
     "Requests per minute of one key at the deployment.", not_served},
    {"default_api_key_tpm_limit", positive_integer, "",
     "Tokens per minute of one key at the deployment.", not_served},
    {"configurable_clientside_auth_params", sequence, "",
     "Which of `api_base` and `api_key` a client may set.", not_served},
    {"merge_reasoning_content_in_choices", boolean, "false",
     "Put reasoning into the content, between `<think>` tags.", not_served},
    {"use_in_pass_through", boolean, "false", "Use the credentials for pass-through endpoints.",
     not_served},
    {"use_litellm_proxy", boolean, "false", "The upstream is another LiteLLM proxy.", not_served},
    {"use_chat_completions_api", boolean, "false",
     "Ask for a chat completion also where clients use another API, such as `/v1/responses`, and "
     "the server has that itself."},
    {"keepalive_seconds", seconds, "", "Seconds between two pings to a client that waits.",
     not_served},
    {"allow_client_keepalive_override", boolean, "false", "Let clients set `keepalive_seconds`.",
     not_served},
    {"stream", boolean, "", "Stream where the client does not say.", not_served},
    {"temperature", number, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"top_p", number, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"n", positive_integer, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"stop", any, "", "OpenAI parameter, used where the client does not send it.", request_default},
    {"max_tokens", positive_integer, "",
     "OpenAI parameter, used where the client does not send it.", request_default},
    {"max_completion_tokens", positive_integer, "",
     "OpenAI parameter, used where the client does not send it.", request_default},
    {"stream_options", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"functions", sequence, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"function_call", any, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"tools", sequence, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"tool_choice", any, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"parallel_tool_calls", boolean, "",
     "OpenAI parameter, used where the client does not send it.", request_default},
    {"modalities", sequence, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"prediction", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"audio", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"presence_penalty", number, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"frequency_penalty", number, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"logit_bias", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"user", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"response_format", any, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"seed", integer, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"logprobs", any, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"top_logprobs", integer, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"reasoning_effort", any, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"verbosity", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"thinking", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"web_search_options", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"include_server_side_tool_invocations", boolean, "",
     "OpenAI parameter, used where the client does not send it.", request_default},
    {"service_tier", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"safety_identifier", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"prompt_cache_key", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"prompt_cache_retention", text, "",
     "OpenAI parameter, used where the client does not send it.", request_default},
    {"store", boolean, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"metadata", mapping, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"context_management", any, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"dimensions", positive_integer, "",
     "OpenAI parameter, used where the client does not send it.", request_default},
    {"encoding_format", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"suffix", text, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"echo", boolean, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"best_of", positive_integer, "", "OpenAI parameter, used where the client does not send it.",
     request_default},
    {"num_ctx", positive_integer, "",
     "Not OpenAI's, but known to servers at home; used where the client does not send it.",
     request_default},
    {"keep_alive", any, "",
     "Not OpenAI's, but known to servers at home; used where the client does not send it.",
     request_default},
    {"top_k", integer, "",
     "Not OpenAI's, but known to servers at home; used where the client does not send it.",
     request_default},
    {"min_p", number, "",
     "Not OpenAI's, but known to servers at home; used where the client does not send it.",
     request_default},
    {"repeat_penalty", number, "",
     "Not OpenAI's, but known to servers at home; used where the client does not send it.",
     request_default},
    {"repetition_penalty", number, "",
     "Not OpenAI's, but known to servers at home; used where the client does not send it.",
     request_default},
};

// clang-format off
constexpr std::string_view param_known =
    "adaptive_router_config adaptive_router_default_model annotation_cost_per_page "
    "annotation_cost_per_page_batches anthropic_disable_workload_identity_federation "
    "anthropic_federation_rule_id anthropic_federation_workspace_id anthropic_identity_source "
    "anthropic_identity_token anthropic_identity_token_file anthropic_issuer_audience "
    "anthropic_issuer_signing_key_ref anthropic_issuer_subject anthropic_issuer_ttl_seconds "
    "anthropic_issuer_url anthropic_keycloak_auth_method anthropic_keycloak_client_id "
    "anthropic_keycloak_client_secret_ref anthropic_keycloak_scope anthropic_keycloak_token_url "
    "anthropic_organization_id anthropic_service_account_id auto_router_config "
    "auto_router_config_path auto_router_default_model auto_router_embedding_model "
    "auto_router_max_input_chars auto_router_model_compression auto_router_routing_compression "
    "aws_access_key_id aws_batch_role_arn aws_bedrock_project_id aws_bedrock_runtime_endpoint "
    "aws_external_id aws_profile_name aws_region_name aws_role_name aws_secret_access_key "
    "aws_session_name aws_session_tags aws_session_token aws_sts_endpoint "
    "aws_web_identity_token azure_ad_token azure_password azure_scope azure_username "
    "bedrock_tags bucket_name cache_creation_input_audio_token_cost "
    "cache_creation_input_token_cost_above_100k_tokens_batches "
    "cache_creation_input_token_cost_above_200k_tokens_batches "
    "cache_creation_input_token_cost_above_272k_tokens_batches "
    "cache_creation_input_token_cost_batches cache_read_input_image_token_cost "
    "cache_read_input_token_cost_above_100k_tokens_batches "
    "cache_read_input_token_cost_above_200k_tokens_batches "
    "cache_read_input_token_cost_above_272k_tokens_batches cache_read_input_token_cost_batches "
    "citation_cost_per_token client_id client_secret complexity_router_config "
    "complexity_router_default_model fireworks_forward_user_id gcs_bucket_name "
    "input_cost_per_audio_per_second_above_128k_tokens input_cost_per_audio_token_batches "
    "input_cost_per_character_above_128k_tokens input_cost_per_image_above_128k_tokens "
    "input_cost_per_image_token_batches input_cost_per_token_above_100k_tokens_batches "
    "input_cost_per_token_above_200k_tokens_batches "
    "input_cost_per_token_above_272k_tokens_batches input_cost_per_token_batches "
    "input_cost_per_token_cache_hit input_cost_per_video_per_second_above_128k_tokens "
    "input_cost_per_video_per_second_above_15s_interval "
    "input_cost_per_video_per_second_above_8s_interval input_cost_per_video_token_batches "
    "litellm_trace_id max_file_size_mb milvus_db_name milvus_partition_names milvus_text_field "
    "ocr_cost_per_credit ocr_cost_per_page ocr_cost_per_page_batches "
    "openai_identity_provider_id openai_identity_token_file openai_service_account_id "
    "output_cost_per_audio_per_second output_cost_per_character "
    "output_cost_per_character_above_128k_tokens output_cost_per_image_1024 "
    "output_cost_per_image_1536 output_cost_per_image_512 output_cost_per_image_token_batches "
    "output_cost_per_pixel output_cost_per_second_1080p output_cost_per_second_2k "
    "output_cost_per_second_480p output_cost_per_second_4k output_cost_per_second_720p "
    "output_cost_per_second_768p output_cost_per_token_above_100k_tokens_batches "
    "output_cost_per_token_above_200k_tokens_batches "
    "output_cost_per_token_above_272k_tokens_batches output_cost_per_token_batches "
    "output_cost_per_video_per_second output_vector_size provider_affinity_header "
    "quality_router_config quality_router_default_model regional_endpoint_uplift_multiplier "
    "s3_access_key_id s3_bucket_name s3_bucket_owner s3_encryption_key_id s3_endpoint_url "
    "s3_output_bucket_name s3_region_name s3_secret_access_key tenant_id use_xai_oauth "
    "valkey_embedding_field valkey_host valkey_password valkey_port valkey_ssl "
    "valkey_text_field vector_store_id vertex_credentials vertex_location vertex_project "
    "watsonx_region_name ";
// clang-format on

} // namespace

const section litellm_params_section{
    "model_list[].litellm_params",
    "How a deployment is reached. OpenAI parameters are its defaults: the client's own values win. "
    "Nothing else of this mapping is sent to the provider, save `extra_body`.",
    param_properties,
    param_known,
    false,
    true};

} // namespace llm_proxy::config
