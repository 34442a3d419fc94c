#include "llm_proxy/relay/answer_cost.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/priced_context.hpp"

namespace llm_proxy::relay {
namespace answer_cost_test {

using model::call_type;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view table = R"({
    "up": {"litellm_provider": "openai", "input_cost_per_token": 1, "output_cost_per_token": 2,
        "input_cost_per_token_flex": 0.5, "cache_read_input_token_cost": 0.25,
        "search_context_cost_per_query": {"search_context_size_low": 10,
            "search_context_size_medium": 20, "search_context_size_high": 30}},
    "other": {"litellm_provider": "openai", "input_cost_per_token": 100},
    "speak": {"litellm_provider": "openai", "mode": "audio_speech", "input_cost_per_character": 3},
    "listen": {"litellm_provider": "openai", "mode": "audio_transcription",
        "input_cost_per_second": 4},
    "rank": {"litellm_provider": "openai", "mode": "rerank", "input_cost_per_query": 5},
    "hd/512-x-512/paint": {"litellm_provider": "openai", "input_cost_per_pixel": 6},
    "paint": {"litellm_provider": "openai", "output_cost_per_image": 7}})";

class answer_cost : public testing::Test {
protected:
    std::optional<model::call_cost> cost(std::string_view answer, bool cites = false) {
        std::vector<json::member> members;
        EXPECT_TRUE(json::scan(answer, members)) << answer;
        return cost_of_answer(context, answer, members, cites);
    }
    double total(std::string_view answer, bool cites = false) {
        const auto found = cost(answer, cites);
        return found ? found->total() : -1;
    }
    void use(std::string_view model, call_type type) {
        test::set_prices(context, table, "openai", model);
        context.type = type;
    }
    void set(const model::priced_parameters& parameters) { context.priced = parameters; }

    answer_cost() { use("up", call_type::chat_completion); }

    model::request_context context;
};

TEST_F(answer_cost, is_that_of_the_counted_tokens) {
    const auto found = cost(R"({"model":"x","usage":{"prompt_tokens":10,"completion_tokens":3,
        "prompt_tokens_details":{"cached_tokens":4},
        "completion_tokens_details":{"reasoning_tokens":2}}})");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->input, 7);
    EXPECT_EQ(found->output, 6);
    EXPECT_EQ(found->cache_read, 1);
    EXPECT_EQ(found->reasoning, 4);
    EXPECT_FALSE(found->stated);
    EXPECT_EQ(total(R"({"model":"oth\u0065r","usage":{"prompt_tokens":1}})"), 100);
}

TEST_F(answer_cost, is_unknown_without_usage_or_prices) {
    for (const char* answer : {"{}", R"({"usage":null})", R"({"usage":[1]})"}) {
        EXPECT_FALSE(cost(answer)) << answer;
    }
    use("unpriced", call_type::chat_completion);
    EXPECT_FALSE(cost(R"({"usage":{"prompt_tokens":1}})"));
}

TEST_F(answer_cost, depends_on_the_tier) {
    EXPECT_EQ(total(R"({"service_tier":"flex","usage":{"prompt_tokens":2}})"), 1);
    EXPECT_EQ(total(R"({"usage":{"prompt_tokens":2,"service_tier":"flex"}})"), 1);
    set({"flex", "", "", "", 0});
    EXPECT_EQ(total(R"({"service_tier":"auto","usage":{"prompt_tokens":2}})"), 1);
    EXPECT_EQ(total(R"({"service_tier":"default","usage":{"prompt_tokens":2}})"), 2);
    EXPECT_EQ(total(R"({"service_tier":5,"usage":{"prompt_tokens":2}})"), 1);
}

TEST_F(answer_cost, has_the_fee_of_a_search) {
    constexpr std::string_view answer = R"({"usage":{"prompt_tokens":1}})";
    EXPECT_EQ(total(answer), 1);
    EXPECT_EQ(total(answer, true), 21);
    set({"", "high", "", "", 0});
    EXPECT_EQ(total(answer, true), 31);
    EXPECT_TRUE(cites_pages(R"({"type":"url_citation","x":1})"));
    EXPECT_FALSE(cites_pages(R"({"content":"\"url_citation\" it says"})"));
    EXPECT_FALSE(cites_pages(R"(url_citation")"));
}

TEST_F(answer_cost, of_speech_is_that_of_its_characters) {
    use("speak", call_type::speech);
    EXPECT_EQ(cost_of_request(context)->total(), 0);
    set({"", "", "", "", 11});
    EXPECT_EQ(cost_of_request(context)->total(), 33);
    use("up", call_type::speech); // paid by tokens, which audio does not tell
    EXPECT_FALSE(cost_of_request(context));
    use("speak", call_type::transcription);
    EXPECT_FALSE(cost_of_request(context));
}

TEST_F(answer_cost, of_a_transcript_is_that_of_its_length) {
    use("listen", call_type::transcription);
    EXPECT_EQ(total(R"({"text":"x","duration":2.5})"), 10);
    EXPECT_EQ(total(R"({"text":"x","duration":"2.5"})"), -1);
    EXPECT_EQ(total(R"({"text":"x","usage":{"type":"duration","seconds":9}})"), 36);
    EXPECT_FALSE(cost(R"({"text":"x"})"));
    use("up", call_type::transcription);
    EXPECT_EQ(total(R"({"usage":{"type":"tokens","input_tokens":4,"output_tokens":1}})"), 6);
}

TEST_F(answer_cost, of_images_depends_on_their_number_and_size) {
    use("paint", call_type::image_generation);
    EXPECT_EQ(total(R"({"data":[{},{}]})"), 14);
    EXPECT_EQ(total(R"({"data":5})"), 0);
    set({"", "", "hd", "512x512", 0});
    EXPECT_EQ(total(R"({"data":[{}]})"), 6.0 * 512 * 512);
    set({"", "", "", "huge", 0});
    EXPECT_EQ(total(R"({"data":[{}]})"), 7);
}

TEST_F(answer_cost, of_a_ranking_is_that_of_its_searches) {
    use("rank", call_type::rerank);
    EXPECT_EQ(total(R"({"meta":{"billed_units":{"search_units":3}}})"), 15);
    EXPECT_EQ(total(R"({"meta":[]})"), 0);
}

TEST_F(answer_cost, stated_by_the_provider_is_taken_over) {
    test::set_prices(context, table, "openrouter");
    const auto found = cost(R"({"usage":{"prompt_tokens":1,"cost":0.0123}})");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->stated);
    std::string lines;
    append_cost_lines(*found, lines);
    EXPECT_EQ(lines, "x-litellm-response-cost: 0.0123\r\n"
                     "llm_provider-x-litellm-response-cost: 0.0123\r\n");
}

TEST(cost_lines, are_litellms) {
    model::call_cost cost;
    cost.input = 0.00012;
    cost.output = 0.00006;
    cost.cache_read = 0.00003;
    std::string lines;
    append_cost_lines(cost, lines);
    EXPECT_EQ(lines, "x-litellm-response-cost: 0.00018\r\n"
                     "x-litellm-response-cost-original: 0.00018\r\n"
                     "x-litellm-response-cost-discount-amount: 0.0\r\n"
                     "x-litellm-response-cost-margin-amount: 0.0\r\n"
                     "x-litellm-response-cost-margin-percent: 0.0\r\n"
                     "x-litellm-response-cost-input: 9e-05\r\n"
                     "x-litellm-response-cost-output: 6e-05\r\n"
                     "x-litellm-response-cost-cache-read: 3e-05\r\n"
                     "x-litellm-response-cost-tool-usage: 0.0\r\n");
    cost = {};
    cost.cache_write = cost.input = 1;
    cost.reasoning = cost.output = 2;
    lines.clear();
    append_cost_lines(cost, lines);
    EXPECT_THAT(lines, HasSubstr("cost-cache-creation: 1.0\r\n"));
    EXPECT_THAT(lines, HasSubstr("cost-reasoning: 2.0\r\n"));
    EXPECT_THAT(lines, HasSubstr("cost-input: 0.0\r\n"));
}

TEST(cost_lines, of_what_is_free_tell_its_parts_only) {
    std::string lines;
    append_cost_lines({}, lines);
    EXPECT_THAT(lines, Not(HasSubstr("response-cost:")));
    EXPECT_THAT(lines, HasSubstr("response-cost-original: 0.0\r\n"));
}

} // namespace answer_cost_test
} // namespace llm_proxy::relay
