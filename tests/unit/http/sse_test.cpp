#include "llm_proxy/http/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace llm_proxy::http {
namespace sse_test {

using namespace std::string_literals;

using event_list = std::vector<std::pair<std::string, std::string>>; // name, data

struct outcome {
    event_list events;
    bool pending = false; // before the end
    bool failed = false;
    bool operator==(const outcome&) const = default;
};

void take_all(sse_parser& parser, event_list& out) {
    sse_event event;
    while (parser.next(event))
        out.emplace_back(event.name, event.data);
}

/// Feeds the pieces one by one, each in a buffer of its own that is overwritten afterwards.
outcome run(const std::vector<std::string>& pieces, std::size_t max_event = 1 << 20) {
    outcome out;
    sse_parser parser(max_event);
    for (std::string piece : pieces) {
        parser.feed(piece);
        take_all(parser, out.events);
        piece.assign(piece.size(), '#');
    }
    out.pending = parser.pending();
    parser.finish();
    take_all(parser, out.events);
    out.failed = parser.failed();
    return out;
}

std::vector<std::string> single_bytes(const std::string& bytes) {
    std::vector<std::string> pieces;
    for (const char c : bytes)
        pieces.emplace_back(1, c);
    return pieces;
}

/// What comes out of `bytes`, having seen that it is the same at every cut.
outcome read(const std::string& bytes, std::size_t max_event = 1 << 20) {
    const outcome whole = run({bytes}, max_event);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
        EXPECT_EQ(run({bytes.substr(0, cut), bytes.substr(cut)}, max_event), whole) << cut;
    EXPECT_EQ(run(single_bytes(bytes), max_event), whole);
    return whole;
}

struct golden {
    std::string bytes;
    event_list events;
};

class sse_stream : public testing::TestWithParam<golden> {};

TEST_P(sse_stream, gives_its_events_at_every_cut) {
    const outcome out = read(GetParam().bytes);
    EXPECT_EQ(out.events, GetParam().events);
    EXPECT_FALSE(out.failed);
}

INSTANTIATE_TEST_SUITE_P(
    providers, sse_stream,
    testing::Values(
        golden{"data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n",
               {{"", "{\"a\":1}"}, {"", "{\"a\":2}"}, {"", "[DONE]"}}},
        golden{": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {}\n\n", {{"", "{}"}}},
        golden{"event: message_start\ndata: {}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
               {{"message_start", "{}"}, {"ping", "{\"type\": \"ping\"}"}}},
        golden{"data: {\"candidates\":[]}\r\n\r\ndata: {}\r\n\r\n",
               {{"", "{\"candidates\":[]}"}, {"", "{}"}}}));

INSTANTIATE_TEST_SUITE_P(
    standard, sse_stream,
    testing::Values(
        golden{"", {}}, golden{"\n\n\r\r\r\n", {}}, golden{":\n\n", {}},
        golden{"data: a\rdata: b\r\rdata: c\r\r", {{"", "a\nb"}, {"", "c"}}},
        golden{"data: a\r\ndata: b\ndata: c\r\n\r\n", {{"", "a\nb\nc"}}},
        golden{"data: a\r\r\ndata: b\n\r", {{"", "a"}, {"", "b"}}},
        golden{"\xef\xbb\xbf"
               "data: a\n\n\xef\xbb\xbf"
               "data: b\n\n",
               {{"", "a"}}},
        golden{"\xef\xbb\xbf\xef\xbb\xbf"
               "data: a\n\ndata: b\n\n",
               {{"", "b"}}},
        golden{"\xef\xbb\xbf\ndata: b\n\n", {{"", "b"}}},
        golden{"data:a\n\ndata:  b\n\ndata: :c\n\n", {{"", "a"}, {"", " b"}, {"", ":c"}}},
        golden{"data\n\ndata:\n\ndata: \n\n", {{"", ""}, {"", ""}, {"", ""}}},
        golden{"data\ndata\n\n", {{"", "\n"}}},
        golden{"data: a\ndata\ndata: b\n\n", {{"", "a\n\nb"}}},
        golden{"event: x\n\ndata: a\n\n", {{"", "a"}}},
        golden{"event: x\nevent: y\ndata: a\n\ndata: b\n\n", {{"y", "a"}, {"", "b"}}},
        golden{"event: x\nevent\ndata: a\n\n", {{"", "a"}}},
        golden{"id: 1\nretry: 5\ndata: a\nid\n\n", {{"", "a"}}},
        golden{"datax: a\n data: b\nDATA: c\ndat: d\n: data: e\n\n", {}},
        golden{"data: a\n: comment\ndata: b\n\n", {{"", "a\nb"}}},
        golden{"data: a\0b\n\n"s, {{"", "a\0b"s}}},
        golden{"data: \xe4\xbd\xa0\xe5\xa5\xbd\n\n", {{"", "\xe4\xbd\xa0\xe5\xa5\xbd"}}}));

INSTANTIATE_TEST_SUITE_P(
    ends, sse_stream,
    testing::Values(golden{"data: a\n\ndata: b\n", {{"", "a"}, {"", "b"}}},
                    golden{"data: a\n\nevent: e\ndata: b", {{"", "a"}, {"e", "b"}}},
                    golden{"data: a\ndata: b\r", {{"", "a\nb"}}}, golden{"data", {{"", ""}}},
                    golden{"event: x", {}}, golden{"data: a\n\nda", {{"", "a"}}},
                    golden{"data: a\n\n:", {{"", "a"}}}));

TEST(sse_parser, gives_an_event_with_its_last_byte) {
    const std::string bytes = "data: a\n\ndata: b\r\r";
    sse_parser parser;
    event_list events;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        parser.feed(std::string_view(bytes).substr(i, 1));
        const std::size_t before = events.size();
        take_all(parser, events);
        if (events.size() > before)
            at.push_back(i);
    }
    EXPECT_EQ(at, (std::vector<std::size_t>{8, 17}));
}

TEST(sse_parser, leaves_whole_events_where_they_are) {
    const std::string bytes = "event: e\ndata: first\n\ndata: second\n\n";
    sse_parser parser;
    parser.feed(bytes);
    sse_event event;
    ASSERT_TRUE(parser.next(event));
    EXPECT_EQ(event.name.data(), bytes.data() + bytes.find("e\n"));
    EXPECT_EQ(event.data.data(), bytes.data() + bytes.find("first"));
    ASSERT_TRUE(parser.next(event));
    EXPECT_EQ(event.data.data(), bytes.data() + bytes.find("second"));
    EXPECT_FALSE(parser.next(event));
}

TEST(sse_parser, tells_whether_something_is_held) {
    EXPECT_FALSE(run({"data: a\n\n"}).pending);
    EXPECT_FALSE(run({""}).pending);
    EXPECT_TRUE(run({"data: a\n\nd"}).pending);
    EXPECT_TRUE(run({"data: a\n"}).pending);
    EXPECT_TRUE(run({"data: a"}).pending);
}

TEST(sse_parser, bounds_lines_at_every_cut) {
    EXPECT_EQ(read("data: 7890\n\n", 10).events, (event_list{{"", "7890"}}));
    const outcome out = read("data: 1\n\ndata: 78901\n\ndata: 2\n\n", 10);
    EXPECT_EQ(out.events, (event_list{{"", "1"}}));
    EXPECT_TRUE(out.failed);
    EXPECT_TRUE(read(": 345678901", 10).failed);
    EXPECT_TRUE(read(": 345678901\n", 10).failed);
    EXPECT_TRUE(read("\xef\xbb\xbf: 345678\n", 10).failed); // the mark counts
}

TEST(sse_parser, bounds_the_data_of_many_lines_at_every_cut) {
    EXPECT_EQ(read("data: 1234\ndata: 67890\n\n", 11).events.size(), 1u);
    EXPECT_TRUE(read("data: 1234\ndata: 6789\ndata: 12\n\n", 11).failed);
    EXPECT_TRUE(read("data: 1234\ndata: 6789\ndata: 12\n", 11).failed);
    EXPECT_FALSE(read("data: 1\n: 345678\n: 345678\n: 345678\n\n", 11).failed);
}

TEST(sse_parser, stays_failed) {
    sse_parser parser(4);
    sse_event event;
    parser.feed("data: too long\n\n");
    EXPECT_FALSE(parser.next(event));
    parser.feed("\ndata\n\n");
    EXPECT_FALSE(parser.next(event));
    EXPECT_TRUE(parser.failed());
    EXPECT_FALSE(parser.pending());
}

TEST(sse_parser, reads_many_short_lines_in_linear_time) {
    for (const char* line : {"data: x\r", "data: x\r\n", "data: x\n"}) {
        std::string bytes;
        while (bytes.size() < 4'000'000)
            bytes += line;
        sse_parser parser;
        parser.feed(bytes);
        sse_event event;
        EXPECT_FALSE(parser.next(event));
        parser.finish();
        EXPECT_TRUE(parser.next(event));
        EXPECT_EQ(event.data.substr(0, 3), "x\nx");
    }
}

} // namespace sse_test
} // namespace llm_proxy::http
