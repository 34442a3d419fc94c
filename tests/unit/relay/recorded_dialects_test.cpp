// Recorded streams of other dialects, cut at every byte, through the relay's splitter and the
// dialect's translation: what the client gets does not depend on the cuts.
#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/ollama_answer.hpp"
#include "llm_proxy/relay/event_translator.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "config/config_test_support.hpp"
#include <functional>

namespace llm_proxy::relay {
namespace recorded_dialects_test {

class even_random final : public random_source {
public:
    double unit() override { return 0.5; }
};

using maker = std::function<std::unique_ptr<providers::translation>()>;

/// The bytes of a recorded answer.
std::string recorded(const std::string& name) {
    const auto answers = nlohmann::json::parse(
        config::fixture("providers/" + name + "/upstream-response.json"), nullptr, false);
    std::string out;
    for (const auto& piece : answers.back()["stream"]) {
        out += piece.get<std::string>();
    }
    return out;
}

/// What the client gets, and how it ends.
std::string translated(std::string_view stream, std::size_t cut, const maker& make) {
    const auto answers = make();
    event_translator::options chosen;
    chosen.model_json = R"("client/name")";
    chosen.show_usage = true;
    chosen.answers = answers.get();
    event_translator translator(std::move(chosen));
    std::string out;
    for (const std::string_view part : {stream.substr(0, cut), stream.substr(cut)}) {
        const std::string bytes(part); // a buffer of its own, gone after the call
        translator.feed(bytes, out);
    }
    translator.finish(out);
    out += translator.done() ? "done" : "failed ";
    return translator.failure() ? out + translator.failure()->message : out;
}

void expect_the_same_at_every_cut(const std::string& stream, const maker& make) {
    const std::string whole = translated(stream, 0, make);
    EXPECT_THAT(whole, testing::HasSubstr("client/name"));
    for (std::size_t cut = 1; cut <= stream.size(); ++cut) {
        ASSERT_EQ(translated(stream, cut, make), whole) << "cut at " << cut;
    }
}

void expect_whole_geminis(const std::string& name, model::call_type type) {
    SCOPED_TRACE(name);
    even_random random;
    expect_the_same_at_every_cut(recorded("gemini/" + name), [&] {
        providers::gemini_answer_options options;
        options.type = type;
        options.random = &random;
        return providers::make_gemini_translation(std::move(options));
    });
}

TEST(recorded_dialects, geminis_events_may_be_cut_anywhere) {
    for (const char* name :
         {"20b-stream-include-usage", "22-stream-thoughts-grounding", "23d-stream-empty-safety",
          "23f-stream-image", "25-stream-g3-signature"}) {
        expect_whole_geminis(name, model::call_type::chat_completion);
    }
    expect_whole_geminis("20b-stream-include-usage", model::call_type::completion);
}

TEST(recorded_dialects, ollamas_lines_may_be_cut_anywhere) {
    even_random random;
    const model::deployment target;
    for (const auto& [name, route] :
         {std::pair("04-chat-stream", providers::ollama_route::chat),
          std::pair("04c-chat-stream-error", providers::ollama_route::chat),
          std::pair("05b-generate-stream", providers::ollama_route::generate)}) {
        SCOPED_TRACE(name);
        expect_the_same_at_every_cut(recorded(std::string("ollama/") + name), [&] {
            providers::ollama_answer_options options;
            options.route = route;
            options.random = &random;
            options.exception_name = "OllamaException";
            options.target = &target;
            return providers::make_ollama_translation(std::move(options));
        });
    }
}

} // namespace recorded_dialects_test
} // namespace llm_proxy::relay
