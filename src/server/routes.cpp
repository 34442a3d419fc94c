#include "llm_proxy/server/routes.hpp"

#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/util/percent.hpp"

#include <array>

namespace llm_proxy::server {

namespace {

using model::call_type;

constexpr std::string_view version_prefix = "/v1";

const std::vector<route>& table() {
    static const std::vector<route> routes{
        {"POST", "/chat/completions", call_model<call_type::chat_completion>},
        {"POST", "/completions", call_model<call_type::completion>},
        {"POST", "/embeddings", call_model<call_type::embedding>},
        {"POST", "/moderations", call_model<call_type::moderation>},
        {"POST", "/images/generations", call_model<call_type::image_generation>},
        {"POST", "/images/edits", call_model<call_type::image_edit>},
        {"POST", "/images/variations", call_model<call_type::image_variation>},
        {"POST", "/audio/speech", call_model<call_type::speech>},
        {"POST", "/audio/transcriptions", call_model<call_type::transcription>},
        {"POST", "/audio/translations", call_model<call_type::translation>},
        {"POST", "/rerank", call_model<call_type::rerank>},
        {"POST", "/responses", call_model<call_type::response>},
        {"", "/responses/*", kept_response},
        {"POST", "/messages", serve_messages},
        {"POST", "/messages/count_tokens", count_messages_tokens},
        {"POST", "/api/event_logging/batch", drop_telemetry},
        {"GET", "/models", list_models},
        {"GET", "/models/*", show_model},
        {"GET", "/model/info", model_info},
        {"GET", "/model_group/info", model_group_info},
        {"POST", "/utils/token_counter", count_tokens},
        {"GET", "/copilot/status", copilot_status},
        {"GET", "/quota", show_quota},
        {"GET", "/health", health},
        {"GET", "/health/liveliness", liveness},
        {"GET", "/health/liveness", liveness},
        {"GET", "/health/readiness", readiness},
        {"GET", "/routes", list_routes},
        {"GET", "/", home},
    };
    return routes;
}

const route* find_exact(std::string_view path) {
    for (const route& item : table()) {
        if (item.path == path) {
            return &item;
        }
    }
    return nullptr;
}

struct found_path {
    const route* where = nullptr;
    std::string_view value;
};

/// `/engines/{model}/chat/completions`: the model's name may hold slashes, so the route is found
/// from the end.
found_path find_model_path(std::string_view path) {
    for (const std::string_view prefix : {"/engines/", "/openai/deployments/"}) {
        if (!path.starts_with(prefix)) {
            continue;
        }
        const std::string_view rest = path.substr(prefix.size());
        for (const route& item : table()) {
            if (item.method == "POST" && rest.size() > item.path.size() &&
                rest.ends_with(item.path)) {
                return {&item, rest.substr(0, rest.size() - item.path.size())};
            }
        }
    }
    return {};
}

found_path find_path(std::string_view path) {
    if (const found_path by_model = find_model_path(path); by_model.where != nullptr) {
        return by_model;
    }
    constexpr std::string_view of_openai = "/openai";
    if (path.starts_with("/openai/v1/responses")) {
        path.remove_prefix(of_openai.size());
    }
    if (path.starts_with("/v1/") && path.size() > version_prefix.size() + 1) {
        path.remove_prefix(version_prefix.size());
    }
    if (const route* exact = find_exact(path)) {
        return {exact, {}};
    }
    for (const std::string_view tree : {"/models/*", "/responses/*"}) {
        const std::string_view stem = tree.substr(0, tree.size() - 1);
        if (path.starts_with(stem) && path.size() > stem.size()) {
            return {find_exact(tree), path.substr(stem.size())};
        }
    }
    return {};
}

} // namespace

std::optional<route_match> find_route(std::string_view method, std::string_view path) {
    const found_path found = find_path(path);
    if (found.where == nullptr) {
        return std::nullopt;
    }
    route_match out;
    out.allow = found.where->method;
    auto value = percent_decode(found.value);
    if (!value) {
        return std::nullopt;
    }
    out.value = std::move(*value);
    if (found.where->method == method || found.where->method.empty()) {
        out.matched = found.where;
    }
    return out;
}

const std::vector<route>& all_routes() {
    return table();
}

} // namespace llm_proxy::server
