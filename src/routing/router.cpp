#include "llm_proxy/routing/router.hpp"

#include "llm_proxy/routing/strategies.hpp"
#include "llm_proxy/routing/tags.hpp"

#include <algorithm>
#include <cmath>

namespace llm_proxy::routing {

namespace {

using found_deployment = const std::shared_ptr<const model::deployment>*;

bool is_usable(const model::deployment& item, const choice& how) {
    return (!item.credential_missing || item.mock_response) &&
           (item.state == nullptr || !item.state->resting(how.now)) &&
           std::find(how.excluded.begin(), how.excluded.end(), &item) == how.excluded.end();
}

void keep_lowest_order(candidates& list) {
    int lowest = std::numeric_limits<int>::max();
    for (const auto* item : list) {
        lowest = std::min(lowest, (*item)->routing.order);
    }
    const auto is_later = [lowest](found_deployment item) {
        return (*item)->routing.order > lowest;
    };
    list.erase(std::remove_if(list.begin(), list.end(), is_later), list.end());
}

found_deployment by_strategy(const candidates& list, const choice& how, random_source& random) {
    switch (how.rules.strategy) {
    case config::routing_strategy::least_busy:
        return least_busy(list);
    case config::routing_strategy::usage_based:
        return least_used(list, how.now, random);
    case config::routing_strategy::latency_based:
        return fastest(list, how, random);
    case config::routing_strategy::cost_based:
        return cheapest(list, random);
    case config::routing_strategy::free_first:
        return free_first(list, how, random);
    case config::routing_strategy::simple_shuffle:
        break;
    }
    return shuffle(list, random);
}

/// What a match stands for: its group, or the one deployment that was asked for.
candidates all_of(const model::match& found) {
    candidates all;
    for (const auto& item : found.group->deployments) {
        if (found.only == nullptr || item.get() == found.only) {
            all.push_back(&item);
        }
    }
    return all;
}

error no_tags(const choice& how, std::string_view group) {
    std::string named;
    for (const std::string& tag : how.tags) {
        named += (named.empty() ? "'" : ", '") + tag + "'";
    }
    return error(401, "internal_server_error",
                 "Not allowed to access model due to tags configuration. Passed model=" +
                     std::string(group) + " and tags=[" + named + "]");
}

error all_at_rest(const candidates& resting, std::chrono::duration<double> shortest,
                  std::string_view group) {
    const auto seconds = std::to_string(static_cast<long>(std::ceil(shortest.count())));
    std::string ids;
    for (const auto* item : resting) {
        ids += (ids.empty() ? "'" : ", '") + (*item)->id + "'";
    }
    error out(429, "all_deployments_in_cooldown",
              "No deployments available for selected model, Try again in " + seconds +
                  " seconds. All deployments for selected model are in cooldown. Passed model=" +
                  std::string(group) + ". pre-call-checks=False, cooldown_list=[" + ids + "]");
    out.kind = error_class::rate_limit;
    out.headers.emplace_back("retry-after", seconds);
    return out;
}

error no_credential(std::string_view group, std::string_view why) {
    error out(502, "internal_server_error",
              "No deployment of model group '" + std::string(group) +
                  "' has a credential that its provider takes: " + std::string(why));
    out.kind = error_class::authentication;
    out.headers.emplace_back("x-should-retry", "false");
    return out;
}

} // namespace

found_deployment choose(const model::match& found, const choice& how, random_source& random) {
    const model::deployment_list& all = found.group->deployments;
    if (all.size() == 1 && !how.rules.enable_tag_filtering) {
        return is_usable(*all.front(), how) ? &all.front() : nullptr;
    }
    candidates list;
    for (const auto& item : all) {
        if ((found.only == nullptr || item.get() == found.only) && is_usable(*item, how)) {
            list.push_back(&item);
        }
    }
    if (how.rules.enable_tag_filtering) {
        keep_tagged(list, all_of(found), how);
    }
    if (list.empty()) {
        return nullptr;
    }
    keep_lowest_order(list);
    return by_strategy(list, how, random);
}

error unavailable(const model::match& found, const choice& how, std::string_view group) {
    candidates list = all_of(found);
    if (how.rules.enable_tag_filtering) {
        const candidates all = list;
        keep_tagged(list, all, how);
        if (list.empty()) {
            return no_tags(how, group);
        }
    }
    candidates resting;
    std::string bad_credential;
    auto shortest = std::chrono::duration<double>::max();
    for (const auto* item : list) {
        const auto rests =
            (*item)->state == nullptr ? std::nullopt : (*item)->state->current_rest(how.now);
        if (rests && rests->bad_credential) {
            bad_credential = rests->why;
        } else if (rests) {
            resting.push_back(item);
            shortest = std::min<std::chrono::duration<double>>(shortest, rests->until - how.now);
        } else if ((*item)->credential_missing) {
            bad_credential = bad_credential.empty() ? "none is set" : bad_credential;
        }
    }
    return resting.empty() ? no_credential(group, bad_credential)
                           : all_at_rest(resting, shortest, group);
}

} // namespace llm_proxy::routing
