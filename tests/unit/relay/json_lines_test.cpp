#include "llm_proxy/relay/json_lines.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace llm_proxy::relay {
namespace json_lines_test {

using testing::ElementsAre;

std::vector<std::string> lines_of(std::string_view text, std::size_t cut) {
    json_lines reader;
    std::vector<std::string> out;
    std::string_view line;
    const auto take_all = [&] {
        while (reader.next(line)) {
            out.emplace_back(line);
        }
    };
    for (const std::string_view part : {text.substr(0, cut), text.substr(cut)}) {
        const std::string bytes(part); // a buffer of its own, gone after the call
        reader.feed(bytes);
        take_all();
    }
    reader.finish();
    take_all();
    return out;
}

TEST(json_lines, come_out_the_same_wherever_the_bytes_are_cut) {
    const std::string_view text = "{\"a\":1}\r\n\n  {\"b\":2} \n{\"c\":3}";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        EXPECT_THAT(lines_of(text, cut), ElementsAre("{\"a\":1}", "{\"b\":2}", "{\"c\":3}")) << cut;
    }
}

TEST(json_lines, waits_for_the_end_of_a_line) {
    json_lines reader;
    std::string_view line;
    reader.feed("{\"a\"");
    EXPECT_FALSE(reader.next(line));
    reader.feed(":1}\n");
    EXPECT_TRUE(reader.next(line));
    EXPECT_EQ(line, "{\"a\":1}");
    EXPECT_FALSE(reader.next(line));
}

TEST(json_lines, a_line_without_end_is_bounded) {
    json_lines reader(8);
    std::string_view line;
    reader.feed("12345678\n123456789");
    EXPECT_TRUE(reader.next(line));
    EXPECT_FALSE(reader.next(line));
    EXPECT_TRUE(reader.failed());
}

} // namespace json_lines_test
} // namespace llm_proxy::relay
