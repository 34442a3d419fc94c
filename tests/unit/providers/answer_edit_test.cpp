#include "llm_proxy/providers/answer_edit.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace llm_proxy::providers {
namespace answer_edit_test {

using nlohmann::json;

/// The text after an edit, which must be JSON still.
template <class Edit>
std::string edited(const std::string& text, Edit edit) {
    std::vector<llm_proxy::json::member> members;
    EXPECT_TRUE(llm_proxy::json::scan(text, members)) << text;
    llm_proxy::json::splice splice(text, members);
    edit(splice);
    EXPECT_FALSE(json::parse(splice.str(), nullptr, false).is_discarded()) << splice.str();
    return splice.str();
}

std::string whole(reasoning_form form, const std::string& message) {
    const std::string head = R"({"choices":[{"message":)";
    const std::string all = edited(head + message + "}]}", [&](llm_proxy::json::splice& answer) {
        make_reasoning_edit(form)->whole(answer);
    });
    return all.substr(head.size(), all.size() - head.size() - 3);
}

struct choice_text {
    std::string reasoning;
    std::string content;
};

/// What the deltas of one choice add up to.
struct stream {
    explicit stream(reasoning_form form) : edit(make_reasoning_edit(form)) {}

    void feed(const json& delta, bool last = false, int index = 0) {
        const json choice{{"index", index},
                          {"delta", delta},
                          {"finish_reason", last ? json("stop") : json(nullptr)}};
        const json chunk{{"choices", json::array({choice})}};
        const json out = json::parse(
            edited(chunk.dump(), [this](llm_proxy::json::splice& one) { edit->chunk(one); }));
        const json& got = out["choices"][0]["delta"];
        choice_text& text = texts[static_cast<std::size_t>(index)];
        text.content += got.value("content", "");
        text.reasoning += got.value("reasoning_content", "");
    }

    std::unique_ptr<answer_edit> edit;
    std::vector<choice_text> texts{2};
};

TEST(answer_edit, as_sent_needs_none) {
    EXPECT_FALSE(make_reasoning_edit(reasoning_form::as_sent));
}

TEST(answer_edit, reasoning_is_copied_to_the_name_that_clients_read) {
    using enum reasoning_form;
    EXPECT_EQ(whole(member, R"({"content":"a","reasoning":"why"})"),
              R"({"content":"a","reasoning":"why","reasoning_content":"why"})");
    for (const std::string message :
         {R"({"reasoning":"why","reasoning_content":"own"})", R"({"reasoning":null})",
          R"({"reasoning":{"effort":1}})", R"({"content":"<think>a</think>b"})", "null", "[]"})
        EXPECT_EQ(whole(member, message), message);
    EXPECT_EQ(whole(tagged, R"({"content":"<think>a</think>b","reasoning":"why"})"),
              R"({"content":"<think>a</think>b","reasoning":"why","reasoning_content":"why"})");
}

TEST(answer_edit, thoughts_are_taken_out_of_a_text) {
    using enum reasoning_form;
    EXPECT_EQ(whole(tagged, R"({"content":"<think>\"why\"</think>be\ncause"})"),
              R"({"content":"be\ncause","reasoning_content":"\"why\""})");
    EXPECT_EQ(whole(tagged, R"({"content":"<think>why</think>b","reasoning_content":null})"),
              R"({"content":"b","reasoning_content":"why"})");
    for (const std::string message :
         {R"({"content":"say <think>x</think>"})", R"({"content":null,"tool_calls":[{}]})",
          R"({"content":[{"text":"<think>"}]})", R"({"content":""})"})
        EXPECT_EQ(whole(tagged, message), message);
}

TEST(answer_edit, a_stream_is_split_however_it_is_cut) {
    const std::string text = "<think>a < b</think>\nthe answer </think>";
    for (std::size_t cut = 1; cut <= text.size(); ++cut) {
        stream out(reasoning_form::tagged);
        for (std::size_t at = 0; at < text.size(); at += cut)
            out.feed({{"role", "assistant"}, {"content", text.substr(at, cut)}});
        out.feed(json::object(), true);
        EXPECT_EQ(out.texts[0].reasoning, "a < b") << cut;
        EXPECT_EQ(out.texts[0].content, "\nthe answer </think>") << cut;
    }
}

TEST(answer_edit, what_was_held_back_comes_with_the_finish) {
    stream out(reasoning_form::tagged);
    out.feed({{"content", "<thin"}});
    EXPECT_EQ(out.texts[0].content, "");
    out.feed(json::object(), true);
    EXPECT_EQ(out.texts[0].content, "<thin");
}

TEST(answer_edit, every_choice_has_thoughts_of_its_own) {
    stream out(reasoning_form::tagged);
    out.feed({{"content", "plain "}}, false, 1);
    out.feed({{"content", "<think>why"}}, false, 0);
    out.feed({{"content", "<think>"}}, false, 1);
    out.feed({{"content", "</think>because"}}, true, 0);
    EXPECT_EQ(out.texts[0].reasoning, "why");
    EXPECT_EQ(out.texts[0].content, "because");
    EXPECT_EQ(out.texts[1].content, "plain <think>");
}

TEST(answer_edit, streams_copy_reasoning) {
    for (const reasoning_form form : {reasoning_form::member, reasoning_form::tagged}) {
        stream out(form);
        out.feed({{"content", ""}, {"reasoning", "wh"}});
        out.feed({{"reasoning", "y"}});
        out.feed({{"content", "because"}}, true);
        EXPECT_EQ(out.texts[0].reasoning, "why");
        EXPECT_EQ(out.texts[0].content, "because");
    }
}

TEST(answer_edit, other_indices_are_left_alone) {
    const std::string odd =
        R"({"choices":[{"index":"x","delta":{"content":"<think>a"}},{"index":1e9,"delta":{}},)"
        R"({"index":129,"delta":{"content":"<think>a"}},{"index":-1,"delta":{"content":"<think>"}},)"
        R"(7,null]})";
    const auto edit = make_reasoning_edit(reasoning_form::tagged);
    EXPECT_EQ(edited(odd, [&](llm_proxy::json::splice& chunk) { edit->chunk(chunk); }), odd);
}

} // namespace answer_edit_test
} // namespace llm_proxy::providers
