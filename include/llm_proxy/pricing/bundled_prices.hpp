#pragma once

#include "llm_proxy/pricing/price_table.hpp"

#include <string>
#include <string_view>

namespace llm_proxy::pricing {

/// The text of a price table, packed until it is read: whole it takes three megabytes. Immutable.
class packed_prices {
public:
    /// The one that comes with the program, `data/model_prices.json`.
    packed_prices() = default;

    /// Another in its place.
    static result<packed_prices> pack(std::string_view json);

    /// Unpacks and reads the whole text: for start-up and reload, not for the request path.
    result<price_table> read(const table_selection& wanted = {}) const;

private:
    std::string packed_; // gzip; empty: the program's own
};

/// The program's own table, or what the selection leaves of it.
result<price_table> bundled_prices(const table_selection& wanted = {});

} // namespace llm_proxy::pricing
