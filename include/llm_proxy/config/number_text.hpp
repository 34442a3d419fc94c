#pragma once

#include <string>

namespace llm_proxy::config {

/// Python's `repr` of a float: the shortest digits that read back the same, with an exponent of at
/// least two digits below 1e-4 and from 1e16 on; `inf`, `-inf` and `nan` for what is no number.
std::string python_float(double number);

} // namespace llm_proxy::config
