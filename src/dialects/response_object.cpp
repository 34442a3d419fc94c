#include "llm_proxy/dialects/response_object.hpp"

#include "llm_proxy/dialects/responses_request.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::member_of;
namespace wire = providers::wire;

/// A detail that a client may rely on, then the others that say something.
document details_of(const document* given, const char* always) {
    document out{{always, 0}};
    if (given != nullptr && given->is_object()) {
        for (const auto& [name, value] : given->items()) {
            if (!value.is_null()) {
                out[name] = value;
            }
        }
    }
    return out;
}

} // namespace

document response_echo(const document& request) {
    constexpr std::array<const char*, 13> echoed{"instructions",
                                                 "metadata",
                                                 "parallel_tool_calls",
                                                 "temperature",
                                                 "tool_choice",
                                                 "tools",
                                                 "top_p",
                                                 "max_output_tokens",
                                                 "reasoning",
                                                 "safety_identifier",
                                                 "text",
                                                 "truncation",
                                                 "user"};
    document out = document::object();
    for (const char* name : echoed) {
        if (const document* value = member_of(request, name)) {
            out[name] = *value;
        }
    }
    if (member_of(request, "store") != nullptr) {
        out["store"] = false; // whatever was asked
    }
    return out;
}

document new_response(const document& echo, std::int64_t created) {
    document out{{"id", ""},
                 {"created_at", created},
                 {"error", nullptr},
                 {"incomplete_details", nullptr},
                 {"instructions", nullptr},
                 {"metadata", document::object()},
                 {"model", ""},
                 {"object", "response"},
                 {"output", document::array()},
                 {"parallel_tool_calls", false},
                 {"temperature", nullptr},
                 {"tool_choice", "auto"},
                 {"tools", document::array()},
                 {"top_p", nullptr},
                 {"max_output_tokens", nullptr},
                 {"previous_response_id", nullptr},
                 {"reasoning", nullptr},
                 {"status", "in_progress"},
                 {"text", document::object()},
                 {"truncation", nullptr},
                 {"usage", nullptr},
                 {"user", nullptr},
                 {"store", nullptr}};
    out.update(echo);
    return out;
}

document response_usage(const document& usage) {
    const std::int64_t in = wire::count(usage, "prompt_tokens");
    const std::int64_t out = wire::count(usage, "completion_tokens");
    const std::int64_t total = wire::count(usage, "total_tokens");
    document made{{"input_tokens", in}};
    made["input_tokens_details"] =
        details_of(member_of(usage, "prompt_tokens_details"), "cached_tokens");
    made["output_tokens"] = out;
    made["output_tokens_details"] =
        details_of(member_of(usage, "completion_tokens_details"), "reasoning_tokens");
    made["total_tokens"] = total == 0 ? in + out : total;
    if (const document* cost = member_of(usage, "cost")) {
        made["cost"] = *cost;
    }
    return made;
}

document response_annotation(const document& annotation) {
    const document* citation = member_of(annotation, "url_citation");
    if (citation == nullptr || !citation->is_object()) {
        return nullptr;
    }
    document out{{"type", "url_citation"}};
    for (const char* name : {"start_index", "end_index", "url", "title"}) {
        if (const document* value = member_of(*citation, name)) {
            out[name] = *value;
        }
    }
    return out;
}

std::string_view set_status(std::string_view finish_reason, document& response) {
    const char* reason = nullptr;
    if (finish_reason == "length") {
        reason = "max_output_tokens";
    } else if (finish_reason == "content_filter") {
        reason = "content_filter";
    }
    const std::string_view status = reason == nullptr ? "completed" : "incomplete";
    response["status"] = status;
    if (reason != nullptr) {
        response["incomplete_details"] = {{"reason", reason}};
    }
    return status;
}

std::string free_text_of(std::string_view arguments) {
    const auto parsed = providers::parse_document(arguments);
    const document* text =
        parsed && parsed->is_object() ? member_of(*parsed, custom_tool_parameter) : nullptr;
    return text != nullptr && text->is_string() ? text->get<std::string>() : std::string(arguments);
}

std::string_view image_data(std::string_view url) {
    constexpr std::string_view mark = ";base64,";
    const std::size_t at = url.find(mark);
    return url.starts_with("data:") && at != url.npos ? url.substr(at + mark.size())
                                                      : std::string_view();
}

document error_members(const error& failure) {
    const std::string code = std::to_string(failure.status);
    document type = failure.type.empty() ? document() : document(failure.type);
    document param = failure.param ? document(*failure.param) : document();
    return {{"code", code},
            {"message", failure.message},
            {"param", param},
            {"error",
             {{"message", failure.message},
              {"type", std::move(type)},
              {"param", param},
              {"code", code}}}};
}

} // namespace llm_proxy::dialects
