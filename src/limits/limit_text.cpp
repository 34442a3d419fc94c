#include "llm_proxy/limits/limit_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace llm_proxy::limits {

namespace {

using std::chrono::milliseconds;

struct kind_words {
    std::string_view name;
    std::string_view unit;
};

constexpr std::array<kind_words, kind_count> words{{
    {"rpm", "requests per minute"},
    {"tpm", "tokens per minute"},
    {"rpd", "requests per day"},
    {"tpd", "tokens per day"},
    {"max_parallel_requests", "requests at a time"},
}};

} // namespace

std::string_view name_of(kind which) {
    return words[static_cast<std::size_t>(which)].name;
}

std::string describe(const refusal& why, time_point now) {
    const kind_words& word = words[static_cast<std::size_t>(why.which)];
    std::string out = why.limit < 0 ? "the provider's limit of "
                                    : "the limit of " + std::to_string(why.limit) + " ";
    out.append(word.unit).append(" (").append(word.name).append(") is reached");
    const auto wait = wait_until(why.free_at, now);
    if (wait && is_of_a_day(why.which)) {
        out += "; it begins anew at " + time_text(why.free_at);
    } else if (wait) {
        out += "; the next place is free in " + std::to_string((wait->count() + 999) / 1000) + " s";
    } else if (why.which == kind::parallel) {
        out += "; a place is free when one of them has ended";
    } else {
        out += "; the provider lets nothing through";
    }
    return out + ".";
}

std::optional<milliseconds> wait_until(time_point moment, time_point now) {
    if (moment == time_point::max()) {
        return std::nullopt;
    }
    return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(moment - now));
}

std::string duration_text(time_point::duration time) {
    const std::int64_t total =
        std::max<std::int64_t>(0, std::chrono::ceil<milliseconds>(time).count());
    if (total < 1000) {
        return std::to_string(total) + "ms";
    }
    const std::int64_t hours = total / 3'600'000;
    const std::int64_t minutes = total / 60'000 % 60;
    std::string out;
    if (hours > 0) {
        out += std::to_string(hours) + "h";
    }
    if (hours > 0 || minutes > 0) {
        out += std::to_string(minutes) + "m";
    }
    const std::int64_t rest = total % 60'000;
    out += std::to_string(rest / 1000);
    if (rest % 1000 != 0) {
        std::array<char, 8> text{};
        std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(rest % 1000));
        out += text.data();
        out.erase(out.find_last_not_of('0') + 1);
    }
    return out + "s";
}

std::string time_text(time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

} // namespace llm_proxy::limits
