#pragma once

#include "llm_proxy/providers/adapter.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "providers/provider_test_support.hpp"
#include <string>
#include <string_view>

namespace llm_proxy::providers {

using ordered = nlohmann::ordered_json;

inline constexpr const char* model_25 = "gemini-2.5-flash";
inline constexpr const char* model_3 = "gemini-3-flash-preview";

/// What the upstream gets for a body; a refusal becomes `{"status":…,"message":…}`.
inline ordered gemini_body(const std::string& text, const std::string& model = model_25,
                           inbound_call call = {}) {
    const auto target = deploy(params_for("gemini/" + model));
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(text, members)) << text;
    call.body = text;
    call.members = &members;
    call.upstream_model = model;
    call.requested_model = "group";
    const auto request = translate(call, *target);
    if (!request) {
        return {{"status", request.error().status}, {"message", request.error().message}};
    }
    return ordered::parse(request->body);
}

/// As `gemini_body` for one message's JSON text, or several.
inline ordered gemini_contents(const std::string& messages, const std::string& model = model_25) {
    return gemini_body(R"({"messages":[)" + messages + "]}", model)["contents"];
}

/// The text of the refusal, which must be a plain bad request.
inline std::string refusal(const std::string& text, const std::string& model = model_25,
                           inbound_call call = {}) {
    const ordered got = gemini_body(text, model, call);
    EXPECT_EQ(got.value("status", 0), 400) << got;
    std::string message = got.value("message", "");
    const std::string tail = "\n\nLiteLLM: model group 'group' failed with the error above. No "
                             "fallback was attempted.";
    EXPECT_TRUE(message.ends_with(tail)) << message;
    return message.substr(0, message.size() - std::min(message.size(), tail.size()));
}

inline std::string refused_messages(const std::string& messages,
                                    const std::string& model = model_25) {
    return refusal(R"({"messages":[)" + messages + "]}", model);
}

} // namespace llm_proxy::providers
