#pragma once

#include "llm_proxy/limits/quota.hpp"
#include "llm_proxy/routing/router.hpp"

#include <boost/container/small_vector.hpp>

#include <array>

namespace llm_proxy::routing {

/// Deployments that a strategy may choose from; at least one.
using candidates =
    boost::container::small_vector<const std::shared_ptr<const model::deployment>*, 16>;

/// At random by `weight` if any has one, else by `rpm`, else by `tpm`, else evenly.
const std::shared_ptr<const model::deployment>* shuffle(const candidates& from,
                                                        random_source& random);

/// The fewest calls in flight; the first of equals.
const std::shared_ptr<const model::deployment>* least_busy(const candidates& from);

/// The fewest tokens in this minute among those below their `rpm` and `tpm`, at random among
/// equals; the limits themselves are not its business, so all count where none is below.
const std::shared_ptr<const model::deployment>* least_used(const candidates& from, time_point now,
                                                           random_source& random);

/// The lowest latency; at random among those within `lowest_latency_buffer` of it.
const std::shared_ptr<const model::deployment>* fastest(const candidates& from, const choice& how,
                                                        random_source& random);

/// The lowest price of an input and an output token together.
const std::shared_ptr<const model::deployment>* cheapest(const candidates& from,
                                                         random_source& random);

/// Free ones, the one first whose quota would be wasted most; then those at home; then paid ones,
/// by weight.
const std::shared_ptr<const model::deployment>*
free_first(const candidates& from, const choice& how, random_source& random);

/// Whether its calls cost nothing: by `model_info.tier`, by its prices, or by a name that ends in
/// `:free`.
bool is_free(const model::deployment& item);

/// How many requests a second a quota allows from now until it is counted anew, by its tightest
/// limit: the highest is wasted most if it is not used. A thousand tokens count as a request.
/// Infinity without limits; 0 if one is reached.
double spare_rate(const std::array<limits::standing, limits::kind_count>& standings,
                  limits::time_point now);

} // namespace llm_proxy::routing
