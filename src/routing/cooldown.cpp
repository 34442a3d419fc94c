#include "llm_proxy/routing/cooldown.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <utility>

namespace llm_proxy::routing {

namespace {

/// A key does not get better by itself; whoever mends it elsewhere waits no longer than this.
constexpr double credential_rest = 60; // seconds
constexpr double longest_rest = 86400; // seconds
constexpr std::size_t longest_text = 500;

bool is_alone(const cooldown_case& of) {
    return of.found.group->deployments.size() == 1;
}

/// Whether failures of that kind tell something of the deployment.
bool concerns_deployment(const cooldown_case& of) {
    const int status = of.failed.status;
    const auto index = static_cast<std::size_t>(of.failed.kind);
    if (of.target.routing.allowed_fails_policy.by_class[index]) {
        return true; // named outright
    }
    if (of.failed.kind == error_class::api_connection) {
        return false;
    }
    return status >= 500 || status == 429 || status == 401 || status == 402 || status == 408 ||
           status == 404;
}

/// The rule where no number of failures is allowed for: rate limits at once, and whatever a retry
/// cannot help; else when most calls of this minute failed.
bool most_calls_fail(const cooldown_case& of) {
    constexpr double failed_share = 0.5;
    constexpr double enough_calls = 5;
    constexpr double many_calls = 1000;
    const auto& state = *of.target.state;
    const double failures = state.failures(of.now);
    const double calls = failures + state.successes(of.now);
    if (is_alone(of)) {
        return failures == calls && calls >= many_calls;
    }
    return of.failed.status == 429 || of.failed.status == 402 || of.failed.status == 404 ||
           (calls >= enough_calls && failures / calls > failed_share);
}

/// How many failures are allowed, and whether they are counted by their kind.
struct allowance {
    std::optional<int> most;
    bool by_kind = false;
};

allowance allowed_fails(const cooldown_case& of) {
    const auto& own = of.target.routing;
    if (const auto most = own.allowed_fails_policy.find(of.failed.kind)) {
        return {most, true};
    }
    if (own.allowed_fails) {
        return {is_alone(of) ? std::nullopt : own.allowed_fails, false};
    }
    if (of.rules.allowed_fails_policy) {
        if (const auto most = of.rules.allowed_fails_policy->find(of.failed.kind)) {
            return {most, false};
        }
    }
    return {of.rules.failures.allowed_fails, false};
}

bool should_rest(const cooldown_case& of, double seconds) {
    const allowance allowed = allowed_fails(of);
    if (!allowed.most) {
        return most_calls_fail(of);
    }
    const auto kind = allowed.by_kind ? std::optional(of.failed.kind) : std::nullopt;
    const std::chrono::duration<double> window(seconds);
    return of.target.state->count_fail(kind, window, of.now) > *allowed.most;
}

rest make_rest(const cooldown_case& of, double seconds, bool bad_credential) {
    rest out;
    out.until = of.now + std::chrono::duration_cast<time_point::duration>(
                             std::chrono::duration<double>(std::min(seconds, longest_rest)));
    out.why = std::to_string(of.failed.status) + ": " + std::string(of.why.substr(0, longest_text));
    out.bad_credential = bad_credential;
    return out;
}

} // namespace

bool is_bad_credential(const failed_try& failed, std::string_view text) {
    if (failed.status == 401 || failed.kind == error_class::authentication) {
        return true;
    }
    const std::string said = lower(text);
    return failed.status == 403 &&
           (said.find("api key") != said.npos || said.find("api_key") != said.npos ||
            said.find("apikey") != said.npos || said.find("credential") != said.npos);
}

std::optional<rest> rest_after(const cooldown_case& of) {
    if (of.target.state == nullptr || of.clients_timeout) {
        return std::nullopt;
    }
    of.target.state->count_failure(of.now);
    const auto& own = of.target.routing.cooldown_time;
    const double seconds =
        std::max(0.0, own ? *own : of.failed.retry_after.value_or(of.rules.cooldown_time));
    if (of.rules.disable_cooldowns || seconds < 1e-9) {
        return std::nullopt;
    }
    if (is_bad_credential(of.failed, of.why)) {
        return make_rest(of, own ? seconds : std::max(seconds, credential_rest), true);
    }
    // A model that a client names wrongly says nothing of the others behind a wildcard.
    const bool is_name = of.failed.status == 404 && of.found.group->wildcard;
    if (!concerns_deployment(of) || is_name || !should_rest(of, seconds)) {
        return std::nullopt;
    }
    return make_rest(of, seconds, false);
}

} // namespace llm_proxy::routing
