#include "llm_proxy/util/error.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace llm_proxy {
namespace error_test {

TEST(error_type_for_status, gives_known_statuses_their_own_type) {
    EXPECT_EQ(error_type_for_status(401), "authentication_error");
    EXPECT_EQ(error_type_for_status(403), "permission_error");
    EXPECT_EQ(error_type_for_status(429), "rate_limit_error");
}

TEST(error_type_for_status, has_one_type_for_other_client_and_server_errors) {
    for (const int status : {400, 402, 404, 408, 413, 422, 499})
        EXPECT_EQ(error_type_for_status(status), "invalid_request_error") << status;
    for (const int status : {500, 502, 503, 504, 529, 599})
        EXPECT_EQ(error_type_for_status(status), "internal_server_error") << status;
}

TEST(result, throws_the_client_message_but_never_the_internal_one) {
    error failure(400, "invalid_request_error", "no such model");
    failure.internal = "key sk-secret";
    const result<int> failed = failure;
    try {
        static_cast<void>(failed.value());
        FAIL() << "must throw";
    } catch (const std::logic_error& thrown) {
        EXPECT_STREQ(thrown.what(), "unexpected error 400: no such model");
    }
}

TEST(result, hands_the_error_out_with_all_of_its_detail) {
    error failure(429, "rate_limit_error", "slow down");
    failure.headers.emplace_back("retry-after", "3");
    const result<int> failed = failure;
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().status, 429);
    EXPECT_EQ(failed.error().headers.front().second, "3");
}

} // namespace error_test
} // namespace llm_proxy
