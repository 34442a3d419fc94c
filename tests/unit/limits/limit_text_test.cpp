#include "llm_proxy/limits/limit_text.hpp"
#include "llm_proxy/limits/shared_quota.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::limits {
namespace limit_text_test {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::seconds(1'800'000'000)};

TEST(limit_text, durations_are_written_as_openai_does) {
    EXPECT_EQ(duration_text(0s), "0ms");
    EXPECT_EQ(duration_text(-5s), "0ms");
    EXPECT_EQ(duration_text(250ms), "250ms");
    EXPECT_EQ(duration_text(1s), "1s");
    EXPECT_EQ(duration_text(1500ms), "1.5s");
    EXPECT_EQ(duration_text(59'043ms), "59.043s");
    EXPECT_EQ(duration_text(6min), "6m0s");
    EXPECT_EQ(duration_text(8h + 2min + 1s), "8h2m1s");
}

TEST(limit_text, a_refusal_names_limit_key_and_moment) {
    EXPECT_EQ(describe({kind::rpm, 18, start + 41'500ms}, start),
              "the limit of 18 requests per minute (rpm) is reached; the next place is free in "
              "42 s.");
    EXPECT_EQ(describe({kind::rpd, 50, start + 1h}, start),
              "the limit of 50 requests per day (rpd) is reached; it begins anew at "
              "2027-01-15T09:00:00Z.");
    EXPECT_EQ(describe({kind::parallel, 1, time_point::max()}, start),
              "the limit of 1 requests at a time (max_parallel_requests) is reached; a place is "
              "free when one of them has ended.");
    EXPECT_EQ(describe({kind::rpm, -1, start + 7s}, start),
              "the provider's limit of requests per minute (rpm) is reached; the next place is "
              "free in 7 s.");
    EXPECT_EQ(describe({kind::rpd, 0, time_point::max()}, start),
              "the limit of 0 requests per day (rpd) is reached; the provider lets nothing "
              "through.");
}

TEST(limit_text, tokens_are_estimated_without_embedded_files) {
    EXPECT_EQ(rough_tokens(std::string(400, 'x')), 100);
    const std::string file(1'000'000, 'A');
    const std::string body = R"({"url":"data:image/png;base64,)" + file + R"("})" +
                             R"({"url":"data:image/png;base64,)" + file + R"("})";
    EXPECT_GT(rough_tokens(body), 2000);
    EXPECT_LT(rough_tokens(body), 2100);
}

} // namespace limit_text_test
} // namespace llm_proxy::limits
