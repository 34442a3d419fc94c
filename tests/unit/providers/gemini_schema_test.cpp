#include "llm_proxy/providers/gemini_schema.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llm_proxy::providers {
namespace gemini_schema_test {

using ordered = nlohmann::ordered_json;

std::string converted(const std::string& schema) {
    const auto out = gemini_schema(ordered::parse(schema));
    return out ? out->dump() : out.error().message;
}

TEST(gemini_schema, keeps_what_gemini_knows) {
    const std::string known =
        R"({"type":"string","title":"t","description":"d","nullable":true,"default":"a",)"
        R"("minLength":1,"maxLength":2,"pattern":"x","example":"a","enum":["a","b"]})";
    EXPECT_EQ(converted(known), known);
    EXPECT_EQ(converted(R"({"type":"integer","minimum":1,"exclusiveMinimum":0,"$schema":"s",)"
                        R"("strict":true,"additionalProperties":false,"enum":[1,2]})"),
              R"({"type":"integer","minimum":1})");
    EXPECT_EQ(converted(R"({"type":"string","format":"date","enum":["a",""]})"),
              R"({"type":"string","enum":["a"]})");
    EXPECT_EQ(converted(R"({"type":"string","enum":["",null]})"), R"({"type":"string"})");
    EXPECT_EQ(converted(R"({"type":"string","format":"date-time"})"),
              R"({"type":"string","format":"date-time"})");
}

TEST(gemini_schema, completes_objects_and_arrays) {
    EXPECT_EQ(converted(R"({"type":"object","properties":{},"required":[]})"),
              R"({"type":"object"})");
    EXPECT_EQ(converted("{}"), R"({"type":"object"})");
    EXPECT_EQ(converted(R"({"type":"array"})"), R"({"type":"array","items":{"type":"object"}})");
    EXPECT_EQ(converted(R"({"type":"array","items":{}})"),
              R"({"type":"array","items":{"type":"object"}})");
    EXPECT_EQ(converted(R"({"properties":{"strict":{"type":"string"}}})"),
              R"({"properties":{"strict":{"type":"string"}},"type":"object"})");
    EXPECT_EQ(converted("true"), R"({"type":"object"})");
}

TEST(gemini_schema, turns_types_into_branches) {
    EXPECT_EQ(converted(R"({"type":["integer","null"],"default":1})"),
              R"({"anyOf":[{"type":"integer"},{"type":"null"}]})");
    EXPECT_EQ(converted(R"({"type":["string"],"enum":["a"]})"),
              R"({"type":"string","enum":["a"]})");
    EXPECT_EQ(converted(R"({"type":["array","string"],"items":{"type":"number"},"title":"t"})"),
              R"({"anyOf":[{"type":"array","items":{"type":"number"},"title":"t"},)"
              R"({"type":"string","title":"t"}]})");
}

TEST(gemini_schema, makes_branches_nullable) {
    EXPECT_EQ(converted(R"({"anyOf":[{"type":"string"},{"type":"null"},{}],"default":null,)"
                        R"("description":"d"})"),
              R"({"anyOf":[{"type":"string","nullable":true,"description":"d"},)"
              R"({"type":"object","nullable":true,"description":"d"}]})");
    EXPECT_TRUE(converted(R"({"anyOf":[{"type":"null"}]})").starts_with("Invalid input: AnyOf"));
}

TEST(gemini_schema, puts_references_in_place) {
    EXPECT_EQ(converted(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A","title":"t"},)"
                        R"("b":{"$ref":"#/definitions/B"},"c":{"$ref":"#/nowhere"}},)"
                        R"("$defs":{"A":{"type":"string","title":"old"}},)"
                        R"("definitions":{"B":{"type":"number"}}})"),
              R"({"type":"object","properties":{"a":{"type":"string","title":"t"},)"
              R"("b":{"type":"number"},"c":{"type":"object"}}})");
}

TEST(gemini_schema, cuts_recursion) {
    EXPECT_EQ(converted(R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":)"
                        R"({"next":{"$ref":"#/$defs/N"}}}}})"),
              R"({"type":"object","properties":{"next":{"type":"object"}}})");
}

TEST(gemini_schema, bounds_depth_and_size) {
    std::string deep;
    for (int i = 0; i < 120; ++i) {
        deep += R"({"type":"array","items":)";
    }
    deep.append(R"({"type":"string"})").append(120, '}');
    EXPECT_TRUE(converted(deep).starts_with("Max depth or size exceeded"));
    // A description is copied into every branch, an object's keys into every type.
    const std::string words(100000, 'x');
    std::string types = R"("object")";
    for (int i = 0; i < 5000; ++i) {
        types += R"(,"object")";
    }
    EXPECT_TRUE(converted(R"({"type":[)" + types + R"(],"description":")" + words + "\"}")
                    .starts_with("Max depth or size exceeded"));
    EXPECT_TRUE(
        converted(R"({"type":[)" + types + R"(],"properties":{"a":{"title":")" + words + "\"}}}")
            .starts_with("Max depth or size exceeded"));
    // Each definition refers twice to the next: 2^40 nodes.
    std::string bomb = R"({"$ref":"#/$defs/d0","$defs":{)";
    for (int i = 0; i < 40; ++i) {
        const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
        bomb.append("\"d").append(std::to_string(i)).append(R"(":{"properties":{"a":)");
        bomb.append(next).append(R"(,"b":)").append(next).append("}},");
    }
    bomb += R"("d40":{"type":"string"}}})";
    EXPECT_TRUE(converted(bomb).starts_with("Max depth or size exceeded"));
}

TEST(gemini_schema, orders_properties) {
    auto schema = ordered::parse(
        R"({"properties":{"b":{"type":"array","items":{"properties":{"z":{},"y":{}}}},"a":{}}})");
    order_properties(schema);
    EXPECT_EQ(schema["propertyOrdering"].dump(), R"(["b","a"])");
    EXPECT_EQ(schema["properties"]["b"]["items"]["propertyOrdering"].dump(), R"(["z","y"])");
    auto own = ordered::parse(R"({"properties":{"b":{},"a":{}},"propertyOrdering":["a","b"]})");
    order_properties(own);
    EXPECT_EQ(own["propertyOrdering"].dump(), R"(["a","b"])");
}

} // namespace gemini_schema_test
} // namespace llm_proxy::providers
