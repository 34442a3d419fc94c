#include "llm_proxy/limits/shared_quota.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/routing/strategies.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace llm_proxy::routing {

namespace {

using limits::kind;

/// A request of some length, to compare limits on tokens with those on requests.
constexpr double tokens_of_request = 1000;

bool costs_nothing(const pricing::model_prices& prices) {
    const auto is_zero = [&prices](pricing::price_of what) {
        return prices.find({what}).value_or(-1) == 0;
    };
    return is_zero(pricing::price_of::input_token) && is_zero(pricing::price_of::output_token);
}

enum class tier : std::uint8_t { free, home, paid };

tier tier_of(const model::deployment& item) {
    if (item.at_home && !item.routing.free_tier) {
        return tier::home;
    }
    return is_free(item) ? tier::free : tier::paid;
}

} // namespace

bool is_free(const model::deployment& item) {
    if (item.routing.free_tier) {
        return *item.routing.free_tier;
    }
    if (item.prices != nullptr) {
        const auto* own = item.prices->custom();
        const auto* prices = own != nullptr ? own : item.prices->entry();
        if (prices != nullptr && costs_nothing(*prices)) {
            return true;
        }
    }
    return item.upstream_model.ends_with(":free");
}

double spare_rate(const std::array<limits::standing, limits::kind_count>& standings,
                  limits::time_point now) {
    double rate = std::numeric_limits<double>::infinity();
    for (const kind which : {kind::rpm, kind::tpm, kind::rpd, kind::tpd}) {
        const limits::standing& one = standings[static_cast<std::size_t>(which)];
        std::optional<std::int64_t> limit = one.configured;
        if (one.learned) {
            limit = std::min(*one.learned, limit.value_or(*one.learned));
        }
        if (!limit) {
            continue;
        }
        const bool tokens = which == kind::tpm || which == kind::tpd;
        const double left = static_cast<double>(std::max<std::int64_t>(0, *limit - one.used)) /
                            (tokens ? tokens_of_request : 1);
        const std::chrono::duration<double> time = one.reset - now;
        const bool in_minute = which == kind::rpm || which == kind::tpm;
        // An unused minute has no end of its own; it lasts a minute from its first request.
        const double seconds = in_minute && time.count() <= 0 ? 60 : std::max(1.0, time.count());
        rate = std::min(rate, left / seconds);
    }
    return rate;
}

const std::shared_ptr<const model::deployment>*
free_first(const candidates& from, const choice& how, random_source& random) {
    candidates best;
    tier lowest = tier::paid;
    for (const auto* item : from) {
        const tier its = tier_of(**item);
        if (its < lowest) {
            lowest = its;
            best.clear();
        }
        if (its == lowest) {
            best.push_back(item);
        }
    }
    if (lowest != tier::free) {
        return shuffle(best, random);
    }
    double highest = -1;
    candidates fullest;
    for (const auto* item : best) {
        const auto& quota = (*item)->quota;
        const double rate = quota == nullptr ? std::numeric_limits<double>::infinity()
                                             : spare_rate(quota->standings(how.wall), how.wall);
        if (rate > highest) {
            highest = rate;
            fullest.clear();
        }
        if (rate == highest) {
            fullest.push_back(item);
        }
    }
    return shuffle(fullest, random);
}

} // namespace llm_proxy::routing
