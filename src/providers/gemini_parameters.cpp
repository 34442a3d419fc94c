#include "llm_proxy/providers/gemini_parameters.hpp"

#include "llm_proxy/providers/camel_case.hpp"
#include "llm_proxy/providers/client_json.hpp"
#include "llm_proxy/providers/request_rules.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace llm_proxy::providers {

using json = nlohmann::ordered_json;

namespace {

result<void> refuse_forbidden(const json& object) {
    for (const auto& [name, value] : object.items()) {
        if (is_forbidden(name)) {
            return forbidden_member(name);
        }
    }
    return {};
}

result<void> read_extra_body(const json& body, json& extra) {
    const json* given = member_of(body, "extra_body");
    if (given == nullptr || !given->is_object()) {
        return {};
    }
    if (auto allowed = refuse_forbidden(*given); !allowed) {
        return allowed;
    }
    for (const auto& [name, value] : given->items()) {
        if (name != "model" && !is_consumed(name)) {
            extra[camel_case(name)] = value;
        }
    }
    return {};
}

/// Parameters that the client wants left out whatever the model knows.
void drop_named(const json& body, json& parameters) {
    const json* names = member_of(body, "additional_drop_params");
    if (names == nullptr || !names->is_array()) {
        return;
    }
    for (const json& name : *names) {
        if (const auto* text = name.get_ptr<const std::string*>()) {
            parameters.erase(*text);
        }
    }
}

} // namespace

result<void> read_parameters(const inbound_call& call, const model::deployment& target,
                             json& parameters, json& extra) {
    auto body = parse_client_json(call.body);
    if (!body || !body->is_object()) {
        return bad_request("The request body nests too deep or has too many members.");
    }
    if (auto allowed = refuse_forbidden(*body); !allowed) {
        return allowed;
    }
    extra = json::object();
    if (auto read = read_extra_body(*body, extra); !read) {
        return read;
    }
    parameters = json::object();
    for (auto& [name, value] : body->items()) {
        if (!is_consumed(name)) {
            parameters[name] = std::move(value);
        }
    }
    for (const auto& [name, text] : target.defaults) {
        if (auto value = parse_client_json(text); value && !parameters.contains(name)) {
            parameters[name] = *std::move(value); // a client's null wins, too
        }
    }
    drop_named(*body, parameters);
    for (const auto& [name, text] : target.extra_body) {
        if (auto value = parse_client_json(text)) {
            extra[camel_case(name)] = *std::move(value);
        }
    }
    return {};
}

void merge_extra(const json& extra, json& body) {
    for (const auto& [name, value] : extra.items()) {
        const auto found = body.find(name);
        if (found != body.end() && found->is_object() && value.is_object()) {
            found->update(value);
        } else {
            body[name] = value;
        }
    }
}

} // namespace llm_proxy::providers
