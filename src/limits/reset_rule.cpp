#include "llm_proxy/limits/reset_rule.hpp"

#include <charconv>
#include <date/tz.h>
#include <optional>
#include <stdexcept>

namespace llm_proxy::limits {

namespace {

error invalid(std::string_view text, std::string_view what) {
    return error(400, "invalid_request_error",
                 "`" + std::string(text) + "` is no time of a reset: " + std::string(what) +
                     "; write it like `00:00 America/Los_Angeles`");
}

std::optional<int> two_digits(std::string_view text, int limit) {
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != 2 || read.ec != std::errc() || read.ptr != text.data() + text.size() ||
        value < 0 || value >= limit) {
        return std::nullopt;
    }
    return value;
}

/// The library tells of an unknown name by an exception.
const date::time_zone* find_zone(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

} // namespace

result<reset_rule> reset_rule::parse(std::string_view text) {
    const auto space = text.find(' ');
    const std::string_view time = text.substr(0, space);
    const auto hours = two_digits(time.substr(0, 2), 24);
    const bool colon = time.size() == 5 && time[2] == ':';
    const auto minutes = colon ? two_digits(time.substr(3), 60) : std::nullopt;
    if (!hours || !minutes) {
        return invalid(text, "it does not begin with hours and minutes");
    }
    reset_rule out;
    if (space != std::string_view::npos) {
        out.zone_ = text.substr(space + 1);
    }
    if (find_zone(out.zone_) == nullptr) {
        return invalid(text, "`" + out.zone_ + "` is no time zone that this machine knows");
    }
    out.after_midnight_ = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    out.text_ = std::string(time) + " " + out.zone_;
    return out;
}

time_point reset_rule::next(time_point now) const {
    const date::time_zone* const zone = find_zone(zone_);
    if (zone == nullptr) { // the machine's database has lost it: UTC is the nearest there is
        return std::chrono::floor<std::chrono::days>(now - after_midnight_) + after_midnight_ +
               std::chrono::days(1);
    }
    const auto local = zone->to_local(now);
    auto day = std::chrono::floor<std::chrono::days>(local - after_midnight_);
    for (;; day += std::chrono::days(1)) {
        const auto reset = zone->to_sys(day + after_midnight_, date::choose::earliest);
        if (reset > now) {
            return reset;
        }
    }
}

} // namespace llm_proxy::limits
