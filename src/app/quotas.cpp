#include "llm_proxy/app/quotas.hpp"

#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/hash.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace llm_proxy::app {

namespace {

using limits::kind;

std::optional<std::int64_t> whole(double amount) {
    constexpr double most = 1e15;
    if (amount <= 0) {
        return std::nullopt;
    }
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(amount, most)));
}

limits::limit_table table_of(const model::deployment& item) {
    limits::limit_table out;
    const auto set = [&out](kind which, std::optional<double> amount) {
        out[static_cast<std::size_t>(which)] = whole(amount.value_or(0));
    };
    set(kind::rpm, item.rpm);
    set(kind::tpm, item.tpm);
    set(kind::rpd, item.limits_set.rpd);
    set(kind::tpd, item.limits_set.tpd);
    set(kind::parallel, item.limits_set.max_parallel_requests);
    return out;
}

/// The lower of two limits of one group.
void tighten(limits::limit_table& group, const limits::limit_table& more) {
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (more[i]) {
            group[i] = group[i] ? std::min(*group[i], *more[i]) : more[i];
        }
    }
}

limits::reset_rule rule_of(const model::deployment& item) {
    const std::string& own = item.limits_set.rpd_reset;
    const auto usual = item.adapter == nullptr ? "00:00 UTC" : item.adapter->day_reset();
    const auto parsed = limits::reset_rule::parse(own.empty() ? usual : own);
    return parsed ? *parsed : limits::reset_rule();
}

std::string identity_of(const model::deployment& item) {
    if (!item.limits_set.quota_group.empty()) {
        return "group\n" + item.limits_set.quota_group;
    }
    return "deployment\n" + item.group + '\n' + item.model_name + '\n' + item.api_base + '\n' +
           sha256_hex(item.key.reveal());
}

} // namespace

void check_limits(const config::settings& settings, config::problems& found) {
    for (const config::model_entry& entry : settings.model_list) {
        const config::limit_params& set = entry.params.limits;
        if (set.rpd_reset.empty()) {
            continue;
        }
        const auto parsed = limits::reset_rule::parse(set.rpd_reset);
        if (!parsed) {
            config::problem item;
            item.where = set.reset_where;
            item.key = entry.path + ".litellm_params.rpd_reset";
            item.text = parsed.error().message;
            item.hint = "write `00:00 Asia/Taipei`";
            found.push_back(std::move(item));
        }
    }
}

model::deployment_list with_quotas(const model::deployment_list& deployments,
                                   limits::quota_book& book) {
    model::deployment_list out;
    std::map<std::string, int> seen;
    const auto now = limits::now();
    for (const auto& item : deployments) {
        std::string identity = identity_of(*item);
        const bool shared = !item->limits_set.quota_group.empty();
        if (const int before = seen[identity]++; before > 0 && !shared) {
            identity += '\n' + std::to_string(before);
        }
        auto copy = std::make_shared<model::deployment>(*item);
        copy->quota = book.open(identity, shared ? item->limits_set.quota_group : item->id, now);
        out.push_back(std::move(copy));
    }
    return out;
}

void apply_limits(const model::deployment_list& deployments) {
    struct wanted {
        limits::limit_table limits;
        limits::reset_rule rule;
    };
    std::map<limits::shared_quota*, wanted> all;
    for (const auto& item : deployments) {
        const auto [at, is_new] = all.try_emplace(item->quota.get());
        if (is_new) {
            at->second = {table_of(*item), rule_of(*item)};
        } else {
            tighten(at->second.limits, table_of(*item));
        }
    }
    for (const auto& [quota, limits] : all) {
        quota->configure(limits.limits, limits.rule);
    }
}

std::unique_ptr<limits::quota_book> open_quota_book(const std::string& folder) {
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    auto kept = limits::ledger::open((std::filesystem::path(folder) / "quota.ledger").string());
    if (!kept) {
        spdlog::warn("the counts of the limits will not outlive this process: {}",
                     kept.error().message);
        return std::make_unique<limits::quota_book>();
    }
    return std::make_unique<limits::quota_book>(std::move(*kept));
}

} // namespace llm_proxy::app
