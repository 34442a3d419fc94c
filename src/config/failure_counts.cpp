#include "llm_proxy/config/routing_reader.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::config {

namespace {

struct class_name {
    std::string_view name;
    error_class kind;
};

constexpr std::array class_names{
    class_name{"BadRequestError", error_class::bad_request},
    class_name{"AuthenticationError", error_class::authentication},
    class_name{"TimeoutError", error_class::timeout},
    class_name{"RateLimitError", error_class::rate_limit},
    class_name{"ContentPolicyViolationError", error_class::content_policy_violation},
    class_name{"InternalServerError", error_class::internal_server},
    class_name{"ServiceUnavailableError", error_class::service_unavailable},
    class_name{"BadGatewayError", error_class::bad_gateway},
    class_name{"NotFoundError", error_class::not_found},
};

/// The class that a key such as `TimeoutErrorRetries` names; null for `DefaultRetries`.
std::optional<const class_name*> class_of_key(std::string_view key, std::string_view suffix) {
    if (key == "DefaultRetries" && suffix == "Retries")
        return nullptr;
    for (const class_name& one : class_names)
        if (key.starts_with(one.name) && key.substr(one.name.size()) == suffix)
            return &one;
    return std::nullopt;
}

void report_unknown_class(const map_entry& one, const std::string& path, std::string_view suffix,
                          reading& shared) {
    std::vector<std::string> names;
    names.reserve(class_names.size());
    for (const class_name& known : class_names)
        names.push_back(std::string(known.name) + std::string(suffix));
    const std::vector<std::string_view> views(names.begin(), names.end());
    const auto near = one.key.size() > 100 ? std::nullopt : closest(one.key, views);
    shared.report(severity::error, one.key_where, path + '.' + one.key,
                  "unknown key `" + one.key + "`",
                  near ? "did you mean `" + std::string(*near) + "`?" : "it is ignored");
}

} // namespace

std::optional<int> failure_counts::find(error_class kind) const {
    if (const auto& own = by_class[static_cast<std::size_t>(kind)])
        return own;
    const bool is_bad_request = kind == error_class::context_window_exceeded ||
                                kind == error_class::content_policy_violation;
    const auto& wider = by_class[static_cast<std::size_t>(error_class::bad_request)];
    return is_bad_request && wider ? wider : otherwise;
}

bool failure_counts::empty() const {
    return !otherwise && std::none_of(by_class.begin(), by_class.end(),
                                      [](const auto& one) { return one.has_value(); });
}

failure_counts counts_of(const map& given, const std::string& path, std::string_view suffix,
                         reading& shared) {
    failure_counts counts;
    for (const map_entry& one : given) {
        const auto known = class_of_key(one.key, suffix);
        value copy = one.item;
        if (!known) {
            report_unknown_class(one, path, suffix, shared);
        } else if (!one.item.is_null() && conform(copy, value_kind::count) != fit::good) {
            shared.report(severity::error, one.item.where, path + '.' + one.key,
                          "must be " + std::string(kind_name(value_kind::count)));
        } else if (!one.item.is_null()) {
            constexpr std::int64_t most = 1000;
            const int number = static_cast<int>(std::min(std::get<std::int64_t>(copy.data), most));
            (*known == nullptr ? counts.otherwise
                               : counts.by_class[static_cast<std::size_t>((*known)->kind)]) =
                number;
        }
    }
    return counts;
}

} // namespace llm_proxy::config
