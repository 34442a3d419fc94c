#include "llm_proxy/http/parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llm_proxy::http {
namespace response_head_test {

using namespace std::string_literals;

struct parsed {
    head_progress progress;
    response_head head;
};

parsed parse(std::string_view bytes, bool head_request = false, const head_limits& limits = {}) {
    parsed out;
    std::size_t searched = 0;
    out.progress = parse_response_head(bytes, searched, limits, head_request, out.head);
    return out;
}

TEST(response_head, reads_every_part) {
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n5\r\n";
    const auto [progress, head] = parse(bytes);
    ASSERT_EQ(progress.state, head_state::ready) << progress.what;
    EXPECT_EQ(progress.consumed, bytes.size() - 3);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.version, 11);
    EXPECT_EQ(head.body, body_kind::chunked);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_EQ(head.headers.find("content-type"), "text/event-stream");
}

TEST(response_head, does_without_a_reason_phrase) {
    for (const char* line :
         {"HTTP/1.1 503 \r\n", "HTTP/1.1 503\r\n", "HTTP/1.1 503 a: b\t\xe9\r\n"}) {
        const std::string bytes = line + "A: b\r\nContent-Length: 3\r\n\r\nxyz"s;
        const auto [progress, head] = parse(bytes);
        ASSERT_EQ(progress.state, head_state::ready) << line << progress.what;
        EXPECT_EQ(progress.consumed, bytes.size() - 3);
        EXPECT_EQ(head.status, 503);
        EXPECT_EQ(head.headers.size(), 2u);
        EXPECT_EQ(head.headers.find("a"), "b");
        EXPECT_GE(head.headers.begin()->name.data(), bytes.data());
        EXPECT_EQ(head.content_length, 3u);
    }
    const auto bare = parse("HTTP/1.0 200\r\n\r\n");
    ASSERT_EQ(bare.progress.state, head_state::ready) << bare.progress.what;
    EXPECT_EQ(bare.progress.consumed, 16u);
    EXPECT_EQ(bare.head.version, 10);
}

struct body_case {
    const char* start;
    const char* lines;
    bool head_request;
    body_kind body;
    std::uint64_t length;
    bool keep_alive;
};

TEST(response_head, knows_how_the_body_is_delimited) {
    const body_case cases[] = {
        {"1.1 200", "Content-Length: 7\r\n", false, body_kind::length, 7, true},
        {"1.1 200", "Content-Length: 0\r\n", false, body_kind::length, 0, true},
        {"1.1 200", "Transfer-Encoding: Chunked\r\n", false, body_kind::chunked, 0, true},
        {"1.1 200", "", false, body_kind::until_close, 0, false},
        {"1.0 200", "", false, body_kind::until_close, 0, false},
        {"1.0 200", "Connection: keep-alive\r\n", false, body_kind::until_close, 0, false},
        {"1.0 200", "Content-Length: 1\r\n", false, body_kind::length, 1, false},
        {"1.0 200", "Content-Length: 1\r\nConnection: keep-alive\r\n", false, body_kind::length, 1,
         true},
        {"1.1 200", "Content-Length: 1\r\nConnection: close\r\n", false, body_kind::length, 1,
         false},
        {"1.1 100", "", false, body_kind::none, 0, true},
        {"1.1 103", "Link: </a>\r\n", false, body_kind::none, 0, true},
        {"1.1 204", "Content-Length: 7\r\n", false, body_kind::none, 0, true},
        {"1.1 204", "Transfer-Encoding: chunked\r\n", false, body_kind::none, 0, true},
        {"1.1 304", "Content-Length: 7\r\n", false, body_kind::none, 0, true},
        {"1.1 200", "Content-Length: 7\r\n", true, body_kind::none, 0, true},
        {"1.1 200", "", true, body_kind::none, 0, true},
        {"1.1 999", "Content-Length: 7\r\n", false, body_kind::length, 7, true},
    };
    for (const auto& one : cases) {
        const auto [progress, head] =
            parse("HTTP/"s + one.start + " X\r\n" + one.lines + "\r\n", one.head_request);
        ASSERT_EQ(progress.state, head_state::ready) << one.start << one.lines << progress.what;
        EXPECT_EQ(head.body, one.body) << one.start << one.lines;
        EXPECT_EQ(head.content_length, one.length) << one.start << one.lines;
        EXPECT_EQ(head.keep_alive, one.keep_alive) << one.start << one.lines;
    }
}

class bad_response : public testing::TestWithParam<std::string> {};

TEST_P(bad_response, is_refused) {
    const auto [progress, head] = parse(GetParam());
    EXPECT_EQ(progress.state, head_state::bad);
    EXPECT_STRNE(progress.what, "");
}

INSTANTIATE_TEST_SUITE_P(
    all, bad_response,
    testing::Values("HTTP/1.1 099 X\r\n\r\n"s, "HTTP/1.1 000\r\n\r\n"s, "HTTP/1.1 20 OK\r\n\r\n"s,
                    "HTTP/1.1 2000 OK\r\n\r\n"s, "HTTP/1.1 2x0 OK\r\n\r\n"s,
                    "HTTP/1.1 -20 OK\r\n\r\n"s, "HTTP/1.1  200 OK\r\n\r\n"s, "HTTP/1.1\r\n\r\n"s,
                    "HTTP/2.0 200 OK\r\n\r\n"s, "HTTP/1.2 200\r\n\r\n"s, "HTTP/2 200 OK\r\n\r\n"s,
                    "HTTP/0.9 200 OK\r\n\r\n"s, "http/1.1 200 OK\r\n\r\n"s, "ICY 200 OK\r\n\r\n"s,
                    "aaaaaaaaaaaa\r\n\r\n"s, "HTTP/1.1 200\tOK\r\n\r\n"s,
                    "HTTP/1.1 200 O\0K\r\n\r\n"s, "HTTP/1.1 200 OK\n\n"s, "HTTP/1.1 200 O\rK\r\n"s,
                    "\r\nHTTP/1.1 200 OK\r\n\r\n"s, "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"s,
                    "HTTP/1.1 200\r\nA : b\r\n\r\n"s, "HTTP/1.1 200\r\n A: b\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n"s,
                    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n"s,
                    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"s,
                    "HTTP/1.1 204\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"s));

TEST(response_head, needs_more_at_every_proper_prefix) {
    for (const std::string& bytes : {"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\n"s,
                                     "HTTP/1.1 200\r\nA: b\r\n\r\n"s}) {
        std::size_t searched = 0;
        response_head head;
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const std::string_view prefix = std::string_view(bytes).substr(0, size);
            EXPECT_EQ(parse_response_head(prefix, searched, {}, false, head).state,
                      head_state::need_more);
        }
        EXPECT_EQ(parse_response_head(bytes, searched, {}, false, head).state, head_state::ready);
    }
}

TEST(response_head, reads_the_answer_after_an_interim_one) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::string bytes = interim + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    const auto first = parse(bytes);
    ASSERT_EQ(first.progress.consumed, interim.size());
    EXPECT_EQ(first.head.status, 100);
    const auto second = parse(std::string_view(bytes).substr(first.progress.consumed));
    EXPECT_EQ(second.head.status, 200);
    EXPECT_EQ(second.head.content_length, 1u);
}

TEST(response_head, bounds_length_and_fields) {
    const std::string bytes = "HTTP/1.1 200\r\nA: b\r\nC: d\r\n\r\n";
    head_limits limits{bytes.size(), 2};
    EXPECT_EQ(parse(bytes, false, limits).progress.state, head_state::ready);
    limits.fields = 1;
    EXPECT_EQ(parse(bytes, false, limits).progress.state, head_state::too_large);
    limits = {bytes.size() - 1, 2};
    EXPECT_EQ(parse(bytes, false, limits).progress.state, head_state::too_large);
}

} // namespace response_head_test
} // namespace llm_proxy::http
