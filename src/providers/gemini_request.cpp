#include "llm_proxy/providers/gemini_request.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/camel_case.hpp"
#include "llm_proxy/providers/form_fields.hpp"
#include "llm_proxy/providers/gemini_contents.hpp"
#include "llm_proxy/providers/gemini_context.hpp"
#include "llm_proxy/providers/gemini_generation.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/providers/gemini_routes.hpp"
#include "llm_proxy/providers/gemini_tools.hpp"
#include "llm_proxy/providers/gemini_transcription.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::providers {

namespace {

gemini_model make_model(const inbound_call& call, const model::deployment& target) {
    gemini_model model(call.upstream_model);
    if (target.thinking) {
        model.budgets = *target.thinking;
    }
    return model;
}

/// What stands beside the conversation, rather than in its configuration.
void write_top_level(const document& parameters, document& body) {
    for (const char* name : {"safety_settings", "safetySettings"}) {
        if (const document* settings = member_of(parameters, name)) {
            body["safetySettings"] = *settings;
        }
    }
    for (const char* name : {"cached_content", "cachedContent"}) {
        if (const document* cached = member_of(parameters, name)) {
            body["cachedContent"] = *cached;
        }
    }
    const std::string tier = lower(text_of(parameters, "service_tier"));
    if (tier == "auto") {
        body["serviceTier"] = "priority";
    } else if (!tier.empty()) {
        body["serviceTier"] = tier == "default" ? "standard" : tier;
    }
}

void write_resolution(const std::string& resolution, document& body) {
    if (!resolution.empty() && !body["generationConfig"].contains("mediaResolution")) {
        body["generationConfig"]["mediaResolution"] = resolution;
    }
}

result<document> chat_body(const inbound_call& call, const document& parameters,
                           const gemini_model& model, conversation_cut* cut = nullptr) {
    const document* messages = member_of(parameters, "messages");
    if (messages == nullptr) {
        return bad_request("'messages' must be a list.");
    }
    document body = document::object();
    gemini_media media(model, call.files);
    if (auto written = write_conversation(*messages, model, media, body, cut); !written) {
        return written.error();
    }
    if (auto written = write_tools(parameters, body); !written) {
        return written.error();
    }
    if (auto written = write_generation_config(parameters, model, body); !written) {
        return written.error();
    }
    write_resolution(media.resolution(), body);
    write_top_level(parameters, body);
    return body;
}

/// A text completion is asked for as the only message of a chat.
result<document> completion_body(const inbound_call& call, const document& parameters,
                                 const gemini_model& model) {
    auto prompt = single_prompt(parameters);
    if (!prompt) {
        return prompt.error();
    }
    document chat = parameters;
    chat.erase("prompt");
    chat.erase("logprobs"); // a number here, whose answer has another form
    chat["messages"] =
        document::array({document{{"role", "user"}, {"content", *std::move(prompt)}}});
    return chat_body(call, chat, model);
}

result<document> make_body(const inbound_call& call, const document& parameters,
                           const gemini_model& model, conversation_cut* cut) {
    switch (call.type) {
    case model::call_type::completion:
        return completion_body(call, parameters, model);
    case model::call_type::transcription:
        return transcription_body(call);
    case model::call_type::chat_completion:
        return chat_body(call, parameters, model, cut);
    case model::call_type::embedding:
        return embedding_body(parameters, model);
    case model::call_type::image_generation:
        return image_body(parameters, model);
    case model::call_type::speech:
        return speech_body(parameters, model);
    default:
        return bad_request("Gemini models do not serve " +
                           std::string(model::traits_of(call.type).path) + ".");
    }
}

std::string method_of(const inbound_call& call, const gemini_model& model) {
    switch (call.type) {
    case model::call_type::embedding:
        return ":batchEmbedContents";
    case model::call_type::image_generation:
        return model.gemini_family ? ":generateContent" : ":predict";
    default:
        break;
    }
    const bool streams = call.stream && model::traits_of(call.type).event_stream;
    return streams ? ":streamGenerateContent?alt=sse" : ":generateContent";
}

result<gemini_answer_options> answer_options(const inbound_call& call, const document& parameters) {
    gemini_answer_options out;
    out.type = call.type;
    out.model = call.upstream_model;
    out.requested_model = call.requested_model;
    out.created = call.created;
    out.random = call.random;
    out.legacy_functions =
        member_of(parameters, "functions") != nullptr && member_of(parameters, "tools") == nullptr;
    out.base64_embeddings = text_of(parameters, "encoding_format") == "base64";
    if (call.type == model::call_type::speech) {
        auto format = speech_format(parameters);
        if (!format) {
            return format.error();
        }
        out.speech_format = *std::move(format);
    }
    if (call.type == model::call_type::transcription) {
        auto format = transcript_format(call);
        if (!format) {
            return format.error();
        }
        out.transcript_format = *std::move(format);
    }
    return out;
}

/// Gemini refuses these beside a cache that holds its own.
void leave_out_what_is_cached(document& body) {
    for (const char* name : {"systemInstruction", "tools", "toolConfig"}) {
        body.erase(name);
    }
}

/// The cut of the conversation, if the call has a context that begins it or is to get one.
std::optional<conversation_cut> cut_of(const document& parameters) {
    const document* messages = member_of(parameters, "messages");
    return messages == nullptr ? std::nullopt : context_cut(*messages);
}

/// Leaves what follows the context, and refers to it.
void refer_to(std::string_view context, const conversation_cut& cut, document& body) {
    document& contents = body["contents"];
    contents.erase(contents.begin(),
                   contents.begin() + static_cast<document::difference_type>(cut.turns));
    leave_out_what_is_cached(body);
    body["cachedContent"] = context;
}

/// Merges `extra` into the body: objects one level deep, the rest replaces.
void merge_extra(const document& extra, document& body) {
    for (const auto& [name, value] : extra.items()) {
        document& into = body[camel_case(name)];
        if (into.is_object() && value.is_object()) {
            into.update(value);
        } else {
            into = value;
        }
    }
}

bool has_json_body(model::call_type type) {
    return type == model::call_type::chat_completion || type == model::call_type::completion ||
           type == model::call_type::embedding || type == model::call_type::image_generation ||
           type == model::call_type::speech;
}

} // namespace

std::string gemini_base(const model::deployment& target) {
    const bool bare = target.base_path.empty() && target.origin->host == google_host;
    return bare ? "/v1beta" : target.base_path;
}

result<gemini_request> make_gemini_request(const inbound_call& call,
                                           const model::deployment& target) {
    const gemini_model model = make_model(call, target);
    document parameters;
    document extra;
    if (has_json_body(call.type)) {
        if (auto read = read_request(call, target, parameters, extra); !read) {
            return read.error();
        }
    }
    auto answer = answer_options(call, parameters);
    if (!answer) {
        return answer.error();
    }
    if (call.type == model::call_type::transcription) {
        if (auto checked = check_fields(call, target); !checked) {
            return checked.error();
        }
    }
    std::optional<conversation_cut> cut;
    if (!call.context.empty()) {
        cut = cut_of(parameters);
    }
    auto body = make_body(call, parameters, model, cut ? &*cut : nullptr);
    if (!body) {
        return body.error();
    }
    if (target.modify_params && body->contains("cachedContent")) {
        leave_out_what_is_cached(*body);
    }
    merge_extra(extra, *body);
    if (cut) {
        refer_to(call.context, *cut, *body);
    }
    gemini_request out;
    out.method = method_of(call, model);
    out.body = dump_json(*body);
    out.answer = *std::move(answer);
    return out;
}

result<void> write_cut_chat(const inbound_call& call, const model::deployment& target,
                            document& parameters, document& body,
                            std::optional<conversation_cut>& cut) {
    document extra;
    if (auto read = read_request(call, target, parameters, extra); !read) {
        return read.error();
    }
    cut = cut_of(parameters);
    if (!cut) {
        return {};
    }
    auto written = chat_body(call, parameters, make_model(call, target), &*cut);
    if (!written) {
        return written.error();
    }
    body = *std::move(written);
    const std::size_t turns = body["contents"].size();
    merge_extra(extra, body);
    if (body.contains("cachedContent") || extra.contains("contents") || cut->turns == turns) {
        cut.reset();
    }
    return {};
}

std::vector<std::string> gemini_remote_files(const inbound_call& call) {
    std::vector<std::string> out;
    // Most calls name no file: they are not parsed for it.
    const bool may_name =
        call.body.find("http") != call.body.npos &&
        (call.body.find("image_url") != call.body.npos || call.body.find("file") != call.body.npos);
    if (call.type != model::call_type::chat_completion || !may_name) {
        return out;
    }
    const auto body = parse_document(call.body);
    const document* messages = body ? member_of(*body, "messages") : nullptr;
    if (messages == nullptr) {
        return out;
    }
    const gemini_model model(call.upstream_model);
    gemini_media media(model, nullptr, &out);
    document unused = document::object();
    // A fault in the messages is told when the call is translated.
    if (!write_conversation(*messages, model, media, unused)) {
        out.clear();
    }
    return out;
}

} // namespace llm_proxy::providers
