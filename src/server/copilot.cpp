#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/server/login_access.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::server {

namespace {

std::string_view name_of(login::login_state state) {
    switch (state) {
    case login::login_state::waiting_for_user:
        return "waiting_for_user";
    case login::login_state::logged_in:
        return "logged_in";
    case login::login_state::failed:
        return "failed";
    default:
        return "no_login";
    }
}

std::int64_t seconds_until(login::clock::time_point when) {
    const auto left = std::chrono::floor<std::chrono::seconds>(when - login::clock::now());
    return std::max<std::int64_t>(0, left.count());
}

document describe(const login::login_status& status) {
    document out{{"state", name_of(status.state)}};
    if (status.prompt) {
        out["verification_uri"] = status.prompt->verification_uri;
        out["user_code"] = status.prompt->user_code;
        out["expires_in"] = seconds_until(status.prompt->expires);
    }
    if (!status.reason.empty()) {
        out["reason"] = status.reason;
    }
    out["token_expires_at"] = nullptr;
    if (status.token_expires) {
        out["token_expires_at"] = login::clock::to_time_t(*status.token_expires);
        out["token_expires_in"] = seconds_until(*status.token_expires);
    }
    return out;
}

/// LiteLLM looks for the token while it finds out the provider: a client's mistake there.
error client_error(const error& failure, const model::deployment& target, std::string_view group) {
    if (failure.status != 400) {
        return providers::make_error(providers::class_of_status(failure.status), failure.status,
                                     "Github_copilotException", failure.message, group);
    }
    const std::string text = failure.message + "\n\noriginal model: " + target.model_name;
    const providers::verdict found(providers::error_class::bad_request, false);
    return providers::make_error(found, 400, "GetLLMProvider Exception", text, group);
}

} // namespace

net::task<std::optional<result<login::grant>>> take_access(services& shared,
                                                           const model::deployment& target,
                                                           std::string_view group,
                                                           std::uint64_t refused) {
    std::optional<result<login::grant>> taken;
    if (shared.login == nullptr) {
        taken = error(503, "internal_server_error", "the login is not set up; see the log");
    } else {
        taken = co_await shared.login->get(refused);
    }
    if (taken && !*taken) {
        taken = client_error(taken->error(), target, group);
    }
    co_return taken;
}

net::task<> copilot_status(request& req, const auth::caller&) {
    login::login_status status;
    if (req.shared.login != nullptr) {
        status = req.shared.login->status();
    }
    const std::string body = dump_json(describe(status));
    co_await req.send_json(200, body);
}

} // namespace llm_proxy::server
