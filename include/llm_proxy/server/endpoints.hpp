#pragma once

#include "llm_proxy/auth/authenticator.hpp"
#include "llm_proxy/model/call_type.hpp"
#include "llm_proxy/server/request.hpp"

namespace llm_proxy::server {

/// A call to a model, whatever its type.
template <model::call_type Type>
net::task<> call_model(request& req, const auth::caller& who);

net::task<> serve_model_call(request& req, const auth::caller& who, model::call_type type);

template <model::call_type Type>
net::task<> call_model(request& req, const auth::caller& who) {
    return serve_model_call(req, who, Type);
}

/// Refuses what only a keeper of responses can do: reading, deleting or cancelling one by its id.
net::task<> kept_response(request& req, const auth::caller& who);

net::task<> list_models(request& req, const auth::caller& who);
net::task<> show_model(request& req, const auth::caller& who);
net::task<> model_info(request& req, const auth::caller& who);
net::task<> model_group_info(request& req, const auth::caller& who);
/// LiteLLM's count of a prompt's tokens, without calling a provider.
net::task<> count_tokens(request& req, const auth::caller& who);
/// The error of a Messages route behind its key in Anthropic's form, but for a body that is no
/// JSON: that, and the refusal of the key, are OpenAI's with LiteLLM.
std::string messages_error(const error& failure, std::string_view call_id);
/// Anthropic's Messages API.
net::task<> serve_messages(request& req, const auth::caller& who);
/// The same count for its clients.
net::task<> count_messages_tokens(request& req, const auth::caller& who);
net::task<> health(request& req, const auth::caller& who);
/// How the limits stand: see `quota_report`.
net::task<> show_quota(request& req, const auth::caller& who);
net::task<> copilot_status(request& req, const auth::caller& who);
net::task<> liveness(request& req);
net::task<> readiness(request& req);
net::task<> list_routes(request& req);
net::task<> home(request& req);
/// Takes the telemetry of Anthropic's clients, and drops it.
net::task<> drop_telemetry(request& req);

} // namespace llm_proxy::server
