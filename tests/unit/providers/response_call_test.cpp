#include "llm_proxy/providers/response_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/copilot_test_support.hpp"
#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace response_call_test {

using testing::HasSubstr;
using testing::Not;

inbound_call response_call() {
    inbound_call call;
    call.type = model::call_type::response;
    return call;
}

std::string sent_to(const std::string& body, const config::litellm_params& params) {
    return body_of(body, *deploy(params), response_call());
}

/// One event as the client gets it.
std::string edited(answer_edit& edit, const std::string& event) {
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(event, members)) << event;
    json::splice out(event, members);
    edit.chunk(out);
    return out.str();
}

TEST(response_call, the_body_passes_but_for_its_model) {
    EXPECT_EQ(sent_to(R"({"model":"x","input":"hi","metadata":{"a":1},"stream":true,"tags":["t"],)"
                      R"("stream_options":{"include_obfuscation":false},"user":"u","foo":1})",
                      params_for("openai/my-model")),
              R"({"model":"my-model","input":"hi","metadata":{"a":1},"stream":true,)"
              R"("stream_options":{"include_obfuscation":false},"user":"u","foo":1})");
}

TEST(response_call, defaults_of_chats_get_their_names_here) {
    auto params = params_for("openai/my-model");
    params.defaults = {{"max_tokens", "64"},
                       {"reasoning_effort", R"("low")"},
                       {"temperature", "0.5"},
                       {"seed", "3"}};
    EXPECT_EQ(sent_to(R"({"model":"x","input":"hi","temperature":1})", params),
              R"({"model":"my-model","input":"hi","temperature":1,"max_output_tokens":64,)"
              R"("reasoning":{"effort":"low"}})");
    params.additional_drop_params = {"temperature"};
    EXPECT_EQ(sent_to(R"({"input":"hi","max_output_tokens":9,"reasoning":{}})", params),
              R"({"input":"hi","max_output_tokens":9,"reasoning":{},"model":"my-model"})");
}

TEST(response_call, metadata_of_chats_stays_the_gateways) {
    EXPECT_EQ(
        body_of(R"({"messages":[],"metadata":{"a":1}})", *deploy(params_for("openai/my-model"))),
        R"({"messages":[],"model":"my-model"})");
}

TEST(response_call, who_serves_them) {
    const auto serves = [](const std::string& model) {
        const auto target = deploy(params_for(model));
        return target->adapter->serves(model::call_type::response, *target, target->upstream_model);
    };
    for (const char* model : {"openai/a", "openrouter/a", "xai/a", "hosted_vllm/a", "azure/a"}) {
        EXPECT_TRUE(serves(model)) << model;
    }
    for (const char* model : {"gemini/gemini-2.5-flash", "ollama_chat/a", "lm_studio/a", "github/a",
                              "groq/a", "openai_like/a"}) {
        EXPECT_FALSE(serves(model)) << model;
    }
    const auto codex = deploy(copilot_params("gpt-5.3-codex"));
    const auto& copilot = *codex->adapter;
    EXPECT_TRUE(copilot.serves(model::call_type::response, *codex, "gpt-5.3-codex"));
    EXPECT_FALSE(copilot.serves(model::call_type::response, *codex, "gpt-4.1"));
    EXPECT_FALSE(copilot.serves(model::call_type::chat_completion, *codex, "gpt-5.3-codex"));
}

TEST(response_call, heads) {
    const auto head_of = [](const std::string& model) {
        const auto target = deploy(params_for(model), {{"AZURE_API_VERSION", "v9"}});
        return target->request_heads[static_cast<std::size_t>(model::call_type::response)];
    };
    EXPECT_THAT(head_of("openrouter/a/b"), HasSubstr("POST /v1/responses HTTP/1.1\r\n"));
    EXPECT_THAT(head_of("openrouter/a/b"), HasSubstr("Authorization: Bearer "));
    EXPECT_THAT(head_of("openrouter/a/b"), Not(HasSubstr("HTTP-Referer")));
    EXPECT_THAT(head_of("azure/my"), HasSubstr("POST /v1/openai/responses?api-version=v9 "));
}

TEST(response_call, copilot_is_told_whose_turn_it_is) {
    const auto target = deploy(copilot_params("gpt-5.3-codex"));
    const auto call = [&](const std::string& input) {
        return std::make_unique<copilot_call>(R"({"model":"x","input":)" + input + "}", target,
                                              response_call());
    };
    const auto first = call(R"("hi")");
    EXPECT_TRUE(first->head().starts_with("POST /copilot/responses HTTP/1.1\r\n"));
    EXPECT_EQ(first->sent(), R"({"model":"gpt-5.3-codex","input":"hi"})");
    EXPECT_EQ(first->header("X-Initiator"), "user");
    EXPECT_EQ(first->header("Copilot-Vision-Request"), "");
    for (const char* item :
         {R"({"type":"function_call_output","call_id":"c"})", R"({"role":"assistant"})",
          R"({"type": "reasoning"})", R"({"type":"custom_tool_call_output"})"}) {
        EXPECT_EQ(call("[" + std::string(item) + "]")->header("X-Initiator"), "agent") << item;
    }
    const auto image = call(R"([{"role":"user","content":[{"type":"input_image"}]}])");
    EXPECT_EQ(image->header("Copilot-Vision-Request"), "true");
    EXPECT_EQ(image->header("X-Initiator"), "user");
}

TEST(response_call, events_get_the_clients_model) {
    const auto edit = make_response_edit("my \"model\"", false);
    EXPECT_EQ(edited(*edit, R"({"type":"response.created","response":{"id":"r","model":"up"}})"),
              R"({"type":"response.created","response":{"id":"r","model":"my \"model\""}})");
    const std::string delta =
        R"({"type":"response.output_text.delta","item_id":"a","output_index":0,"delta":"model"})";
    EXPECT_EQ(edited(*edit, delta), delta);
}

TEST(response_call, an_item_keeps_the_id_it_was_added_with) {
    const auto edit = make_response_edit("m", true);
    const auto item = [](const std::string& type, const std::string& id) {
        return R"({"type":"response.output_item.)" + type + R"(","output_index":1,"item":{"id":")" +
               id + R"("}})";
    };
    const auto delta = [](const std::string& id) {
        return R"({"type":"d","item_id":")" + id + R"(","output_index":1})";
    };
    EXPECT_EQ(edited(*edit, delta("early")), delta("early"));
    EXPECT_EQ(edited(*edit, item("added", "a")), item("added", "a"));
    EXPECT_EQ(edited(*edit, delta("b")), delta("a"));
    EXPECT_EQ(edited(*edit, item("done", "c")), item("done", "a"));
    EXPECT_EQ(edited(*edit, R"({"response":{"output":[{"id":"x"},{"id":"d"},{"id":"y"}]}})"),
              R"({"response":{"output":[{"id":"x"},{"id":"a"},{"id":"y"}]}})");
    for (const char* odd :
         {R"({"output_index":-1,"item_id":"b"})", R"({"output_index":99999999999,"item_id":"b"})",
          R"({"output_index":"1","item_id":"b"})",
          R"({"type":"response.output_item.added","output_index":2,"item":{}})",
          R"({"output_index":2,"item_id":"b"})"}) {
        EXPECT_EQ(edited(*edit, odd), odd);
    }
}

} // namespace response_call_test
} // namespace llm_proxy::providers
