#include "llm_proxy/http/parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llm_proxy::http {
namespace request_head_test {

using namespace std::string_literals;

struct parsed {
    head_progress progress;
    request_head head;
};

parsed parse(std::string_view bytes, const head_limits& limits = {}) {
    parsed out;
    std::size_t searched = 0;
    out.progress = parse_request_head(bytes, searched, limits, out.head);
    return out;
}

/// What one gets who reads byte by byte and stops at the first verdict.
head_progress parse_by_bytes(std::string_view bytes, const head_limits& limits = {}) {
    request_head head;
    std::size_t searched = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto progress = parse_request_head(bytes.substr(0, size), searched, limits, head);
        if (progress.state != head_state::need_more)
            return progress;
    }
    return parse_request_head(bytes, searched, limits, head);
}

/// A request with a Host and these header lines.
std::string with_lines(std::string_view lines) {
    return "POST /v1/x HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

TEST(request_head, reads_every_part) {
    const std::string bytes = "POST /v1/chat/completions?a=b HTTP/1.1\r\n"
                              "Host: gateway:4000\r\n"
                              "AUTHORIZATION:Bearer sk-1 \t\r\n"
                              "X-Empty:\r\n"
                              "Content-Length: 12\r\n"
                              "X-Text: \xc3\xa9t\xc3\xa9\r\n"
                              "\r\nhello";
    const auto [progress, head] = parse(bytes);
    ASSERT_EQ(progress.state, head_state::ready) << progress.what;
    EXPECT_EQ(progress.consumed, bytes.size() - 5);
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/v1/chat/completions?a=b");
    EXPECT_EQ(head.version, 11);
    EXPECT_EQ(head.headers.size(), 5u);
    EXPECT_EQ(head.headers.find("authorization"), "Bearer sk-1");
    EXPECT_EQ(head.headers.find("x-empty"), "");
    EXPECT_EQ(head.headers.find("x-text"), "\xc3\xa9t\xc3\xa9");
    EXPECT_EQ(head.headers.find("x-absent"), std::nullopt);
    EXPECT_EQ(head.headers.begin()[1].name, "AUTHORIZATION");
    EXPECT_EQ(head.body, body_kind::length);
    EXPECT_EQ(head.content_length, 12u);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.expect_continue);
}

TEST(request_head, views_point_into_the_given_bytes) {
    const std::string bytes = with_lines("X-A: 1\r\n");
    const auto [progress, head] = parse(bytes);
    ASSERT_EQ(progress.state, head_state::ready);
    const auto inside = [&bytes](std::string_view view) {
        return view.data() >= bytes.data() && view.end() <= bytes.data() + bytes.size();
    };
    EXPECT_TRUE(inside(head.method) && inside(head.target));
    for (const field& one : head.headers)
        EXPECT_TRUE(inside(one.name) && inside(one.value));
}

TEST(request_head, knows_how_the_body_is_delimited) {
    EXPECT_EQ(parse(with_lines("")).head.body, body_kind::none);
    EXPECT_EQ(parse(with_lines("Content-Length: 0\r\n")).head.body, body_kind::length);
    EXPECT_EQ(parse(with_lines("Transfer-Encoding: chunked\r\n")).head.body, body_kind::chunked);
    EXPECT_EQ(parse(with_lines("transfer-encoding:CHUNKED\r\n")).head.body, body_kind::chunked);
    EXPECT_EQ(parse(with_lines("Content-Length: 18446744073709551615\r\n")).head.content_length,
              UINT64_MAX);
}

TEST(request_head, forgets_the_former_request) {
    request_head head;
    std::size_t searched = 0;
    const std::string first = with_lines("Content-Length: 3\r\nExpect: 100-continue\r\n"
                                         "Connection: close\r\n");
    ASSERT_EQ(parse_request_head(first, searched, {}, head).state, head_state::ready);
    ASSERT_TRUE(head.expect_continue);
    searched = 0;
    const std::string second = with_lines("");
    ASSERT_EQ(parse_request_head(second, searched, {}, head).state, head_state::ready);
    EXPECT_EQ(head.headers.size(), 1u);
    EXPECT_EQ(head.body, body_kind::none);
    EXPECT_EQ(head.content_length, 0u);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.expect_continue);
}

struct connection_case {
    const char* version;
    const char* lines;
    bool keep_alive;
};

TEST(request_head, keeps_the_connection_as_asked) {
    const connection_case cases[] = {
        {"1.1", "", true},
        {"1.1", "Connection: keep-alive\r\n", true},
        {"1.1", "Connection: close\r\n", false},
        {"1.1", "Connection: TE, Close\r\n", false},
        {"1.1", "Connection: TE\r\nconnection: close\r\n", false},
        {"1.1", "Connection: close, keep-alive\r\n", false},
        {"1.1", "Connection: closed\r\n", true},
        {"1.1", "Proxy-Connection: close\r\n", true},
        {"1.0", "", false},
        {"1.0", "Connection: Keep-Alive\r\n", true},
        {"1.0", "Connection: keep-alive, close\r\n", false},
    };
    for (const auto& one : cases) {
        const auto [progress, head] =
            parse("GET / HTTP/"s + one.version + "\r\nHost: a\r\n" + one.lines + "\r\n");
        ASSERT_EQ(progress.state, head_state::ready) << one.lines << progress.what;
        EXPECT_EQ(head.keep_alive, one.keep_alive) << one.version << " " << one.lines;
    }
}

struct expect_case {
    const char* version;
    const char* lines;
    bool expected;
};

TEST(request_head, expects_continue_only_with_a_body) {
    const expect_case cases[] = {
        {"1.1", "Expect: 100-continue\r\nContent-Length: 1\r\n", true},
        {"1.1", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", true},
        {"1.1", "Expect: 100-continue\r\n", false},
        {"1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", false},
        {"1.1", "Expect: 100-continue, other\r\nContent-Length: 1\r\n", false},
        {"1.1", "Expect: other\r\nContent-Length: 1\r\n", false},
        {"1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n", false},
    };
    for (const auto& one : cases) {
        const auto [progress, head] =
            parse("POST / HTTP/"s + one.version + "\r\nHost: a\r\n" + one.lines + "\r\n");
        ASSERT_EQ(progress.state, head_state::ready) << one.lines << progress.what;
        EXPECT_EQ(head.expect_continue, one.expected) << one.version << " " << one.lines;
    }
}

TEST(request_head, accepts_what_is_unusual_but_clear) {
    for (const std::string& bytes : {
             "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"s,
             "GET / HTTP/1.0\r\n\r\n"s,
             "GET //a/..//b?x={y}|\"z\" HTTP/1.1\r\nHost:\r\n\r\n"s,
             "GET / HTTP/1.1\r\nHost: [::1]:4000\r\n\r\n"s,
             "BREW-2.0 / HTTP/1.1\r\nHost: a\r\n\r\n"s,
             std::string(32, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
             "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s,
             "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s,
         }) {
        EXPECT_EQ(parse(bytes).progress.state, head_state::ready) << bytes;
        EXPECT_EQ(parse(bytes).progress.consumed, bytes.size()) << bytes;
        EXPECT_EQ(parse_by_bytes(bytes).state, head_state::ready) << bytes;
    }
}

class bad_request : public testing::TestWithParam<std::string> {};

TEST_P(bad_request, is_refused_whole_and_byte_by_byte) {
    const auto whole = parse(GetParam()).progress;
    EXPECT_EQ(whole.state, head_state::bad);
    EXPECT_STRNE(whole.what, "");
    EXPECT_EQ(parse_by_bytes(GetParam()).state, head_state::bad);
}

INSTANTIATE_TEST_SUITE_P(
    framing, bad_request,
    testing::Values(with_lines("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
                    with_lines("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
                    with_lines("Transfer-Encoding: identity\r\nContent-Length: 3\r\n"),
                    with_lines("Content-Length: 3\r\nTransfer-Encoding: xchunked\r\n"),
                    with_lines("Transfer-Encoding: xchunked\r\n"),
                    with_lines("Transfer-Encoding: chunked, chunked\r\n"),
                    with_lines("Transfer-Encoding: gzip, chunked\r\n"),
                    with_lines("Transfer-Encoding: chunked, gzip\r\n"),
                    with_lines("Transfer-Encoding: identity\r\n"),
                    with_lines("Transfer-Encoding: chunked;q=1\r\n"),
                    with_lines("Transfer-Encoding: \"chunked\"\r\n"),
                    with_lines("Transfer-Encoding:\r\n"),
                    with_lines("Transfer-Encoding: \vchunked\r\n"),
                    with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                    with_lines("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
                    with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
                    with_lines("Transfer-Encoding : chunked\r\n"),
                    with_lines("Content-Length: 3\r\nContent-Length: 3\r\n"),
                    with_lines("Content-Length: 3\r\ncontent-length: 4\r\n"),
                    with_lines("Content-Length: 3, 3\r\n"), with_lines("Content-Length: 3,\r\n"),
                    with_lines("Content-Length: +3\r\n"), with_lines("Content-Length: -3\r\n"),
                    with_lines("Content-Length: 0x3\r\n"), with_lines("Content-Length: 3 3\r\n"),
                    with_lines("Content-Length: 3a\r\n"), with_lines("Content-Length:\r\n"),
                    with_lines("Content-Length: 18446744073709551616\r\n"),
                    with_lines("Content-Length: 99999999999999999999999\r\n"),
                    "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"s));

INSTANTIATE_TEST_SUITE_P(
    lines, bad_request,
    testing::Values(
        "GET / HTTP/1.1\nHost: a\n\n"s, "GET / HTTP/1.1\r\nHost: a\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: a\r\n\n"s, "GET / HTTP/1.1\r\nHost: a\r\rX: y\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"s, "\n"s, "\nGET / HTTP/1.1\r\n"s,
        "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"s, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s,
        with_lines("X: a\r\n b\r\n"), with_lines("X: a\r\n\tb\r\n"), with_lines("X:\r\n \r\n"),
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n"s, with_lines("X: a\r\n\t\r\n"), with_lines(": a\r\n"),
        with_lines("X : a\r\n"), with_lines("X\t: a\r\n"), with_lines("X a: b\r\n"),
        with_lines("X\r\n"), with_lines("X(y): a\r\n"), with_lines("\xc3\xa9: a\r\n"),
        with_lines("X: a\0b\r\n"s), with_lines("X\0: a\r\n"s), with_lines("X: a\x01\r\n"),
        with_lines("X: a\x7f\r\n"), with_lines("X: a\x1b[0m\r\n"),
        with_lines("Connection: a b\r\n")));

INSTANTIATE_TEST_SUITE_P(
    hosts, bad_request,
    testing::Values("GET / HTTP/1.1\r\n\r\n"s, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"s,
                    "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"s,
                    "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"s,
                    "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"s, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"s,
                    "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"s, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"s,
                    "GET / HTTP/1.1\r\nHost : a\r\n\r\n"s));

INSTANTIATE_TEST_SUITE_P(
    start_lines, bad_request,
    testing::Values(
        "GET /\r\n\r\n"s, "GET\r\n\r\n"s, "GET \r\n\r\n"s, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"s,
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n"s, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"s,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"s,
        "GET / HTTP/11\r\nHost: a\r\n\r\n"s, "GET / http/1.1\r\nHost: a\r\n\r\n"s,
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"s, "GET / HTTPS/1.1\r\nHost: a\r\n\r\n"s,
        "GET / H\r\n\r\n"s, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"s, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"s, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"s,
        std::string(33, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"s, "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n"s, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n"s, "OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"s, "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"s, "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"s, "GET /a\x7f HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"s, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"s));

TEST(request_head, refuses_wrong_line_ends_before_the_head_is_complete) {
    for (const std::string& bytes : {"GET / HTTP/1.1\n"s, "GET / HTTP/1.1\r\nHost: a\n"s,
                                     "GET /\rX"s, "GET / HTTP/1.1\r\nHost: a\r\n "s}) {
        EXPECT_EQ(parse(bytes).progress.state, head_state::bad) << bytes;
        EXPECT_EQ(parse(bytes.substr(0, bytes.size() - 1)).progress.state, head_state::need_more)
            << bytes;
    }
}

TEST(request_head, needs_more_at_every_proper_prefix) {
    const std::string bytes =
        "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX: y\r\n\r\n";
    std::size_t searched = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        request_head head;
        const std::string_view prefix = std::string_view(bytes).substr(0, size);
        EXPECT_EQ(parse_request_head(prefix, searched, {}, head).state, head_state::need_more);
        EXPECT_LE(searched, size);
        EXPECT_EQ(parse(prefix).progress.state, head_state::need_more);
    }
    request_head head;
    const auto progress = parse_request_head(bytes, searched, {}, head);
    EXPECT_EQ(progress.state, head_state::ready);
    EXPECT_EQ(progress.consumed, bytes.size());
    EXPECT_EQ(head.target, "/a");
}

TEST(request_head, is_ready_from_any_two_parts) {
    const std::string bytes = "GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nGET /b";
    for (std::size_t cut = 0; cut < bytes.size() - 6; ++cut) {
        request_head head;
        std::size_t searched = 0;
        parse_request_head(std::string_view(bytes).substr(0, cut), searched, {}, head);
        const auto progress = parse_request_head(bytes, searched, {}, head);
        EXPECT_EQ(progress.state, head_state::ready) << cut;
        EXPECT_EQ(progress.consumed, bytes.size() - 6) << cut;
    }
}

TEST(request_head, does_not_search_again_what_was_searched) {
    std::string bytes = "GET /" + std::string(5000, 'a');
    std::size_t searched = 0;
    request_head head;
    parse_request_head(bytes, searched, {}, head);
    EXPECT_EQ(searched, bytes.size());
    bytes += "\r";
    parse_request_head(bytes, searched, {}, head);
    EXPECT_EQ(searched, bytes.size() - 1);
}

TEST(request_head, leaves_the_next_request_alone) {
    const std::string first = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string second = "GET /second HTTP/1.1\r\nHost: b\r\n\r\n";
    const std::string bytes = first + second;
    const auto one = parse(bytes);
    ASSERT_EQ(one.progress.state, head_state::ready);
    EXPECT_EQ(one.progress.consumed, first.size());
    EXPECT_EQ(one.head.target, "/first");
    EXPECT_EQ(one.head.headers.size(), 1u);
    const auto two = parse(std::string_view(bytes).substr(first.size()));
    ASSERT_EQ(two.progress.state, head_state::ready);
    EXPECT_EQ(two.progress.consumed, second.size());
    EXPECT_EQ(two.head.target, "/second");
}

TEST(request_head, bounds_the_length) {
    const std::string head = with_lines("X: 12345\r\n");
    head_limits limits;
    limits.bytes = head.size();
    EXPECT_EQ(parse(head + "body", limits).progress.state, head_state::ready);
    EXPECT_EQ(parse_by_bytes(head, limits).state, head_state::ready);
    limits.bytes = head.size() - 1;
    EXPECT_EQ(parse(head + "body", limits).progress.state, head_state::too_large);
    EXPECT_EQ(parse_by_bytes(head, limits).state, head_state::too_large);
    EXPECT_EQ(parse(std::string(limits.bytes, 'a'), limits).progress.state, head_state::too_large);
    EXPECT_EQ(parse(std::string(limits.bytes - 1, 'a'), limits).progress.state,
              head_state::need_more);
}

TEST(request_head, carries_long_lines_within_the_limit) {
    const std::string value(60'000, 'v');
    const std::string bytes = with_lines("X: " + value + "\r\n");
    const auto [progress, head] = parse(bytes);
    ASSERT_EQ(progress.state, head_state::ready) << progress.what;
    EXPECT_EQ(head.headers.find("x"), value);
    const auto target = parse("GET /" + value + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(target.progress.state, head_state::ready);
}

TEST(request_head, bounds_the_number_of_fields) {
    head_limits limits;
    limits.fields = 3;
    EXPECT_EQ(parse(with_lines("A: 1\r\nB: 2\r\n"), limits).progress.state, head_state::ready);
    EXPECT_EQ(parse(with_lines("A: 1\r\nB: 2\r\nC: 3\r\n"), limits).progress.state,
              head_state::too_large);
}

TEST(fields, finds_the_first_and_counts_all_without_regard_to_case) {
    fields list;
    list.add("Accept", "a");
    list.add("ACCEPT", "b");
    list.add("accept-language", "c");
    EXPECT_EQ(list.find("accept"), "a");
    EXPECT_EQ(list.count("aCCept"), 2u);
    EXPECT_EQ(list.count("accep"), 0u);
    EXPECT_TRUE(name_equal("X-Api_Key", "x-aPI_key"));
    EXPECT_FALSE(name_equal("X-Api@", "X-Api`"));
    list.clear();
    EXPECT_EQ(list.find("accept"), std::nullopt);
}

} // namespace request_head_test
} // namespace llm_proxy::http
