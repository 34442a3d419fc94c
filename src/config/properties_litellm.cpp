#include "llm_proxy/config/properties.hpp"

namespace llm_proxy::config {

namespace {

using enum value_kind;
using enum property_state;

constexpr property litellm_properties[] = {
    {"request_timeout", seconds, "6000, or environment variable REQUEST_TIMEOUT",
     "Seconds that a call may take, where neither the router nor the deployment says."},
    {"ssl_verify", any, "true, or environment variable SSL_VERIFY",
     "`false` trusts any certificate of an upstream; a path names the CA file to trust."},
    {"json_logs", boolean, "false, or environment variable JSON_LOGS",
     "Write the log as JSON, one object per line."},
    {"set_verbose", boolean, "false", "Log in detail."},
    {"user_url_validation", boolean, "true",
     "`false` fetches files that clients name by URL from private addresses, too."},
    {"user_url_allowed_hosts", sequence, "",
     "Hosts (`host` or `host:port`) of such files whose addresses may be private. The size of a "
     "file is bounded by environment variable MAX_IMAGE_URL_DOWNLOAD_SIZE_MB (50; 0 fetches "
     "none)."},
    {"vertex_ai_safety_settings", any, "",
     "Gemini's `safetySettings`, a list of `category` and `threshold`, where neither the call nor "
     "the deployment has some."},
    {"check_provider_endpoint", boolean, "false",
     "List the models behind a wildcard as the provider names them; servers at home (LM Studio, "
     "Ollama, vLLM) are asked without it."},
    {"drop_params", boolean, "false, or environment variable LITELLM_DROP_PARAMS",
     "Leave out OpenAI parameters that a provider does not know, instead of answering 400."},
    {"disable_copilot_system_to_assistant", boolean, "false",
     "GitHub Copilot: leave system messages as they are, instead of sending them as the "
     "assistant's."},
    {"disable_anthropic_gemini_context_caching_transform", boolean, "false",
     "Have Gemini keep nothing of the messages that are marked with `cache_control`."},
    {"modify_params", boolean, "false, or environment variable LITELLM_MODIFY_PARAMS",
     "Leave the system instruction and the tools out of Gemini requests with `cached_content`, "
     "which Gemini refuses together."},
    {"success_callback", sequence, "", "Loggers of successful calls.", not_served},
    {"failure_callback", sequence, "", "Loggers of failed calls.", not_served},
    {"callbacks", sequence, "", "Loggers of all calls.", not_served},
    {"service_callback", sequence, "", "Loggers of the services behind the program.", not_served},
    {"turn_off_message_logging", boolean, "false", "Log neither messages nor answers.", not_served},
    {"redact_user_api_key_info", boolean, "false", "Log nothing about keys and their owners.",
     not_served},
    {"redact_messages_in_exceptions", boolean, "false", "Leave messages out of errors.",
     not_served},
    {"num_retries", count, "2", "Retries of a failed call, where the router does not say."},
    {"fallbacks", sequence, "", "As in `router_settings`, which wins."},
    {"default_fallbacks", sequence, "", "As in `router_settings`, which wins."},
    {"context_window_fallbacks", sequence, "", "As in `router_settings`, which wins."},
    {"content_policy_fallbacks", sequence, "", "As in `router_settings`, which wins."},
    {"max_fallbacks", count, "5", "As in `router_settings`, which wins."},
    {"allowed_fails", count, "", "As in `router_settings`, which wins."},
    {"cache", boolean, "false", "Keep answers and give them again.", not_served},
    {"cache_params", mapping, "", "Where and how long answers are kept.", not_served},
    {"max_budget", non_negative, "0", "Spend of the whole program, in US dollars.", not_served},
    {"budget_duration", text, "", "Time after which that spend starts anew.", not_served},
    {"default_internal_user_params", mapping, "", "What a new user gets.", not_served},
    {"default_team_settings", sequence, "", "What a team gets.", not_served},
    {"upperbound_key_generate_params", mapping, "", "What a new key may get at most.", not_served},
    {"key_generation_settings", mapping, "", "Who may make keys.", not_served},
    {"max_internal_user_budget", number, "", "Budget of a new user.", not_served},
    {"max_ui_session_budget", number, "", "Budget of a session of the admin page.", not_served},
    {"max_end_user_budget", number, "", "Budget of an end user.", not_served},
    {"ssl_certificate", text, "", "Client certificate for upstreams.", not_served},
    {"force_ipv4", boolean, "false", "Reach upstreams by IPv4 only.", not_served},
    {"disable_aiohttp_transport", boolean, "false",
     "Choose between LiteLLM's HTTP clients; there is one here.", not_served},
    {"enable_json_schema_validation", boolean, "false",
     "Check answers against the requested schema.", not_served},
    {"add_function_to_prompt", boolean, "false",
     "Put tools into the prompt of models that have none.", not_served},
    {"enable_preview_features", boolean, "false", "Switch on features under test.", not_served},
    {"include_cost_in_streaming_usage", boolean, "false", "Put the cost into a stream's usage.",
     not_served},
    {"forward_traceparent_to_llm_provider", boolean, "false",
     "Pass `traceparent` on to the provider.", not_served},
    {"return_response_headers", boolean, "false", "Return the provider's headers.", not_served},
    {"public_model_groups", sequence, "", "Groups shown without a key.", not_served},
    {"model_alias_map", mapping, "", "Other names of models.", not_served},
    {"cost_discount_config", mapping, "", "Discounts by provider.", not_served},
    {"cost_margin_config", mapping, "", "Margins by provider.", not_served},
    {"disable_end_user_cost_tracking", boolean, "false", "Do not sum up the spend of end users.",
     not_served},
    {"store_audit_logs", boolean, "false", "Keep a record of changes.", not_served},
    {"require_auth_for_metrics_endpoint", boolean, "true", "Ask for a key at `/metrics`.",
     not_served},
};

// clang-format off
constexpr std::string_view litellm_known =
    "add_user_information_to_llm_headers agent_search_embedding_model ai21_key "
    "aiohttp_trust_env aleph_alpha_key allow_dynamic_callback_disabling amazon_nova_api_key "
    "anthropic_beta_headers_url anthropic_key anthropic_prompt_caching_ttl "
    "anthropic_sse_ping_interval_seconds apply_search_free_tier argilla_batch_size "
    "audit_log_callbacks autorouter_presets_url aws_sqs_callback_params azure_key "
    "banned_keywords_list baseten_key bedrock_neutralize_orphaned_tool_blocks "
    "bedrock_request_metadata_fields block_requests_for_models_without_pricing "
    "blocked_user_list blog_posts_url budget_exceeded_status_code "
    "budget_exceeded_throttle_percentage budget_rollover bytez_key clarifai_key "
    "cloudflare_api_key cohere_key cold_storage_custom_logger cometapi_key credential_list "
    "custom_prometheus_metadata_labels custom_prometheus_tags custom_prompt_dict "
    "custom_provider_map databricks_key datadog_llm_observability_params datadog_params "
    "datadog_use_v1 datarobot_key default_in_memory_ttl default_key_generate_params "
    "default_key_max_budget_alert_emails default_max_internal_user_budget "
    "default_redis_batch_cache_expiry default_redis_ttl default_soft_budget default_team_params "
    "default_user_params disable_add_prefix_to_prompt disable_add_transform_inline_image_block "
    "disable_add_user_agent_to_request_tags disable_aiohttp_trust_env "
    "disable_end_user_cost_tracking_prometheus_only disable_hf_tokenizer_download "
    "disable_stop_sequence_limit disable_streaming_logging disable_token_counter "
    "disable_vertex_batch_output_transformation dynamodb_table_name "
    "enable_anthropic_prompt_caching enable_azure_ad_token_refresh "
    "enable_caching_on_provider_specific_optional_params "
    "enable_end_user_cost_tracking_prometheus_only enable_gemini_default_thinking_level_low "
    "enable_key_alias_format_validation enable_loadbalancing_on_batch_endpoints "
    "enable_model_config_credential_overrides expose_router_debug_in_errors "
    "extra_spend_tag_headers filter_invalid_headers force_redis_hash_tag_grouping "
    "gcs_pub_sub_use_v1 gdc_api_base gdc_key gemini_live_defer_setup generic_api_use_v1 "
    "generic_logger_headers gigachat_key global_disable_no_log_param global_gitlab_config "
    "google_moderation_confidence_threshold gradient_ai_api_key groq_key "
    "guardrail_name_config_map heroku_key http2 huggingface_key inception_key infinity_key "
    "input_callback internal_user_budget_duration key_alias_pattern langfuse_default_tags "
    "langfuse_enable_update_trace_keys langsmith_batch_size lemonade_key llama_api_key "
    "llamaguard_model_name llamaguard_unsafe_content_categories llm_guard_mode "
    "log_auth_failure_key_identity log_client_error_tracebacks log_level "
    "log_raw_request_response logged_real_time_event_types longer_context_model_fallback_dict "
    "maritalk_key max_end_user_budget_id max_user_budget mcp_tool_search model_cost_map_url "
    "model_group_settings nebius_key network_mock newrelic_params nlp_cloud_key novita_api_key "
    "num_retries_per_request ollama_key openai_key openai_like_key "
    "openai_moderations_model_name openai_system_messages_first openrouter_key "
    "otel_tenant_destination_mode output_parse_pii overwrite_user_with_key_hash ovhcloud_key "
    "pointfive_params post_call_rules pre_call_rules predibase_key predibase_tenant_id "
    "presidio_ad_hoc_recognizers priority_reservation "
    "prometheus_deployment_and_latency_caller_identity "
    "prometheus_emit_input_sequence_length_label prometheus_emit_rate_limit_labels "
    "prometheus_emit_stream_label prometheus_end_user_metrics_cleanup_interval_seconds "
    "prometheus_end_user_metrics_max_series_per_metric prometheus_end_user_metrics_ttl_seconds "
    "prometheus_exclude_labels prometheus_exclude_metrics prometheus_initialize_budget_metrics "
    "prometheus_latency_buckets prometheus_metrics_cleanup_interval_seconds "
    "prometheus_metrics_config prometheus_metrics_max_series_per_metric "
    "prometheus_metrics_ttl_seconds prometheus_user_budget_label_include_email_alias "
    "prompt_name_config_map provider_url_destination_allowed_hosts proxy_auth "
    "public_agent_groups public_mcp_hub_strict_whitelist public_mcp_servers "
    "public_model_groups_links public_skills_index reasoning_auto_summary replicate_key "
    "request_correlation_in_logs require_managed_files retry route_all_chat_openai_to_responses "
    "s3_audit_callback_params s3_callback_params safe_memory_mode sap_service_key "
    "skill_search_embedding_model skip_system_message_in_guardrail "
    "skip_tool_message_in_guardrail snowflake_key sse_keepalive_ping_interval_seconds "
    "ssl_ecdh_curve ssl_security_level standard_logging_payload_excluded_fields "
    "strip_anthropic_total_tokens suppress_debug_info tag_budget_config togetherai_api_key "
    "use_aiohttp_transport use_chat_completions_url_for_anthropic_messages use_litellm_proxy "
    "validate_end_user_id_in_db "
    "vector_store_index_registry vector_store_registry vector_store_search_failure_mode "
    "vercel_ai_gateway_key vertex_location vertex_project wandb_key "
    "xai_key zerobus_params ";
// clang-format on

} // namespace

const section litellm_settings_section{"litellm_settings", "Settings of all calls.",
                                       litellm_properties, litellm_known, false};

} // namespace llm_proxy::config
