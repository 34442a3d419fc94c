#include "llm_proxy/providers/gemini_context.hpp"
#include "llm_proxy/util/hash.hpp"

#include <gmock/gmock.h>

#include "config/config_test_support.hpp"
#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_context_test {

using std::chrono::seconds;

const std::string mark = R"("cache_control":{"type":"ephemeral"})";

std::string block(const std::string& text, bool marked = false) {
    return R"({"type":"text","text":")" + text + "\"" + (marked ? "," + mark : "") + "}";
}

/// A message of one or more blocks.
std::string message(const std::string& role, const std::string& blocks) {
    return R"({"role":")" + role + R"(","content":[)" + blocks + "]}";
}

/// Where the conversation is cut, as `message.blocks`; `none` if it is not.
std::string cut(const std::string& messages) {
    const auto found = context_cut(ordered::parse("[" + messages + "]"));
    return found ? std::to_string(found->message) + "." + std::to_string(found->blocks) : "none";
}

const std::string sys = message("system", block("s", true));
const std::string doc = message("user", block("d", true));
const std::string ask = message("user", block("q"));
const std::string said = message("assistant", block("a"));
const std::string said_marked = message("assistant", block("a", true));

TEST(gemini_context, is_cut_behind_the_first_run_of_marks) {
    EXPECT_EQ(cut(ask), "none");
    EXPECT_EQ(cut(doc + "," + ask), "1.0");
    EXPECT_EQ(cut(doc + "," + doc + "," + ask), "2.0");
    EXPECT_EQ(cut(doc + "," + ask + "," + doc + "," + ask), "1.0");
    EXPECT_EQ(cut(ask + "," + said + "," + doc + "," + ask), "3.0");
    EXPECT_EQ(cut(R"({"role":"user","content":"d",)" + mark + "}," + ask), "1.0");
}

TEST(gemini_context, is_cut_inside_a_users_message) {
    EXPECT_EQ(cut(message("user", block("d", true) + "," + block("q"))), "0.1");
    EXPECT_EQ(cut(doc + "," +
                  message("user", block("q") + "," + block("d", true) + "," + block("q") + "," +
                                      block("r"))),
              "1.2");
    EXPECT_EQ(cut(message("user", block("d", true) + "," + block("e", true)) + "," + ask), "1.0");
}

TEST(gemini_context, something_is_left_to_ask) {
    EXPECT_EQ(cut(doc), "0.0");
    EXPECT_EQ(cut(doc + "," + doc), "1.0");
}

TEST(gemini_context, ends_in_the_users_turn) {
    EXPECT_EQ(cut(sys + "," + ask), "0.0"); // the system's messages have no place in it
    EXPECT_EQ(cut(doc + "," + said_marked + "," + ask), "1.0");
    EXPECT_EQ(cut(doc + "," + said_marked + "," + doc), "1.0");
    EXPECT_EQ(cut(said_marked + "," + ask), "0.0");
}

TEST(gemini_context, other_marks_are_none) {
    for (const char* control : {R"({"type":"other"})", R"("ephemeral")", "null", "[]", "{}"}) {
        EXPECT_EQ(cut(R"({"role":"user","content":"d","cache_control":)" + std::string(control) +
                      "}," + ask),
                  "none");
    }
    EXPECT_EQ(cut(R"(1,"x",null,{"content":[1,null,"x"]})"), "none");
    EXPECT_FALSE(context_cut(ordered::parse(R"({"content":[{"cache_control":{}}]})")));
}

seconds life(const std::string& ttl) {
    return context_life(ordered::parse(
        R"([{"role":"user","content":"d","cache_control":{"type":"ephemeral","ttl":)" + ttl +
        "}}]"));
}

TEST(gemini_context, lives_as_long_as_asked) {
    EXPECT_EQ(life(R"("300s")"), seconds(300));
    EXPECT_EQ(life(R"("5m")"), seconds(300));
    EXPECT_EQ(life(R"("1.5h")"), seconds(5400));
    EXPECT_EQ(life(R"(".2s")"), seconds(1));
    EXPECT_EQ(life(R"("99999h")"), seconds(86400));
    for (const char* odd : {R"("")", R"("s")", R"("5")", R"("5d")", R"("-5m")", R"("0s")",
                            R"("nans")", R"("infh")", R"("1e3s")", R"(" 5m")", "300", "null"}) {
        EXPECT_EQ(life(odd), seconds(300)) << odd;
    }
}

TEST(gemini_context, the_first_valid_life_counts) {
    const auto of = [](const std::string& ttl) {
        return R"({"type":"text","cache_control":{"type":"ephemeral","ttl":")" + ttl + R"("}})";
    };
    EXPECT_EQ(context_life(ordered::parse("[" + message("user", of("x") + "," + of("1h")) + "," +
                                          message("user", of("5m")) + "]")),
              seconds(3600));
}

const context_keeper& keeper(const model::deployment& target) {
    return *target.adapter->contexts();
}

std::optional<context_plan>
plan(const std::string& body,
     const config::litellm_params& params = params_for("gemini/gemini-2.5-flash"),
     inbound_call call = {}) {
    const auto target = deploy(params);
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(body, members));
    call.body = body;
    call.members = &members;
    call.upstream_model = target->upstream_model;
    return keeper(*target).plan(call, *target);
}

const std::string long_text(1500, 'x');

std::string chat(const std::string& messages, const std::string& more = "") {
    return R"({"messages":[)" + messages + "]" + more + "}";
}

TEST(gemini_context, a_plan_is_googles_request) {
    const auto made =
        plan(chat(message("system", block("be brief")) + "," +
                      message("user", block(long_text, true) + "," + block("q")),
                  R"(,"temperature":0,"tools":[{"type":"function","function":{"name":"f"}}],)"
                  R"("tool_choice":"required")"));
    ASSERT_TRUE(made);
    EXPECT_EQ(
        made->body,
        R"({"model":"models/gemini-2.5-flash","contents":[{"role":"user","parts":[{"text":")" +
            long_text +
            R"("}]}],"systemInstruction":{"parts":[{"text":"be brief"}]},)"
            R"("tools":[{"functionDeclarations":[{"name":"f"}]}],)"
            R"("toolConfig":{"functionCallingConfig":{"mode":"ANY"}},"displayName":")" +
            made->key + R"(","ttl":"300s"})");
    EXPECT_TRUE(made->head.starts_with("POST /v1/cachedContents HTTP/1.1\r\n")) << made->head;
    EXPECT_NE(made->head.find("x-goog-api-key: sk-upstream-0123456789\r\n"), std::string::npos);
    EXPECT_TRUE(
        made->head.ends_with("Content-Length: " + std::to_string(made->body.size()) + "\r\n\r\n"));
    EXPECT_EQ(made->key.size(), 64);
    EXPECT_EQ(made->least_tokens, 1024);
    ASSERT_TRUE(made->prompt);
    EXPECT_EQ((*made->prompt)["messages"].size(), 2);
    EXPECT_EQ((*made->prompt)["messages"][1]["content"].size(), 1);
    EXPECT_EQ((*made->prompt)["tools"].size(), 1);
}

TEST(gemini_context, the_key_is_of_what_is_kept) {
    const auto key = [](const std::string& text, const std::string& question,
                        const std::string& more = "",
                        const std::string& model = "gemini/gemini-2.5-flash") {
        return plan(
                   chat(message("user", block(text, true)) + "," + message("user", block(question)),
                        more),
                   params_for(model))
            ->key;
    };
    const std::string usual = key(long_text, "q");
    EXPECT_EQ(key(long_text, "another", R"(,"temperature":1,"stream":true)"), usual);
    EXPECT_NE(key(long_text + "y", "q"), usual);
    EXPECT_NE(key(long_text, "q", R"(,"tools":[{"google_search":{}}])"), usual);
    EXPECT_NE(key(long_text, "q", "", "gemini/gemini-2.5-pro"), usual);
}

TEST(gemini_context, nothing_is_planned_where_it_cannot_be) {
    const std::string marked = message("user", block(long_text, true));
    EXPECT_TRUE(plan(chat(marked + "," + ask)));
    EXPECT_FALSE(plan(chat(message("user", block(long_text)) + "," + ask)));
    EXPECT_FALSE(plan(chat(marked))) << "nothing else is asked";
    EXPECT_FALSE(plan(chat(doc + "," + ask))) << "too short";
    EXPECT_FALSE(plan(chat(marked + "," + ask, R"(,"cached_content":"cachedContents/own")")));
    EXPECT_FALSE(plan(chat(marked + "," + ask, R"(,"extra_body":{"contents":[]})")));
    EXPECT_FALSE(plan(chat(marked + R"(,{"role":"stranger","content":"q"})"))) << "malformed";
    EXPECT_FALSE(plan(chat(marked + "," + message("user", block("")))));
    inbound_call completion;
    completion.type = model::call_type::completion;
    EXPECT_FALSE(
        plan(R"({"prompt":"cache_control"})", params_for("gemini/gemini-2.5-flash"), completion));
}

TEST(gemini_context, what_we_cannot_count_is_left_to_google) {
    const auto with = [](const std::string& type) {
        return plan(
            chat(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:)" +
                 type + ";base64," + long_text + R"("},)" + mark + "}]}," + ask));
    };
    ASSERT_TRUE(with("application/pdf"));
    EXPECT_FALSE(with("application/pdf")->prompt);
    EXPECT_TRUE(with("image/png")->prompt);
}

TEST(gemini_context, the_system_alone_is_kept_as_litellm_keeps_it) {
    const auto recorded = [](const std::string& file) {
        return ordered::parse(
            config::fixture("providers/gemini/74-context-caching/" + file + ".json"));
    };
    const auto made = plan(recorded("request")["body"].dump());
    ASSERT_TRUE(made);
    auto kept = ordered::parse(made->body);
    auto expected = recorded("upstream-request")[1]["body"];
    EXPECT_EQ(kept["contents"], expected["contents"]);
    EXPECT_EQ(kept["model"], expected["model"]);
    EXPECT_EQ(kept["ttl"], expected["ttl"]);
    EXPECT_EQ(kept["systemInstruction"], expected["system_instruction"]);
    EXPECT_EQ(kept.size(), 5);
    inbound_call call;
    call.context = "cachedContents/xyz";
    EXPECT_EQ(gemini_body(recorded("request")["body"].dump(), model_25, call),
              recorded("upstream-request")[2]["body"]);
}

TEST(gemini_context, the_call_refers_to_it) {
    inbound_call call;
    call.context = "cachedContents/1";
    const auto body = gemini_body(
        chat(message("system", block("s")) + "," + message("user", block("d", true)) + "," + said +
                 "," + message("user", block("q")),
             R"(,"temperature":0,"tools":[{"type":"function","function":{"name":"f"}}],)"
             R"("tool_choice":"auto")"),
        model_25, call);
    EXPECT_EQ(body.dump(),
              R"({"contents":[{"role":"model","parts":[{"text":"a"}]},)"
              R"({"role":"user","parts":[{"text":"q"}]}],"generationConfig":{"temperature":0},)"
              R"("cachedContent":"cachedContents/1"})");
}

TEST(gemini_context, neighbours_are_parted_at_the_cut) {
    inbound_call call;
    call.context = "c";
    const auto left = [&call](const std::string& messages) {
        return gemini_body(chat(messages), model_25, call)["contents"].dump();
    };
    const std::string question = R"([{"role":"user","parts":[{"text":"q"}]}])";
    EXPECT_EQ(left(doc + "," + ask), question);
    EXPECT_EQ(left(message("user", block("d", true) + "," + block("q"))), question);
}

TEST(gemini_context, a_result_behind_the_cut_finds_its_call) {
    inbound_call call;
    call.context = "c";
    const auto body =
        gemini_body(chat(R"({"role":"assistant","tool_calls":[{"id":"c1","type":"function",)"
                         R"("function":{"name":"f","arguments":"{}"}}]},)" +
                         doc + R"(,{"role":"tool","tool_call_id":"c1","content":"42"})"),
                    model_25, call);
    EXPECT_EQ(body["contents"][0]["parts"][0]["functionResponse"]["name"], "f") << body;
}

TEST(gemini_context, lists_are_read_page_by_page) {
    const auto target = deploy(params_for("gemini/gemini-2.5-flash"));
    const auto& at = keeper(*target);
    EXPECT_TRUE(at.list_request(*target, "")
                    .starts_with("GET /v1/cachedContents?pageSize=1000 HTTP/1.1\r\n"));
    EXPECT_TRUE(
        at.list_request(*target, "a&b=")
            .starts_with("GET /v1/cachedContents?pageSize=1000&pageToken=a%26b%3D HTTP/1.1\r\n"));
    const auto page = at.read_page(
        R"({"cachedContents":[1,{"displayName":"x","name":"cachedContents/x"},)"
        R"({"displayName":"k","name":"cachedContents/k","expireTime":"2026-11-25T18:00:00.5Z"}],)"
        R"("nextPageToken":"more"})",
        "k");
    ASSERT_TRUE(page.found);
    EXPECT_EQ(page.found->name, "cachedContents/k");
    EXPECT_EQ(page.found->expires->time_since_epoch(), seconds(1795629600));
    const auto other = at.read_page(R"({"cachedContents":[],"nextPageToken":"more"})", "k");
    EXPECT_FALSE(other.found);
    EXPECT_EQ(other.next, "more");
}

TEST(gemini_context, whatever_comes_is_read) {
    const auto target = deploy(params_for("gemini/gemini-2.5-flash"));
    const auto& at = keeper(*target);
    for (const std::string body :
         {"", "[", "null", "[]", R"({"cachedContents":{}})",
          R"({"cachedContents":[{"displayName":"k","name":7}]})", R"({"nextPageToken":[]})"}) {
        EXPECT_FALSE(at.read_page(body, "k").found) << body;
        EXPECT_TRUE(at.read_page(body, "k").next.empty()) << body;
        EXPECT_FALSE(at.read_kept(body)) << body;
    }
    EXPECT_TRUE(
        at.read_page(R"({"nextPageToken":")" + std::string(5000, 'a') + R"("})", "k").next.empty());
    EXPECT_FALSE(at.read_kept(R"({"name":")" + std::string(300, 'a') + R"("})"));
}

TEST(gemini_context, times_are_googles_or_none) {
    const auto target = deploy(params_for("gemini/gemini-2.5-flash"));
    const auto expires = [&](const std::string& text) {
        return keeper(*target).read_kept(R"({"name":"n","expireTime":")" + text + R"("})")->expires;
    };
    EXPECT_TRUE(expires("2026-11-25T18:00:00Z"));
    EXPECT_TRUE(expires("2026-11-25T18:00:00.123456789Z"));
    EXPECT_GT(*expires("9999-12-31T23:59:59Z"), *expires("2026-11-25T18:00:00Z"));
    for (const char* odd :
         {"", "Z", "soon", "2026-13-25T18:00:00Z", "2026-02-30T18:00:00Z", "2026-11-25 18:00:00Z",
          "2026-11-25T18:00:00+08:00", "2026-11-25T18Z", "x026-11-25T18:00:00Z"}) {
        EXPECT_FALSE(expires(odd)) << odd;
    }
}

TEST(gemini_context, knows_what_a_call_is_refused_for) {
    const auto target = deploy(params_for("gemini/gemini-2.5-flash"));
    const auto refuses = [&](int status, const std::string& text) {
        const std::string body = R"({"error":{"message":")" + text + R"("}})";
        upstream_answer answer;
        answer.status = status;
        answer.body = body;
        return keeper(*target).refuses_context(answer);
    };
    EXPECT_TRUE(refuses(403, "CachedContent not found (or permission denied)"));
    EXPECT_TRUE(refuses(404, "CachedContent not found"));
    EXPECT_TRUE(refuses(400, "Cached content 5 is expired."));
    EXPECT_FALSE(refuses(403, "The caller does not have permission"));
    EXPECT_FALSE(refuses(503, "CachedContent is overloaded"));
}

TEST(gemini_context, googles_own_host_has_its_version) {
    auto params = params_for("gemini/gemini-3-flash-preview");
    params.api_base = "https://generativelanguage.googleapis.com";
    const auto made = plan(chat(message("user", block(long_text, true)) + "," + ask), params);
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->head.starts_with("POST /v1beta/cachedContents HTTP/1.1\r\n")) << made->head;
}

} // namespace gemini_context_test
} // namespace llm_proxy::providers
