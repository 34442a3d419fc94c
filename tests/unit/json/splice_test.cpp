#include "llm_proxy/json/splice.hpp"
#include "llm_proxy/json/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/random_document.hpp"
#include <functional>

namespace llm_proxy::json {
namespace splice_test {

using testing::ElementsAre;

std::string spliced(std::string_view text, const std::function<void(splice&)>& edit) {
    std::vector<member> members;
    EXPECT_TRUE(scan(text, members)) << text;
    splice edited(text, members);
    edit(edited);
    return edited.str();
}

std::string without(std::string_view text, const std::vector<std::string_view>& names) {
    return spliced(text, [&](splice& edited) {
        for (const auto name : names)
            edited.remove(name);
    });
}

TEST(splice, leaves_an_unedited_text_as_one_piece) {
    for (const std::string_view text : {R"( { "a" : 1 , "b":2 } )", "{}", " { } ", "{\"a\":{}}"}) {
        std::vector<member> members;
        ASSERT_TRUE(scan(text, members));
        EXPECT_THAT(splice(text, members).pieces(), ElementsAre(text));
    }
}

TEST(splice, replaces_a_value_and_nothing_around_it) {
    constexpr std::string_view text = R"({ "a" : 1 , "model" : "old" , "b":2 })";
    std::vector<member> members;
    ASSERT_TRUE(scan(text, members));
    splice edited(text, members);
    edited.set("model", "\"new\"");
    EXPECT_THAT(edited.pieces(),
                ElementsAre(R"({ "a" : 1 , "model" : )", "\"new\"", R"( , "b":2 })"));
}

TEST(splice, replaces_every_duplicate_and_escaped_spelling) {
    EXPECT_EQ(spliced(R"({"model":1,"mod\u0065l":2,"a":3,"model":4})",
                      [](splice& edited) { edited.set("model", "0"); }),
              R"({"model":0,"mod\u0065l":0,"a":3,"model":0})");
}

TEST(splice, removes_members_with_the_right_comma) {
    constexpr std::string_view text = R"({"a":1,"b":2,"c":3})";
    EXPECT_EQ(without(text, {"a"}), R"({"b":2,"c":3})");
    EXPECT_EQ(without(text, {"b"}), R"({"a":1,"c":3})");
    EXPECT_EQ(without(text, {"c"}), R"({"a":1,"b":2})");
    EXPECT_EQ(without(text, {"a", "b"}), R"({"c":3})");
    EXPECT_EQ(without(text, {"a", "c"}), R"({"b":2})");
    EXPECT_EQ(without(text, {"b", "c"}), R"({"a":1})");
    EXPECT_EQ(without(text, {"a", "b", "c"}), "{}");
    EXPECT_EQ(without(text, {"x"}), text);
    EXPECT_EQ(without(R"({"a":1,"b":2,"a":3})", {"a"}), R"({"b":2})");
}

TEST(splice, appends_behind_the_last_member_that_stays) {
    const auto add = [](splice& edited) {
        edited.set("x", "1");
        edited.set("y\n", "[2]");
    };
    EXPECT_EQ(spliced("{}", add), R"({"x":1,"y\n":[2]})");
    EXPECT_EQ(spliced(" {\n} ", add), " {\"x\":1,\"y\\n\":[2]\n} ");
    EXPECT_EQ(spliced(R"({"a":0 })", add), R"({"a":0,"x":1,"y\n":[2] })");
    EXPECT_EQ(spliced(R"({"a":0})",
                      [&](splice& edited) {
                          edited.remove("a");
                          add(edited);
                      }),
              R"({"x":1,"y\n":[2]})");
}

TEST(splice, sets_the_same_name_once_however_often_asked) {
    EXPECT_EQ(spliced(R"({"a":0})",
                      [](splice& edited) {
                          edited.set("x", "1");
                          edited.set("x", "2");
                          edited.set("a", "3");
                          edited.set("a", "4");
                      }),
              R"({"a":4,"x":2})");
}

TEST(splice, takes_its_own_edits_into_account) {
    EXPECT_EQ(spliced(R"({"a":0,"b":1})",
                      [](splice& edited) {
                          edited.remove("a");
                          EXPECT_FALSE(edited.replace("a", "9"));
                          edited.set("x", "1");
                          EXPECT_TRUE(edited.replace("x", "2"));
                          edited.set_default("x", "3");
                          edited.set("y", "4");
                          edited.remove("y");
                      }),
              R"({"b":1,"x":2})");
    EXPECT_EQ(spliced(R"({"a":0,"b":1})",
                      [](splice& edited) {
                          edited.remove("a");
                          edited.set("a", "5");
                      }),
              R"({"a":5,"b":1})");
}

TEST(splice, replaces_or_defaults_only_where_told) {
    EXPECT_EQ(spliced(R"({"a":0})",
                      [](splice& edited) {
                          EXPECT_FALSE(edited.replace("b", "1"));
                          EXPECT_TRUE(edited.replace("a", "2"));
                          edited.set_default("a", "3");
                          edited.set_default("c", "4");
                      }),
              R"({"a":2,"c":4})");
}

TEST(splice, needs_few_pieces_for_what_a_request_needs) {
    std::string text = R"({"model":"m","stream":true)";
    for (int i = 0; i < 30; ++i)
        text += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
    text += "}";
    std::vector<member> members;
    ASSERT_TRUE(scan(text, members));
    splice edited(text, members);
    edited.set("model", "\"other\"");
    edited.remove("k7");
    edited.set("stream_options", R"({"include_usage":true})");
    EXPECT_LE(edited.pieces().size(), 6U);
}

TEST(splice, does_to_random_documents_what_another_parser_does) {
    random_document random(3);
    for (int i = 0; i < 1500; ++i) {
        const std::string text = random.object();
        std::vector<member> members;
        ASSERT_TRUE(scan(text, members)) << text;
        splice edited(text, members);
        auto expected = nlohmann::json::parse(text);
        for (std::size_t edits = random.below(5); edits > 0; --edits) {
            const std::string name(random.name());
            const std::string value = random.value();
            const bool there = expected.contains(name);
            switch (random.below(4)) {
            case 0:
                edited.set(name, value);
                expected[name] = nlohmann::json::parse(value);
                break;
            case 1:
                edited.remove(name);
                expected.erase(name);
                break;
            case 2:
                ASSERT_EQ(edited.replace(name, value), there) << text;
                if (there)
                    expected[name] = nlohmann::json::parse(value);
                break;
            default:
                edited.set_default(name, value);
                if (!there)
                    expected[name] = nlohmann::json::parse(value);
            }
        }
        ASSERT_EQ(nlohmann::json::parse(edited.str()), expected) << text << '\n' << edited.str();
    }
}

TEST(splice, tells_a_value_as_edited_so_far) {
    const std::string text = spliced(R"({"a":1,"a":2,"\u0062":3})", [](splice& edited) {
        EXPECT_EQ(edited.value("a"), "2");
        EXPECT_EQ(edited.value("b"), "3");
        EXPECT_EQ(edited.value("c"), "");
        EXPECT_FALSE(edited.changed());
        edited.set("a", "[4]");
        edited.set("c", "5");
        edited.remove("b");
        EXPECT_EQ(edited.value("a"), "[4]");
        EXPECT_EQ(edited.value("b"), "");
        EXPECT_EQ(edited.value("c"), "5");
        EXPECT_TRUE(edited.changed());
    });
    EXPECT_EQ(text, R"({"a":[4],"a":[4],"c":5})");
}

TEST(splice, removes_by_what_a_name_means) {
    const auto remove_all = [](splice& edited) {
        edited.set("tags", "1");
        edited.remove_if([](std::string_view name) { return name == "tags" || name == "ttl"; });
    };
    EXPECT_EQ(spliced(R"({"t\u0061gs":[],"b":2,"ttl":3,"tags":4})", remove_all), R"({"b":2})");
}

TEST(splice, edits_nested_objects_and_leaves_every_other_byte) {
    const std::string text = spliced(
        R"({"m": [ {"x":1, "c":[{"y":2},"z"]} , 7, {"q" : 0}], "o":{"x":1}})", [](splice& body) {
            body.within("m", [](splice& message) {
                message.remove("x");
                message.within("c", [](splice& block) { block.set("y", "3"); });
            });
            body.within("o", [](splice& object) { object.remove("x"); });
            body.within("absent", [](splice&) { FAIL(); });
        });
    EXPECT_EQ(text, R"({"m": [ {"c":[{"y":3},"z"]} , 7, {"q" : 0}], "o":{}})");
}

TEST(splice, nested_edits_without_effect_change_nothing) {
    const auto nothing = [](splice&) {};
    for (const std::string_view value : {"", "1", "\"{\"", "[]", "{}", "[{}]", R"([1,{"a":1}])"})
        EXPECT_FALSE(edit_nested(value, nothing).has_value()) << value;
    EXPECT_EQ(spliced(R"({"a":[{}]})",
                      [&](splice& body) {
                          body.within("a", nothing);
                          EXPECT_FALSE(body.changed());
                      }),
              R"({"a":[{}]})");
}

} // namespace splice_test
} // namespace llm_proxy::json
