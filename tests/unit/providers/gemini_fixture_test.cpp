#include "llm_proxy/providers/camel_case.hpp"
#include "llm_proxy/util/base64.hpp"

#include <gtest/gtest.h>

#include "config/config_test_support.hpp"
#include "providers/gemini_test_support.hpp"
#include <filesystem>
#include <map>

namespace llm_proxy::providers {
namespace gemini_fixture_test {

/// Gemini takes both spellings; LiteLLM mixes them. It also leaves nulls in enums, which Gemini
/// refuses.
nlohmann::json in_camel_case(const nlohmann::json& value) {
    if (value.is_array()) {
        auto out = nlohmann::json::array();
        for (const auto& item : value) {
            if (!item.is_null()) {
                out.push_back(in_camel_case(item));
            }
        }
        return out;
    }
    if (!value.is_object()) {
        return value;
    }
    auto out = nlohmann::json::object();
    for (const auto& [name, item] : value.items()) {
        out[camel_case(name)] = in_camel_case(item);
    }
    return out;
}

struct recorded {
    nlohmann::json request;
    nlohmann::json upstream; // the last request there; null if there was none
};

recorded load(const std::string& name) {
    const std::string folder = "providers/gemini/" + name + "/";
    recorded out;
    out.request = nlohmann::json::parse(config::fixture(folder + "request.json"));
    const auto all = nlohmann::json::parse(config::fixture(folder + "upstream-request.json"));
    if (!all.empty()) {
        out.upstream = all.back();
    }
    return out;
}

model::call_type type_of(const std::string& path) {
    for (std::size_t i = 0; i < model::call_type_count; ++i) {
        const auto type = static_cast<model::call_type>(i);
        if (path == "/v1" + std::string(model::traits_of(type).path)) {
            return type;
        }
    }
    ADD_FAILURE() << path;
    return model::call_type::chat_completion;
}

/// `gemini-2.5-flash` of `/v1beta/models/gemini-2.5-flash:generateContent`.
std::string model_in(const std::string& path) {
    const std::string head = "/v1beta/models/";
    return path.substr(head.size(), path.find(':') - head.size());
}

/// Cases in which the gateway does better on purpose.
const std::map<std::string, std::string> different{
    {"28c-system-unknown-model", "system messages do not hang on a table of prices"},
    {"50e-embeddings-tokens", "token ids are refused"},
    {"74-context-caching", "prompts are not cached for the client"},
};

std::vector<std::string> cases() {
    const auto folder =
        std::filesystem::path(__FILE__).parent_path() / "../../fixtures/providers/gemini";
    std::vector<std::string> names;
    for (const auto& item : std::filesystem::directory_iterator(folder)) {
        const std::string name = item.path().filename().string();
        if (std::filesystem::exists(item.path() / "upstream-request.json") &&
            !different.contains(name)) {
            names.push_back(name);
        }
    }
    return names;
}

/// What the gateway sends instead.
sent send_again(const recorded& item) {
    auto params = params_for("gemini/" + model_in(item.upstream["path"]));
    params.api_base = "http://upstream:1/v1beta";
    const auto target = deploy(params);
    const std::string text = item.request["body"].dump();
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(text, members));
    inbound_call call;
    call.type = type_of(item.request["path"]);
    call.body = text;
    call.members = &members;
    call.upstream_model = target->upstream_model;
    call.stream = item.request["body"].value("stream", false);
    remote_file_map files;
    for (const std::string& url : target->adapter->remote_files(call)) {
        const std::string picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+"
                                    "M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        files[url] = {base64_decode(picture).value(), "image/png; charset=x"};
    }
    call.files = &files;
    const auto request = translate(call, *target);
    EXPECT_TRUE(request) << request.error().message;
    return request ? *request : sent();
}

bool is_served(const std::string& path) {
    return path == "/v1/chat/completions" || path == "/v1/embeddings" ||
           path == "/v1/images/generations" || path == "/v1/audio/speech";
}

TEST(gemini_fixture, requests_are_those_of_litellm) {
    std::size_t compared = 0;
    for (const std::string& name : cases()) {
        SCOPED_TRACE(name);
        const recorded item = load(name);
        if (item.upstream.is_null() || !is_served(item.request["path"])) {
            continue;
        }
        const sent request = send_again(item);
        const std::string path = item.upstream["path"];
        EXPECT_TRUE(request.head.starts_with("POST " + path + " HTTP/1.1\r\n")) << request.head;
        EXPECT_EQ(in_camel_case(nlohmann::json::parse(request.body, nullptr, false)),
                  in_camel_case(item.upstream["body"]));
        ++compared;
    }
    EXPECT_GE(compared, 35);
}

TEST(gemini_fixture, refusals_are_worded_as_litellm_does) {
    EXPECT_EQ(
        refusal(R"({"messages":[{"role":"user","content":"hi"}],"reasoning_effort":"xhigh"})"),
        "litellm.UnsupportedParamsError: Invalid `reasoning_effort`: 'xhigh'. Must be one "
        "of: 'minimal', 'low', 'medium', 'high', 'none', 'disable'. To drop this param, set "
        "`litellm.drop_params = True` or pass in `(.., drop_params=True)` in the request - "
        "https://docs.litellm.ai/docs/completion/drop_params");
    EXPECT_EQ(refused_messages(R"({"role":"user","content":[{"type":"text","text":"x"},)"
                               R"({"type":"file","file":{"file_id":"files/abc"}}]})"),
              "litellm.BadRequestError: Unable to determine mime type for file: files/abc, set "
              "this explicitly using message[0].content[1].file.format (or "
              "file.mime_type/content_type). Original error: Invalid image received - files/abc");
}

} // namespace gemini_fixture_test
} // namespace llm_proxy::providers
