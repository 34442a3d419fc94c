#pragma once

#include "llm_proxy/json/document.hpp"

#include <string>

namespace llm_proxy::tokens {

/// Python's `str()` of a JSON value, which LiteLLM counts where a text was expected: `None`,
/// `True`, `{'a': 1}`. Recurses as deep as the value is nested.
std::string python_text(const document& value);

/// The member of an object; a null if there is none, as Python's `dict.get`.
const document& member(const document& object, const char* name);

} // namespace llm_proxy::tokens
