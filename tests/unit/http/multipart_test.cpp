#include "llm_proxy/http/multipart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace llm_proxy::http {
namespace {

std::string part(const std::string& head, const std::string& value) {
    return "--b\r\n" + head + "\r\n\r\n" + value + "\r\n";
}

std::string field(const std::string& name, const std::string& value) {
    return part("Content-Disposition: form-data; name=\"" + name + "\"", value);
}

bool accepted(const std::string& body) {
    return parse_multipart(body, "b").has_value();
}

TEST(multipart_boundary, is_read_in_all_spellings) {
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
    EXPECT_EQ(multipart_boundary("Multipart/Form-Data;charset=x; Boundary=\"a;b c\"; d=e"),
              "a;b c");
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'a')),
              std::string(70, 'a'));
}

TEST(multipart_boundary, is_refused_when_there_is_none) {
    EXPECT_FALSE(multipart_boundary(""));
    EXPECT_FALSE(multipart_boundary("application/json; boundary=b"));
    EXPECT_FALSE(multipart_boundary("multipart/form-data"));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary="));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=\"open"));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

TEST(multipart, takes_parts_apart) {
    const std::string body =
        field("model", "whisper") +
        part("content-type: audio/wav\r\nContent-Disposition: form-data; filename=\"a;b.wav\"; "
             "name=file",
             "\r\n--\r\nnot --b the end") +
        "--b--\r\n";
    const auto parts = parse_multipart(body, "b");
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 2);
    const auto value_of = [&](const form_part& one) {
        return body.substr(one.value_begin, one.value_end - one.value_begin);
    };
    EXPECT_EQ((*parts)[0].name, "model");
    EXPECT_FALSE((*parts)[0].is_file);
    EXPECT_EQ(value_of((*parts)[0]), "whisper");
    EXPECT_EQ((*parts)[1].name, "file");
    EXPECT_TRUE((*parts)[1].is_file);
    EXPECT_EQ(value_of((*parts)[1]), "\r\n--\r\nnot --b the end");
}

TEST(multipart, a_part_can_be_cut_out) {
    const std::string first = field("a", "1");
    const std::string empty = field("b", "");
    const std::string last = field("c", "3");
    const std::string body = first + empty + last + "--b--";
    const auto parts = parse_multipart(body, "b");
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 3);
    const std::string whole[] = {first, empty, last};
    for (std::size_t i = 0; i < 3; ++i) {
        const form_part& one = (*parts)[i];
        EXPECT_EQ(body.substr(one.begin, one.end - one.begin), whole[i]);
    }
    EXPECT_EQ((*parts)[1].value_begin, (*parts)[1].value_end);
}

TEST(multipart, a_form_without_parts_is_one) {
    const auto parts = parse_multipart("--b--\r\n", "b");
    ASSERT_TRUE(parts);
    EXPECT_TRUE(parts->empty());
}

TEST(multipart, refuses_what_is_malformed) {
    EXPECT_FALSE(accepted(""));
    EXPECT_FALSE(accepted("--c--"));
    EXPECT_FALSE(accepted("--b"));
    EXPECT_FALSE(accepted(field("a", "1")));          // no end
    EXPECT_FALSE(accepted(field("a", "1") + "--bX")); // another boundary
    EXPECT_FALSE(accepted("--b\r\nContent-Disposition: form-data; name=a\r\n--b--"));
    EXPECT_FALSE(accepted(part("Content-Type: text/plain", "1") + "--b--"));
    EXPECT_FALSE(accepted(part("Content-Disposition: form-data", "1") + "--b--"));
    EXPECT_FALSE(accepted(part("Content-Disposition: form-data; name=\"a", "1") + "--b--"));
}

TEST(multipart, is_bounded) {
    std::string most;
    for (int i = 0; i < 256; ++i)
        most += field("a", "");
    EXPECT_TRUE(accepted(most + "--b--"));
    EXPECT_FALSE(accepted(most + field("a", "") + "--b--"));
    const std::string name = "Content-Disposition: form-data; name=a\r\nX: ";
    const std::string filled = name + std::string(8 * 1024 - name.size(), 'x');
    EXPECT_TRUE(accepted(part(filled, "1") + "--b--"));
    EXPECT_FALSE(accepted(part(filled + "x", "1") + "--b--"));
}

} // namespace
} // namespace llm_proxy::http
