#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/util/error_class.hpp"

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::routing {

/// Another group to try a call in, and members that its body then has in place of its own, as
/// compact JSON.
struct fallback_target {
    std::string group;
    std::vector<config::json_member> members;
};

/// What a request itself says of fallbacks.
struct request_fallbacks {
    bool disabled = false;
    /// `fallbacks` as a list of groups, or of `{"model": ...}`: for any failure of any group.
    std::vector<fallback_target> targets;
    /// `fallbacks` as a list of `{"group": ["other"]}`, in place of the configured ones; likewise
    /// the other two.
    std::optional<config::fallback_rules> rules;
    std::optional<config::fallback_rules> context_window;
    std::optional<config::fallback_rules> content_policy;
};

/// Reads `fallbacks`, `context_window_fallbacks`, `content_policy_fallbacks` and
/// `disable_fallbacks` out of JSON values of a request's body (empty: not there). What has another
/// shape does not count, nor what is beyond a hundred targets.
request_fallbacks read_request_fallbacks(std::string_view fallbacks,
                                         std::string_view context_window,
                                         std::string_view content_policy, bool disabled);

/// The way of one call through other groups, after its own has failed. Each fallback's own
/// fallbacks come before those that were left; none is tried twice. I/O-free.
class fallback_walk {
public:
    fallback_walk(const config::router_settings& rules, request_fallbacks request)
        : rules_(rules), request_(std::move(request)) {}

    /// A group under the name that was asked for, such as an alias, under its own, and by the
    /// provider that rules may put before its name or leave out.
    struct failed_group {
        std::string_view asked;
        std::string_view name;
        std::string_view provider;
    };

    /// The group where to go on after one has failed so; nothing if none is left.
    std::optional<fallback_target> next(const failed_group& failed, error_class kind);
    /// Fallbacks begun so far.
    int count() const { return count_; }
    const std::vector<std::string>& tried() const { return tried_; }
    bool disabled() const { return request_.disabled; }
    /// The group that the call began with; empty before `next`.
    const std::string& first_group() const { return first_group_; }
    /// Groups that have fallbacks of their own, for people.
    std::vector<std::string> groups_with_rules() const;

private:
    const std::vector<std::string>* targets_for(const failed_group& failed, error_class kind) const;
    void add(std::vector<fallback_target> targets);

    const config::router_settings& rules_;
    request_fallbacks request_;
    std::deque<fallback_target> waiting_;
    std::set<std::string> seen_;
    std::vector<std::string> tried_;
    std::string first_group_;
    int count_ = 0;
};

/// LiteLLM's last paragraph of an error after fallbacks were sought for `group`: which were tried
/// and how the last one failed, or that there were none; empty if the request wanted none.
std::string fallback_note(const fallback_walk& walk, std::string_view group,
                          std::string_view last_failure);

} // namespace llm_proxy::routing
