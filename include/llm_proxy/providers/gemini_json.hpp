#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Reading what an upstream sent, of which nothing is certain; see `json_document.hpp` as well.
namespace llm_proxy::providers::wire {

/// The member of an object, or a null.
const document& member(const document& object, const char* name);
/// The member if it is an array, or an empty array.
const document& list(const document& object, const char* name);
/// The member if it is a whole number from 0 to 2^36, or 0. Sums of these do not overflow.
std::int64_t count(const document& object, const char* name);
/// Whether the member is `true`.
bool flag(const document& object, const char* name);

/// With a space after `:` and `,`, as Python writes it.
std::string dump_spaced(const document& value);

/// Hexadecimal digits for an id.
std::string random_hex(random_source* random, std::size_t digits);

} // namespace llm_proxy::providers::wire
