#pragma once

#include "llm_proxy/limits/rolling_window.hpp"
#include "llm_proxy/util/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace llm_proxy::limits {

/// When a day of quota begins: a time of day in a time zone, with that zone's daylight saving.
/// Immutable.
class reset_rule {
public:
    /// Midnight UTC.
    reset_rule() = default;

    /// `00:00 America/Los_Angeles`: hours and minutes, and a name of the IANA time zone database.
    /// The error says what is wrong with it.
    static result<reset_rule> parse(std::string_view text);

    /// The first reset after `now`. Where daylight saving skips the time, it is the end of the gap;
    /// where it comes twice, the first one.
    time_point next(time_point now) const;

    const std::string& text() const { return text_; }

private:
    std::chrono::minutes after_midnight_{0};
    std::string zone_ = "UTC";
    std::string text_ = "00:00 UTC";
};

} // namespace llm_proxy::limits
