#pragma once

#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"

#include <memory>
#include <string>

namespace llm_proxy::test {

/// Gives the target prices out of a table of this JSON.
inline void set_prices(model::request_context& context, std::string_view table,
                       std::string_view provider = "openai", std::string_view model = "up") {
    auto made = context.target ? std::make_shared<model::deployment>(*context.target)
                               : std::make_shared<model::deployment>();
    made->provider = provider;
    made->upstream_model = model;
    const auto parsed =
        std::make_shared<const pricing::price_table>(pricing::price_table::parse(table).value());
    made->prices = std::make_shared<const pricing::deployment_prices>(parsed, *made);
    context.upstream_model = model;
    context.target = std::move(made);
    context.upstream_started = std::chrono::steady_clock::now();
}

} // namespace llm_proxy::test
