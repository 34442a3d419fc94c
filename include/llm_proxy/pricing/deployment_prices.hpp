#pragma once

#include "llm_proxy/model/deployment.hpp"
#include "llm_proxy/pricing/price_table.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::pricing {

/// What the calls of one deployment are billed by. Shared by all threads.
class deployment_prices {
public:
    deployment_prices(std::shared_ptr<const price_table> table, const model::deployment& of);
    ~deployment_prices();
    deployment_prices(const deployment_prices&) = delete;
    deployment_prices& operator=(const deployment_prices&) = delete;

    /// The prices of a call: the deployment's own, those of its `base_model`, of the model that the
    /// answer names (may be empty), of the model that was asked, in this order; null if none has
    /// any.
    const model_prices* for_answer(std::string_view answered, std::string_view asked) const;

    /// The same for images, which may have a price for their quality and size (`1024x1024`).
    const model_prices* for_image(std::string_view answered, std::string_view asked,
                                  std::string_view quality, std::string_view size) const;

    /// No call can have a price.
    bool empty() const;

    /// The deployment's own prices; null if it sets none.
    const model_prices* custom() const { return custom_.get(); }
    /// The table's entry for its model; null if there is none.
    const model_prices* entry() const { return entry_; }
    /// That entry's whole text as a JSON object; empty without one.
    std::string_view entry_text() const;

    /// `eu` or `us`, where OpenAI keeps the data in that region and bills for it.
    std::string_view data_residency() const { return data_residency_; }

private:
    struct known_name;

    const model_prices* look_up(std::string_view model) const;
    const model_prices* remember(std::string_view model) const;

    std::shared_ptr<const price_table> table_;
    std::string provider_;
    std::string upstream_model_;
    std::shared_ptr<const model_prices> custom_;
    const model_prices* entry_ = nullptr;
    bool has_base_model_ = false;
    std::string_view data_residency_;

    /// Names of calls and answers, the latest first. Only added to, so that it is read without a
    /// lock.
    mutable std::atomic<known_name*> names_ = nullptr;
};

/// The same deployments with the prices that the table gives them. A deployment of which no call
/// can have a price stays without.
model::deployment_list priced(const model::deployment_list& deployments,
                              const std::shared_ptr<const price_table>& table);

/// What pricing needs to know of deployments to choose from a table.
table_selection needed_entries(const model::deployment_list& deployments);

} // namespace llm_proxy::pricing
