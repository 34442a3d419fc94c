#include "llm_proxy/routing/fallbacks.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::routing {

namespace {

constexpr std::size_t most_targets = 100;
constexpr std::size_t longest_detail = 500;
constexpr int usual_most_fallbacks = 5;

document list_of(std::string_view json) {
    if (json.empty()) {
        return document::array();
    }
    auto parsed = document::parse(json, nullptr, false);
    return parsed.is_array() ? std::move(parsed) : document::array();
}

std::vector<std::string> texts_of(const document& list) {
    std::vector<std::string> out;
    for (const auto& item : list) {
        if (item.is_string() && out.size() < most_targets) {
            out.push_back(item.get<std::string>());
        }
    }
    return out;
}

/// `{"group": ["other"]}`, one or more.
void add_rules(const document& item, config::fallback_rules& out) {
    for (const auto& [group, targets] : item.items()) {
        if (targets.is_array() && out.size() < most_targets) {
            out.push_back({group, texts_of(targets), {}});
        }
    }
}

std::optional<config::fallback_rules> rules_of(std::string_view json) {
    if (json.empty()) {
        return std::nullopt;
    }
    config::fallback_rules out;
    for (const auto& item : list_of(json)) {
        if (item.is_object()) {
            add_rules(item, out);
        }
    }
    return out;
}

/// `{"model": "group", ...}`: the group, and members of the body.
fallback_target target_of(const document& item) {
    fallback_target out;
    out.group = item["model"].get<std::string>();
    for (const auto& [name, value] : item.items()) {
        if (name != "model") {
            out.members.push_back({name, dump_json(value)});
        }
    }
    return out;
}

std::string identity_of(const fallback_target& target) {
    std::string out = target.group;
    for (const auto& member : target.members) {
        out.append("\n").append(member.name).append("\n").append(member.json);
    }
    return out;
}

/// Whether a rule names the group with the provider in front, or without where the group has it.
bool is_same_but_for_provider(std::string_view rule, std::string_view group,
                              std::string_view provider) {
    const std::string prefix = std::string(provider) + "/";
    return (group.starts_with(prefix) && group.substr(prefix.size()) == rule) ||
           (rule.starts_with(prefix) && rule.substr(prefix.size()) == group);
}

const std::vector<std::string>* find_rule(const config::fallback_rules& rules,
                                          const fallback_walk::failed_group& failed) {
    /// The better a rule fits, the lower.
    const auto rank = [&failed](const config::fallback_rule& rule) {
        if (rule.group == failed.asked) {
            return 0;
        }
        if (rule.group == failed.name) {
            return 1;
        }
        if (is_same_but_for_provider(rule.group, failed.asked, failed.provider)) {
            return 2;
        }
        return rule.group == "*" ? 3 : 4;
    };
    const auto best =
        std::min_element(rules.begin(), rules.end(), [&rank](const auto& one, const auto& other) {
            return rank(one) < rank(other);
        });
    return best == rules.end() || rank(*best) == 4 ? nullptr : &best->targets;
}

template <class T>
const std::optional<T>& first_set(const std::optional<T>& a, const std::optional<T>& b) {
    return a ? a : b;
}

} // namespace

request_fallbacks read_request_fallbacks(std::string_view fallbacks,
                                         std::string_view context_window,
                                         std::string_view content_policy, bool disabled) {
    request_fallbacks out;
    out.disabled = disabled;
    out.context_window = rules_of(context_window);
    out.content_policy = rules_of(content_policy);
    config::fallback_rules rules;
    for (const auto& item : list_of(fallbacks)) {
        if (out.targets.size() == most_targets) {
            break;
        }
        if (item.is_string()) {
            out.targets.push_back({item.get<std::string>(), {}});
        } else if (item.is_object() && item.contains("model") && item["model"].is_string()) {
            out.targets.push_back(target_of(item));
        } else if (item.is_object()) {
            add_rules(item, rules);
        }
    }
    if (!fallbacks.empty() && fallbacks != "null") {
        out.rules = std::move(rules);
    }
    return out;
}

const std::vector<std::string>* fallback_walk::targets_for(const failed_group& failed,
                                                           error_class kind) const {
    const auto& own = rules_.failures;
    const std::optional<config::fallback_rules> none;
    const auto& special = kind == error_class::context_window_exceeded
                              ? first_set(request_.context_window, own.context_window_fallbacks)
                          : kind == error_class::content_policy_violation
                              ? first_set(request_.content_policy, own.content_policy_fallbacks)
                              : none;
    if (special) {
        if (const auto* targets = find_rule(*special, failed)) {
            return targets;
        }
    }
    const auto& general = first_set(request_.rules, own.fallbacks);
    return general ? find_rule(*general, failed) : nullptr;
}

/// In front of those that wait, in their order.
void fallback_walk::add(std::vector<fallback_target> targets) {
    for (auto one = targets.rbegin(); one != targets.rend(); ++one) {
        waiting_.push_front(std::move(*one));
    }
    // Nothing is tried twice, so that more of them could not come to anything.
    if (waiting_.size() > most_targets) {
        waiting_.resize(most_targets);
    }
}

std::optional<fallback_target> fallback_walk::next(const failed_group& failed, error_class kind) {
    const int most = rules_.failures.max_fallbacks.value_or(usual_most_fallbacks);
    if (first_group_.empty()) {
        first_group_ = failed.asked;
    }
    if (request_.disabled || count_ >= most) {
        return std::nullopt;
    }
    if (seen_.empty()) {
        seen_.insert(std::string(failed.asked));
        seen_.insert(std::string(failed.name));
        waiting_.assign(request_.targets.begin(), request_.targets.end());
    }
    if (request_.targets.empty()) {
        if (const auto* targets = targets_for(failed, kind)) {
            std::vector<fallback_target> found;
            for (const std::string& target : *targets) {
                found.push_back({target, {}});
            }
            add(std::move(found));
        }
    }
    while (!waiting_.empty()) {
        fallback_target target = std::move(waiting_.front());
        waiting_.pop_front();
        if (seen_.insert(identity_of(target)).second) {
            ++count_;
            tried_.push_back(target.group);
            return target;
        }
    }
    return std::nullopt;
}

std::vector<std::string> fallback_walk::groups_with_rules() const {
    std::vector<std::string> out;
    if (const auto& rules = first_set(request_.rules, rules_.failures.fallbacks)) {
        for (const auto& rule : *rules) {
            if (std::find(out.begin(), out.end(), rule.group) == out.end()) {
                out.push_back(rule.group);
            }
        }
    }
    return out;
}

std::string fallback_note(const fallback_walk& walk, std::string_view group,
                          std::string_view last_failure) {
    std::string out =
        "\n\nLiteLLM: model group '" + std::string(group) + "' failed with the error above";
    const auto joined = [](const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names) {
            text += (text.empty() ? "" : ", ") + name;
        }
        return text;
    };
    if (!walk.tried().empty()) {
        out += ". Fallback to " + joined(walk.tried()) + " also failed: ";
        out.append(last_failure.substr(0, longest_detail));
        return out;
    }
    if (walk.disabled()) {
        return {}; // the client knows
    }
    const auto others = walk.groups_with_rules();
    if (others.empty()) {
        return out + ". No fallback was attempted.";
    }
    return out +
           " and no fallback model group was found for it, so the request was not retried on "
           "another model. Fallbacks are configured for: " +
           joined(others) +
           ". Add a fallbacks entry for that model group (Router fallbacks or proxy "
           "router_settings.fallbacks) to retry on another model.";
}

} // namespace llm_proxy::routing
