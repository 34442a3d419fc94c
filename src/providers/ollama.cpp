#include "llm_proxy/providers/ollama.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/providers/model_list.hpp"
#include "llm_proxy/providers/ollama_answer.hpp"
#include "llm_proxy/providers/ollama_errors.hpp"
#include "llm_proxy/providers/ollama_request.hpp"
#include "llm_proxy/providers/preparation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace llm_proxy::providers {

namespace {

constexpr std::array<std::string_view, 1> base_variables{"OLLAMA_API_BASE"};
constexpr std::array<std::string_view, 1> key_variables{"OLLAMA_API_KEY"};

/// What a base may end in and the routes bring themselves.
constexpr std::array<std::string_view, 7> endings{
    "/", "/chat/completions", "/v1", "/api/chat", "/api/generate", "/api/embed", "/api"};

/// The server's address alone, whichever of its routes the base names.
std::string choose_base(const config::litellm_params& params, const variable_lookup& variable) {
    std::string base = params.api_base.value_or("");
    if (base.empty()) {
        base = first_set(base_variables, variable).value_or("http://localhost:11434");
    }
    while (true) {
        const auto found =
            std::find_if(endings.begin(), endings.end(),
                         [&base](std::string_view one) { return base.ends_with(one); });
        if (found == endings.end()) {
            return base;
        }
        base.resize(base.size() - found->size());
    }
}

std::string_view path_of(ollama_route route) {
    switch (route) {
    case ollama_route::chat:
        return "/api/chat";
    case ollama_route::generate:
        return "/api/generate";
    case ollama_route::embed:
        break;
    }
    return "/api/embed";
}

/// The route for a type of call; nothing if Ollama has none.
std::optional<ollama_route> route_for(model::call_type type, ollama_route texts) {
    switch (type) {
    case model::call_type::chat_completion:
    case model::call_type::completion:
        return texts;
    case model::call_type::embedding:
        return ollama_route::embed;
    default:
        return std::nullopt;
    }
}

void write_heads(const config::litellm_params& params, ollama_route texts, model::deployment& out) {
    header_set headers;
    if (!out.key.empty()) {
        headers.set("Authorization", "Bearer " + out.key.reveal());
    }
    headers.add_extra(params);
    out.header_lines = headers.lines(*out.origin);
    for (std::size_t i = 0; i < model::call_type_count; ++i) {
        if (const auto route = route_for(static_cast<model::call_type>(i), texts)) {
            http::head_writer head(out.request_heads[i]);
            head.request_line("POST", out.base_path + std::string(path_of(*route)));
            head.raw(out.header_lines);
        }
    }
}

} // namespace

std::string_view ollama::prefix() const {
    return route_ == ollama_route::chat ? "ollama_chat" : "ollama";
}

std::string_view ollama::exception_name() const {
    return route_ == ollama_route::chat ? "Ollama_chatException" : "OllamaException";
}

bool ollama::prepare(const config::model_entry& entry, const config::settings& settings,
                     const variable_lookup& variable, model::deployment& out,
                     config::problems& found) const {
    const auto& params = entry.params;
    const std::string base = choose_base(params, variable);
    if (!use_base(base, entry, settings, "write it as http://host:11434", out, found)) {
        return false;
    }
    warn_of_api_version(entry, found);
    out.key = configured_key(params, key_variables, variable);
    write_heads(params, route_, out);
    return true;
}

std::vector<std::string> ollama::remote_files(const inbound_call& call) const {
    return ollama_remote_files(call);
}

result<void> ollama::translate(const inbound_call& call, const model::deployment& target,
                               outbound_call& out) const {
    const auto route = route_for(call.type, route_);
    if (!route) {
        return error(400, "invalid_request_error",
                     std::string(prefix()) + "/ does not serve " +
                         std::string(model::traits_of(call.type).path) + ".");
    }
    auto request = make_ollama_request(call, target, *route);
    if (!request) {
        return request.error();
    }
    out.body = std::move(request->body);
    ollama_answer_options options{.route = *route,
                                  .text_completion = call.type == model::call_type::completion,
                                  .calls_as_text = request->calls_as_text,
                                  .base64_embeddings = request->base64_embeddings,
                                  .requested_model = std::string(call.requested_model),
                                  .created = call.created,
                                  .random = call.random,
                                  .exception_name = exception_name(),
                                  .target = &target};
    out.answers = *route == ollama_route::embed ? make_ollama_embedding(std::move(options))
                                                : make_ollama_translation(std::move(options));
    out.head = target.request_heads[static_cast<std::size_t>(call.type)];
    finish_json_call(out);
    return {};
}

std::string ollama::model_list_request(const model::deployment& target,
                                       const model::access*) const {
    return make_list_request(target, target.base_path + "/api/tags");
}

std::vector<std::string> ollama::read_model_list(std::string_view body) const {
    return read_listed_names(body, "models", [](const listed_model& one) {
        const std::string name = one.name("name");
        return name.empty() ? one.name("model") : name;
    });
}

error ollama::classify(const upstream_answer& answer, const call_names& names) const {
    return ollama_error(answer.status, answer.body, exception_name(), names);
}

} // namespace llm_proxy::providers
