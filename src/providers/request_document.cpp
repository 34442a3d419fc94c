#include "llm_proxy/providers/request_document.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/parameter_plan.hpp"
#include "llm_proxy/providers/request_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// A parsed value takes up to twenty times the space of its text, so a request may not be made of
/// nothing but values.
constexpr std::ptrdiff_t most_values = 4 * 1024 * 1024;

bool has_too_many_values(std::string_view text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return c == ',' || c == '[' || c == '{'; }) > most_values;
}

result<void> read_extra_body(document& given, const parameter_plan& plan, document& extra) {
    if (given.size() > most_extra_members) {
        return bad_request("'extra_body' has too many members.");
    }
    for (auto& [name, value] : given.items()) {
        if (is_forbidden(name)) {
            return forbidden_member(name);
        }
        if (name != "model" && !is_consumed(name) && !plan.drops(name)) {
            extra[name] = std::move(value);
        }
    }
    return {};
}

void apply_deployment(const model::deployment& target, const parameter_plan& plan,
                      document& parameters, document& extra) {
    for (const auto& [name, text] : target.defaults) {
        auto value = parse_document(text);
        if (value && !plan.leaves_out(name) && !parameters.contains(name)) {
            parameters[name] = *std::move(value);
        }
    }
    for (const auto& [name, text] : target.extra_body) {
        if (auto value = parse_document(text); value && !plan.drops(name)) {
            extra[name] = *std::move(value);
        }
    }
}

document without_nulls(document&& from) {
    document out = document::object();
    for (auto& [name, value] : from.items()) {
        if (!value.is_null()) {
            out[name] = std::move(value);
        }
    }
    return out;
}

void drop_nested(const parameter_plan& plan, document& parameters) {
    for (const parameter_path& path : plan.dropped) {
        const auto found = parameters.find(path.root());
        if (found != parameters.end()) {
            path.remove_from(*found);
        }
    }
}

} // namespace

result<document> parse_request(std::string_view text) {
    if (has_too_many_values(text)) {
        return bad_request("The request has too many values.");
    }
    auto body = parse_document(text);
    if (!body || !body->is_object()) {
        return bad_request("The request body nests too deep or has too many members.");
    }
    return *std::move(body);
}

result<void> read_request(const inbound_call& call, const model::deployment& target,
                          document& parameters, document& extra) {
    const auto plan = plan_parameters(call, target);
    if (!plan) {
        return plan.error();
    }
    auto body = parse_request(call.body);
    if (!body) {
        return body.error();
    }
    parameters = document::object();
    extra = document::object();
    for (auto& [name, value] : body->items()) {
        if (name == "extra_body" && value.is_object() && !plan->drops(name)) {
            if (auto read = read_extra_body(value, *plan, extra); !read) {
                return read;
            }
        } else if (name != "model" && !plan->leaves_out(name)) {
            parameters[name] = std::move(value);
        }
    }
    apply_deployment(target, *plan, parameters, extra);
    drop_nested(*plan, parameters);
    parameters = without_nulls(std::move(parameters));
    extra = without_nulls(std::move(extra));
    return {};
}

} // namespace llm_proxy::providers
