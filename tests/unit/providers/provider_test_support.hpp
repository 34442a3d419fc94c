#pragma once

#include "llm_proxy/providers/registry.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace llm_proxy::providers {

using environment = std::map<std::string, std::string, std::less<>>;

inline variable_lookup lookup_in(environment variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

struct built {
    model::deployment_list deployments;
    config::problems problems;
};

inline built build(const config::litellm_params& params, const environment& variables = {},
                   const config::settings& defaults = {}) {
    config::settings settings = defaults;
    config::model_entry entry;
    entry.model_name = "group";
    entry.params = params;
    entry.path = "model_list[0]";
    entry.id = "id";
    settings.model_list.push_back(std::move(entry));
    built out;
    out.deployments = build_deployments(settings, lookup_in(variables), out.problems);
    return out;
}

/// The one deployment, which must be faultless. It drops what its provider does not take, as in the
/// recorded calls.
inline std::shared_ptr<const model::deployment> deploy(config::litellm_params params,
                                                       const environment& variables = {}) {
    params.drop_params = params.drop_params.value_or(true);
    built out = build(params, variables);
    for (const auto& problem : out.problems)
        ADD_FAILURE() << config::to_string(problem);
    EXPECT_EQ(out.deployments.size(), 1);
    return out.deployments.at(0);
}

/// Parameters of a deployment at a stand-in server.
inline config::litellm_params params_for(const std::string& model) {
    config::litellm_params params;
    params.model = model;
    params.api_base = "http://upstream:1/v1";
    params.api_key = secret("sk-upstream-0123456789");
    return params;
}

/// A request as the upstream gets it.
struct sent {
    std::string head;
    std::string body;
};

inline result<sent> translate(const inbound_call& call, const model::deployment& target) {
    outbound_call out;
    const auto written = target.adapter->translate(call, target, out);
    if (!written)
        return written.error();
    sent request;
    request.head = out.pieces.at(0);
    for (std::size_t i = 1; i < out.pieces.size(); ++i)
        request.body += out.pieces[i];
    const std::string length =
        "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    EXPECT_TRUE(request.head.ends_with(length)) << request.head;
    return request;
}

/// A JSON call's body as the upstream gets it, or the refusal's text.
inline std::string body_of(std::string_view text, const model::deployment& target,
                           inbound_call call = {}) {
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(text, members)) << text;
    call.body = text;
    call.members = &members;
    if (call.upstream_model.empty())
        call.upstream_model = target.upstream_model;
    const auto request = translate(call, target);
    return request ? request->body : request.error().message;
}

} // namespace llm_proxy::providers
