#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

namespace llm_proxy::providers {

/// JSON Schema as Gemini's `Schema` can say it (ai.google.dev/api/caching#Schema): `$ref` is put in
/// place, lists of types become `anyOf`, keys that Gemini does not know are left out. A recursive
/// reference ends in a plain object. Refused if it nests or grows too far.
result<document> gemini_schema(const document& schema);

/// Adds `propertyOrdering` to every object that has properties, as the answer would otherwise come
/// in alphabetical order.
void order_properties(document& schema);

} // namespace llm_proxy::providers
