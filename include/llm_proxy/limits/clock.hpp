#pragma once

#include "llm_proxy/limits/rolling_window.hpp"

namespace llm_proxy::limits {

/// The wall clock, made never to go back: it runs on the steady clock, and jumps forward where the
/// wall clock was set forward (a machine without a battery learns the time after the start).
/// Thread-safe.
time_point now();

} // namespace llm_proxy::limits
