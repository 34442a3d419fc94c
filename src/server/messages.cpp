#include "llm_proxy/dialects/messages_answer.hpp"
#include "llm_proxy/server/endpoints.hpp"

namespace llm_proxy::server {

std::string messages_error(const error& failure, std::string_view call_id) {
    return failure.param == "request_body" ? relay::error_json(failure, call_id)
                                           : dialects::messages_error_json(failure, call_id);
}

net::task<> serve_messages(request& req, const auth::caller& who) {
    req.errors = messages_error;
    return serve_model_call(req, who, model::call_type::message);
}

net::task<> drop_telemetry(request& req) {
    std::string body;
    if (!req.take_body(body)) {
        req.client.close_after();
    }
    return req.send_json(200, R"({"status":"ok"})");
}

} // namespace llm_proxy::server
