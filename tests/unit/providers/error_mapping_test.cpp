#include "llm_proxy/providers/error_mapping.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llm_proxy::providers {
namespace error_mapping_test {

const std::string suffix =
    "\n\nLiteLLM: model group 'g' failed with the error above. No fallback was attempted.";

/// Status and message, as a client reads them, without what every message ends in.
std::string shown(int status, std::string_view body) {
    const upstream_text said = read_upstream_text(body);
    const error failure =
        make_error(classify_openai(status, said), status, "OpenAIException", "T", "g");
    EXPECT_TRUE(failure.message.ends_with(suffix)) << failure.message;
    return std::to_string(failure.status) + " " +
           failure.message.substr(0, failure.message.find("OpenAIException - T"));
}

struct row {
    int status;
    std::string body;
    std::string expected;
};

std::string body(const std::string& message, const std::string& type = "",
                 const std::string& code = "") {
    return R"({"error":{"message":")" + message + R"(","type":")" + type + R"(","code":")" + code +
           "\"}}";
}

TEST(error_mapping, an_unexplained_status_decides) {
    const std::vector<row> table{
        {400, "no", "400 litellm.BadRequestError: "},
        {401, "no", "401 litellm.AuthenticationError: AuthenticationError: "},
        {402, "no", "402 litellm.APIError: APIError: "},
        {403, "no", "403 litellm.APIError: APIError: "},
        {404, "no", "404 litellm.NotFoundError: NotFoundError: "},
        {408, "no", "408 litellm.Timeout: Timeout Error: "},
        {409, "no", "409 litellm.APIError: APIError: "},
        {422, "no", "422 litellm.BadRequestError: "},
        {429, "no", "429 litellm.RateLimitError: RateLimitError: "},
        {500, "no", "500 litellm.InternalServerError: InternalServerError: "},
        {502, "no", "502 litellm.BadGatewayError: BadGatewayError: "},
        {503, "no", "503 litellm.ServiceUnavailableError: ServiceUnavailableError: "},
        {504, "no", "504 litellm.Timeout: Timeout Error: "},
        {529, "no", "529 litellm.APIError: APIError: "},
        {302, "no", "500 litellm.APIError: APIError: "},
    };
    for (const row& one : table)
        EXPECT_EQ(shown(one.status, one.body), one.expected) << one.status;
}

TEST(error_mapping, what_is_said_comes_before_the_status) {
    const std::string rate = "429 litellm.RateLimitError: RateLimitError: ";
    const std::string window = "400 litellm.ContextWindowExceededError: litellm.BadRequestError: "
                               "ContextWindowExceededError: ";
    const std::string policy = "400 litellm.BadRequestError: litellm.ContentPolicyViolationError: "
                               "ContentPolicyViolationError: ";
    const std::string bad = "litellm.BadRequestError: ";
    const std::string request = "invalid_request_error";
    const std::vector<row> table{
        {429, body("You exceeded your current quota", "insufficient_quota"), rate},
        {500, body("Rate limit reached for m"), rate},
        {400, body("no", "rate_limit_error"), rate},
        {403, body("RATE - LIMIT"), rate},
        {400, body("Service tier capacity exceeded for this model."), rate},
        {400, body("separate the limited text"), "400 " + bad},
        {400, body("token 429 is bad"), "400 " + bad},
        {400, body("This model's maximum context length is 8192 tokens.", request), window},
        {400, body("too long", request, "context_length_exceeded"), window},
        {413, body("request (9 tokens) exceeds the available context size (8)"), window},
        {400, body("Current length is 9 while limit is 8"), window},
        {400, body("maximum input length is 8 tokens"), window},
        {400,
         body("Invalid 'user': string too long. Expected a string with maximum length 64", request,
              "string_above_max_length"),
         "400 " + bad},
        {404, body("The model `x` does not exist", request, "model_not_found"),
         "404 litellm.NotFoundError: "},
        {500, body("A timeout occurred"), "408 litellm.Timeout: "},
        {500, body("Request timed out."), "408 litellm.Timeout: "},
        {400, body("no", request, "content_policy_violation"), policy},
        {400, body("Invalid prompt: violating our usage policy"), policy},
        {400, body("Your request was rejected as a result of the safety system."), policy},
        {400, body("The encrypted content could not be verified."), "400 " + bad},
        {401, body("Incorrect API key provided: sk-1", request),
         "401 litellm.AuthenticationError: AuthenticationError: "},
        {401, body("You must be a member of an organization", request), "401 " + bad},
        {503, body("no", request), "503 " + bad},
        {500, body("The server had an error processing your request. Sorry about that!"),
         "500 litellm.InternalServerError: "},
        {502, body("Web server is returning an unknown error"),
         "500 litellm.InternalServerError: "},
        {413, body("Request too large for m"), rate},
    };
    for (const row& one : table)
        EXPECT_EQ(shown(one.status, one.body), one.expected) << one.status << " " << one.body;
}

TEST(error_mapping, types_follow_class_and_status) {
    const auto type = [](verdict found, int status) {
        return make_error(found, status, "X", "t", "g").type;
    };
    EXPECT_EQ(type(error_class::rate_limit, 429), "throttling_error");
    EXPECT_EQ(type(error_class::bad_request, 400), "invalid_request_error");
    EXPECT_EQ(type(error_class::authentication, 401), "authentication_error");
    EXPECT_EQ(type(error_class::api_error, 403), "permission_error");
    EXPECT_EQ(type(error_class::api_error, 529), "internal_server_error");
    EXPECT_EQ(type(error_class::timeout, 408), "invalid_request_error");
}

TEST(error_mapping, some_classes_say_more) {
    const auto message = [](error_class kind) {
        return make_error(kind, 400, "X", "t", "g").message;
    };
    EXPECT_EQ(message(error_class::timeout),
              "litellm.Timeout: Timeout Error: X - t\n\nDeployment Info: request_timeout: None\n"
              "timeout: None" +
                  suffix);
    EXPECT_NE(message(error_class::context_window_exceeded)
                  .find("X - t\nmodel=g. context_window_fallbacks=None. fallbacks=None.\n\n"
                        "Set 'context_window_fallback' - "),
              std::string::npos);
    EXPECT_NE(message(error_class::content_policy_violation)
                  .find("X - t\nmodel=g. content_policy_fallback=None. fallbacks=None."),
              std::string::npos);
}

TEST(error_mapping, reads_every_shape_of_error) {
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({"error":{"message":"m","code":5}})", "m"},
        {R"({"error":"text"})", "text"},
        {R"([{"error":{"message":"first"}}])", "first"},
        {R"({"message":"m"})", "m"},
        {R"({"detail":"d"})", "d"},
        {R"({"detail":[1]})", "[1]"},
        {R"({"error":{"code":7}})", R"({"code":7})"},
        {"<html>", "<html>"},
        {R"({"other":1})", R"({"other":1})"},
        {"", ""},
    };
    for (const auto& [text, message] : table)
        EXPECT_EQ(read_upstream_text(text).message, message) << text;
}

TEST(error_mapping, reads_the_fields_of_an_error) {
    const auto said =
        read_upstream_text(R"({"error":{"message":"m","type":"t","code":429,"param":"p"}})");
    EXPECT_TRUE(said.present);
    EXPECT_EQ(said.type, "t");
    EXPECT_EQ(said.code, "429");
    EXPECT_EQ(said.param, "p");
    EXPECT_EQ(said.status, 429);
    const std::vector<std::pair<std::string, int>> words{
        {"server_error", 0}, {"429", 429}, {"rate_limit_exceeded", 429}, {"", 0}, {"5o2", 0}};
    for (const auto& [code, status] : words) {
        const std::string body = R"({"error":{"message":"m","code":")" + code + "\"}}";
        EXPECT_EQ(read_upstream_text(body).status, status) << code;
    }
    EXPECT_FALSE(read_upstream_text("<html>").present);
    EXPECT_FALSE(read_upstream_text("{}").present);
}

TEST(error_mapping, failures_without_an_answer) {
    EXPECT_EQ(connection_error("OpenAIException", "g").message,
              "litellm.InternalServerError: InternalServerError: OpenAIException - "
              "Connection error." +
                  suffix);
    const error timeout = timeout_error(2, 2.004, "g");
    EXPECT_EQ(timeout.status, 408);
    EXPECT_EQ(timeout.message,
              "litellm.Timeout: APITimeoutError - Request timed out. Error_str: Request timed out. "
              "- timeout value=2.0, time taken=2.00 seconds\n\nDeployment Info: request_timeout: "
              "None\ntimeout: 2.0" +
                  suffix);
    const error invalid =
        invalid_answer_error("X", "<p>sk-0123456789abcdef" + std::string(500, '.'), "g");
    EXPECT_EQ(invalid.status, 500);
    EXPECT_NE(invalid.message.find("Received: '<p>sk-***."), std::string::npos);
    EXPECT_LT(invalid.message.size(), 600);
}

} // namespace error_mapping_test
} // namespace llm_proxy::providers
