#include "llm_proxy/providers/quota_lessons.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::providers {
namespace quota_lessons_test {

using namespace std::chrono_literals;
using limits::kind;

constexpr limits::time_point now{std::chrono::seconds(1'800'000'000)};

using lines = std::vector<std::pair<std::string_view, std::string_view>>;

http::fields fields_of(const lines& given) {
    http::fields out;
    for (const auto& [name, value] : given) {
        out.add(name, value);
    }
    return out;
}

quota_refusal refusal(std::string_view body, const http::fields& headers, int status = 429) {
    return {status, body, &headers, now};
}

constexpr std::string_view gemini_minute = R"({"error":{"code":429,"message":"You exceeded",
  "status":"RESOURCE_EXHAUSTED","details":[
  {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[
   {"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests",
    "quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    "quotaDimensions":{"model":"gemini-2.5-pro","location":"global"},"quotaValue":"2"}]},
  {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.074824224s"}]}})";

TEST(quota_lessons, gemini_names_the_minute_and_when_it_frees) {
    const http::fields none;
    const auto told = gemini_lessons(refusal(gemini_minute, none));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].which, kind::rpm);
    EXPECT_EQ(told[0].limit, 2);
    EXPECT_EQ(told[0].rest_until, now + 34'075ms);
    EXPECT_FALSE(told[0].day_is_over);
    const std::string list = "[" + std::string(gemini_minute) + "]";
    EXPECT_EQ(gemini_lessons(refusal(list, none)).size(), 1U);
    EXPECT_TRUE(gemini_lessons(refusal(gemini_minute, none, 503)).empty());
}

TEST(quota_lessons, a_day_of_gemini_is_over_whatever_its_delay) {
    const http::fields none;
    const auto told = gemini_lessons(refusal(
        R"({"error":{"message":"Quota exceeded for metric: x, limit: 0, model: y","details":[
            {"violations":[{"quotaId":"GenerateContentInputTokensPerModelPerDay-FreeTier"},
                           {"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier",
                            "quotaValue":"50"},{"quotaId":7},{"quotaId":"Other"}]},
            {"retryDelay":"12s"}]}})",
        none));
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].which, kind::tpd);
    EXPECT_EQ(told[0].limit, 0);
    EXPECT_EQ(told[1].which, kind::rpd);
    EXPECT_EQ(told[1].limit, 50);
    EXPECT_TRUE(told[1].day_is_over);
    EXPECT_FALSE(told[1].rest_until);
}

TEST(quota_lessons, openrouter_tells_in_the_body) {
    const http::fields none;
    const auto told = openrouter_lessons(refusal(
        R"({"error":{"message":"Rate limit exceeded: free-models-per-day. Add credits","code":429,
            "metadata":{"headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0",
            "X-RateLimit-Reset":"1800036000000"},"provider_name":null}}})",
        none));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].which, kind::rpd);
    EXPECT_EQ(told[0].limit, 50);
    EXPECT_EQ(told[0].rest_until, now + 10h);
    EXPECT_EQ(told[0].day_ends, now + 10h);
    EXPECT_TRUE(openrouter_lessons(refusal(R"({"error":{"message":"Provider returned error",
        "metadata":{"raw":"x is temporarily rate-limited upstream"}}})",
                                           none))
                    .empty())
        << "that is the quota of the provider behind it";
    EXPECT_TRUE(openrouter_lessons(refusal("no json", none)).empty());
}

TEST(quota_lessons, openai_tells_in_the_message_and_in_headers) {
    const auto named = fields_of({});
    const auto told = openai_lessons(refusal(
        R"({"error":{"message":"Rate limit reached for gpt-4o in organization org-x on tokens per )"
        R"(min (TPM): Limit 30000, Used 28000, Requested 4000. Please try again in 4s. Visit"}})",
        named));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].which, kind::tpm);
    EXPECT_EQ(told[0].limit, 30000);
    EXPECT_EQ(told[0].rest_until, now + 4s);
    const auto by_reset = fields_of(
        {{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "8h2m0s"}});
    const auto day = openai_lessons(refusal("", by_reset));
    ASSERT_EQ(day.size(), 1U);
    EXPECT_EQ(day[0].which, kind::rpd);
    EXPECT_EQ(day[0].rest_until, now + 8h + 2min);
    EXPECT_TRUE(openai_lessons(refusal("{}", named)).empty());
}

TEST(quota_lessons, retry_after_is_seconds_or_a_date) {
    const auto until = [](std::string_view text) {
        const auto headers = fields_of({{"retry-after", text}});
        return retry_after(refusal("", headers));
    };
    EXPECT_EQ(until("7"), now + 7s);
    EXPECT_EQ(until("0.25"), now + 250ms);
    EXPECT_EQ(until("Fri, 15 Jan 2027 08:01:00 GMT"), now + 60s);
    EXPECT_EQ(until("Fri, 15 Jan 2021 08:01:00 GMT"), now) << "in the past";
    EXPECT_EQ(until("99999999"), now + 48h) << "bounded";
    EXPECT_FALSE(until("soon"));
    EXPECT_FALSE(until("-3"));
    EXPECT_FALSE(until("nan"));
}

TEST(quota_lessons, github_names_its_window) {
    const auto headers = fields_of({{"x-ratelimit-type", "UserByModelByDay"},
                                    {"x-ratelimit-timeremaining", "3600"},
                                    {"retry-after", "3600"}});
    const auto told = github_lessons(refusal(
        R"({"error":{"code":"RateLimitReached","message":"Rate limit of 8 per 86400s exceeded for )"
        R"(UserByModelByDay. Please wait 3600 seconds before retrying."}})",
        headers));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].which, kind::rpd);
    EXPECT_EQ(told[0].limit, 8);
    EXPECT_EQ(told[0].rest_until, now + 1h);
    const auto at_once = fields_of({{"x-ratelimit-type", "UserConcurrentRequests"}});
    const auto parallel = github_lessons(refusal("", at_once));
    ASSERT_EQ(parallel.size(), 1U);
    EXPECT_EQ(parallel[0].which, kind::parallel);
    EXPECT_FALSE(parallel[0].rest_until);
}

TEST(quota_lessons, durations_are_read_as_go_writes_them) {
    EXPECT_EQ(read_duration("250ms"), 250ms);
    EXPECT_EQ(read_duration("6m0s"), 6min);
    EXPECT_EQ(read_duration("1h2m3.5s"), 1h + 2min + 3500ms);
    EXPECT_EQ(read_duration("34.074824224s"), 34'075ms);
    for (const char* bad : {"", "7", "s", "1x", "1s2", "1.2.3s", "-1s"}) {
        EXPECT_FALSE(read_duration(bad)) << bad;
    }
}

} // namespace quota_lessons_test
} // namespace llm_proxy::providers
