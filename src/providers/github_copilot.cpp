#include "llm_proxy/providers/github_copilot.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/providers/copilot_claude.hpp"
#include "llm_proxy/providers/copilot_errors.hpp"
#include "llm_proxy/providers/copilot_request.hpp"
#include "llm_proxy/providers/messages_call.hpp"
#include "llm_proxy/providers/model_list.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/providers/request_rules.hpp"
#include "llm_proxy/providers/response_call.hpp"
#include "llm_proxy/providers/responses_answer.hpp"
#include "llm_proxy/providers/responses_request.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace llm_proxy::providers {

namespace {

constexpr dialect github_copilot_dialect{.prefix = "github_copilot",
                                         .exception_name = "Github_copilotException",
                                         .default_base = "https://api.githubcopilot.com",
                                         .base_variables = {"GITHUB_COPILOT_API_BASE"},
                                         .key = key_rule::optional};

/// An editor's headers, which a deployment's `extra_headers` replace one by one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> editor_headers{{
    {"Copilot-Integration-Id", "vscode-chat"},
    {"Editor-Version", "vscode/1.95.0"},
    {"Editor-Plugin-Version", "copilot-chat/0.26.7"},
    {"User-Agent", "GitHubCopilotChat/0.26.7"},
    {"OpenAI-Intent", "conversation-panel"},
    {"X-GitHub-Api-Version", "2025-04-01"},
    {"X-VSCode-User-Agent-Library-Version", "electron-fetch"},
}};

/// What the Messages API has beside them, or in their place.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> messages_headers{{
    {"Anthropic-Version", "2023-06-01"},
    {"OpenAI-Intent", "messages-proxy"},
    {"X-Interaction-Type", "messages-proxy"},
    {"X-GitHub-Api-Version", "2026-06-01"},
}};

constexpr auto message_type = static_cast<std::size_t>(model::call_type::message);

std::string make_lines(const config::litellm_params& params, bool for_messages) {
    header_set headers;
    for (const auto& [name, value] : editor_headers) {
        headers.set(std::string(name), std::string(value));
    }
    if (for_messages) {
        for (const auto& [name, value] : messages_headers) {
            headers.set(std::string(name), std::string(value));
        }
    }
    headers.add_extra(params);
    return headers.lines();
}

/// Writes the heads of requests: what differs from one to the next, unless the deployment says it.
class request_head {
public:
    request_head(const model::deployment& target, std::string& out) : target_(target), head_(out) {}

    void begin(std::string_view method, std::string_view path, const model::access& access,
               model::call_type type = model::call_type::chat_completion) {
        head_.request_line(method, (target_.own_base ? target_.base_path : access.base_path) +
                                       std::string(path));
        add("Host", target_.own_base ? target_.origin->host_header : access.origin->host_header);
        const bool is_message = type == model::call_type::message;
        head_.raw(is_message ? target_.request_heads[message_type] : target_.header_lines);
        add("Authorization", "Bearer " + access.token.reveal());
    }

    void begin(std::string_view path, const inbound_call& call) {
        begin("POST", path, *call.access, call.type);
        add("X-Request-Id", uuid4(call.random));
        if (call.type == model::call_type::chat_completion || model::can_be_chat(call.type)) {
            add_marks(call);
        }
        if (call.type == model::call_type::message) {
            add_beta(call);
        }
    }

    void end(std::uint64_t length) {
        add("Content-Type", "application/json");
        head_.header("Content-Length", length);
        end();
    }

    void end() { head_.end(); }

private:
    void add(std::string_view name, std::string_view value) {
        const auto& set = target_.extra_headers;
        const bool configured = std::any_of(
            set.begin(), set.end(), [name](const auto& one) { return iequals(one.first, name); });
        if (!configured) {
            head_.header(name, value);
        }
    }

    /// The client's, who knows which of the betas it can read.
    void add_beta(const inbound_call& call) {
        const auto given =
            call.headers == nullptr ? std::nullopt : call.headers->find("anthropic-beta");
        if (given && !given->empty()) {
            add("anthropic-beta", *given);
        }
    }

    void add_marks(const inbound_call& call) {
        const auto* said =
            json::find(call.body, *call.members, model::traits_of(call.type).required);
        if (said == nullptr) {
            return;
        }
        const auto marks = read_copilot_marks(json::value_of(call.body, *said));
        add("X-Initiator", marks.agent ? "agent" : "user");
        if (marks.vision) {
            add("Copilot-Vision-Request", "true");
        }
    }

    const model::deployment& target_;
    http::head_writer head_;
};

/// Head and edited body in order.
void finish_edited(const inbound_call& call, const model::deployment& target, std::string_view path,
                   outbound_call& out) {
    const auto pieces = out.edited->pieces();
    request_head head(target, out.head);
    head.begin(path, call);
    head.end(total_size(pieces));
    out.pieces = {out.head};
    out.pieces.insert(out.pieces.end(), pieces.begin(), pieces.end());
}

bool is_claude(std::string_view model) {
    return lower(model).find("claude") != std::string::npos;
}

bool needs_responses(std::string_view upstream_model, const model::deployment& target) {
    const std::string& mode = target.info.mode;
    return mode.empty() ? copilot_needs_responses(upstream_model) : mode == "responses";
}

} // namespace

github_copilot::github_copilot() : openai_compatible(github_copilot_dialect) {}

bool github_copilot::prepare(const config::model_entry& entry, const config::settings& settings,
                             const variable_lookup& variable, model::deployment& out,
                             config::problems& found) const {
    if (!openai_compatible::prepare(entry, settings, variable, out, found)) {
        return false;
    }
    const auto& params = entry.params;
    if (!out.key.empty()) {
        add_problem(found, entry, entry.where, "api_key", "is not used by github_copilot/",
                    "remove it; the login's token is sent");
        found.back().level = config::severity::warning;
    }
    // The token is known when a call is made, and the heads with it.
    out.key = secret();
    out.request_heads = {};
    out.header_lines = make_lines(params, false);
    out.request_heads[message_type] = make_lines(params, true);
    out.own_base = params.api_base && !params.api_base->empty();
    out.keep_system_role = settings.litellm.disable_copilot_system_to_assistant;
    // Reads the price table now rather than in a call.
    copilot_needs_responses(out.upstream_model);
    return true;
}

result<void> github_copilot::translate(const inbound_call& call, const model::deployment& target,
                                       outbound_call& out) const {
    if (call.access == nullptr) {
        return make_error(error_class::authentication, 401, exception_name(),
                          "there is no login at GitHub Copilot", call.requested_model);
    }
    if (!target.own_base) {
        out.origin = call.access->origin;
    }
    switch (call.type) {
    case model::call_type::chat_completion:
        return needs_responses(call.upstream_model, target) ? bridge_chat(call, target, out)
                                                            : translate_chat(call, target, out);
    case model::call_type::response:
        return translate_response(call, target, out);
    case model::call_type::message:
        return translate_message(call, target, out);
    case model::call_type::embedding:
        return translate_embedding(call, target, out);
    default:
        return error(404, "invalid_request_error",
                     "github_copilot/ does not serve " +
                         std::string(model::traits_of(call.type).path) + ".");
    }
}

result<void> github_copilot::translate_chat(const inbound_call& call,
                                            const model::deployment& target,
                                            outbound_call& out) const {
    if (auto edited = edit_body(call, target, out); !edited) {
        return edited;
    }
    if (!target.keep_system_role) {
        // Copilot served some models without system messages; LiteLLM's answer to that is kept.
        replace_role(*out.edited, R"("system")", R"("assistant")");
    }
    if (!call.stream && is_claude(call.upstream_model)) {
        out.answers =
            make_copilot_claude_translation(std::string(call.requested_model), call.created);
    }
    finish_edited(call, target, "/chat/completions", out);
    return {};
}

result<void> github_copilot::bridge_chat(const inbound_call& call, const model::deployment& target,
                                         outbound_call& out) const {
    auto body = make_responses_body(call, target);
    if (!body) {
        return body.error();
    }
    out.body = std::move(*body);
    request_head head(target, out.head);
    head.begin("/responses", call);
    head.end(out.body.size());
    out.pieces = {out.head, out.body};
    out.answers = make_responses_translation({.requested_model = std::string(call.requested_model),
                                              .created = call.created,
                                              .random = call.random,
                                              .target = &target});
    return {};
}

bool github_copilot::serves(model::call_type type, const model::deployment& target,
                            std::string_view upstream_model) const {
    if (type == model::call_type::response) {
        return needs_responses(upstream_model, target);
    }
    return declares_messages(target) ||
           (is_claude(upstream_model) && copilot_serves_messages(upstream_model));
}

result<void> github_copilot::translate_message(const inbound_call& call,
                                               const model::deployment& target,
                                               outbound_call& out) const {
    if (auto edited = edit_body(call, target, out); !edited) {
        return edited;
    }
    finish_edited(call, target, "/v1/messages", out);
    return {};
}

result<void> github_copilot::translate_response(const inbound_call& call,
                                                const model::deployment& target,
                                                outbound_call& out) const {
    if (auto edited = edit_body(call, target, out); !edited) {
        return edited;
    }
    finish_edited(call, target, "/responses", out);
    out.edits = make_response_edit(call.requested_model, true);
    return {};
}

result<void> github_copilot::translate_embedding(const inbound_call& call,
                                                 const model::deployment& target,
                                                 outbound_call& out) const {
    if (auto edited = edit_body(call, target, out); !edited) {
        return edited;
    }
    const std::string_view input = out.edited->value("input");
    if (input.starts_with('"')) {
        out.edited->set("input", "[" + std::string(input) + "]");
    }
    finish_edited(call, target, "/embeddings", out);
    return {};
}

std::string github_copilot::model_list_request(const model::deployment& target,
                                               const model::access* access) const {
    std::string out;
    if (access != nullptr) {
        request_head head(target, out);
        head.begin("GET", "/models", *access);
        head.end();
    }
    return out;
}

std::vector<std::string> github_copilot::read_model_list(std::string_view body) const {
    return read_listed_names(body, "data", [](const listed_model& one) {
        const std::string type = one.name("capabilities", "type");
        const bool served = type.empty() || type == "chat" || type == "embeddings";
        const bool refused = one.name("policy", "state") == "disabled";
        return served && !refused ? one.name("id") : std::string();
    });
}

verdict github_copilot::judge(const upstream_answer& answer, const upstream_text& said) const {
    if (copilot_says_too_long(said)) {
        return error_class::context_window_exceeded;
    }
    return openai_compatible::judge(answer, said);
}

error github_copilot::classify(const upstream_answer& answer, const call_names& names) const {
    const std::string body = without_copilot_tokens(trim(answer.body));
    error failure = openai_compatible::classify({answer.status, body}, names);
    const auto advice = copilot_advice(answer.status, read_upstream_text(body));
    if (!advice.empty()) {
        const std::string tail = group_suffix(names.group);
        failure.message.resize(failure.message.size() - tail.size());
        failure.message = std::string(trim(failure.message)).append(" ").append(advice) + tail;
    }
    return failure;
}

} // namespace llm_proxy::providers
