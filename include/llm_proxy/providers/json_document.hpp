#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/error.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// Parses what a client or an upstream sent, members in their order, of duplicates the last.
/// Nothing if it is no JSON, has a number that no double holds, nests deeper than 256 (what reads
/// or writes recursively relies on it), or has objects so wide that their ordered form would take
/// quadratic time; 4096 members always fit.
std::optional<document> parse_document(std::string_view text);

/// The member; null if `object` is no object, has no such member, or it is JSON's null.
const document* member_of(const document& object, std::string_view name);

/// The member where it is a string, else an empty text.
std::string_view text_of(const document& object, std::string_view name);

/// The first of the members that is a string and not empty.
std::string_view first_text_of(const document& object,
                               std::initializer_list<std::string_view> names);

/// The one prompt of a text completion, for providers that only chat.
result<std::string> single_prompt(const document& request);

/// A refusal of the client's request.
error bad_request(std::string text);

} // namespace llm_proxy::providers
