#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/server/model_details.hpp"
#include "llm_proxy/server/model_lists.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <unordered_set>

namespace llm_proxy::server {

namespace {

/// LiteLLM's constant for `created`.
constexpr std::int64_t created_constant = 1677610602;

document model_object(std::string_view id, const model::model_group* group) {
    document out{
        {"id", id}, {"object", "model"}, {"created", created_constant}, {"owned_by", "openai"}};
    if (group != nullptr && !group->wildcard) {
        add_listing_details(*group, out);
    }
    return out;
}

const model::model_group* group_of(const request& req, std::string_view name) {
    const auto found = req.config->models.find(name);
    return found ? found->group : nullptr;
}

/// Header values are shown as LiteLLM does, but those that look like credentials.
document shown_headers(const config::header_list& headers) {
    document out = document::object();
    for (const auto& [name, value] : headers) {
        const std::string known = lower(name);
        const bool is_secret = known == "authorization" || known.find("key") != known.npos ||
                               known.find("token") != known.npos ||
                               known.find("secret") != known.npos || known == "cookie";
        out[name] = is_secret ? std::string("***") : value;
    }
    return out;
}

document shown_params(const model::deployment& item) {
    document out = from_members(item.defaults);
    out.update(from_members(item.prices_set));
    out["model"] = item.model_name;
    out["api_base"] = item.api_base;
    if (item.rpm > 0) {
        out["rpm"] = item.rpm;
    }
    if (item.tpm > 0) {
        out["tpm"] = item.tpm;
    }
    if (!item.extra_headers.empty()) {
        out["extra_headers"] = shown_headers(item.extra_headers);
    }
    if (!item.extra_body.empty()) {
        out["extra_body"] = from_members(item.extra_body);
    }
    for (const char* flag :
         {"use_in_pass_through", "use_litellm_proxy", "merge_reasoning_content_in_choices",
          "allow_client_keepalive_override", "use_xai_oauth"}) {
        out[flag] = false;
    }
    return out;
}

document describe_group(const model::model_group& group) {
    document providers = document::array();
    double rpm = 0;
    double tpm = 0;
    for (const auto& item : group.deployments) {
        if (std::find(providers.begin(), providers.end(), item->provider) == providers.end()) {
            providers.push_back(item->provider);
        }
        rpm += item->rpm;
        tpm += item->tpm;
    }
    document out{{"model_group", group.name}, {"providers", providers}};
    out["mode"] = "chat";
    out["tpm"] = tpm > 0 ? document(tpm) : document(nullptr);
    out["rpm"] = rpm > 0 ? document(rpm) : document(nullptr);
    add_group_details(group, out);
    return out;
}

/// Whether the provider may be asked which models a wildcard stands for.
bool can_list(const model::deployment& item, const request& req) {
    const bool at_home = !item.adapter->server_name().empty();
    if (item.group.find('*') == std::string::npos || item.credential_missing ||
        item.mock_response || !(at_home || req.config->settings->litellm.check_provider_endpoint)) {
        return false;
    }
    if (item.adapter->needs_login()) {
        const auto* login = req.shared.login;
        return login != nullptr && login->status().state == login::login_state::logged_in;
    }
    return !item.adapter->model_list_request(item, nullptr).empty();
}

/// Names in their order, each once.
class name_list {
public:
    void add(const std::string& name, const model::model_group* group = nullptr) {
        if (seen_.insert(name).second) {
            data.push_back(model_object(name, group));
        }
    }

    document data = document::array();

private:
    std::unordered_set<std::string> seen_;
};

void add_configured(const request& req, name_list& out) {
    for (const auto& alias : req.config->models.aliases()) {
        if (!alias.hidden) {
            out.add(alias.name, group_of(req, alias.name));
        }
    }
    for (const auto& group : req.config->models.groups()) {
        if (!group.wildcard) {
            out.add(group.name, &group);
        }
    }
}

/// What wildcards stand for, after all that is configured by name.
void add_wildcards(const request& req, bool with_patterns, name_list& out) {
    for (const auto& group : req.config->models.groups()) {
        if (group.wildcard && with_patterns) {
            out.add(group.name);
        }
        for (const auto& item : group.deployments) {
            for (const std::string& name : req.shared.lists.names(*item)) {
                if (const auto shown = model::public_name(*item, name)) {
                    out.add(*shown);
                }
            }
        }
    }
}

} // namespace

net::task<> list_models(request& req, const auth::caller&) {
    model::deployment_list listed;
    for (const auto& item : req.config->models.deployments()) {
        if (can_list(*item, req)) {
            listed.push_back(item);
        }
    }
    if (!listed.empty()) {
        co_await req.shared.lists.refresh(std::move(listed), req.interrupts);
    }
    name_list names;
    add_configured(req, names);
    add_wildcards(req, query_value(req.query, "return_wildcard_routes") == "true", names);
    const document body{{"data", std::move(names.data)}, {"object", "list"}};
    co_await req.send_json(200, dump_json(body));
}

net::task<> show_model(request& req, const auth::caller&) {
    const std::string& id = req.path_value;
    const auto* group = group_of(req, id);
    if (group == nullptr) {
        error missing(404, "invalid_request_error",
                      "The model `" + id + "` does not exist or is not accessible");
        missing.param = "model";
        co_await req.send_error(missing);
        co_return;
    }
    co_await req.send_json(200, dump_json(model_object(id, group)));
}

net::task<> model_info(request& req, const auth::caller&) {
    const std::string wanted = query_value(req.query, "litellm_model_id");
    document data = document::array();
    for (const auto& item : req.config->models.deployments()) {
        if (wanted.empty() || item->id == wanted) {
            data.push_back({{"model_name", item->group},
                            {"litellm_params", shown_params(*item)},
                            {"model_info", model_details(*item)}});
        }
    }
    if (!wanted.empty() && data.empty()) {
        co_await req.send_error(error(400, "invalid_request_error",
                                      "Model id = " + wanted + " not found on litellm proxy"));
        co_return;
    }
    const document body{{"data", std::move(data)}};
    co_await req.send_json(200, dump_json(body));
}

net::task<> model_group_info(request& req, const auth::caller&) {
    const std::string wanted = query_value(req.query, "model_group");
    document data = document::array();
    for (const auto& group : req.config->models.groups()) {
        if (wanted.empty() || group.name == wanted) {
            data.push_back(describe_group(group));
        }
    }
    const document body{{"data", std::move(data)}};
    co_await req.send_json(200, dump_json(body));
}

} // namespace llm_proxy::server
