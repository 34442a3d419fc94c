#include "llm_proxy/http/body_decoder.hpp"
#include "llm_proxy/http/head_writer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llm_proxy::http {
namespace body_decoder_test {

using namespace std::string_literals;

struct decoded {
    std::string body;
    std::string rest;
    bool done = false;
    bool bad = false;
};

/// Decodes `bytes` in pieces of at most `piece` bytes, each in its own buffer.
decoded decode(body_decoder decoder, std::string_view bytes, std::size_t piece) {
    decoded out;
    std::size_t at = 0;
    while (at < bytes.size()) {
        std::string buffer(bytes.substr(at, piece));
        const std::string before = buffer;
        const auto step = decoder.decode(buffer.data(), buffer.size());
        EXPECT_LE(step.produced, step.consumed);
        EXPECT_EQ(buffer.substr(step.consumed), before.substr(step.consumed));
        out.body += buffer.substr(0, step.produced);
        at += step.consumed;
        if (step.consumed < buffer.size())
            break;
    }
    out.rest = bytes.substr(at);
    out.done = decoder.done();
    out.bad = decoder.bad();
    return out;
}

decoded decode_chunked(std::string_view bytes, std::size_t piece = 1 << 20) {
    return decode(body_decoder(body_kind::chunked, 0), bytes, piece);
}

TEST(body_decoder, has_nothing_to_do_without_body) {
    for (body_decoder decoder :
         {body_decoder(), body_decoder(body_kind::none, 0), body_decoder(body_kind::length, 0)}) {
        EXPECT_TRUE(decoder.done());
        std::string next = "GET /";
        const auto step = decoder.decode(next.data(), next.size());
        EXPECT_EQ(step.consumed, 0u);
        EXPECT_EQ(step.produced, 0u);
        EXPECT_EQ(next, "GET /");
    }
}

TEST(body_decoder, counts_a_known_length) {
    body_decoder decoder(body_kind::length, 5);
    std::string bytes = "hel";
    auto step = decoder.decode(bytes.data(), bytes.size());
    EXPECT_EQ(step.produced, 3u);
    EXPECT_EQ(decoder.remaining(), 2u);
    EXPECT_FALSE(decoder.done());
    bytes = "loGET";
    step = decoder.decode(bytes.data(), bytes.size());
    EXPECT_EQ(step.produced, 2u);
    EXPECT_EQ(step.consumed, 2u);
    EXPECT_EQ(bytes, "loGET");
    EXPECT_TRUE(decoder.done());
}

TEST(body_decoder, reads_until_the_connection_closes) {
    body_decoder decoder(body_kind::until_close, 0);
    std::string bytes = "5\r\nhello";
    EXPECT_EQ(decoder.decode(bytes.data(), bytes.size()).produced, bytes.size());
    EXPECT_FALSE(decoder.done());
    decoder.end_of_stream();
    EXPECT_TRUE(decoder.done());
}

TEST(body_decoder, is_broken_by_an_early_end) {
    body_decoder length(body_kind::length, 1);
    length.end_of_stream();
    EXPECT_TRUE(length.bad());
    body_decoder chunked(body_kind::chunked, 0);
    std::string bytes = "1\r\na\r\n0\r\n";
    chunked.decode(bytes.data(), bytes.size());
    chunked.end_of_stream();
    EXPECT_TRUE(chunked.bad());
    body_decoder none;
    none.end_of_stream();
    EXPECT_TRUE(none.done());
}

TEST(body_decoder, joins_chunks_at_every_cut) {
    const std::string bytes = "5\r\nhello\r\n0006;a=\"b;c\";d\r\n world\r\n1A\r\n"
                              "abcdefghijklmnopqrstuvwxyz\r\n000;x\r\nA: b\r\nC: \xe9\r\n\r\nGET /";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        const auto out = decode_chunked(bytes, piece);
        EXPECT_EQ(out.body, "hello worldabcdefghijklmnopqrstuvwxyz") << piece;
        EXPECT_EQ(out.rest, "GET /") << piece;
        EXPECT_TRUE(out.done) << piece;
    }
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        body_decoder decoder(body_kind::chunked, 0);
        std::string first = bytes.substr(0, cut);
        std::string second = bytes.substr(cut);
        const auto one = decoder.decode(first.data(), first.size());
        const auto two = decoder.decode(second.data(), second.size());
        EXPECT_EQ(first.substr(0, one.produced) + second.substr(0, two.produced),
                  "hello worldabcdefghijklmnopqrstuvwxyz");
        EXPECT_EQ(one.consumed + two.consumed, bytes.size() - 5);
    }
}

TEST(body_decoder, undoes_what_the_writer_wrote) {
    std::string bytes;
    std::string body;
    for (const std::size_t size : {1u, 15u, 16u, 4095u, 70'000u}) {
        const std::string chunk(size, static_cast<char>('a' + size % 26));
        append_chunk_head(bytes, size);
        bytes += chunk + "\r\n";
        body += chunk;
    }
    bytes += "0\r\n\r\n";
    const auto out = decode_chunked(bytes, 1000);
    EXPECT_EQ(out.body, body);
    EXPECT_TRUE(out.done);
}

TEST(body_decoder, accepts_a_chunk_of_any_size) {
    body_decoder decoder(body_kind::chunked, 0);
    std::string bytes = "ffffFFFFffffFFFF\r\nabc";
    const auto step = decoder.decode(bytes.data(), bytes.size());
    EXPECT_EQ(step.produced, 3u);
    EXPECT_FALSE(decoder.bad());
}

class bad_chunks : public testing::TestWithParam<std::string> {};

TEST_P(bad_chunks, are_refused_at_every_cut) {
    for (std::size_t piece = 1; piece <= GetParam().size(); ++piece) {
        const auto out = decode_chunked(GetParam(), piece);
        EXPECT_TRUE(out.bad);
        EXPECT_FALSE(out.done);
    }
}

INSTANTIATE_TEST_SUITE_P(
    all, bad_chunks,
    testing::Values("\r\n"s, "x\r\n"s, "-1\r\n"s, "+1\r\n"s, "0x1\r\na\r\n"s, " 1\r\na\r\n"s,
                    "1 \r\na\r\n"s, "1\na\r\n"s, "1\r\na\n0\r\n\r\n"s, "1\r\nab\r\n"s, "1\rXa\r\n"s,
                    "1\r\na\rX"s, ";a\r\n"s, "1;a\nb\r\na\r\n"s, "1;\0\r\na\r\n"s,
                    "1;a\rb\r\na\r\n"s, "00000000000000001\r\na\r\n"s, "11111111111111111\r\na"s,
                    "0\r\n\n"s, "0\r\nA: b\n\r\n"s, "0\r\nA: b\r\r\n"s, "0\r\n A: b\r\n\r\n"s,
                    "0\r\nA: \0b\r\n\r\n"s, "0\r\n\rX"s, "1\r\na\r\n\r\n"s));

TEST(body_decoder, bounds_extensions_and_trailers) {
    const auto extension = [](std::size_t size) {
        return decode_chunked("1;" + std::string(size, 'e') + "\r\na\r\n0\r\n\r\n");
    };
    EXPECT_TRUE(extension(4096).done);
    EXPECT_TRUE(extension(4097).bad);
    const auto trailers = [](std::size_t lines) {
        std::string bytes = "0;" + std::string(4096, 'e') + "\r\n";
        for (std::size_t i = 0; i < lines; ++i)
            bytes += "A: " + std::string(1021, 't') + "\r\n";
        return decode_chunked(bytes + "\r\n");
    };
    EXPECT_TRUE(trailers(16).done);
    EXPECT_TRUE(trailers(17).bad);
}

TEST(body_decoder, keeps_what_came_before_the_fault) {
    const auto out = decode_chunked("5\r\nhello\r\nzGET");
    EXPECT_EQ(out.body, "hello");
    EXPECT_TRUE(out.bad);
    EXPECT_EQ(out.rest, "GET");
}

} // namespace body_decoder_test
} // namespace llm_proxy::http
