#include "llm_proxy/providers/gemini_errors.hpp"

#include <gmock/gmock.h>

#include "providers/gemini_answer_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_errors_test {

using testing::EndsWith;
using testing::StartsWith;

struct row {
    int status;
    std::string body;
    int shown_status;
    std::string begin;
};

void expect_rows(const std::vector<row>& table) {
    for (const row& one : table) {
        const error failure = gemini_error(one.status, one.body, "group");
        EXPECT_EQ(failure.status, one.shown_status) << one.status << ' ' << one.body;
        EXPECT_THAT(failure.message, StartsWith("litellm." + one.begin + " - "))
            << one.status << ' ' << one.body;
    }
}

TEST(gemini_error, is_told_by_its_status) {
    expect_rows({{400, "x", 400, "BadRequestError: GeminiException BadRequestError"},
                 {401, "x", 401, "AuthenticationError: GeminiException"},
                 {402, "x", 402, "BadRequestError: GeminiException"},
                 {403, "x", 403, "BadRequestError: GeminiException BadRequestError"},
                 {404, "x", 404, "NotFoundError: GeminiException"},
                 {408, "x", 408, "Timeout: GeminiException"},
                 {413, "x", 413, "BadRequestError: GeminiException"},
                 {429, "x", 429, "RateLimitError: litellm.RateLimitError: GeminiException"},
                 {500, "x", 500, "InternalServerError: GeminiException InternalServerError"},
                 {502, "x", 500, "APIConnectionError: GeminiException"},
                 {503, "x", 503, "ServiceUnavailableError: GeminiException"},
                 {504, "x", 504, "Timeout: GeminiException"},
                 {529, "x", 529, "APIError: GeminiException"},
                 {302, "x", 500, "APIError: GeminiException"}});
}

TEST(gemini_error, is_told_by_what_it_says) {
    const std::string context = "ContextWindowExceededError: litellm.BadRequestError: "
                                "ContextWindowExceededError: GeminiException";
    const std::string rate = "RateLimitError: litellm.RateLimitError: GeminiException";
    const std::string internal =
        "InternalServerError: litellm.InternalServerError: GeminiException";
    expect_rows(
        {{500, "Request timed out", 408, "Timeout: GeminiException"},
         {403, "Unable to find your project", 400, "BadRequestError: GeminiException"},
         {413, "400 Request payload size exceeds the limit", 400, context},
         {400, "The input token count (9) exceeds the maximum number of tokens allowed (8).", 400,
          context},
         {400, "Content has no parts.", 500, internal},
         {400, R"({"error":{"code":400,"message":"API key not valid. Please"}})", 401,
          "AuthenticationError: GeminiException"},
         {400, R"({"error":{"code":403,"message":"x"}})", 403,
          "BadRequestError: GeminiException BadRequestError"},
         {500, "The response was blocked.", 400,
          "BadRequestError: litellm.ContentPolicyViolationError: ContentPolicyViolationError: "
          "GeminiException"},
         {400, "Quota exceeded for metric", 429, rate},
         {503, R"({"error":{"code":429,"message":"x"}})", 429, rate},
         {503, "The model is overloaded.", 500, internal}});
}

TEST(gemini_error, digits_within_a_number_are_no_status) {
    expect_rows(
        {{400, "the limit is 14032", 400, "BadRequestError: GeminiException BadRequestError"},
         {429, "limit: 403", 429, "RateLimitError: litellm.RateLimitError: GeminiException"},
         {503, "403", 503, "ServiceUnavailableError: GeminiException"}});
}

TEST(gemini_error, an_array_is_read_like_its_error) {
    const auto failure =
        gemini_error(503, R"([{"error":{"code":503,"message":"The model is overloaded."}}])", "g");
    EXPECT_EQ(failure.status, 503);
    EXPECT_THAT(failure.message,
                StartsWith("litellm.ServiceUnavailableError: GeminiException - [{"));
    EXPECT_EQ(gemini_error(503, R"([{"error":{"code":429}}])", "g").status, 429);
    EXPECT_EQ(gemini_error(500, "[]", "g").status, 500);
    EXPECT_EQ(gemini_error(500, "[1]", "g").status, 500);
}

TEST(gemini_error, has_the_type_of_its_status_and_names_the_group) {
    const auto failure = gemini_error(429, "{}", "group");
    EXPECT_EQ(failure.type, "throttling_error");
    EXPECT_THAT(failure.message, EndsWith("- {}\n\nLiteLLM: model group 'group' failed with the "
                                          "error above. No fallback was attempted."));
    EXPECT_EQ(gemini_error(403, "", "g").type, "permission_error");
    EXPECT_EQ(gemini_error(502, "", "g").type, "internal_server_error");
}

TEST(gemini_error, long_texts_are_cut_between_characters) {
    const auto failure =
        gemini_error(500, std::string(4095, 'a') + "é" + std::string(9999, 'b'), "g");
    EXPECT_THAT(failure.message, testing::HasSubstr(std::string(4095, 'a') + "\n"));
}

TEST(gemini_error, shows_no_key) {
    const std::string said = "Consumer 'api_key:AIzaSyA-0123456789_0123456789abcdefghi' has been";
    for (const error& failure :
         {gemini_error(403, said, "g"),
          gemini_answer_body(R"({"error":{"code":403,"message":")" + said + "\"}}").error()}) {
        EXPECT_THAT(failure.message, testing::HasSubstr("'api_key:AIza***' has been"));
    }
}

TEST(gemini_error, tells_when_to_try_again) {
    const auto hint_of = [](int status, const std::string& delay) {
        const std::string body = R"({"error":{"code":)" + std::to_string(status) +
                                 R"(,"message":"m","details":[{"@type":"x"},5,
                {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":)" +
                                 delay + "}]}}";
        const auto failure = gemini_error(status, body, "g");
        const auto array = gemini_error(status, "[" + body + "]", "g");
        EXPECT_EQ(array.headers, failure.headers);
        return failure.headers.empty()
                   ? ""
                   : failure.headers[0].first + ": " + failure.headers[0].second;
    };
    EXPECT_EQ(hint_of(429, "\"37s\""), "retry-after: 37");
    EXPECT_EQ(hint_of(429, "\"3.5s\""), "retry-after: 4");
    EXPECT_EQ(hint_of(503, "\"3.000s\""), "retry-after: 3");
    EXPECT_EQ(hint_of(503, "\"0.000000001s\""), "retry-after: 1");
    for (const std::string odd : {"\"\"", "\"s\"", "\"3\"", "\"-3s\"", "\"3m\"", "\"3.xs\"", "3",
                                  "\".5s\"", "\"99999999999s\"", "\"3s\\r\\n\"", "null"}) {
        EXPECT_EQ(hint_of(429, odd), "") << odd;
    }
}

} // namespace gemini_errors_test
} // namespace llm_proxy::providers
