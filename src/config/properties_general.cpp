#include "llm_proxy/config/properties.hpp"

namespace llm_proxy::config {

namespace {

using enum value_kind;
using enum property_state;

constexpr property general_properties[] = {
    {"master_key", any, "environment variable LITELLM_MASTER_KEY",
     "The key that may do everything; without a good one the program does not start."},
    {"dangerously_permit_weak_or_unset_master_key", boolean, "false",
     "Start without a master key, or with a publicly known one; for development alone."},
    {"litellm_key_header_name", text, "",
     "A header in which the key is looked for besides the usual ones."},
    {"always_include_stream_usage", boolean, "",
     "Unset: token usage is always asked of the upstream and shown to clients that ask for it. "
     "True: shown to all. False: never asked for."},
    {"include_call_id_in_error_body", boolean, "false", "Put the call id into error bodies."},
    {"dangerously_allow_mock_testing_request_params", boolean, "false",
     "Let clients send `mock_response` and the `mock_testing_*` parameters."},
    {"max_request_size_mb", positive_number, "64",
     "Largest request body, in MiB; a larger one is answered with 413."},
    {"max_connections", positive_integer, "chosen from the limit on open files",
     "Client connections open at once. Not a key of LiteLLM."},
    {"database_url", text, "", "PostgreSQL database for keys, spend and models.", not_served},
    {"database_connection_pool_limit", positive_integer, "", "Connections to the database at most.",
     not_served},
    {"database_connection_timeout", seconds, "60",
     "Seconds to wait for a free connection to the database.", not_served},
    {"database_connect_timeout", seconds, "",
     "Seconds to wait for a new connection to the database.", not_served},
    {"database_socket_timeout", seconds, "", "Seconds to wait for an answer of the database.",
     not_served},
    {"database_disable_prepared_statements", boolean, "false",
     "Use no prepared statements, for poolers that cannot hold them.", not_served},
    {"store_model_in_db", boolean, "false",
     "Keep models that are added at run time in the database.", not_served},
    {"store_prompts_in_spend_logs", boolean, "false",
     "Keep requests and answers with the spend records.", not_served},
    {"disable_spend_logs", boolean, "false", "Write no spend record for each call.", not_served},
    {"disable_error_logs", boolean, "false", "Write no record of failed calls.", not_served},
    {"disable_spend_updates", boolean, "false", "Do not sum up the spend of keys, users and teams.",
     not_served},
    {"maximum_spend_logs_retention_period", text, "",
     "Age at which spend records are deleted, such as `30d`.", not_served},
    {"proxy_batch_write_at", seconds, "10", "Seconds between two writes of spend.", not_served},
    {"proxy_budget_rescheduler_min_time", seconds, "597",
     "Shortest pause between two looks for budgets to reset.", not_served},
    {"proxy_budget_rescheduler_max_time", seconds, "605",
     "Longest pause between two looks for budgets to reset.", not_served},
    {"allow_requests_on_db_unavailable", boolean, "false",
     "Serve requests while the database cannot be reached.", not_served},
    {"user_api_key_cache_ttl", seconds, "60",
     "Seconds for which a key found in the database is remembered.", not_served},
    {"completion_model", text, "", "Model to use for every chat request, whatever was asked for.",
     not_served},
    {"embedding_model", text, "", "Model to use for every embedding request.", not_served},
    {"image_generation_model", text, "", "Model to use for every image request.", not_served},
    {"moderation_model", text, "", "Model to use for every moderation request.", not_served},
    {"max_parallel_requests", positive_integer, "", "Calls of one key in flight at once.",
     not_served},
    {"global_max_parallel_requests", positive_integer, "", "Calls in flight at once.", not_served},
    {"max_response_size_mb", positive_number, "", "Largest answer, in MiB.", not_served},
    {"max_in_flight_requests_per_worker", positive_integer, "",
     "Requests served at once by one worker.", not_served},
    {"max_queued_requests_per_worker", positive_integer, "",
     "Requests waiting at once in one worker.", not_served},
    {"admission_queue_timeout_seconds", seconds, "1", "Seconds that a request waits for its turn.",
     not_served},
    {"background_health_checks", boolean, "false", "Check the deployments from time to time.",
     not_served},
    {"health_check_interval", seconds, "300", "Seconds between two checks.", not_served},
    {"health_check_concurrency", positive_integer, "", "Checks that run at once.", not_served},
    {"health_check_details", boolean, "true", "Show details in the answer of `/health`.",
     not_served},
    {"allow_public_health_readiness_details", boolean, "false",
     "Show details in `/health/readiness` without a key.", not_served},
    {"enable_drain_endpoint", boolean, "false",
     "Offer the endpoint that stops taking new requests.", not_served},
    {"drain_endpoint_token", text, "", "Token for that endpoint.", not_served},
    {"use_x_forwarded_for", boolean, "false", "Take the client's address from `X-Forwarded-For`.",
     not_served},
    {"trusted_proxy_ranges", sequence, "", "Networks whose forwarding headers are believed.",
     not_served},
    {"allowed_ips", sequence, "", "Addresses that may use the program.", not_served},
    {"custom_auth", text, "", "Python function that checks keys.", not_served},
    {"enable_jwt_auth", boolean, "false", "Accept JSON web tokens as keys.", not_served},
    {"litellm_jwtauth", mapping, "", "How JSON web tokens are read.", not_served},
    {"allowed_routes", sequence, "", "Routes that keys may use.", not_served},
    {"public_routes", sequence, "", "Routes that need no key.", not_served},
    {"admin_only_routes", sequence, "", "Routes that need the master key.", not_served},
    {"allow_client_side_credentials", boolean, "false",
     "Let clients send their own `api_base` and `api_key`.", not_served},
    {"forward_client_headers_to_llm_api", boolean, "false",
     "Pass the client's headers on to the provider.", not_served},
    {"forward_openai_org_id", boolean, "false", "Pass the client's OpenAI organization on.",
     not_served},
    {"cancel_on_disconnect", boolean, "true",
     "A call to the provider always ends when its client has left; `false` changes nothing."},
    {"expose_fallback_errors_to_caller", boolean, "false",
     "Tell the client of errors of fallbacks.", not_served},
    {"infer_model_from_keys", boolean, "false",
     "Offer all models of the providers whose keys are in the environment.", not_served},
    {"enforce_user_param", boolean, "false", "Refuse requests without `user`.", not_served},
    {"disable_model_info_refresh", boolean, "false", "Do not refresh what is known about models.",
     not_served},
    {"alerting", sequence, "", "Where alerts go.", not_served},
    {"alert_types", sequence, "", "Which alerts are sent.", not_served},
    {"alerting_threshold", seconds, "", "Seconds after which a call is reported as hanging.",
     not_served},
    {"alerting_args", mapping, "", "Further settings of the alerts.", not_served},
    {"pass_through_endpoints", sequence, "", "Paths that are forwarded to other servers.",
     not_served},
    {"ui_access_mode", any, "all", "Who may open the admin page.", not_served},
    {"max_failed_login_attempts_per_source", positive_integer, "10",
     "Failed logins in a minute before an address is blocked.", not_served},
    {"key_management_system", text, "", "Secret manager behind `os.environ/`.", not_served},
    {"key_management_settings", mapping, "", "Settings of the secret manager.", not_served},
};

// clang-format off
constexpr std::string_view general_known =
    "alert_to_webhook_url alert_type_config allow_cli_sso_verification_uri_complete "
    "allow_unmanaged_response_ids allow_user_auth allowed_file_extensions "
    "apply_user_budget_to_team_keys auto_redirect_ui_login_to_sso "
    "background_health_check_model_groups blocked_file_extensions "
    "claude_code_gateway_managed_settings control_plane_url coordination_redis "
    "custom_auth_run_common_checks custom_key_generate custom_key_policy custom_key_update "
    "custom_sso custom_team_metadata_validate custom_ui_sso_sign_in_handler database_args "
    "database_connection_pool_timeout database_extra_connection_params "
    "database_max_idle_connection_lifetime database_type default_team_disabled "
    "disable_auto_add_proxy_admin_to_teams disable_batch_input_file_rate_limiting "
    "disable_bedrock_agent_runtime_passthrough disable_budget_reservation "
    "disable_custom_api_keys disable_env_credential_login disable_key_generate_for_org_admin "
    "disable_master_key_return disable_password_login_when_sso_enabled "
    "disable_prisma_schema_update disable_reset_budget disable_responses_id_security "
    "disable_retry_on_max_parallel_request_limit_error enable_claude_code_gateway "
    "enable_health_check_routing enable_mcp_registry enable_oauth2_auth "
    "enable_oauth2_proxy_auth enable_openai_websocket_passthrough enable_public_model_hub "
    "enforce_fallback_model_access enforce_rbac enforced_params fail_closed_budget_enforcement "
    "fail_closed_rate_limit_enforcement failed_login_block_seconds failed_login_window_seconds "
    "forward_llm_provider_auth_headers health_check_ignore_transient_errors "
    "health_check_skip_disabled_background_models health_check_staleness_threshold "
    "hide_default_credentials_hint litellm_license max_batch_file_records "
    "max_batch_file_size_mb max_batch_file_uploads_per_day "
    "max_failed_login_attempts_per_source_overrides max_file_downloads_per_minute "
    "max_file_size_mb maximum_autorouter_session_retention_period "
    "maximum_daily_tag_spend_retention_period maximum_health_check_retention_period "
    "maximum_spend_logs_cleanup_batch_size maximum_spend_logs_cleanup_batch_timeout "
    "maximum_spend_logs_cleanup_cron maximum_spend_logs_cleanup_max_batches "
    "maximum_spend_logs_cleanup_run_budget maximum_spend_logs_retention_interval "
    "mcp_advertised_versions mcp_allow_all_keys_respects_mcp_scope mcp_allowed_clients "
    "mcp_client_id_header mcp_client_side_auth_header_name mcp_internal_ip_ranges "
    "mcp_prefer_client_id_metadata_document mcp_required_fields mcp_session_token_signing "
    "mcp_trusted_proxy_ranges mcp_xff_num_trusted_hops missing_session_id "
    "model_list_healthy_only oauth2_config_mappings otel pass_through_request_timeout "
    "passthrough_managed_object_ids password_policy_check_breached_passwords "
    "password_policy_min_length password_policy_require_lowercase "
    "password_policy_require_numbers password_policy_require_special_characters "
    "password_policy_require_uppercase plugins provider_url_destination_allowed_hosts "
    "proxy_config_reload_interval_seconds reject_clientside_metadata_tags "
    "require_end_user_mcp_access_defined require_key_mcp_access_defined "
    "responses_websocket_session_limit_seconds role_permissions scheduled_job_stagger "
    "search_tool_deny_by_default search_tools service_account_settings "
    "skip_batch_input_file_rate_limiting_for_models "
    "skip_batch_input_file_rate_limiting_for_providers spend_capture_rate_check "
    "spend_logs_metadata_fields spend_report_frequency supported_db_objects "
    "team_metadata_schema team_metadata_validation_error_message "
    "team_metadata_validation_timeout token_rate_limit_type tracing track_unmanaged_batch_cost "
    "transcribe_media_buckets use_azure_key_vault use_google_kms use_redis_transaction_buffer "
    "use_shared_health_check use_spend_logs_partitioning use_team_public_model_name "
    "user_api_key_cache_max_size user_header_mappings user_header_name user_mcp_management_mode "
    "user_url_allowed_hosts user_url_validation vector_store_deny_by_default ";
// clang-format on

} // namespace

const section general_settings_section{"general_settings", "Settings of the server.",
                                       general_properties, general_known, false};

} // namespace llm_proxy::config
