#include "llm_proxy/routing/strategies.hpp"

#include "llm_proxy/pricing/deployment_prices.hpp"

#include <algorithm>
#include <limits>

namespace llm_proxy::routing {

namespace {

using member = double model::deployment::*;
using found = const std::shared_ptr<const model::deployment>*;

double total(const candidates& from, member of) {
    double sum = 0;
    for (const auto* item : from) {
        sum += (**item).*of;
    }
    return sum;
}

found any_of(const candidates& from, random_source& random) {
    const double drawn = random.unit() * static_cast<double>(from.size());
    return from[static_cast<std::size_t>(drawn)];
}

/// The one of the lowest measure, at random among those that are at most `slack` above it.
template <class Measure>
found lowest(const candidates& from, Measure measure, double slack, random_source& random) {
    double best = std::numeric_limits<double>::infinity();
    boost::container::small_vector<double, 16> measured;
    for (const auto* item : from) {
        measured.push_back(measure(**item));
        best = std::min(best, measured.back());
    }
    candidates good;
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (measured[i] <= best * (1 + slack)) {
            good.push_back(from[i]);
        }
    }
    return any_of(good, random);
}

/// LiteLLM's price of what is in no table.
constexpr double unknown_price = 5;

double price_of_tokens(const model::deployment& item) {
    const auto* prices = item.prices.get();
    const auto* entry = prices == nullptr             ? nullptr
                        : prices->custom() != nullptr ? prices->custom()
                                                      : prices->entry();
    const auto price = [entry](pricing::price_of what) {
        return entry == nullptr ? std::nullopt : entry->find({what});
    };
    return price(pricing::price_of::input_token).value_or(unknown_price) +
           price(pricing::price_of::output_token).value_or(unknown_price);
}

bool below_limits(const model::deployment& item, time_point now) {
    const auto& state = item.state;
    return state == nullptr || ((item.rpm <= 0 || state->requests(now) + 1 <= item.rpm) &&
                                (item.tpm <= 0 || state->tokens(now) < item.tpm));
}

} // namespace

found shuffle(const candidates& from, random_source& random) {
    if (from.size() == 1) {
        return from.front();
    }
    const double drawn = random.unit();
    for (const member of :
         {&model::deployment::weight, &model::deployment::rpm, &model::deployment::tpm}) {
        const double sum = total(from, of);
        double left = drawn * sum;
        for (const auto* item : from) {
            left -= (**item).*of;
            if (left < 0) {
                return item;
            }
        }
    }
    return from[static_cast<std::size_t>(drawn * static_cast<double>(from.size()))];
}

found least_busy(const candidates& from) {
    return *std::min_element(from.begin(), from.end(), [](found a, found b) {
        const auto in_flight = [](const model::deployment& item) {
            return item.state == nullptr ? 0 : item.state->in_flight();
        };
        return in_flight(**a) < in_flight(**b);
    });
}

found least_used(const candidates& from, time_point now, random_source& random) {
    candidates free;
    std::copy_if(from.begin(), from.end(), std::back_inserter(free),
                 [now](found item) { return below_limits(**item, now); });
    const auto tokens = [now](const model::deployment& item) {
        return item.state == nullptr ? 0.0 : static_cast<double>(item.state->tokens(now));
    };
    return lowest(free.empty() ? from : free, tokens, 0, random);
}

found fastest(const candidates& from, const choice& how, random_source& random) {
    const auto& settings = how.rules.latency;
    const auto latency = [&](const model::deployment& item) {
        return item.state == nullptr ? 0 : item.state->latency(how.stream, settings, how.now);
    };
    return lowest(from, latency, settings.lowest_latency_buffer, random);
}

found cheapest(const candidates& from, random_source& random) {
    return lowest(from, price_of_tokens, 0, random);
}

} // namespace llm_proxy::routing
