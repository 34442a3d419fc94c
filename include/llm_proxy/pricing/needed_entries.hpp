#pragma once

#include "llm_proxy/pricing/price_table.hpp"

#include <string>
#include <vector>

namespace llm_proxy::pricing {

/// A deployment, as far as it bears on which entries of the price table can be asked for.
struct priced_deployment {
    std::string provider;
    std::string model;      // may hold `*`
    std::string base_model; // may be empty
};

/// Keeps what these deployments can need: all of their providers' entries, since an answer may name
/// another model than the one asked for. A provider that serves models of all others (GitHub) needs
/// the entries that have its models' names in theirs; with a `*` it needs the whole table, which
/// takes 1.5 MiB. To be shown are those of the deployments' own models.
table_selection needed_entries(const std::vector<priced_deployment>& deployments);

} // namespace llm_proxy::pricing
