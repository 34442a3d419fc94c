// The recorded answers, translated, against what LiteLLM made of them.
#include <gmock/gmock.h>

#include "config/config_test_support.hpp"
#include "providers/gemini_answer_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_replay_test {

using nlohmann::json;

json recorded(const std::string& name, const std::string& file) {
    return json::parse(config::fixture("providers/gemini/" + name + "/" + file), nullptr, false);
}

/// Without what differs from call to call.
json masked(json answer) {
    answer.erase("created");
    answer.erase("model");
    if (answer.value("id", "").starts_with("chatcmpl-")) {
        answer.erase("id");
    }
    for (json& choice : answer["choices"]) {
        for (const char* place : {"message", "delta"}) {
            if (!choice.contains(place) || !choice[place].contains("tool_calls")) {
                continue;
            }
            for (json& call : choice[place]["tool_calls"]) {
                if (call["id"].get<std::string>().starts_with("call_")) {
                    call["id"] = call["id"].get<std::string>().size();
                }
            }
        }
        if (choice.contains("finish_reason") && choice["finish_reason"].is_null()) {
            choice.erase("finish_reason"); // which LiteLLM leaves out
        }
    }
    return answer;
}

TEST(gemini_replay, whole_answers_are_litellm_s) {
    for (const std::string name :
         {"01-text-params", "05-tools-auto-parallel", "08-reasoning-25-high",
          "10-web-search-options", "12-modalities-image-out", "30b-safety",
          "30d-malformed-function-call", "30h-executable-code"}) {
        const auto upstream = recorded(name, "upstream-response.json");
        const auto client = recorded(name, "client-response.json");
        EXPECT_EQ(masked(gemini_chat(upstream.back()["body"].dump())), masked(client["body"]))
            << name;
    }
}

TEST(gemini_replay, a_text_completion_is_litellm_s_but_for_its_nulls) {
    const auto upstream = recorded("72-completions", "upstream-response.json");
    json expected = recorded("72-completions", "client-response.json")["body"];
    for (const char* details : {"completion_tokens_details", "prompt_tokens_details"}) {
        auto& counts = expected["usage"][details];
        for (auto item = counts.begin(); item != counts.end();) {
            item = item->is_null() ? counts.erase(item) : std::next(item);
        }
    }
    expected["usage"].erase("cache_read_input_tokens");
    const json got =
        gemini_chat(upstream.back()["body"].dump(), gemini_options(model::call_type::completion));
    EXPECT_EQ(masked(got), masked(expected));
}

/// The data of each event.
std::vector<std::string> events_of(std::string_view stream) {
    std::vector<std::string> out;
    for (std::size_t at = stream.find("data: "); at != std::string_view::npos;
         at = stream.find("data: ", at)) {
        const std::size_t end = std::min(stream.find_first_of("\r\n", at), stream.size());
        out.emplace_back(stream.substr(at + 6, end - at - 6));
        at = end;
    }
    return out;
}

/// LiteLLM's chunks, but the usage as OpenAI sends it and without a cost.
std::vector<json> expected_chunks(const std::string& text) {
    std::vector<json> out;
    for (const std::string& data : events_of(text)) {
        if (data == "[DONE]") {
            continue;
        }
        json chunk = masked(json::parse(data));
        if (chunk.contains("usage")) {
            chunk["choices"] = json::array();
            chunk["usage"].erase("cost");
            auto& details = chunk["usage"]["completion_tokens_details"];
            if (details["reasoning_tokens"] == 0) {
                details.erase("reasoning_tokens");
            }
        }
        out.push_back(std::move(chunk));
    }
    return out;
}

TEST(gemini_replay, streams_are_litellm_s) {
    for (const std::string name :
         {"20b-stream-include-usage", "22-stream-thoughts-grounding", "23d-stream-empty-safety",
          "23f-stream-image", "25-stream-g3-signature"}) {
        std::string stream;
        const auto upstream = recorded(name, "upstream-response.json");
        for (const json& piece : upstream.back()["stream"]) {
            stream += piece.get<std::string>();
        }
        const auto client = recorded(name, "client-response.json");
        const auto expected = expected_chunks(client["body_text"].get<std::string>());
        std::vector<json> chunks;
        const bool counted = expected.back().contains("usage");
        for (const json& chunk : gemini_stream_of(events_of(stream)).list) {
            if (counted || !chunk.contains("usage")) {
                chunks.push_back(masked(chunk));
            }
        }
        EXPECT_EQ(json(chunks), json(expected)) << name;
    }
}

TEST(gemini_replay, errors_are_litellm_s) {
    for (const std::string name :
         {"40b-err-400-key", "40d-err-404", "40f-err-500", "40h-err-504", "40j-err-502-html"}) {
        const auto upstream = recorded(name, "upstream-response.json").back();
        const auto client = recorded(name, "client-response.json");
        const auto& body = upstream["body"];
        // As the recording upstream wrote it: Python's JSON.
        const std::string text =
            body.is_string()
                ? body.get<std::string>()
                : nlohmann::ordered_json::parse(
                      config::fixture("providers/gemini/" + name + "/upstream-response.json"))
                      .back()["body"]
                      .dump();
        const auto failure =
            gemini_error(upstream["status"].get<int>(), text, "google/gemini-2.5-flash");
        const auto without_spaces = [](std::string from) {
            std::erase(from, ' ');
            return from;
        };
        const auto& told = client["body"]["error"];
        EXPECT_EQ(failure.status, client["status"].get<int>()) << name;
        EXPECT_EQ(without_spaces(failure.message),
                  without_spaces(told["message"].get<std::string>()))
            << name;
        EXPECT_EQ(failure.type, told["type"].get<std::string>()) << name;
    }
}

TEST(gemini_replay, a_stream_that_begins_with_an_error_has_its_status) {
    const auto upstream = recorded("24-stream-first-chunk-error", "upstream-response.json").back();
    const auto out = gemini_events(events_of(upstream["stream"][0].get<std::string>()));
    EXPECT_EQ(out.status, 503);
    EXPECT_THAT(out.failure, testing::HasSubstr("UNAVAILABLE - overloaded"));
    const auto refused = recorded("23b-stream-error-status", "upstream-response.json").back();
    EXPECT_EQ(gemini_error(503, refused["body"].dump(), "g").status, 503);
}

TEST(gemini_replay, an_answer_without_usage_is_an_answer) {
    const auto upstream = recorded("30f-no-usage", "upstream-response.json").back();
    const auto answer = gemini_chat(upstream["body"].dump());
    EXPECT_EQ(answer["choices"][0]["message"]["content"], "x");
    EXPECT_FALSE(answer.contains("usage"));
}

TEST(gemini_replay, other_answers_are_litellm_s) {
    auto options = gemini_options(model::call_type::embedding);
    const auto embedded = recorded("50-embeddings", "client-response.json")["body"];
    EXPECT_EQ(gemini_chat(recorded("50-embeddings", "upstream-response.json")[0]["body"].dump(),
                          options)["data"],
              embedded["data"]);
    options.type = model::call_type::image_generation;
    const auto drawn = recorded("63-image-gen", "client-response.json")["body"];
    const auto image =
        gemini_chat(recorded("63-image-gen", "upstream-response.json")[0]["body"].dump(), options);
    EXPECT_EQ(image["usage"], drawn["usage"]);
    EXPECT_EQ(image["data"][0]["b64_json"], drawn["data"][0]["b64_json"]);
}

} // namespace gemini_replay_test
} // namespace llm_proxy::providers
