#include "llm_proxy/config/routing_reader.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace llm_proxy::config {

namespace {

struct named_strategy {
    std::string_view name;
    routing_strategy strategy;
    bool served = true;
};

/// The first of each strategy is the name that is shown.
constexpr std::array strategies{
    named_strategy{"simple-shuffle", routing_strategy::simple_shuffle},
    named_strategy{"least-busy", routing_strategy::least_busy},
    named_strategy{"latency-based-routing", routing_strategy::latency_based},
    named_strategy{"cost-based-routing", routing_strategy::cost_based},
    named_strategy{"usage-based-routing-v2", routing_strategy::usage_based},
    named_strategy{"usage-based-routing", routing_strategy::usage_based},
    named_strategy{"free-first", routing_strategy::free_first},
    named_strategy{"provider-budget-routing", routing_strategy::simple_shuffle, false},
    named_strategy{"lar1", routing_strategy::simple_shuffle, false},
};

void read_strategy(section_reader& from, router_settings& into, reading& shared) {
    const auto name = from.text("routing_strategy");
    if (!name)
        return;
    const auto found = std::find_if(strategies.begin(), strategies.end(),
                                    [&](const named_strategy& one) { return one.name == *name; });
    const mark where = from.where("routing_strategy");
    const std::string path = from.path_of("routing_strategy");
    if (found != strategies.end()) {
        into.strategy = found->strategy;
        if (!found->served)
            shared.report(severity::warning, where, path,
                          *name + " is not served yet; simple-shuffle is used");
        return;
    }
    std::vector<std::string_view> names;
    std::string known;
    for (const named_strategy& one : strategies) {
        names.push_back(one.name);
        known += (known.empty() ? "" : ", ") + std::string(one.name);
    }
    const auto near = name->size() > 100 ? std::nullopt : closest(*name, names);
    shared.fatal(where, path, "unknown strategy `" + *name + "`",
                 near ? "did you mean `" + std::string(*near) + "`?" : "valid are " + known);
}

/// A number of `routing_strategy_args`, which LiteLLM takes for any strategy.
std::optional<double> read_argument(const value& arguments, std::string_view name, value_kind kind,
                                    section_reader& from, reading& shared) {
    const value* item = arguments.find(name);
    if (item == nullptr || item->is_null())
        return std::nullopt;
    value copy = *item;
    if (conform(copy, kind) != fit::good) {
        shared.report(severity::error, item->where,
                      from.path_of("routing_strategy_args") + '.' + std::string(name),
                      "must be " + std::string(kind_name(kind)));
        return std::nullopt;
    }
    const auto* whole = std::get_if<std::int64_t>(&copy.data);
    return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(copy.data);
}

void read_latency(section_reader& from, latency_settings& into, reading& shared) {
    const value* arguments = from.find("routing_strategy_args");
    if (arguments == nullptr)
        return;
    const auto number = [&](std::string_view name, value_kind kind) {
        return read_argument(*arguments, name, kind, from, shared);
    };
    into.ttl = number("ttl", value_kind::seconds).value_or(into.ttl);
    into.lowest_latency_buffer =
        number("lowest_latency_buffer", value_kind::non_negative).value_or(0);
    constexpr double most_latencies = 1000;
    into.max_latency_list_size = static_cast<int>(
        std::min(number("max_latency_list_size", value_kind::positive_integer).value_or(10),
                 most_latencies));
    into.ttft_percentile = number("ttft_percentile", value_kind::positive_number);
    if (into.ttft_percentile && *into.ttft_percentile > 1)
        shared.report(severity::error, arguments->find("ttft_percentile")->where,
                      from.path_of("routing_strategy_args") + ".ttft_percentile",
                      "must be a share up to 1", "write 0.95 for 95 percent");
}

/// One `group: [targets]` of a rule.
std::optional<fallback_rule> read_rule(const map_entry& one, const std::string& path,
                                       reading& shared) {
    fallback_rule rule{one.key, {}, one.key_where};
    const list* targets = std::get_if<list>(&one.item.data);
    const auto is_text = [](const value& item) { return item.is_string(); };
    if (targets == nullptr || !std::all_of(targets->begin(), targets->end(), is_text)) {
        shared.report(severity::error, one.item.where, path + '.' + one.key,
                      "must be a list of groups", "write `- " + one.key + ": [other-group]`");
        return std::nullopt;
    }
    for (const value& target : *targets)
        rule.targets.push_back(std::get<std::string>(target.data));
    return rule;
}

/// LiteLLM stops on a list of fallbacks that holds anything but mappings.
std::optional<fallback_rules> read_rules(section_reader& from, std::string_view name,
                                         reading& shared) {
    if (!from.has(name) || from.is_null(name))
        return std::nullopt;
    const value* given = from.find(name);
    const list* items = given == nullptr ? nullptr : std::get_if<list>(&given->data);
    const auto is_map = [](const value& one) { return one.is_map(); };
    if (items == nullptr || !std::all_of(items->begin(), items->end(), is_map)) {
        shared.fatal(from.where(name), from.path_of(name), "must be a list of mappings",
                     "write `- group: [other-group]`");
        return std::nullopt;
    }
    fallback_rules rules;
    for (const value& item : *items)
        for (const map_entry& one : std::get<map>(item.data))
            if (auto rule = read_rule(one, from.path_of(name), shared))
                rules.push_back(std::move(*rule));
    return rules;
}

/// As LiteLLM: the default is one more rule, for every group.
void add_default(section_reader& from, failure_settings& into) {
    auto targets = read_texts(from, "default_fallbacks");
    if (targets.empty())
        return;
    if (!into.fallbacks)
        into.fallbacks.emplace();
    into.fallbacks->push_back({"*", std::move(targets), from.where("default_fallbacks")});
}

void read_group_policies(section_reader& from, router_settings& into, reading& shared) {
    const value* given = from.find("model_group_retry_policy");
    if (given == nullptr)
        return;
    for (const map_entry& one : std::get<map>(given->data)) {
        const std::string path = from.path_of("model_group_retry_policy") + '.' + one.key;
        const map* policy = std::get_if<map>(&one.item.data);
        if (policy == nullptr)
            shared.report(severity::error, one.item.where, path, "must be a mapping",
                          "write `" + one.key + ": {TimeoutErrorRetries: 3}`");
        else
            into.model_group_retry_policy[one.key] = counts_of(*policy, path, "Retries", shared);
    }
}

template <class T>
void fill(std::optional<T>& own, const std::optional<T>& general) {
    if (!own)
        own = general;
}

/// Whether a request for that name is served: by a group, an alias, a wildcard or an id.
bool is_served(const settings& config, std::string_view name) {
    const auto& aliases = config.router.model_group_alias;
    const auto& models = config.model_list;
    return std::any_of(aliases.begin(), aliases.end(),
                       [&](const model_alias& one) { return one.name == name; }) ||
           std::any_of(models.begin(), models.end(), [&](const model_entry& one) {
               return one.model_name == name || one.id == name || one.params.model == name ||
                      one.model_name.find('*') != std::string::npos;
           });
}

void check_targets(const settings& config, const std::optional<fallback_rules>& rules,
                   const char* name, reading& shared) {
    for (const fallback_rule& rule : rules.value_or(fallback_rules())) {
        for (const std::string& target : rule.targets) {
            if (!is_served(config, target))
                shared.report(severity::warning, rule.where, name,
                              "no model `" + target + "` to fall back to", "it is passed over");
        }
    }
}

} // namespace

std::string_view name_of(routing_strategy strategy) {
    return std::find_if(strategies.begin(), strategies.end(),
                        [strategy](const named_strategy& one) { return one.strategy == strategy; })
        ->name;
}

std::vector<std::string> read_texts(section_reader& from, std::string_view name) {
    std::vector<std::string> texts;
    const value* given = from.find(name);
    if (given == nullptr)
        return texts;
    for (const value& one : std::get<list>(given->data)) {
        if (one.is_string())
            texts.push_back(std::get<std::string>(one.data));
        else
            from.fail(name, "must be a list of texts");
    }
    return texts;
}

std::optional<failure_counts> read_failure_counts(section_reader& from, std::string_view name,
                                                  std::string_view suffix, reading& shared) {
    const value* given = from.find(name);
    return given == nullptr ? std::nullopt
                            : std::optional(counts_of(std::get<map>(given->data),
                                                      from.path_of(name), suffix, shared));
}

failure_settings read_failure_settings(section_reader& from, reading& shared) {
    failure_settings into;
    into.num_retries = from.integer("num_retries");
    into.allowed_fails = from.integer("allowed_fails");
    into.max_fallbacks = from.integer("max_fallbacks");
    into.fallbacks = read_rules(from, "fallbacks", shared);
    into.context_window_fallbacks = read_rules(from, "context_window_fallbacks", shared);
    into.content_policy_fallbacks = read_rules(from, "content_policy_fallbacks", shared);
    add_default(from, into);
    return into;
}

void read_routing(section_reader& from, router_settings& into, reading& shared) {
    read_strategy(from, into, shared);
    read_latency(from, into.latency, shared);
    into.failures = read_failure_settings(from, shared);
    into.retry_after = from.number("retry_after").value_or(into.retry_after);
    into.cooldown_time = from.number("cooldown_time").value_or(into.cooldown_time);
    into.disable_cooldowns = from.boolean("disable_cooldowns").value_or(false);
    into.enable_tag_filtering = from.boolean("enable_tag_filtering").value_or(false);
    into.tag_filtering_match_any = from.boolean("tag_filtering_match_any").value_or(true);
    into.retry_policy = read_failure_counts(from, "retry_policy", "Retries", shared);
    into.allowed_fails_policy =
        read_failure_counts(from, "allowed_fails_policy", "AllowedFails", shared);
    read_group_policies(from, into, shared);
}

void complete_routing(settings& config, reading& shared) {
    failure_settings& own = config.router.failures;
    const failure_settings& general = config.litellm.failures;
    fill(own.num_retries, general.num_retries);
    fill(own.allowed_fails, general.allowed_fails);
    fill(own.max_fallbacks, general.max_fallbacks);
    fill(own.fallbacks, general.fallbacks);
    fill(own.context_window_fallbacks, general.context_window_fallbacks);
    fill(own.content_policy_fallbacks, general.content_policy_fallbacks);
    check_targets(config, own.fallbacks, "fallbacks", shared);
    check_targets(config, own.context_window_fallbacks, "context_window_fallbacks", shared);
    check_targets(config, own.content_policy_fallbacks, "content_policy_fallbacks", shared);
}

} // namespace llm_proxy::config
