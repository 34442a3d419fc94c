#pragma once

#include "llm_proxy/util/error.hpp"

#include <nlohmann/json_fwd.hpp>

namespace llm_proxy::providers {

/// JSON Schema as Gemini's `Schema` can say it (ai.google.dev/api/caching#Schema): `$ref` is put in
/// place, lists of types become `anyOf`, keys that Gemini does not know are left out. A recursive
/// reference ends in a plain object. Refused if it nests or grows too far.
result<nlohmann::ordered_json> gemini_schema(const nlohmann::ordered_json& schema);

/// Adds `propertyOrdering` to every object that has properties, as the answer would otherwise come
/// in alphabetical order.
void order_properties(nlohmann::ordered_json& schema);

} // namespace llm_proxy::providers
