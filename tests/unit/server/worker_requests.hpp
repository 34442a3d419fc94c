#pragma once

#include <nlohmann/json.hpp>

#include "server/running_worker.hpp"
#include <string>
#include <string_view>

namespace llm_proxy::test {

inline constexpr std::string_view mocking = R"(
model_list:
  - {model_name: m, litellm_params: {model: openai/x, api_key: k, mock_response: "Hello"}}
general_settings: {max_request_size_mb: 1}
)";
inline constexpr std::string_view key_line = "Authorization: Bearer sk-0123456789abcdef\r\n";
inline constexpr std::string_view question = R"({"model":"m","messages":[]})";
inline constexpr std::string_view alive = "GET /health/liveliness HTTP/1.1\r\nHost: a\r\n\r\n";

/// A chat completion's request.
inline std::string post(std::string_view body, std::string_view more_lines = "") {
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + std::string(key_line) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_lines) +
           "\r\n" + std::string(body);
}

/// The text that a chat completion says.
inline std::string content_of(const client_answer& answer) {
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    return body.is_object() && body.contains("choices")
               ? body["choices"][0]["message"]["content"].get<std::string>()
               : "no completion: " + answer.body;
}

inline std::string message_of(const client_answer& answer) {
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    return body.is_object() && body.contains("error") ? body["error"]["message"].get<std::string>()
                                                      : "no error: " + answer.body;
}

} // namespace llm_proxy::test
