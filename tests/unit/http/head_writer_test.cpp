#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/http/parser.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace llm_proxy::http {
namespace head_writer_test {

using namespace std::string_literals;

TEST(head_writer, writes_a_response_head) {
    std::string out = "before;";
    head_writer writer(out);
    writer.status_line(200);
    writer.header("content-type", "application/json");
    writer.header("content-length", std::uint64_t{1234});
    writer.raw("server: x\r\nvary: y\r\n");
    writer.header("x-empty", "");
    writer.end();
    EXPECT_EQ(out, "before;HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                   "content-length: 1234\r\nserver: x\r\nvary: y\r\nx-empty: \r\n\r\n");
}

TEST(head_writer, writes_a_request_head_the_parser_reads) {
    std::string out;
    head_writer writer(out);
    writer.request_line("POST", "/v1/a?b=c%20d");
    writer.header("host", "a:1");
    writer.header("content-length", UINT64_MAX);
    writer.end();
    request_head head;
    std::size_t searched = 0;
    ASSERT_EQ(parse_request_head(out, searched, {}, head).state, head_state::ready);
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/v1/a?b=c%20d");
    EXPECT_EQ(head.content_length, UINT64_MAX);
}

TEST(head_writer, drops_headers_that_would_inject_lines) {
    std::string out;
    head_writer writer(out);
    for (const std::string& value : {"a\r\nb: c"s, "a\n"s, "\ra"s, "a\0b"s})
        writer.header("x", value);
    writer.header("x\r\ny", "z");
    EXPECT_EQ(out, "");
    writer.header("x", "tab\tand \xc3\xa9");
    EXPECT_EQ(out, "x: tab\tand \xc3\xa9\r\n");
}

TEST(head_writer, escapes_targets_that_would_end_the_line) {
    std::string out;
    head_writer(out).request_line("GET", "/a b\r\nc\x7f\xc3\xa9%20");
    EXPECT_EQ(out, "GET /a%20b%0D%0Ac%7F%C3%A9%20 HTTP/1.1\r\n");
}

TEST(head_writer, knows_reason_phrases) {
    EXPECT_EQ(reason_phrase(100), "Continue");
    EXPECT_EQ(reason_phrase(204), "No Content");
    EXPECT_EQ(reason_phrase(404), "Not Found");
    EXPECT_EQ(reason_phrase(429), "Too Many Requests");
    EXPECT_EQ(reason_phrase(504), "Gateway Timeout");
    EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
    EXPECT_EQ(reason_phrase(99), "Unknown");
    EXPECT_EQ(reason_phrase(418), "Unknown");
    EXPECT_EQ(reason_phrase(599), "Unknown");
    std::string out;
    head_writer(out).status_line(599);
    EXPECT_EQ(out, "HTTP/1.1 599 Unknown\r\n");
}

TEST(head_writer, writes_chunk_heads) {
    std::string out;
    append_chunk_head(out, 0);
    append_chunk_head(out, 255);
    append_chunk_head(out, 65536);
    append_chunk_head(out, SIZE_MAX);
    EXPECT_EQ(out, "0\r\nff\r\n10000\r\nffffffffffffffff\r\n");
}

std::string date_at(std::time_t seconds) {
    return format_http_date(seconds).data();
}

TEST(http_date, has_the_standard_form) {
    EXPECT_EQ(date_at(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date_at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(date_at(1'709'251'199), "Thu, 29 Feb 2024 23:59:59 GMT");
    EXPECT_EQ(date_at(1'735'689'599), "Tue, 31 Dec 2024 23:59:59 GMT");
}

TEST(http_date, is_the_current_time) {
    // The clock may tick between the calls, hence two attempts at one second.
    const std::time_t before = std::time(nullptr);
    const std::string now(http_date());
    const std::time_t after = std::time(nullptr);
    EXPECT_TRUE(now == date_at(before) || now == date_at(after)) << now;
    EXPECT_EQ(now.size(), 29u);
}

} // namespace head_writer_test
} // namespace llm_proxy::http
