#include "llm_proxy/relay/relay.hpp"

#include <gmock/gmock.h>

#include "relay/priced_context.hpp"
#include "relay/relay_test_support.hpp"

namespace llm_proxy::relay {
namespace body_relay_test {

using test::scripted_exchange;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class body_relay_test : public test::relaying {
protected:
    scripted_exchange json{loop.executor(), "application/json; charset=utf-8"};
    scripted_exchange audio{loop.executor(), "audio/mpeg"};
};

TEST_F(body_relay_test, sends_json_whole_with_the_clients_model_name) {
    json.then(R"({"id":"1","model":"up", "choices":[{"message":{"model":"x"}}],)");
    json.then(R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
    json.answer_head().headers.add("x-request-id", "upstream-1");
    json.answer_head().headers.add("x-ratelimit-remaining-requests", "7");
    json.answer_head().headers.add("set-cookie", "secret");
    const relayed out = relay_it(json);
    EXPECT_FALSE(out.failure);
    EXPECT_EQ(out.detail, "");
    ASSERT_THAT(client.writes, SizeIs(1));
    EXPECT_THAT(client.writes[0], StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(received_body(),
              R"({"id":"1","model":"client/name", "choices":[{"message":{"model":"x"}}],)"
              R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
    for (const std::string_view line :
         {"content-type: application/json", "x-litellm-call-id: call-1",
          "x-litellm-model-id: deployment-1", "x-litellm-model-group: client/name",
          "x-request-id: upstream-1", "llm_provider-x-request-id: upstream-1",
          "x-ratelimit-remaining-requests: 7", "llm_provider-x-ratelimit-remaining-requests: 7"}) {
        EXPECT_THAT(client.writes[0], HasSubstr("\r\n" + std::string(line) + "\r\n"));
    }
    EXPECT_THAT(client.writes[0], Not(HasSubstr("cookie")));
    ASSERT_TRUE(context.tokens);
    EXPECT_EQ(context.tokens->prompt_tokens, 1);
    EXPECT_EQ(context.tokens->completion_tokens, 2);
    EXPECT_EQ(context.tokens->total_tokens, 3);
}

TEST_F(body_relay_test, lets_the_provider_edit_the_answer) {
    edits = providers::make_reasoning_edit(providers::reasoning_form::member);
    json.then(R"({"model":"up","choices":[{"message":{"reasoning":"why"}}]})");
    EXPECT_FALSE(relay_it(json).failure);
    EXPECT_EQ(received_body(), R"({"model":"client/name","choices":[{"message":{"reasoning":)"
                               R"("why","reasoning_content":"why"}}]})");
}

TEST_F(body_relay_test, a_server_at_home_that_is_off_is_named) {
    auto target = std::make_shared<model::deployment>(*context.target);
    target->adapter = providers::find_adapter("lm_studio");
    target->api_base = "http://studio:1234/v1";
    const auto told = [&](upstream::failure why, const std::string& detail) {
        error failure;
        loop.run([&](net::interruptor& stop) -> net::task<> {
            failure = exchange_error(upstream::outcome(why, detail), context, stop);
            co_return;
        });
        return failure;
    };
    using enum upstream::failure;
    const std::string refused = "studio: 10.0.0.7:1234: Connection refused";
    EXPECT_EQ(told(connect, refused).status, 500); // OpenAI's
    context.target = target;
    for (const auto why : {connect, resolve}) {
        const error failure = told(why, refused);
        EXPECT_EQ(failure.status, 503);
        EXPECT_THAT(failure.message,
                    HasSubstr("Lm_studioException - LM Studio at http://studio:1234/v1 is not "
                              "reachable (Connection refused). Start it"));
    }
    EXPECT_EQ(told(closed, "the connection was lost").status, 500);
}

TEST_F(body_relay_test, tells_what_the_call_costs) {
    test::set_prices(context,
                     R"({"up": {"litellm_provider": "openai", "input_cost_per_token": 2}})");
    json.then(R"({"model":"up","usage":{"prompt_tokens":3,"completion_tokens":2}})");
    EXPECT_FALSE(relay_it(json).failure);
    ASSERT_TRUE(context.cost);
    EXPECT_EQ(context.cost->total(), 6);
    EXPECT_THAT(client.all(), HasSubstr("\r\nx-litellm-response-cost: 6.0\r\n"));
}

TEST_F(body_relay_test, tells_what_speech_costs_before_it_is_there) {
    test::set_prices(context,
                     R"({"up": {"litellm_provider": "openai", "input_cost_per_character": 2}})");
    context.type = model::call_type::speech;
    context.priced = model::priced_parameters{"", "", "", "", 5};
    audio.then("sound");
    EXPECT_FALSE(relay_it(audio).failure);
    EXPECT_THAT(client.all(), HasSubstr("\r\nx-litellm-response-cost: 10.0\r\n"));
}

TEST_F(body_relay_test, without_prices_nothing_is_said_of_costs) {
    json.then(R"({"model":"up","usage":{"prompt_tokens":3,"completion_tokens":2}})");
    EXPECT_FALSE(relay_it(json).failure);
    EXPECT_FALSE(context.cost);
    EXPECT_THAT(client.all(), Not(HasSubstr("response-cost")));
}

TEST_F(body_relay_test, broken_or_missing_json_is_a_failure_of_its_own) {
    for (const std::string_view body : {"", "<html>", "[]", "{\"a\":", "\"text\""}) {
        scripted_exchange answer(loop.executor(), "application/json");
        if (!body.empty()) {
            answer.then(body);
        }
        const relayed out = relay_it(answer);
        ASSERT_TRUE(out.failure) << body;
        EXPECT_EQ(out.failure->status, 500);
        EXPECT_THAT(out.failure->message, HasSubstr("Received: '" + std::string(body) + "'"));
        EXPECT_THAT(client.writes, IsEmpty());
    }
}

TEST_F(body_relay_test, an_error_in_a_good_answer_is_that_error) {
    json.then(R"({"error":{"message":"Boom","code":429}})");
    const relayed out = relay_it(json);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 429);
    EXPECT_THAT(out.failure->message, HasSubstr("Boom"));
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(body_relay_test, an_error_member_that_is_null_is_none) {
    json.then(R"({"model":"up","error":null})");
    const relayed out = relay_it(json);
    EXPECT_FALSE(out.failure);
    EXPECT_EQ(received_body(), R"({"model":"client/name","error":null})");
}

TEST_F(body_relay_test, json_that_breaks_off_is_a_failure_of_its_own) {
    json.then(R"({"model":)").then_fail(upstream::failure::closed, "closed by the peer");
    const relayed out = relay_it(json);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 500);
    EXPECT_EQ(out.detail, "closed by the peer");
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(body_relay_test, passes_other_bodies_on_as_they_come) {
    context.type = model::call_type::speech;
    audio.then("first").then("second");
    const relayed out = relay_it(audio);
    EXPECT_FALSE(out.failure);
    ASSERT_THAT(client.writes, SizeIs(3));
    EXPECT_THAT(client.writes[0], HasSubstr("\r\ncontent-type: audio/mpeg\r\n"));
    EXPECT_THAT(client.writes[0], EndsWith("\r\n\r\n5\r\nfirst\r\n"));
    EXPECT_EQ(client.writes[1], "6\r\nsecond\r\n");
    EXPECT_EQ(client.writes[2], "0\r\n\r\n");
    EXPECT_TRUE(keep_alive);
}

TEST_F(body_relay_test, an_empty_body_is_passed_on_too) {
    context.type = model::call_type::speech;
    const relayed out = relay_it(audio);
    EXPECT_FALSE(out.failure);
    EXPECT_THAT(client.all(), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(client.all(), EndsWith("\r\n\r\n0\r\n\r\n"));
}

TEST_F(body_relay_test, a_body_that_breaks_off_never_looks_whole) {
    context.type = model::call_type::speech;
    audio.then("first").then_fail(upstream::failure::closed, "closed by the peer");
    const relayed out = relay_it(audio);
    EXPECT_FALSE(out.failure);
    EXPECT_EQ(out.detail, "closed by the peer");
    EXPECT_THAT(client.all(), EndsWith("first\r\n"));
    EXPECT_FALSE(keep_alive);
}

TEST_F(body_relay_test, a_body_that_never_begins_is_a_failure_of_its_own) {
    context.type = model::call_type::speech;
    audio.then_fail(upstream::failure::closed, "closed by the peer");
    const relayed out = relay_it(audio);
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->status, 500);
    EXPECT_THAT(client.writes, IsEmpty());
}

TEST_F(body_relay_test, json_of_other_calls_gets_the_clients_model_name_too) {
    context.type = model::call_type::embedding;
    json.then(R"({"model":"up","data":[]})");
    EXPECT_FALSE(relay_it(json).failure);
    EXPECT_EQ(received_body(), R"({"model":"client/name","data":[]})");
}

TEST_F(body_relay_test, reads_no_more_than_the_limit) {
    std::string body;
    upstream::outcome within;
    upstream::outcome beyond;
    scripted_exchange fits(loop.executor(), "text/plain");
    fits.then("12345").then("67890");
    scripted_exchange exceeds(loop.executor(), "text/plain");
    exceeds.then("12345").then("678901");
    loop.run([&](net::interruptor&) -> net::task<> {
        within = co_await read_whole(fits, 10, body);
        std::string rest;
        beyond = co_await read_whole(exceeds, 10, rest);
    });
    EXPECT_TRUE(within.ok());
    EXPECT_EQ(body, "1234567890");
    EXPECT_EQ(beyond.why, upstream::failure::too_large);
}

} // namespace body_relay_test
} // namespace llm_proxy::relay
