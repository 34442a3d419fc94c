#include "llm_proxy/routing/retry.hpp"

#include <gtest/gtest.h>

namespace llm_proxy::routing {
namespace retry_test {

using std::chrono::milliseconds;

class fixed_random final : public random_source {
public:
    explicit fixed_random(double value) : value_(value) {}
    double unit() override { return value_; }

private:
    double value_;
};

std::optional<milliseconds> delay(const failed_try& failed, int done, int most, double drawn = 0) {
    fixed_random random(drawn);
    return retry_delay(failed, done, most, random);
}

TEST(retry_delay, only_some_statuses_are_tried_again) {
    for (const int status : {408, 409, 429, 500, 502, 503, 529})
        EXPECT_TRUE(delay({status, {}}, 0, 1)) << status;
    for (const int status : {400, 401, 403, 404, 410, 413, 422})
        EXPECT_FALSE(delay({status, {}}, 0, 1)) << status;
}

TEST(retry_delay, ends_after_the_last_try) {
    EXPECT_FALSE(delay({500, {}}, 0, 0));
    EXPECT_TRUE(delay({500, {}}, 1, 2));
    EXPECT_FALSE(delay({500, {}}, 2, 2));
}

TEST(retry_delay, doubles_up_to_eight_seconds) {
    const int expected[] = {500, 1000, 2000, 4000, 8000, 8000};
    for (int done = 0; done < 6; ++done)
        EXPECT_EQ(delay({500, {}}, done, 99), milliseconds(expected[done])) << done;
    EXPECT_EQ(delay({500, {}}, 60, 99), milliseconds(8000));
}

TEST(retry_delay, is_shortened_by_up_to_a_quarter) {
    EXPECT_EQ(delay({500, {}}, 0, 1, 0.5), milliseconds(437));
    EXPECT_EQ(delay({500, {}}, 2, 3, 1), milliseconds(1500));
}

TEST(retry_delay, takes_the_upstreams_wish_up_to_a_minute) {
    EXPECT_EQ(delay({429, 7.5}, 0, 1, 0.9), milliseconds(7500));
    EXPECT_EQ(delay({429, 60}, 3, 4), milliseconds(60000));
    EXPECT_EQ(delay({429, 61}, 0, 1), milliseconds(500));
    EXPECT_EQ(delay({429, 0}, 0, 1), milliseconds(500));
    EXPECT_EQ(delay({429, -1}, 0, 1), milliseconds(500));
}

} // namespace retry_test
} // namespace llm_proxy::routing
