#include "llm_proxy/server/call_parser.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::server {
namespace call_parser_test {

using model::call_type;

struct call {
    std::string body;
    call_type type = call_type::chat_completion;
    std::string path_model = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool allow_mock = false;
};

result<parsed_call> parse(const call& given) {
    http::fields fields;
    for (const auto& [name, value] : given.headers)
        fields.add(name, value);
    call_rules rules;
    rules.type = given.type;
    rules.path_model = given.path_model;
    rules.allow_mock = given.allow_mock;
    return parse_call(given.body, fields, rules);
}

parsed_call parsed(const call& given) {
    auto out = parse(given);
    EXPECT_TRUE(out.has_value()) << out.error().message;
    return out ? std::move(*out) : parsed_call();
}

std::string chat(const std::string& members) {
    return R"({"messages":[],)" + members + "}";
}

/// The model a call names; `-` for none.
std::string model_of(const call& given) {
    return parsed(given).model.value_or("-");
}

TEST(call_parser, an_empty_model_is_not_a_missing_one) {
    EXPECT_EQ(model_of({chat(R"("model":"m")")}), "m");
    EXPECT_EQ(model_of({chat(R"("mo\u0064el":"\u006d")")}), "m");
    EXPECT_EQ(model_of({chat(R"("model":"a","model":"b")")}), "b");
    EXPECT_EQ(model_of({chat(R"("model":"")")}), "");
    EXPECT_EQ(model_of({chat(R"("model":null)")}), "-");
    EXPECT_EQ(model_of({R"({"messages":[]})"}), "-");
    EXPECT_EQ(model_of({.body = chat(R"("model":"m")"), .path_model = "p"}), "p");
}

TEST(call_parser, tells_of_an_unknown_model_as_litellm) {
    const auto text = [](const std::optional<std::string>& name) {
        return unknown_model(call_type::chat_completion, name).message;
    };
    const std::string begin = "/chat/completions: Invalid model name passed in model=";
    const std::string end = ". Call `/v1/models` to view available models for your key.";
    EXPECT_EQ(text("x"), begin + "x" + end);
    EXPECT_EQ(text(""), begin + end);
    EXPECT_EQ(text(std::nullopt), begin + "None" + end);
    EXPECT_EQ(unknown_model(call_type::speech, "x").message,
              "/audio/speech: Invalid model name passed in model=x" + end);
}

struct refusal {
    call given;
    int status;
    std::string type;
    std::string param;
    std::string message;
};

TEST(call_parser, refuses_in_litellms_words) {
    const std::string bad = "invalid_request_error";
    const std::vector<refusal> table{
        {{""}, 400, bad, "messages", "/chat/completions: Missing required parameter: 'messages'."},
        {{"{}"},
         400,
         bad,
         "messages",
         "/chat/completions: Missing required parameter: 'messages'."},
        {{R"({"messages":null})"},
         400,
         bad,
         "messages",
         "/chat/completions: Missing required parameter: 'messages'."},
        {{"{}", call_type::completion},
         400,
         bad,
         "prompt",
         "/completions: Missing required parameter: 'prompt'."},
        {{"{}", call_type::embedding},
         400,
         bad,
         "input",
         "/embeddings: Missing required parameter: 'input'."},
        {{R"({"messages":[],"model":5})"},
         400,
         "bad_request_error",
         "model",
         "'model' must be a string."},
        {{"[]"}, 400, bad, "request_body", "The request body must be a JSON object."},
        {{"\"x\""}, 400, bad, "request_body", "The request body must be a JSON object."},
        {{"{\"a\":\n1,}"},
         400,
         bad,
         "request_body",
         "Invalid JSON payload: Illegal trailing comma before end of object: line 2 column 2 "
         "(char 7)"},
        {{chat(R"("mock_timeout":true)")},
         400,
         bad,
         "",
         "Mock testing request params are disabled on this proxy: mock_timeout."},
    };
    for (const refusal& row : table) {
        const auto out = parse(row.given);
        ASSERT_FALSE(out.has_value()) << row.given.body;
        EXPECT_EQ(out.error().status, row.status) << row.given.body;
        EXPECT_EQ(out.error().type, row.type) << row.given.body;
        EXPECT_EQ(out.error().param.value_or(""), row.param) << row.given.body;
        EXPECT_EQ(out.error().message, row.message);
    }
}

TEST(call_parser, reads_what_the_gateway_needs) {
    const auto plain = parsed({chat(R"("model":"m","stream":false,"stream_options":null)")});
    EXPECT_FALSE(plain.stream);
    EXPECT_FALSE(plain.show_usage);
    EXPECT_FALSE(plain.timeout);
    const auto full = parsed({chat(R"("stream":true,"stream_options":{"include_usage":true},)"
                                   R"("timeout":2.5,"stream_timeout":3)")});
    EXPECT_TRUE(full.stream);
    EXPECT_TRUE(full.show_usage);
    EXPECT_EQ(full.timeout, 2.5);
    EXPECT_EQ(full.stream_timeout, 3);
    EXPECT_FALSE(parsed({chat(R"("stream_options":{"include_usage":false})")}).show_usage);
    EXPECT_FALSE(parsed({chat(R"("stream_options":[true])")}).show_usage);
}

TEST(call_parser, mocks_a_failure_where_that_is_allowed) {
    const auto mocked = [](const std::string& members) {
        return parsed({.body = chat(members), .allow_mock = true}).mock;
    };
    EXPECT_EQ(mocked(R"("n":1)"), mock_failure::none);
    EXPECT_EQ(mocked(R"("mock_testing_fallbacks":true)"), mock_failure::fallbacks);
    EXPECT_EQ(mocked(R"("mock_testing_fallbacks":false)"), mock_failure::none);
    EXPECT_EQ(mocked(R"("mock_testing_rate_limit_error":true)"), mock_failure::rate_limit_error);
    EXPECT_EQ(mocked(R"("m\u006fck_timeout":true)"), mock_failure::timeout);
}

TEST(call_parser, reads_tags_and_retries) {
    const auto read = [](const std::string& members, const http::fields& headers = {}) {
        const std::string body = chat(members);
        std::vector<json::member> found;
        json::scan_valid(body, found);
        return std::pair(tags_of(body, found, headers), retries_asked(body, found, headers));
    };
    http::fields headers;
    headers.add("x-litellm-tags", "c, ,d");
    headers.add("x-litellm-num-retries", " 4 ");
    using names = std::vector<std::string>;
    EXPECT_EQ(read(R"("tags":["a",1],"metadata":{"tags":["b"]})", headers),
              std::pair(names({"a", "b", "c", "d"}), std::optional(4)));
    EXPECT_EQ(read(R"("num_retries":2)", headers).second, 2);
    EXPECT_EQ(read(R"("tags":"a","metadata":{"tags":{}},"num_retries":-1)"),
              std::pair(names(), std::optional<int>()));
    EXPECT_EQ(read(R"("metadata":[1],"num_retries":"2")").second, std::nullopt);
}

TEST(call_parser, timeouts_come_from_headers_first) {
    const std::string body = chat(R"("timeout":2,"request_timeout":9)");
    EXPECT_EQ(parsed({body}).timeout, 2);
    EXPECT_EQ(parsed({chat(R"("request_timeout":9)")}).timeout, 9);
    const auto headed =
        parsed({.body = body,
                .headers = {{"x-litellm-timeout", "4.5"}, {"X-LiteLLM-Stream-Timeout", "6"}}});
    EXPECT_EQ(headed.timeout, 4.5);
    EXPECT_EQ(headed.stream_timeout, 6);
    for (const std::string text : {"0", "-1", "x", "1s", "", "nan"})
        EXPECT_FALSE(
            parsed({.body = chat(R"("a":1)"), .headers = {{"x-litellm-timeout", text}}}).timeout)
            << text;
}

TEST(call_parser, mock_answers_need_permission) {
    const std::string body = chat(R"("mock_response":"h\u0069")");
    EXPECT_FALSE(parsed({body}).mock_response);
    EXPECT_EQ(parsed({.body = body, .allow_mock = true}).mock_response, "hi");
}

call form(const std::string& fields) {
    return {.body = fields + "--b--\r\n",
            .type = call_type::transcription,
            .headers = {{"content-type", "multipart/form-data; boundary=b"}}};
}

std::string field(const std::string& name, const std::string& value) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

TEST(call_parser, reads_forms) {
    const call given = form(field("model", "w") + field("stream", "true"));
    const auto out = parsed(given);
    EXPECT_EQ(out.model, "w");
    EXPECT_TRUE(out.stream);
    EXPECT_EQ(out.parts.size(), 2);
    EXPECT_EQ(out.content_type, "multipart/form-data; boundary=b");
    EXPECT_EQ(parsed(form(field("model", ""))).model, "");
    EXPECT_EQ(parsed(form("")).model, std::nullopt);
    EXPECT_FALSE(parsed(form(field("stream", "false"))).stream);
}

TEST(call_parser, refuses_forms) {
    call no_boundary = form("");
    no_boundary.headers = {{"content-type", "application/json"}};
    EXPECT_EQ(parse(no_boundary).error().message,
              "Expected a multipart/form-data body with a boundary.");
    EXPECT_EQ(parse(form("--b\r\n")).error().message, "The multipart body is malformed.");
    for (const std::string name : {"api_base", "base_url"}) {
        const auto refused = parse(form(field(name, "http://x")));
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().status, 401);
        EXPECT_EQ(refused.error().message, "Authentication Error, Rejected Request: " + name +
                                               " is not allowed in request body.");
    }
}

TEST(call_parser, reads_the_start_of_a_form) {
    const std::string start =
        field("model", "w") + field("stream", "true") +
        "--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\ndata";
    const auto read = [](const std::string& body) {
        http::form_outline form("b");
        form.update(body);
        call_rules rules;
        rules.type = call_type::transcription;
        rules.form_start = &form;
        return parse_call(body, http::fields(), rules);
    };
    const auto out = read(start);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->model, "w");
    EXPECT_TRUE(out->stream);
    EXPECT_EQ(out->parts.size(), 3);
    EXPECT_EQ(read("--x").error().message, "The multipart body is malformed.");
    EXPECT_EQ(read(field("api_base", "http://x") + start).error().status, 401);
}

} // namespace call_parser_test
} // namespace llm_proxy::server
