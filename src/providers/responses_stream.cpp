#include "llm_proxy/providers/responses_stream.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// More calls than a model makes in one answer; each takes some memory.
constexpr std::size_t most_calls = 1024;

bool is_input_delta(std::string_view type) {
    return type == "response.function_call_arguments.delta" ||
           type == "response.custom_tool_call_input.delta";
}

bool is_input_done(std::string_view type) {
    return type == "response.function_call_arguments.done" ||
           type == "response.custom_tool_call_input.done";
}

bool is_reasoning_delta(std::string_view type) {
    return type == "response.reasoning_summary_text.delta" ||
           type == "response.reasoning_text.delta";
}

} // namespace

result<void> responses_stream::event(std::string_view data, std::vector<std::string>& chunks) {
    data = trim(data);
    if (ended_ || data.empty() || data == "[DONE]") {
        return {};
    }
    const auto parsed = parse_document(data);
    if (!parsed || !parsed->is_object()) {
        return responses_invalid(data, options_);
    }
    any_ = true;
    remember(*parsed);
    return take(text_of(*parsed, "type"), *parsed, chunks);
}

result<void> responses_stream::take(std::string_view type, const document& event,
                                    std::vector<std::string>& chunks) {
    if (type == "response.output_text.delta") {
        say("content", text_of(event, "delta"), chunks);
    } else if (type == "response.refusal.delta") {
        say("refusal", text_of(event, "delta"), chunks);
    } else if (is_reasoning_delta(type)) {
        say_reasoning(event, chunks);
    } else if (is_input_delta(type)) {
        input_delta(event, chunks);
    } else if (is_input_done(type)) {
        if (call_state* call = call_at(event)) {
            input_done(*call, first_text_of(event, {"arguments", "input"}), chunks);
        }
    } else if (type == "response.output_item.added" || type == "response.output_item.done") {
        return item_event(event, type.ends_with("done"), chunks);
    } else if (type == "response.completed" || type == "response.incomplete") {
        return end(wire::member(event, "response"), type.ends_with("incomplete"), chunks);
    } else if (type == "response.failed" || type == "response.cancelled") {
        return responses_failure(wire::member(wire::member(event, "response"), "error"), options_);
    } else if (const document* failure = member_of(event, "error");
               type == "error" || (type.empty() && failure != nullptr)) {
        // Its members stand in the event itself, or in an object as over HTTP.
        return responses_failure(failure == nullptr ? event : *failure, options_);
    }
    return {};
}

void responses_stream::remember(const document& event) {
    const document& response = wire::member(event, "response");
    if (id_.empty()) {
        id_ = text_of(response, "id");
    }
    if (model_.empty()) {
        model_ = text_of(response, "model");
    }
    if (created_ == 0) {
        created_ = wire::count(response, "created_at");
    }
    if (const std::string_view tier = text_of(response, "service_tier"); !tier.empty()) {
        service_tier_ = tier;
    }
}

void responses_stream::say(const char* member, std::string_view text,
                           std::vector<std::string>& chunks) {
    if (!text.empty()) {
        text_told_ = true;
        chunk({{member, text}}, {}, chunks);
    }
}

void responses_stream::say_reasoning(const document& event, std::vector<std::string>& chunks) {
    const std::string_view text = text_of(event, "delta");
    if (text.empty()) {
        return;
    }
    const std::pair part{wire::count(event, "output_index"), wire::count(event, "summary_index")};
    const bool another = summary_.first >= 0 && part != summary_;
    summary_ = part;
    const std::string paragraph = std::string(another ? responses_paragraph : "");
    chunk({{"reasoning_content", paragraph + std::string(text)}}, {}, chunks);
}

result<responses_stream::call_state*>
responses_stream::begin_call(std::int64_t position, const document& item,
                             std::vector<std::string>& chunks) {
    const auto found = calls_.find(position);
    if (found != calls_.end()) {
        return &found->second;
    }
    if (calls_.size() >= most_calls) {
        return responses_invalid("too many calls of tools", options_);
    }
    call_state& call = calls_[position];
    call.index = calls_.size() - 1;
    call.id = call_id_of(item, options_.random);
    call.free_text = text_of(item, "type") == "custom_tool_call";
    document told{{"index", call.index}, {"id", call.id}, {"type", "function"}};
    told["function"] = {{"name", text_of(item, "name")}, {"arguments", ""}};
    chunk({{"tool_calls", document::array({std::move(told)})}}, {}, chunks);
    return &call;
}

result<void> responses_stream::item_event(const document& event, bool done,
                                          std::vector<std::string>& chunks) {
    const document& item = wire::member(event, "item");
    if (!is_call(item)) {
        return {};
    }
    const auto call = begin_call(wire::count(event, "output_index"), item, chunks);
    if (!call) {
        return call.error();
    }
    if (done) {
        input_done(**call, call_input_of(item), chunks);
    }
    return {};
}

responses_stream::call_state* responses_stream::call_at(const document& event) {
    const auto found = calls_.find(wire::count(event, "output_index"));
    return found == calls_.end() ? nullptr : &found->second;
}

void responses_stream::input_delta(const document& event, std::vector<std::string>& chunks) {
    call_state* call = call_at(event);
    if (call == nullptr || call->done || call->held) {
        return;
    }
    const std::string_view text = text_of(event, "delta");
    // Arguments are an object: what begins otherwise is enciphered.
    call->held = !call->free_text && call->sent == 0 && !trim(text).starts_with('{');
    if (!call->held) {
        say_input(*call, text, chunks);
    }
}

/// The input is whole: tells what of it was not told yet.
void responses_stream::input_done(call_state& call, std::string_view input,
                                  std::vector<std::string>& chunks) {
    if (!call.done && input.size() > call.sent) {
        say_input(call, input.substr(call.sent), chunks);
    }
    call.done = call.done || !input.empty();
}

void responses_stream::say_input(call_state& call, std::string_view text,
                                 std::vector<std::string>& chunks) {
    if (text.empty()) {
        return;
    }
    call.sent += text.size();
    document told{{"index", call.index}, {"type", "function"}};
    told["function"] = {{"arguments", text}};
    chunk({{"tool_calls", document::array({std::move(told)})}}, {}, chunks);
}

/// Tells what the whole answer has and no event told.
result<void> responses_stream::say_missing(const document& output,
                                           std::vector<std::string>& chunks) {
    if (!text_told_) {
        say("content", output_text(output), chunks);
    }
    std::int64_t position = -1;
    for (const document& item : output) {
        ++position;
        if (!is_call(item)) {
            continue;
        }
        const std::string_view id = text_of(item, "call_id");
        const auto known = std::find_if(calls_.begin(), calls_.end(),
                                        [&](const auto& one) { return one.second.id == id; });
        auto call = known == calls_.end() ? begin_call(position, item, chunks) : &known->second;
        if (!call) {
            return call.error();
        }
        input_done(**call, call_input_of(item), chunks);
    }
    return {};
}

result<void> responses_stream::end(const document& response, bool incomplete,
                                   std::vector<std::string>& chunks) {
    const document& output = output_items(response);
    if (auto told = say_missing(output, chunks); !told) {
        return told;
    }
    if (document items = reasoning_items(output); !items.empty()) {
        chunk({{"reasoning_items", std::move(items)}}, {}, chunks);
    }
    const std::string_view reason = chat_finish_reason(response, !calls_.empty());
    const bool cut = incomplete && reason != "content_filter";
    chunk(document::object(), cut ? "length" : reason, chunks);
    ended_ = true;
    if (document usage = chat_usage(response); !usage.is_null()) {
        document last = head();
        last["choices"] = document::array();
        last["usage"] = std::move(usage);
        chunks.push_back(dump_json(last));
    }
    return {};
}

result<void> responses_stream::finish(std::vector<std::string>&) {
    if (ended_) {
        return {};
    }
    if (!any_) {
        return responses_invalid({}, options_);
    }
    return make_error({error_class::internal_server, false}, 500,
                      options_.target->adapter->exception_name(), "the stream ended before its end",
                      options_.requested_model);
}

document responses_stream::head() const {
    document out{{"id", id_},
                 {"object", "chat.completion.chunk"},
                 {"created", created_ == 0 ? options_.created : created_},
                 {"model", model_.empty() ? options_.requested_model : model_}};
    if (!service_tier_.empty()) {
        out["service_tier"] = service_tier_;
    }
    return out;
}

void responses_stream::chunk(document delta, std::string_view finish,
                             std::vector<std::string>& chunks) {
    if (id_.empty()) {
        id_ = "chatcmpl-" + uuid4(options_.random);
    }
    document choice{{"index", 0}};
    if (!role_told_) {
        delta["role"] = "assistant";
    }
    role_told_ = true;
    choice["delta"] = std::move(delta);
    choice["finish_reason"] = finish.empty() ? document() : document(finish);
    document out = head();
    out["choices"] = document::array({std::move(choice)});
    chunks.push_back(dump_json(out));
}

} // namespace llm_proxy::providers
