#include <gtest/gtest.h>

#include "config/config_test_support.hpp"
#include "providers/ollama_test_support.hpp"

namespace llm_proxy::providers {
namespace ollama_fixture_test {

document recorded(const std::string& name, const std::string& file) {
    return document::parse(config::fixture("providers/ollama/" + name + "/" + file + ".json"));
}

/// A recorded call made again.
struct replay {
    explicit replay(const std::string& name)
        : asked(recorded(name, "request")), upstream(recorded(name, "upstream-request")[0]),
          reply(recorded(name, "upstream-response")[0]), client(recorded(name, "client-response")) {
        const bool chat = asked["body"]["model"] == "ollama/chat";
        const std::string model = upstream["body"]["model"];
        target = ollama_at_home((chat ? "ollama_chat/" : "ollama/") + model);
        inbound_call call;
        if (asked["path"] == "/v1/embeddings")
            call.type = model::call_type::embedding;
        call.stream = asked["body"].value("stream", false);
        out = outbound_of(asked["body"].dump(), *target, call);
    }

    document asked;
    document upstream;
    document reply;
    document client;
    std::shared_ptr<const model::deployment> target;
    std::unique_ptr<outbound_call> out;
};

/// Without what differs from call to call and by design.
document comparable(document answer) {
    for (const char* name : {"id", "created", "model"})
        answer.erase(name);
    return answer;
}

/// As values, the order of members left aside.
nlohmann::json unordered(const document& from) {
    return nlohmann::json::parse(from.dump());
}

TEST(ollama_fixtures, requests_are_litellms) {
    for (const std::string name :
         {"01-chat-basic", "01c-chat-json-schema", "03-chat-thinking", "04-chat-stream",
          "05b-generate-stream", "06-embeddings", "07b-err-500"}) {
        const replay call(name);
        document expected = call.upstream["body"];
        if (document& options = expected["options"]; options.contains("repeat_penalty")) {
            options["frequency_penalty"] = options["repeat_penalty"]; // Ollama knows the name
            options.erase("repeat_penalty");
        }
        if (expected["options"].is_null())
            expected.erase("options");
        EXPECT_EQ(unordered(document::parse(call.out->body)), unordered(expected)) << name;
        EXPECT_TRUE(call.out->head.starts_with("POST " + call.upstream["path"].get<std::string>() +
                                               " HTTP/1.1\r\n"))
            << name;
    }
}

TEST(ollama_fixtures, whole_answers_are_litellms) {
    for (const std::string name :
         {"01-chat-basic", "01c-chat-json-schema", "03-chat-thinking", "06-embeddings"}) {
        const replay call(name);
        const document got = answer_of(*call.out->answers, call.reply["body"].dump());
        EXPECT_EQ(unordered(comparable(got)), unordered(comparable(call.client["body"]))) << name;
    }
}

std::vector<std::string> lines_of(const document& reply) {
    std::vector<std::string> out;
    for (const document& write : reply["stream"])
        out.push_back(write.get<std::string>());
    return out;
}

/// What a client gathers from recorded events.
told events_of(const std::string& text) {
    told out;
    for (std::size_t at = text.find("data: {"); at != std::string::npos;
         at = text.find("data: {", at)) {
        at += 6;
        out.chunks.push_back(document::parse(text.substr(at, text.find("\n\n", at) - at)));
    }
    return out;
}

TEST(ollama_fixtures, streams_say_what_litellms_say) {
    for (const std::string name : {"04-chat-stream", "05b-generate-stream"}) {
        const replay call(name);
        const told got = stream_of(*call.out->answers, lines_of(call.reply));
        const told expected = events_of(call.client["body_text"]);
        EXPECT_FALSE(got.failure);
        EXPECT_EQ(got.text("role"), expected.text("role"));
        EXPECT_EQ(got.text("content"), expected.text("content"));
        EXPECT_EQ(got.text("reasoning_content"), expected.text("reasoning_content"));
        EXPECT_EQ(got.finish(), "stop");
        EXPECT_EQ(got.chunks.back()["usage"]["total_tokens"], 15);
    }
}

TEST(ollama_fixtures, a_stream_that_breaks_is_an_error_after_its_text) {
    const replay call("04c-chat-stream-error");
    const told got = stream_of(*call.out->answers, lines_of(call.reply));
    EXPECT_EQ(got.text("content"), "Hel");
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.failure->status, 500);
}

TEST(ollama_fixtures, a_failure_is_litellms) {
    const replay call("07b-err-500");
    const std::string body = R"({"error": "unexpected server status"})";
    const error failure =
        call.target->adapter->classify({500, body}, {"ollama/chat", call.target.get()});
    EXPECT_EQ(failure.status, 500);
    EXPECT_EQ(failure.message, call.client["body"]["error"]["message"].get<std::string>());
    EXPECT_EQ(failure.type, call.client["body"]["error"]["type"].get<std::string>());
}

TEST(ollama_fixtures, parameters_are_refused_in_litellms_words) {
    const document asked = recorded("90-nodrop", "request")["body"];
    auto params = params_for("ollama_chat/llama3.1");
    params.drop_params = false;
    inbound_call call;
    call.requested_model = "ollama/chat";
    EXPECT_EQ(
        body_of(asked.dump(), *deploy(params), call),
        recorded("90-nodrop", "client-response")["body"]["error"]["message"].get<std::string>());
}

} // namespace ollama_fixture_test
} // namespace llm_proxy::providers
