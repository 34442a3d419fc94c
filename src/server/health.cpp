#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/routing/deployment_state.hpp"
#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/server/probe.hpp"
#include "llm_proxy/server/routes.hpp"
#include "llm_proxy/version.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>

namespace llm_proxy::server {

namespace {

document endpoint_of(const probe_result& probed) {
    document out{{"model", probed.target->model_name}, {"model_id", probed.target->id}};
    if (!probed.healthy) {
        out["error"] = probed.why;
    }
    const auto& state = probed.target->state;
    const auto rests = state == nullptr ? std::nullopt : state->current_rest(net::clock::now());
    if (rests) {
        const std::chrono::duration<double> left = rests->until - net::clock::now();
        out["cooldown"] = {{"seconds_left", std::ceil(left.count())},
                           {"reason", rests->why},
                           {"bad_credential", rests->bad_credential}};
    }
    return out;
}

/// A probe that succeeds proves the credential good.
void note_health(const probe_result& probed) {
    if (probed.healthy && !probed.target->mock_response && probed.target->state != nullptr) {
        probed.target->state->renew_credential();
    }
}

/// The deployments that `?model=` or `?model_id=` names, or all.
model::deployment_list choose(request& req, const std::string& model, const std::string& id) {
    model::deployment_list out;
    for (const auto& item : req.config->models.deployments()) {
        if ((model.empty() || item->group == model) && (id.empty() || item->id == id)) {
            out.push_back(item);
        }
    }
    return out;
}

} // namespace

net::task<> health(request& req, const auth::caller&) {
    const std::string model = query_value(req.query, "model");
    const std::string id = query_value(req.query, "model_id");
    req.watch_client();
    auto targets = choose(req, model, id);
    const auto results = co_await probe_all(req.shared, std::move(targets));
    if (req.interrupts.raised()) {
        req.client.close_after();
        co_return;
    }
    document healthy = document::array();
    document unhealthy = document::array();
    for (const auto& probed : results) {
        note_health(probed);
        (probed.healthy ? healthy : unhealthy).push_back(endpoint_of(probed));
    }
    document body;
    body["healthy_endpoints"] = healthy;
    body["unhealthy_endpoints"] = unhealthy;
    body["healthy_count"] = healthy.size();
    body["unhealthy_count"] = unhealthy.size();
    const bool chosen = !model.empty() || !id.empty();
    const int status = chosen && healthy.empty() ? 503 : 200;
    co_await req.send_json(status, dump_json(body));
}

net::task<> liveness(request& req) {
    co_await req.send_json(200, "\"I'm alive!\"");
}

net::task<> readiness(request& req) {
    co_await req.send_json(200, R"({"status":"healthy","db":"Not connected"})");
}

net::task<> list_routes(request& req) {
    document routes = document::array();
    for (const route& item : all_routes()) {
        document methods = document::array();
        if (!item.method.empty()) {
            methods.push_back(item.method);
        }
        routes.push_back({{"path", item.path}, {"methods", std::move(methods)}});
    }
    const document body{{"routes", std::move(routes)}};
    co_await req.send_json(200, body.dump());
}

net::task<> home(request& req) {
    const document body{{"name", "LLM Proxy"}, {"version", version}, {"routes", "/routes"}};
    co_await req.send_json(200, body.dump());
}

} // namespace llm_proxy::server
