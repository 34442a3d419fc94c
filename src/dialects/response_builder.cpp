#include "llm_proxy/dialects/response_builder.hpp"

#include "llm_proxy/dialects/response_object.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::dialects {

namespace {

using providers::member_of;
using providers::text_of;
namespace wire = providers::wire;

/// More than a model says in one answer.
constexpr std::size_t most_bytes = 64UL * 1024 * 1024;
constexpr std::size_t most_items = 1024;

error too_long() {
    return {502, "internal_server_error", "The model's answer is too long to be told."};
}

/// The index of a call in a stream; a whole answer lists them in order.
std::int64_t index_of(const document& call, std::int64_t place) {
    const document* index = member_of(call, "index");
    return index != nullptr && index->is_number_integer() ? index->get<std::int64_t>() : place;
}

document new_part(std::string_view type) {
    document part{{"type", type}};
    if (type == "refusal") {
        part["refusal"] = "";
    } else {
        part["text"] = "";
        part["annotations"] = document::array();
    }
    return part;
}

} // namespace

response_builder::response_builder(const document& echo, custom_tools free_text,
                                   std::int64_t created, random_source* random)
    : response_(std::make_unique<document>(new_response(echo, created))),
      free_text_(std::move(free_text)), random_(random) {
    (*response_)["id"] = made_id("resp_");
}

std::string response_builder::made_id(const char* prefix) const {
    return prefix + wire::random_hex(random_, 48);
}

document& response_builder::item_at(std::size_t position) {
    return (*response_)["output"][position];
}

result<void> response_builder::count(std::size_t bytes) {
    held_ += bytes;
    const bool fits = held_ <= most_bytes && (*response_)["output"].size() <= most_items;
    return fits ? result<void>() : too_long();
}

void response_builder::begin(const document& chat) {
    if (const std::string_view model = text_of(chat, "model"); !model.empty()) {
        (*response_)["model"] = model;
    }
    if (const std::int64_t created = wire::count(chat, "created"); created != 0 && !begun_) {
        (*response_)["created_at"] = created;
    }
    if (!begun_) {
        events_.tell("response.created", {{"response", *response_}});
        events_.tell("response.in_progress", {{"response", *response_}});
    }
    begun_ = true;
}

result<void> response_builder::take(const document& chat) {
    begin(chat);
    for (const document& choice : wire::list(chat, "choices")) {
        if (wire::count(choice, "index") != 0) {
            continue;
        }
        if (auto added = add_choice(choice); !added) {
            return added;
        }
    }
    if (const document* usage = member_of(chat, "usage"); usage != nullptr && usage->is_object()) {
        (*response_)["usage"] = response_usage(*usage);
    }
    return {};
}

result<void> response_builder::add_choice(const document& choice) {
    const document* whole = member_of(choice, "message");
    const document& said = whole != nullptr ? *whole : wire::member(choice, "delta");
    add_thoughts(text_of(said, "reasoning_content"));
    add_part("output_text", text_of(said, "content"));
    add_annotations(wire::list(said, "annotations"));
    add_part("refusal", text_of(said, "refusal"));
    for (const document& image : wire::list(said, "images")) {
        add_image(image);
        if (auto fits = count(text_of(wire::member(image, "image_url"), "url").size()); !fits) {
            return fits;
        }
    }
    std::int64_t place = 0;
    for (const document& call : wire::list(said, "tool_calls")) {
        if (auto added = add_call(call, index_of(call, place++)); !added) {
            return added;
        }
    }
    if (const std::string_view reason = text_of(choice, "finish_reason"); !reason.empty()) {
        finish_reason_ = reason;
    }
    return count(text_of(said, "reasoning_content").size() + text_of(said, "content").size() +
                 text_of(said, "refusal").size());
}

std::size_t response_builder::push_item(document item) {
    document& output = (*response_)["output"];
    events_.tell("response.output_item.added", {{"output_index", output.size()}, {"item", item}});
    output.push_back(std::move(item));
    return output.size() - 1;
}

void response_builder::add_thoughts(std::string_view text) {
    if (text.empty()) {
        return;
    }
    if (!open_ || text_of(item_at(*open_), "type") != "reasoning") {
        close_open();
        open_ = push_item({{"type", "reasoning"},
                           {"id", made_id("rs_")},
                           {"summary", document::array()},
                           {"status", "in_progress"}});
        document& item = item_at(*open_);
        document part{{"type", "summary_text"}, {"text", ""}};
        events_.tell("response.reasoning_summary_part.added",
                     with_member(summary_place(*open_, item), "part", part));
        item["summary"].push_back(std::move(part));
    }
    text_.append(text);
    events_.tell("response.reasoning_summary_text.delta",
                 with_member(summary_place(*open_, item_at(*open_)), "delta", text));
}

void response_builder::open_message() {
    if (open_ && text_of(item_at(*open_), "type") == "message") {
        return;
    }
    close_open();
    open_ = push_item({{"type", "message"},
                       {"id", made_id("msg_")},
                       {"status", "in_progress"},
                       {"role", "assistant"},
                       {"content", document::array()}});
}

void response_builder::open_part(std::string_view type) {
    document& item = item_at(*open_);
    item["content"].push_back(new_part(type));
    part_open_ = true;
    events_.tell("response.content_part.added",
                 with_member(part_place(*open_, item), "part", item["content"].back()));
}

void response_builder::add_part(std::string_view type, std::string_view text) {
    if (text.empty()) {
        return;
    }
    open_message();
    document& item = item_at(*open_);
    if (part_open_ && text_of(item["content"].back(), "type") != type) {
        close_part();
    }
    if (!part_open_) {
        open_part(type);
    }
    text_.append(text);
    document delta = with_member(part_place(*open_, item), "delta", text);
    if (type == "output_text") {
        delta["logprobs"] = document::array();
    }
    events_.tell("response." + std::string(type) + ".delta", delta);
}

/// Citations belong to the text before them; without one they say nothing.
void response_builder::add_annotations(const document& list) {
    const bool has_text =
        part_open_ && open_ && text_of(item_at(*open_)["content"].back(), "type") == "output_text";
    if (!has_text) {
        return;
    }
    document& item = item_at(*open_);
    document& known = item["content"].back()["annotations"];
    for (const document& one : list) {
        document annotation = response_annotation(one);
        if (annotation.is_null() || known.size() >= most_items) {
            continue;
        }
        document event = part_place(*open_, item);
        event["annotation_index"] = known.size();
        event["annotation"] = annotation;
        events_.tell("response.output_text.annotation.added", event);
        known.push_back(std::move(annotation));
    }
}

response_builder::call_state& response_builder::open_call(const document& call,
                                                          std::int64_t index) {
    const auto found = calls_.find(index);
    if (found != calls_.end()) {
        return found->second;
    }
    close_open();
    const document& function = wire::member(call, "function");
    const std::string_view name = text_of(function, "name");
    const std::string_view id = text_of(call, "id");
    call_state& state = calls_[index];
    state.free_text = free_text_.find(name) != free_text_.end();
    document item{{"type", state.free_text ? "custom_tool_call" : "function_call"},
                  {"id", made_id(state.free_text ? "ctc_" : "fc_")},
                  {"call_id", id.empty() ? "call_" + uuid4(random_) : std::string(id)},
                  {"name", name}};
    item[state.free_text ? "input" : "arguments"] = "";
    item["status"] = "in_progress";
    state.position = push_item(std::move(item));
    return state;
}

result<void> response_builder::add_call(const document& call, std::int64_t index) {
    call_state& state = open_call(call, index);
    const std::string_view text = text_of(wire::member(call, "function"), "arguments");
    if (!text.empty()) {
        state.arguments.append(text);
    }
    // The free text stands inside JSON, so it is told once that is whole.
    if (!text.empty() && !state.free_text) {
        events_.tell(
            "response.function_call_arguments.delta",
            with_member(item_place(state.position, item_at(state.position)), "delta", text));
    }
    return count(text.size() + text_of(call, "id").size());
}

void response_builder::add_image(const document& image) {
    const std::string_view data = image_data(text_of(wire::member(image, "image_url"), "url"));
    if (data.empty()) {
        return;
    }
    close_open();
    document item{{"type", "image_generation_call"},
                  {"id", made_id("ig_")},
                  {"status", "in_progress"},
                  {"result", nullptr}};
    const std::size_t position = push_item(std::move(item));
    document& made = item_at(position);
    made["status"] = "completed";
    made["result"] = data;
    events_.tell("response.output_item.done", {{"output_index", position}, {"item", made}});
}

} // namespace llm_proxy::dialects
