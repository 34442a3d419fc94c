#include "llm_proxy/providers/parameter_path.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::providers {
namespace parameter_path_test {

using ordered = nlohmann::ordered_json;

/// `value` without what the path names, or the text `no path`.
std::string without(std::string_view path, std::string_view value) {
    const auto parsed = parameter_path::parse(path);
    if (!parsed) {
        return "no path";
    }
    auto out = ordered::parse(value);
    parsed->remove_from(out);
    return out.dump();
}

TEST(parameter_path, names_a_parameter) {
    const auto path = parameter_path::parse("logit_bias");
    ASSERT_TRUE(path);
    EXPECT_EQ(path->root(), "logit_bias");
    EXPECT_TRUE(path->is_whole());
    EXPECT_EQ(without("logit_bias", R"({"logit_bias":1})"), R"({"logit_bias":1})");
    EXPECT_EQ(parameter_path::parse("extra_body")->root(), "extra_body");
    EXPECT_EQ(parameter_path::parse("extra_body.top_k")->root(), "top_k");
}

TEST(parameter_path, leads_into_objects_and_lists) {
    EXPECT_EQ(without("a.b", R"({"b":1,"c":2})"), R"({"c":2})");
    EXPECT_EQ(without("a.b.c", R"({"b":{"c":1,"d":2}})"), R"({"b":{"d":2}})");
    EXPECT_EQ(without("tools[*].x", R"([{"x":1,"y":2},5,{"y":3},{"x":{}}])"),
              R"([{"y":2},5,{"y":3},{}])");
    EXPECT_EQ(without("tools[1].f.x", R"([{"f":{"x":1}},{"f":{"x":1,"y":2}}])"),
              R"([{"f":{"x":1}},{"f":{"y":2}}])");
    EXPECT_EQ(without("a[*][0].x", R"([[{"x":1},{"x":2}]])"), R"([[{},{"x":2}]])");
}

TEST(parameter_path, changes_nothing_where_it_leads_nowhere) {
    for (const char* value : {"5", "null", "[]", "{}", R"([{"b":1}])", R"({"c":{"b":1}})"}) {
        EXPECT_EQ(without("a.b", value), value);
    }
    EXPECT_EQ(without("a[9].b", R"([{"b":1}])"), R"([{"b":1}])");
    EXPECT_EQ(without("a[*].b", R"({"b":1})"), R"({"b":1})");
}

TEST(parameter_path, refuses_what_is_no_path) {
    for (const char* text : {"", ".", "a.", "a..b", "[*]", "[0].a", "a[", "a[]", "a[x].b",
                             "a[-1].b", "a[*]", "a[0]", "a[1]b", "a[99999999999999999999].b"}) {
        EXPECT_FALSE(parameter_path::parse(text)) << text;
    }
    EXPECT_TRUE(parameter_path::parse("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p"));
    EXPECT_FALSE(parameter_path::parse("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q"));
}

} // namespace parameter_path_test
} // namespace llm_proxy::providers
