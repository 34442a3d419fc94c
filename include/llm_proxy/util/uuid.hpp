#pragma once

#include "llm_proxy/util/random.hpp"

#include <string>

namespace llm_proxy {

/// A random (version 4) UUID in its usual 36 characters, lower case.
///
/// The randomness is the kernel's, taken in blocks by each thread, so most calls make no system
/// call. Throws `std::system_error` if the kernel refuses it.
std::string uuid4();

/// The same from the given randomness; null takes the kernel's.
std::string uuid4(random_source* random);

} // namespace llm_proxy
