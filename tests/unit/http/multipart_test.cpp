#include "llm_proxy/http/multipart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llm_proxy::http {
namespace multipart_test {

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

using token = multipart_reader::token;

/// What a reader finds in a body that comes in pieces which end at `cuts`, as one line per token;
/// neighbouring bytes of a value are joined.
std::string walk(const std::string& body, const std::vector<std::size_t>& cuts) {
    multipart_reader reader("b");
    std::string out;
    token last = token::more;
    std::size_t at = 0;
    for (const std::size_t cut : cuts) {
        for (;;) {
            // A copy of its own, so that looking beyond the cut is noticed.
            const std::string come = body.substr(at, cut - at);
            const auto step = reader.next(come);
            if (step.what == token::more)
                break;
            if (step.what == token::bad)
                return out + "\nbad";
            if (step.what != last || step.what == token::head)
                out += "\n" + std::to_string(static_cast<int>(step.what)) + " " +
                       std::string(step.name) + (step.is_file ? " file " : " ");
            out += come.substr(0, step.size);
            last = step.what;
            at += step.size;
        }
    }
    return out + "\nleft " + body.substr(at);
}

TEST(multipart_reader, the_cuts_make_no_difference) {
    const std::string form = field("model", "w") + field("empty", "") +
                             part("Content-Disposition: form-data; name=file; filename=x",
                                  "\r\r\n\r\n-\r\n--\r\n--\r--b\n\r\n--a") +
                             "--b\r\nContent-Disposition: form-data; name=none\r\n\r\n" +
                             field("c", "\r") + "--b--\r\nbehind --b";
    for (const std::string& body :
         {form, "--c" + form, field("a", "1") + "--bX", field("a", "1") + "--b-X",
          part("no disposition", "1"), field("a", "1") + "--b\rX", std::string("--b--"),
          form.substr(0, 40)}) {
        const std::string whole = walk(body, {body.size()});
        std::vector<std::size_t> each;
        for (std::size_t first = 0; first <= body.size(); ++first) {
            each.push_back(first);
            for (std::size_t second = first; second <= body.size(); second += 7)
                ASSERT_EQ(walk(body, {first, second, body.size()}), whole)
                    << first << ' ' << second;
        }
        EXPECT_EQ(walk(body, each), whole);
    }
}

TEST(multipart_reader, holds_back_only_what_may_be_a_boundary) {
    multipart_reader reader("b");
    const std::string head = field("a", "").substr(0, field("a", "").size() - 2);
    ASSERT_EQ(reader.next(head).size, head.size());
    EXPECT_EQ(reader.next("-").what, token::more);
    EXPECT_EQ(reader.next("-x\r\n-").size, 2);
    EXPECT_EQ(reader.next("\r\n-").what, token::more);
    EXPECT_EQ(reader.next("\r\n-x\r").size, 4);
    EXPECT_EQ(reader.next("\rx").size, 2);
}

TEST(multipart_reader, does_not_wait_for_the_end_of_a_head_that_is_too_long) {
    multipart_reader reader("b");
    const std::string long_head = "--b\r\nX: " + std::string(8 * 1024, 'x');
    EXPECT_EQ(reader.next(long_head).what, token::more);
    EXPECT_EQ(reader.next(long_head + "xxx").what, token::bad);
}

TEST(form_outline, knows_a_start) {
    const std::string file = part("Content-Disposition: form-data; name=f; filename=x", "data");
    const std::string body = field("model", "w") + file + "--b--";
    form_outline form("b");
    form.update(std::string_view(body).substr(0, body.size() - 9));
    ASSERT_EQ(form.parts().size(), 2);
    EXPECT_TRUE(form.open());
    EXPECT_EQ(form.size(), body.size() - 9);
    EXPECT_EQ(body.substr(form.parts()[1].value_begin), "data\r\n--b--");
    form.update(std::string_view(body).substr(0, body.size() - 2));
    EXPECT_FALSE(form.open());
    EXPECT_FALSE(form.complete());
    form.update(body);
    EXPECT_TRUE(form.complete());
    EXPECT_FALSE(form.bad());
    form_outline broken("b");
    broken.update("--x");
    EXPECT_TRUE(broken.bad());
}

} // namespace multipart_test
} // namespace llm_proxy::http
