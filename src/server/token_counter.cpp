#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/server/endpoints.hpp"
#include "llm_proxy/tokens/prompt_count.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace llm_proxy::server {

namespace {

using providers::member_of;

/// LiteLLM's status for a member of the wrong type.
error wrong_type(const char* name, const char* wanted) {
    error out(422, "invalid_request_error", "'" + std::string(name) + "' must be " + wanted + ".");
    out.param = name;
    return out;
}

result<void> check_types(const document& request) {
    for (const char* name : {"model", "prompt"}) {
        const document* text = member_of(request, name);
        if (text != nullptr && !text->is_string()) {
            return wrong_type(name, "a string");
        }
    }
    for (const char* name : {"messages", "contents", "tools"}) {
        const document* list = member_of(request, name);
        const bool fits = list == nullptr ||
                          (list->is_array() && std::ranges::all_of(*list, [](const document& item) {
                               return item.is_object();
                           }));
        if (!fits) {
            return wrong_type(name, "a list of objects");
        }
    }
    if (member_of(request, "model") == nullptr) {
        return wrong_type("model", "given");
    }
    if (member_of(request, "prompt") == nullptr && member_of(request, "messages") == nullptr) {
        return error(400, "invalid_request_error",
                     member_of(request, "contents") == nullptr
                         ? "prompt or messages or contents must be provided"
                         : "contents are not counted here: send messages");
    }
    return {};
}

bool says_something(const document& content) {
    return content.is_string() ? !content.get_ref<const std::string&>().empty()
                               : content.is_array() && !content.empty();
}

/// The messages to count, with the system's; nothing if the prompt is to be counted as it is.
std::optional<document> messages_of(const document& request) {
    const document* system = member_of(request, "system");
    const bool has_system = system != nullptr && says_something(*system);
    const document* given = member_of(request, "messages");
    const std::string_view prompt = providers::text_of(request, "prompt");
    document messages = document::array();
    if (has_system) {
        messages.push_back({{"role", "system"}, {"content", *system}});
    }
    if (!prompt.empty() && (given == nullptr || given->empty())) {
        const document* tools = member_of(request, "tools");
        if (!has_system && (tools == nullptr || tools->empty())) {
            return std::nullopt;
        }
        messages.push_back({{"role", "user"}, {"content", prompt}});
        return messages;
    }
    if (given == nullptr) {
        return std::nullopt;
    }
    messages.insert(messages.end(), given->begin(), given->end());
    return messages;
}

/// The upstream's name for the model, or the client's if no deployment serves it.
std::string used_model(const snapshot& config, const std::string& requested) {
    const auto found = config.models.find(requested);
    if (!found) {
        return requested;
    }
    const model::deployment& target =
        found->only != nullptr ? *found->only : *found->group->deployments.front();
    return model::resolve_upstream_model(target, found->wildcard_part);
}

struct counted_request {
    std::string requested;
    std::string used;
    std::int64_t total = 0;
};

result<counted_request> count_request(const snapshot& config, const document& request) {
    if (const auto fits = check_types(request); !fits) {
        return fits.error();
    }
    counted_request out;
    out.requested = request["model"].get_ref<const std::string&>();
    out.used = used_model(config, out.requested);
    const auto& by = tokens::encoding::get(tokens::encoding_for(out.used));
    if (const auto messages = messages_of(request)) {
        const auto counted =
            tokens::count_prompt(by, *messages, {.tools = member_of(request, "tools")});
        if (!counted) {
            return counted.error();
        }
        out.total = *counted;
    } else {
        out.total = static_cast<std::int64_t>(by.count(providers::text_of(request, "prompt")));
    }
    return out;
}

/// What a route answers for its request's body.
using counter = result<std::string> (*)(const snapshot& config, std::string_view body);

error no_object() {
    error wrong(400, "invalid_request_error", "The request body must be a JSON object.");
    wrong.param = "request_body";
    return wrong;
}

result<std::string> answer_of(const snapshot& config, std::string_view body) {
    const auto request = providers::parse_document(body);
    if (!request || !request->is_object()) {
        return no_object();
    }
    const auto counted = count_request(config, *request);
    if (!counted) {
        return counted.error();
    }
    return dump_json(document{{"total_tokens", counted->total},
                              {"request_model", counted->requested},
                              {"model_used", counted->used},
                              {"tokenizer_type", "openai_tokenizer"},
                              {"count_source", "local_estimate"},
                              {"original_response", nullptr},
                              {"error", false},
                              {"error_message", nullptr},
                              {"status_code", nullptr}});
}

/// The same for Anthropic's clients.
result<std::string> messages_answer_of(const snapshot& config, std::string_view body) {
    const auto request = providers::parse_document(body);
    if (!request || !request->is_object()) {
        return no_object();
    }
    for (const char* name : {"model", "messages"}) {
        const document* given = member_of(*request, name);
        if (given == nullptr || !says_something(*given)) {
            return error(400, "invalid_request_error",
                         std::string(name) + " parameter is required");
        }
    }
    const auto counted = count_request(config, *request);
    if (!counted) {
        error failure = counted.error();
        failure.status = 400; // Anthropic's for every mistake
        return failure;
    }
    return dump_json(
        document{{"input_tokens", counted->total}, {"litellm_count_source", "local_estimate"}});
}

/// One request on its way to the counting thread and back.
struct count_job {
    std::shared_ptr<const snapshot> config;
    std::string body;
    counter count;
    result<std::string> answer;
};

net::task<result<std::string>> count_apart(request& req, std::string body, counter count) {
    auto job = std::make_shared<count_job>(count_job{req.config, std::move(body), count, error()});
    net::background::work todo = [job] { job->answer = job->count(*job->config, job->body); };
    bool done = true;
    if (req.shared.counting == nullptr) {
        todo();
    } else {
        done = co_await req.shared.counting->run(req.shared.executor, std::move(todo));
    }
    if (!done) {
        co_return error(503, "service_unavailable_error", "Too many texts wait to be counted.");
    }
    co_return std::move(job->answer);
}

net::task<> serve_count(request& req, counter count) {
    std::string body;
    if (!req.take_body(body)) {
        auto read = co_await req.read_body();
        if (!read) {
            co_await req.send_error(read.error());
            co_return;
        }
        body = std::move(*read);
    }
    req.watch_client();
    const auto answer = co_await count_apart(req, std::move(body), count);
    if (req.interrupts.raised()) {
        req.client.close_after();
    } else if (answer) {
        co_await req.send_json(200, *answer);
    } else {
        co_await req.send_error(answer.error());
    }
}

} // namespace

net::task<> count_tokens(request& req, const auth::caller&) {
    return serve_count(req, answer_of);
}

net::task<> count_messages_tokens(request& req, const auth::caller&) {
    req.errors = messages_error;
    return serve_count(req, messages_answer_of);
}

} // namespace llm_proxy::server
