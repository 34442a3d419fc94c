#pragma once

#include "llm_proxy/pricing/price_table.hpp"

#include <string>

namespace llm_proxy::pricing {

/// The table that comes with the program (`data/model_prices.json`), or what `keep` leaves of it.
/// Unpacks and reads the whole text: for start-up and reload, not for the request path.
result<price_table> bundled_prices(const entry_filter& keep = {});

/// Reads a table from a file, for a replacement of the bundled one.
result<price_table> load_prices(const std::string& path, const entry_filter& keep = {});

} // namespace llm_proxy::pricing
