#include "llm_proxy/server/quota_report.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/limits/limit_text.hpp"
#include "llm_proxy/limits/shared_quota.hpp"
#include "llm_proxy/server/endpoints.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace llm_proxy::server {

namespace {

using limits::kind;
using limits::standing;
using limits::time_point;

document number_or_null(const std::optional<std::int64_t>& value) {
    return value ? document(*value) : document(nullptr);
}

document limit_report(const standing& at, bool resets) {
    document out{{"configured", number_or_null(at.configured)},
                 {"learned", number_or_null(at.learned)},
                 {"used", at.used}};
    std::optional<std::int64_t> limit = at.configured;
    if (at.learned && (!limit || *at.learned < *limit)) {
        limit = at.learned;
    }
    out["left"] = limit ? document(std::max<std::int64_t>(0, *limit - at.used)) : nullptr;
    out["resets_at"] = resets ? document(limits::time_text(at.reset)) : nullptr;
    return out;
}

/// `free`; `full`: a place will be free; `resting`: the provider refused, for some time;
/// `exhausted`: the day is used up; `blocked`: the provider lets nothing through.
const char* state_of(limits::shared_quota& quota, time_point now,
                     const std::optional<limits::refusal>& refused) {
    if (!refused) {
        return "free";
    }
    if (refused->free_at == time_point::max() && refused->which != kind::parallel) {
        return "blocked";
    }
    if (limits::is_of_a_day(refused->which)) {
        return "exhausted";
    }
    return quota.resting(now) ? "resting" : "full";
}

document report(limits::shared_quota& quota, time_point now) {
    const auto refused = quota.check(1, now);
    document out{{"name", quota.name()}, {"state", state_of(quota, now, refused)}};
    out["why"] = refused ? document(limits::describe(*refused, now)) : nullptr;
    out["free_at"] = refused && refused->free_at != time_point::max()
                         ? document(limits::time_text(refused->free_at))
                         : nullptr;
    document all = document::object();
    const auto standings = quota.standings(now);
    for (std::size_t i = 0; i < standings.size(); ++i) {
        const auto which = static_cast<kind>(i);
        all[std::string(limits::name_of(which))] =
            limit_report(standings[i], which != kind::parallel);
    }
    out["limits"] = std::move(all);
    return out;
}

} // namespace

std::string quota_report(const model::deployment_list& deployments, time_point now) {
    document data = document::array();
    std::map<const limits::shared_quota*, std::size_t> places;
    for (const auto& item : deployments) {
        if (item->quota == nullptr) {
            continue;
        }
        const auto [at, is_new] = places.emplace(item->quota.get(), data.size());
        if (is_new) {
            document entry = report(*item->quota, now);
            const std::string& group = item->limits_set.quota_group;
            entry["quota_group"] = group.empty() ? document(nullptr) : document(group);
            entry["deployments"] = document::array();
            data.push_back(std::move(entry));
        }
        data[at->second]["deployments"].push_back(
            {{"id", item->id}, {"model_group", item->group}, {"model", item->model_name}});
    }
    return dump_json({{"data", std::move(data)}});
}

net::task<> show_quota(request& req, const auth::caller&) {
    const std::string body = quota_report(req.config->models.deployments(), limits::now());
    co_await req.send_json(200, body);
}

} // namespace llm_proxy::server
