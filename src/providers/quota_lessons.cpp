#include "llm_proxy/providers/quota_lessons.hpp"

#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <string>

namespace llm_proxy::providers {

namespace {

using limits::kind;
using limits::lesson;
using limits::time_point;
using std::chrono::milliseconds;

/// A longer rest than a minute's window explains is a day's.
constexpr std::chrono::minutes longest_minute{5};
/// Nothing rests longer on the word of one answer.
constexpr std::chrono::hours longest_rest{48};

time_point after(const quota_refusal& answer, milliseconds time) {
    return answer.now + std::clamp<milliseconds>(time, milliseconds(0), longest_rest);
}

std::optional<time_point> date_of(std::string_view text) {
    std::tm parts{};
    if (strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

/// The whole number that stands after `mark`.
std::optional<std::int64_t> number_after(std::string_view text, std::string_view words) {
    const std::size_t at = text.find(words);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(at + words.size());
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    return read_whole_number(text.substr(0, end));
}

document parsed_error(std::string_view body) {
    auto whole = parse_document(body);
    if (!whole) {
        return {};
    }
    // Google streams answer with a list of one.
    const document& root = whole->is_array() && !whole->empty() ? whole->front() : *whole;
    const document* failure = member_of(root, "error");
    return failure == nullptr ? document() : *failure;
}

struct named_kind {
    std::string_view name;
    kind which;
};

constexpr std::array<named_kind, 4> openai_names{{
    {"(RPM)", kind::rpm},
    {"(TPM)", kind::tpm},
    {"(RPD)", kind::rpd},
    {"(TPD)", kind::tpd},
}};

std::optional<milliseconds> told_pause(std::string_view message) {
    constexpr std::string_view words = "try again in ";
    const std::size_t at = message.find(words);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    message.remove_prefix(at + words.size());
    const std::size_t end = std::min(message.find_first_not_of("0123456789.hms"), message.size());
    std::string_view time = message.substr(0, end);
    while (time.ends_with('.')) { // of the sentence
        time.remove_suffix(1);
    }
    return read_duration(time);
}

std::optional<milliseconds> reset_of(const quota_refusal& answer, kind which) {
    const bool tokens = which == kind::tpm || which == kind::tpd;
    const auto text =
        answer.headers->find(tokens ? "x-ratelimit-reset-tokens" : "x-ratelimit-reset-requests");
    const auto left = answer.headers->find(tokens ? "x-ratelimit-remaining-tokens"
                                                  : "x-ratelimit-remaining-requests");
    return text && left == "0" ? read_duration(*text) : std::nullopt;
}

/// The elements of a list; none if there is no such.
const document& elements_of(const document& object, std::string_view name) {
    static const document none = document::array();
    const document* list = member_of(object, name);
    return list != nullptr && list->is_array() ? *list : none;
}

/// `never`: a limit that is not told is 0.
std::optional<lesson> violation_lesson(const document& violation, bool never) {
    const std::string_view id = text_of(violation, "quotaId");
    const bool day = id.find("PerDay") != std::string_view::npos;
    if (!day && id.find("PerMinute") == std::string_view::npos) {
        return std::nullopt;
    }
    const bool tokens = id.find("Token") != std::string_view::npos;
    lesson told;
    told.which = day ? (tokens ? kind::tpd : kind::rpd) : (tokens ? kind::tpm : kind::rpm);
    told.limit = read_whole_number(text_of(violation, "quotaValue"));
    if (!told.limit && never) {
        told.limit = 0;
    }
    told.day_is_over = day;
    return told;
}

} // namespace

std::optional<milliseconds> read_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 4> units{
        {{"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};
    double sum = 0;
    if (text.empty()) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
        const auto amount = read_number(text.substr(0, digits));
        text.remove_prefix(digits);
        const auto* unit = std::find_if(units.begin(), units.end(), [&](const auto& one) {
            return text.starts_with(one.first);
        });
        if (!amount || unit == units.end()) {
            return std::nullopt;
        }
        sum += *amount * unit->second;
        text.remove_prefix(unit->first.size());
    }
    constexpr double most = 1e12;
    return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(sum, most))));
}

std::optional<time_point> retry_after(const quota_refusal& answer) {
    const std::string_view text = trim(answer.headers->find("retry-after").value_or(""));
    if (const auto seconds = read_number(text); seconds && *seconds >= 0) {
        return after(answer, milliseconds(static_cast<std::int64_t>(
                                 std::ceil(std::min(*seconds, 1e9) * 1000))));
    }
    const auto date = date_of(text);
    return date ? std::optional(std::clamp(*date, answer.now, answer.now + longest_rest)) : date;
}

std::vector<lesson> openai_lessons(const quota_refusal& answer) {
    if (answer.status != 429) {
        return {};
    }
    const document failure = parsed_error(answer.body);
    const std::string_view message = text_of(failure, "message");
    lesson out;
    const auto* named =
        std::find_if(openai_names.begin(), openai_names.end(), [&](const auto& one) {
            return message.find(one.name) != std::string_view::npos;
        });
    const bool is_named = named != openai_names.end();
    if (is_named) {
        out.which = named->which;
        out.limit = number_after(message, "Limit ");
        if (!out.limit) {
            out.limit = number_after(message, "Limit: ");
        }
    }
    out.rest_until = retry_after(answer);
    if (const auto pause = told_pause(message); pause && !out.rest_until) {
        out.rest_until = after(answer, *pause);
    }
    if (const auto reset = reset_of(answer, out.which); reset && !out.rest_until) {
        out.rest_until = after(answer, *reset);
    }
    if (!is_named && !out.rest_until) {
        return {};
    }
    if (!is_named && *out.rest_until > answer.now + longest_minute) {
        out.which = kind::rpd;
    }
    return {out};
}

std::vector<lesson> gemini_lessons(const quota_refusal& answer) {
    std::vector<lesson> out;
    if (answer.status != 429) {
        return out;
    }
    const document failure = parsed_error(answer.body);
    const bool never = text_of(failure, "message").find("limit: 0") != std::string_view::npos;
    std::optional<milliseconds> delay;
    for (const document& detail : elements_of(failure, "details")) {
        if (const auto told = read_duration(text_of(detail, "retryDelay"))) {
            delay = told;
        }
        for (const document& one : elements_of(detail, "violations")) {
            if (auto told = violation_lesson(one, never)) {
                out.push_back(*told);
            }
        }
    }
    for (lesson& told : out) {
        if (!told.day_is_over) {
            told.rest_until = after(answer, delay.value_or(std::chrono::minutes(1)));
        }
    }
    if (out.empty() && (delay || retry_after(answer))) {
        lesson told;
        told.rest_until = delay ? after(answer, *delay) : retry_after(answer);
        out.push_back(told);
    }
    return out;
}

std::vector<lesson> openrouter_lessons(const quota_refusal& answer) {
    if (answer.status != 429) {
        return {};
    }
    const document failure = parsed_error(answer.body);
    const document* metadata = member_of(failure, "metadata");
    const document* told = metadata == nullptr ? nullptr : member_of(*metadata, "headers");
    if (told == nullptr) {
        return {};
    }
    lesson out;
    out.which = text_of(failure, "message").find("per-day") != std::string_view::npos ? kind::rpd
                                                                                      : kind::rpm;
    out.limit = read_whole_number(text_of(*told, "X-RateLimit-Limit"));
    if (const auto reset = read_whole_number(text_of(*told, "X-RateLimit-Reset"))) {
        const time_point when{milliseconds(std::clamp<std::int64_t>(*reset, 0, 9'000'000'000'000))};
        out.rest_until = std::clamp(when, answer.now, answer.now + longest_rest);
        if (out.which == kind::rpd) {
            out.day_ends = out.rest_until;
        }
    } else {
        out.day_is_over = out.which == kind::rpd;
        out.rest_until = retry_after(answer);
    }
    return {out};
}

std::vector<lesson> github_lessons(const quota_refusal& answer) {
    const auto type = answer.headers->find("x-ratelimit-type");
    if (answer.status != 429 || !type) {
        return openai_lessons(answer);
    }
    lesson out;
    const bool tokens = type->find("Token") != std::string_view::npos;
    if (type->find("Concurrent") != std::string_view::npos) {
        out.which = kind::parallel;
    } else if (type->find("ByDay") != std::string_view::npos) {
        out.which = tokens ? kind::tpd : kind::rpd;
    } else {
        out.which = tokens ? kind::tpm : kind::rpm;
    }
    const document failure = parsed_error(answer.body);
    out.limit = number_after(text_of(failure, "message"), "Rate limit of ");
    const auto left = answer.headers->find("x-ratelimit-timeremaining");
    const auto seconds = left ? read_number(*left) : std::nullopt;
    if (seconds && *seconds >= 0) {
        out.rest_until =
            after(answer, milliseconds(static_cast<std::int64_t>(std::min(*seconds, 1e9) * 1000)));
    } else {
        out.rest_until = retry_after(answer);
    }
    if (out.which == kind::parallel) {
        out.rest_until.reset(); // it frees when a call of ours ends
    }
    return {out};
}

} // namespace llm_proxy::providers
