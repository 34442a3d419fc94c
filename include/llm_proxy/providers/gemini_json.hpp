#pragma once

#include "llm_proxy/util/random.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Reading what an upstream sent, of which nothing is certain.
namespace llm_proxy::providers::wire {

using document = nlohmann::ordered_json;

/// Arrays and objects within one another; what is written recursively relies on it.
inline constexpr std::size_t most_depth = 100;
/// Members of one object: looking one up takes time in proportion to them.
inline constexpr std::size_t most_members = 1024;

/// The document, or a discarded one if `text` is no JSON or exceeds the bounds.
document parse(std::string_view text);

/// The member of an object, or a null.
const document& member(const document& object, const char* name);
/// The member if it is an array, or an empty array.
const document& list(const document& object, const char* name);
/// The member if it is a string, or an empty text.
std::string_view text(const document& object, const char* name);
/// The member if it is a whole number from 0 to 2^36, or 0. Sums of these do not overflow.
std::int64_t count(const document& object, const char* name);
/// Whether the member is `true`.
bool flag(const document& object, const char* name);

/// With a space after `:` and `,`, as Python writes it.
std::string dump_spaced(const document& value);

/// Hexadecimal digits for an id.
std::string random_hex(random_source* random, std::size_t digits);

} // namespace llm_proxy::providers::wire
