#include "llm_proxy/pricing/deployment_prices.hpp"

#include "llm_proxy/pricing/cost_calculator.hpp"
#include "llm_proxy/pricing/custom_prices.hpp"
#include "llm_proxy/pricing/needed_entries.hpp"

#include <cstddef>
#include <utility>

namespace llm_proxy::pricing {

namespace {

/// How many names one deployment remembers. One behind a wildcard may see many; those beyond are
/// looked up each time.
constexpr std::size_t most_names = 64;

/// https://developers.openai.com/api/docs/pricing: the hosts that keep data in a region.
std::string_view residency_of(const model::deployment& of) {
    if (of.provider != "openai" || of.origin == nullptr) {
        return {};
    }
    if (of.origin->host == "eu.api.openai.com") {
        return "eu";
    }
    return of.origin->host == "us.api.openai.com" ? "us" : "";
}

} // namespace

struct deployment_prices::known_name {
    std::string name;
    const model_prices* entry;
    known_name* next;
    std::size_t count; // of this one and those behind it
};

deployment_prices::deployment_prices(std::shared_ptr<const price_table> table,
                                     const model::deployment& of)
    : table_(std::move(table)), provider_(of.provider), upstream_model_(of.upstream_model),
      data_residency_(residency_of(of)) {
    if (!of.info.base_model.empty()) {
        entry_ = look_up(of.info.base_model);
        has_base_model_ = entry_ != nullptr;
    }
    if (entry_ == nullptr) {
        entry_ = look_up(upstream_model_);
    }
    custom_ = custom_prices(of.prices_set, of.info, entry_);
}

deployment_prices::~deployment_prices() {
    const known_name* one = names_.load();
    while (one != nullptr) {
        delete std::exchange(one, one->next);
    }
}

const model_prices* deployment_prices::look_up(std::string_view model) const {
    const model_prices* found = table_->lookup(provider_, model);
    // LiteLLM has OpenAI's models of the old completions under a provider of their own.
    const bool may_be_old = found == nullptr && provider_ == "openai";
    return may_be_old ? table_->lookup("text-completion-openai", model) : found;
}

const model_prices* deployment_prices::remember(std::string_view model) const {
    if (model.empty() || model == upstream_model_) {
        return model.empty() ? nullptr : entry_;
    }
    known_name* first = names_.load(std::memory_order_acquire);
    for (const known_name* one = first; one != nullptr; one = one->next) {
        if (one->name == model) {
            return one->entry;
        }
    }
    const model_prices* found = look_up(model);
    const std::size_t count = first == nullptr ? 0 : first->count;
    if (count < most_names) {
        auto* fresh = new known_name{std::string(model), found, first, count + 1};
        if (!names_.compare_exchange_strong(first, fresh, std::memory_order_release,
                                            std::memory_order_relaxed)) {
            delete fresh; // another thread came first: the name is remembered next time
        }
    }
    return found;
}

const model_prices* deployment_prices::for_answer(std::string_view answered,
                                                  std::string_view asked) const {
    if (custom_ != nullptr || has_base_model_) {
        return custom_ != nullptr ? custom_.get() : entry_;
    }
    const model_prices* found = remember(answered);
    return found != nullptr ? found : remember(asked);
}

const model_prices* deployment_prices::for_image(std::string_view answered, std::string_view asked,
                                                 std::string_view quality,
                                                 std::string_view size) const {
    if (custom_ != nullptr || has_base_model_) {
        return for_answer(answered, asked);
    }
    for (const std::string_view name : {answered, asked}) {
        const model_prices* found =
            name.empty() ? nullptr : table_->lookup_image(provider_, name, quality, size);
        if (found != nullptr) {
            return found;
        }
    }
    return nullptr;
}

bool deployment_prices::empty() const {
    return custom_ == nullptr && entry_ == nullptr && !table_->knows(provider_) &&
           !has_costs_of_its_own(provider_);
}

std::string_view deployment_prices::entry_text() const {
    return entry_ == nullptr ? std::string_view() : table_->text_of(*entry_);
}

model::deployment_list priced(const model::deployment_list& deployments,
                              const std::shared_ptr<const price_table>& table) {
    model::deployment_list out;
    for (const auto& one : deployments) {
        auto prices = std::make_shared<const deployment_prices>(table, *one);
        auto copy = std::make_shared<model::deployment>(*one);
        copy->prices = prices->empty() ? nullptr : std::move(prices);
        out.push_back(std::move(copy));
    }
    return out;
}

table_selection needed_entries(const model::deployment_list& deployments) {
    std::vector<priced_deployment> named;
    for (const auto& one : deployments) {
        named.push_back({one->provider, one->upstream_model, one->info.base_model});
    }
    return needed_entries(named);
}

} // namespace llm_proxy::pricing
