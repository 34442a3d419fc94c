#include "llm_proxy/providers/openai_compatible.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/form_rules.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/messages_call.hpp"
#include "llm_proxy/providers/model_list.hpp"
#include "llm_proxy/providers/parameter_plan.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/providers/reasoning_rules.hpp"
#include "llm_proxy/providers/request_rules.hpp"
#include "llm_proxy/providers/response_call.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/percent.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace llm_proxy::providers {

namespace {

/// The base as configured, from the environment, or the provider's own; without what the paths
/// bring themselves.
std::string choose_base(const dialect& traits, const config::litellm_params& params,
                        const variable_lookup& variable) {
    std::string base(traits.default_base);
    if (params.api_base && !params.api_base->empty()) {
        base = *params.api_base;
    } else if (auto from_environment = first_set(traits.base_variables, variable)) {
        base = *from_environment;
    }
    constexpr std::string_view chat = "/chat/completions";
    while (base.ends_with('/')) {
        base.pop_back();
    }
    if (base.ends_with(chat)) {
        base.resize(base.size() - chat.size());
    }
    return base;
}

secret choose_key(const dialect& traits, const config::litellm_params& params,
                  const variable_lookup& variable) {
    secret key = configured_key(params, traits.key_variables, variable);
    return key.empty() && traits.key == key_rule::dummy ? secret("fake-api-key") : key;
}

header_set make_headers(const dialect& traits, const config::litellm_params& params,
                        const secret& key, const variable_lookup& variable, bool with_fixed) {
    header_set headers;
    if (!key.empty() && traits.azure) {
        headers.set("api-key", key.reveal());
    } else if (!key.empty()) {
        headers.set("Authorization", "Bearer " + key.reveal());
    }
    if (params.organization) {
        headers.set("OpenAI-Organization", *params.organization);
    }
    for (const fixed_header& fixed :
         with_fixed ? traits.headers : std::span<const fixed_header>()) {
        const auto overridden = fixed.variable.empty() ? std::nullopt : variable(fixed.variable);
        headers.set(std::string(fixed.name), overridden.value_or(std::string(fixed.value)));
    }
    headers.add_extra(params);
    return headers;
}

std::string choose_api_version(const config::litellm_params& params,
                               const variable_lookup& variable) {
    if (params.api_version) {
        return *params.api_version;
    }
    return variable("AZURE_API_VERSION").value_or("2025-02-01-preview");
}

std::string target_path(const dialect& traits, const std::string& api_version,
                        const std::string& base_path, std::string_view model,
                        model::call_type type) {
    std::string path = base_path;
    if (traits.azure && type == model::call_type::response) {
        path += "/openai"; // its body names the deployment
    } else if (traits.azure) {
        path += "/openai/deployments/" + percent_encode(model);
    }
    path += model::traits_of(type).path;
    if (traits.azure) {
        path += "?api-version=" + percent_encode(api_version);
    }
    return path;
}

void write_heads(const dialect& traits, const config::litellm_params& params,
                 const variable_lookup& variable, model::deployment& out) {
    const header_set headers = make_headers(traits, params, out.key, variable, true);
    // As LiteLLM, which sends none of the fixed ones there.
    const std::string of_response =
        make_headers(traits, params, out.key, variable, false).lines(*out.origin);
    const std::string api_version = choose_api_version(params, variable);
    out.header_lines = headers.lines(*out.origin);
    for (std::size_t i = 0; i < model::call_type_count; ++i) {
        const auto type = static_cast<model::call_type>(i);
        http::head_writer head(out.request_heads[i]);
        head.request_line(
            "POST", target_path(traits, api_version, out.base_path, out.upstream_model, type));
        head.raw(type == model::call_type::response ? of_response : out.header_lines);
    }
}

/// Lays the deployment's own parameters beneath the client's.
void apply_defaults(const model::deployment& target, const parameter_plan& plan,
                    json::splice& body) {
    for (const auto& [name, value] : target.defaults) {
        if (!plan.leaves_out(name)) {
            // A client's null wins, too: LiteLLM then sends neither.
            body.set_default(name, value);
        }
    }
}

/// The client's `extra_body` belongs at the top level; its `model` must not.
result<void> merge_extra_body(std::string_view extra, const parameter_plan& plan,
                              json::splice& body) {
    if (!extra.starts_with('{')) {
        return {};
    }
    std::vector<json::member> members;
    json::scan_valid(extra, members);
    if (members.size() > most_extra_members) {
        return error(400, "invalid_request_error", "'extra_body' has too many members.");
    }
    for (const auto& item : members) {
        const std::string name = json::key_of(extra, item);
        if (is_forbidden(name)) {
            return forbidden_member(name);
        }
        if (name != "model" && !is_consumed(name) && !plan.drops(name)) {
            body.set(name, std::string(json::value_of(extra, item)));
        }
    }
    return {};
}

/// Removes what `additional_drop_params` names within members.
result<void> drop_nested(const parameter_plan& plan, json::splice& body) {
    for (const parameter_path& path : plan.dropped) {
        const std::string_view text = body.value(path.root());
        if (path.is_whole() || text.empty()) {
            continue;
        }
        auto value = parse_document(text);
        if (!value) {
            return bad_request("'" + path.root() + "' nests too deep or has too many members.");
        }
        path.remove_from(*value);
        body.set(path.root(), dump_json(*value));
    }
    return {};
}

/// The parameters: the client's without what stays here, and the deployment's.
result<void> apply_plan(const inbound_call& call, const model::deployment& target,
                        const parameter_plan& plan, json::splice& body) {
    if (plan.leaves_members_out) {
        body.remove_if([&](std::string_view name) { return plan.leaves_out(name); });
    }
    if (call.type == model::call_type::response) {
        apply_response_defaults(target, plan, body);
        return {};
    }
    apply_defaults(target, plan, body);
    if (plan.reasoning == model::reasoning_kind::none) {
        return {};
    }
    return apply_reasoning_rules(call, plan.reasoning, plan.drops_unsupported, body);
}

/// LiteLLM's rule: where both names are there, OpenAI's has the value.
void rename_member(const other_name& one, json::splice& body) {
    const std::string value(body.value(one.openai));
    if (!value.empty()) {
        body.remove(one.openai);
    }
    if (!value.empty() && value != "null") {
        body.set(one.provider, value);
    }
}

/// Puts the client's `extra_body` over the parameters, and the deployment's over both.
result<void> apply_extra_bodies(std::string_view extra, const model::deployment& target,
                                const parameter_plan& plan, json::splice& body) {
    if (auto merged = merge_extra_body(extra, plan, body); !merged) {
        return merged;
    }
    for (const auto& [name, value] : target.extra_body) {
        if (!plan.drops(name)) {
            body.set(name, value);
        }
    }
    return drop_nested(plan, body);
}

void request_usage(const inbound_call& call, const parameter_plan& plan, json::splice& body) {
    if (call.type == model::call_type::response) {
        return; // it always comes
    }
    const bool streams = call.stream && model::traits_of(call.type).event_stream;
    if (!streams) {
        body.remove("stream_options");
    } else if (call.request_usage && !plan.leaves_out("stream_options")) {
        ask_for_usage(body);
    }
}

} // namespace

bool openai_compatible::prepare(const config::model_entry& entry, const config::settings& settings,
                                const variable_lookup& variable, model::deployment& out,
                                config::problems& found) const {
    const auto& params = entry.params;
    const std::string base = complete_base(choose_base(dialect_, params, variable));
    if (base.empty()) {
        add_problem(found, entry, entry.base_where, "api_base",
                    std::string(dialect_.prefix) + "/ needs an api_base",
                    "write the server's address, such as http://host.docker.internal:1234/v1");
        return false;
    }
    if (!use_base(base, entry, settings, "write it as https://host/path", out, found)) {
        return false;
    }
    if (dialect_.azure && out.upstream_model.find('*') != std::string::npos) {
        add_problem(found, entry, entry.model_where, "model",
                    "azure/ has the deployment in its path, so it cannot be a wildcard",
                    "write one entry per deployment");
        return false;
    }
    if (!dialect_.azure) {
        warn_of_api_version(entry, found);
    }
    out.reports_usage = !dialect_.default_base.empty() && base == dialect_.default_base;
    out.key = choose_key(dialect_, params, variable);
    out.credential_missing = out.key.empty() && dialect_.key == key_rule::required;
    write_heads(dialect_, params, variable, out);
    return true;
}

bool openai_compatible::serves(model::call_type type, const model::deployment& target,
                               std::string_view) const {
    return type == model::call_type::response ? dialect_.responses : declares_messages(target);
}

void openai_compatible::adjust(const inbound_call&, json::splice& body) const {
    if (!dialect_.developer_role) {
        replace_role(body, R"("developer")", R"("system")");
    }
}

result<void> openai_compatible::edit_body(const inbound_call& call, const model::deployment& target,
                                          outbound_call& out) const {
    const auto plan = plan_parameters(call, target);
    if (!plan) {
        return plan.error();
    }
    auto& body = out.edited.emplace(call.body, *call.members);
    // Read before it is removed, and not edited: a view of the client's text.
    std::string_view extra;
    if (plan->has_extra_body && !plan->drops("extra_body")) {
        extra = body.value("extra_body");
    }
    if (auto applied = apply_plan(call, target, *plan, body); !applied) {
        return applied;
    }
    for (const other_name& one : dialect_.other_names) {
        rename_member(one, body);
    }
    if (auto applied = apply_extra_bodies(extra, target, *plan, body); !applied) {
        return applied;
    }
    if (call.type == model::call_type::message) {
        clean_messages(body);
        out.edits = make_messages_edit(call.requested_model);
    }
    adjust(call, body);
    request_usage(call, *plan, body);
    body.set("model", json::quoted(call.upstream_model));
    for (const std::string_view piece : body.pieces()) {
        out.pieces.push_back(piece);
    }
    return {};
}

result<void> openai_compatible::translate(const inbound_call& call, const model::deployment& target,
                                          outbound_call& out) const {
    const bool multipart = model::traits_of(call.type).multipart;
    out.pieces.emplace_back(); // the head, once its length is known
    auto written = multipart ? append_form(call, target, out) : edit_body(call, target, out);
    if (!written) {
        return written;
    }
    const std::uint64_t length = call.to_come + total_size(out.pieces);
    out.head = target.request_heads[static_cast<std::size_t>(call.type)];
    http::head_writer head(out.head);
    head.header("Content-Type", multipart ? call.content_type : "application/json");
    head.header("Content-Length", length);
    head.end();
    out.pieces.front() = out.head;
    if (dialect_.reasoning != reasoning_form::as_sent &&
        call.type == model::call_type::chat_completion) {
        out.edits = make_reasoning_edit(dialect_.reasoning);
    } else if (call.type == model::call_type::response) {
        out.edits = make_response_edit(call.requested_model, false);
    }
    return {};
}

verdict openai_compatible::judge(const upstream_answer& answer, const upstream_text& said) const {
    return classify_openai(answer.status, said);
}

error openai_compatible::classify(const upstream_answer& answer, const call_names& names) const {
    const upstream_text said = read_upstream_text(answer.body);
    const bool whole = dialect_.raw_error_body && !answer.body.empty();
    const std::string text =
        presentable(whole ? answer.body : std::string_view(said.message), *names.target);
    error failure =
        make_error(judge(answer, said), answer.status, dialect_.exception_name, text, names.group);
    if (!said.param.empty()) {
        failure.param = presentable(said.param, *names.target);
    }
    return failure;
}

std::string openai_compatible::model_list_request(const model::deployment& target,
                                                  const model::access*) const {
    return dialect_.azure ? std::string() : make_list_request(target, target.base_path + "/models");
}

std::vector<std::string> openai_compatible::read_model_list(std::string_view body) const {
    return read_listed_names(body, "data", [](const listed_model& one) { return one.name("id"); });
}

} // namespace llm_proxy::providers
