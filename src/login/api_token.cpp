#include "llm_proxy/login/api_token.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace llm_proxy::login {

namespace {

using providers::member_of;
using providers::text_of;
using std::chrono::seconds;

/// Before a token ends, another is fetched.
constexpr seconds margin{300};
/// How long a token counts that ends in the past: then one of the two clocks is wrong.
constexpr seconds assumed_life{60};
constexpr double latest_time = 9e9; // the year 2255
constexpr double longest_token_life = 30.0 * 24 * 3600;
constexpr std::size_t longest_text = 200;

/// A number of whole seconds, cut to what a time can hold.
std::optional<seconds> seconds_of(const document& object, const char* name, double largest) {
    const document* found = member_of(object, name);
    if (found == nullptr || !found->is_number()) {
        return std::nullopt;
    }
    const double value = found->get<double>();
    if (!std::isfinite(value) || value < 1) {
        return std::nullopt;
    }
    return seconds(static_cast<std::int64_t>(std::min(value, largest)));
}

error no_token() {
    return error(502, "internal_server_error", "the answer holds no token");
}

result<api_token> read_token(const document& parsed, std::string_view text) {
    api_token out;
    std::string token(text_of(parsed, "token"));
    if (!is_header_token(token)) {
        return no_token();
    }
    out.token = secret(std::move(token));
    if (const document* endpoints = member_of(parsed, "endpoints")) {
        out.endpoint = text_of(*endpoints, "api");
    }
    out.expires =
        clock::time_point(seconds_of(parsed, "expires_at", latest_time).value_or(seconds(0)));
    out.refresh = out.expires - margin;
    out.document = secret(std::string(text));
    return out;
}

} // namespace

bool is_header_token(std::string_view token) {
    constexpr std::size_t longest = 8UL * 1024;
    return !token.empty() && token.size() <= longest &&
           std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
}

result<api_token> read_kept_token(std::string_view text) {
    return read_token(document::parse(text, nullptr, false), text);
}

result<api_token> read_fetched_token(std::string_view text, clock::time_point now) {
    const document parsed = document::parse(text, nullptr, false);
    auto out = read_token(parsed, text);
    if (!out) {
        return out;
    }
    const auto told = seconds_of(parsed, "refresh_in", longest_token_life);
    if (out->expires <= now) {
        out->expires = now + told.value_or(assumed_life);
    }
    const auto life = out->expires - now;
    out->refresh = out->expires - std::min<clock::duration>(margin, life / 4);
    if (told) {
        out->refresh = std::min<clock::time_point>(out->refresh, now + *told);
    }
    return out;
}

std::string refusal_text(std::string_view body) {
    const document parsed = document::parse(body, nullptr, false);
    std::string text;
    if (const document* details = member_of(parsed, "error_details")) {
        text = text_of(*details, "message");
    }
    for (const char* name : {"message", "error_description", "error"}) {
        if (text.empty()) {
            text = text_of(parsed, name);
        }
    }
    text.resize(std::min(text.size(), longest_text));
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c == 0x7f; }, ' ');
    return text;
}

} // namespace llm_proxy::login
