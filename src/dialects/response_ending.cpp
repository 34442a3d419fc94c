// The part of response_builder that ends items and the response.
#include "llm_proxy/dialects/response_builder.hpp"
#include "llm_proxy/dialects/response_object.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::dialects {

using providers::text_of;

void response_builder::close_part() {
    document& item = item_at(*open_);
    document& part = item["content"].back();
    const std::string type(text_of(part, "type"));
    const char* member = type == "refusal" ? "refusal" : "text";
    part[member] = std::exchange(text_, {});
    part_open_ = false;
    document done = with_member(part_place(*open_, item), member, part[member]);
    if (type == "output_text") {
        done["logprobs"] = document::array();
    }
    events_.tell("response." + type + ".done", done);
    events_.tell("response.content_part.done", with_member(part_place(*open_, item), "part", part));
}

/// Ends the thoughts or the message that is being told.
void response_builder::close_open(std::string_view status) {
    if (!open_) {
        return;
    }
    document& item = item_at(*open_);
    if (part_open_) {
        close_part();
    } else if (text_of(item, "type") == "reasoning") {
        document& part = item["summary"].back();
        part["text"] = std::exchange(text_, {});
        events_.tell("response.reasoning_summary_text.done",
                     with_member(summary_place(*open_, item), "text", part["text"]));
        events_.tell("response.reasoning_summary_part.done",
                     with_member(summary_place(*open_, item), "part", part));
    }
    item["status"] = status;
    events_.tell("response.output_item.done", {{"output_index", *open_}, {"item", item}});
    open_.reset();
}

void response_builder::close_call(call_state& call, std::string_view status) {
    document& item = item_at(call.position);
    document done = item_place(call.position, item);
    if (call.free_text) {
        item["input"] = free_text_of(call.arguments);
        events_.tell("response.custom_tool_call_input.delta",
                     with_member(done, "delta", item["input"]));
        done["input"] = item["input"];
        events_.tell("response.custom_tool_call_input.done", done);
    } else {
        item["arguments"] = call.arguments.empty() ? "{}" : std::move(call.arguments);
        done["name"] = item["name"];
        done["arguments"] = item["arguments"];
        events_.tell("response.function_call_arguments.done", done);
    }
    item["status"] = status;
    events_.tell("response.output_item.done", {{"output_index", call.position}, {"item", item}});
}

void response_builder::finish() {
    if ((*response_)["output"].empty()) {
        open_message();
        open_part("output_text");
    }
    const std::string_view status = set_status(finish_reason_, *response_);
    close_open(status);
    for (auto& [index, call] : calls_) {
        const bool last = call.position + 1 == (*response_)["output"].size();
        close_call(call, last ? status : "completed");
    }
    events_.tell("response." + std::string(status), {{"response", *response_}});
}

void response_builder::fail(const error& failure) {
    (*response_)["status"] = "failed";
    (*response_)["error"] = {
        {"code", failure.status == 429 ? "rate_limit_exceeded" : "server_error"},
        {"message", failure.message}};
    events_.tell("error", error_members(failure));
    events_.tell("response.failed", {{"response", *response_}});
}

} // namespace llm_proxy::dialects
