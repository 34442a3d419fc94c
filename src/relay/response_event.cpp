// With the part of event_translator for streams of the Responses API.
#include "llm_proxy/relay/response_event.hpp"

#include "llm_proxy/relay/answer_cost.hpp"
#include "llm_proxy/relay/event_translator.hpp"

namespace llm_proxy::relay {

response_event read_response_event(std::string_view data,
                                   const std::vector<json::member>& members) {
    response_event out;
    const auto* type = json::find(data, members, "type");
    if (type != nullptr && type->type == json::kind::string) {
        out.type = json::unescape(json::value_of(data, *type));
    }
    out.opens = out.type == "response.created" || out.type == "response.queued" ||
                out.type == "response.in_progress";
    const auto* failure = json::find(data, members, "error");
    const bool has_error = failure != nullptr && failure->type != json::kind::null;
    out.failed = out.type == "error" || (out.type.empty() && has_error);
    out.last = out.type == "response.completed" || out.type == "response.incomplete" ||
               out.type == "response.failed" || out.type == "response.cancelled";
    const auto* response = json::find(data, members, "response");
    if (response != nullptr && response->type == json::kind::object) {
        out.response = json::value_of(data, *response);
    }
    return out;
}

void event_translator::take_response(const http::sse_event& event, std::string& out) {
    if (event.data.empty() || event.data == done_mark) {
        return;
    }
    members_.clear();
    const auto root = json::scan(event.data, members_);
    if (!root || *root != json::kind::object) {
        fail(event.data);
        return;
    }
    const response_event told = read_response_event(event.data, members_);
    if (event.name == "error" || told.failed) {
        fail(event.data);
        return;
    }
    if (!told.response.empty()) {
        price_response(told.response);
    }
    json::splice edited(event.data, members_);
    if (options_.edits != nullptr) {
        options_.edits->chunk(edited);
    }
    any_ = true;
    has_content_ = has_content_ || !told.opens;
    ++told_;
    done_ = told.last;
    const std::string_view name = event.name.empty() ? told.type : event.name;
    out.append("event: ").append(name).append("\ndata: ");
    for (const std::string_view piece : edited.pieces()) {
        out.append(piece);
    }
    out.append("\n\n");
    if (done_) {
        out.append(done_event);
    }
}

/// The usage stands in the response that the last event holds.
void event_translator::price_response(std::string_view response) {
    std::vector<json::member> members;
    json::scan_valid(response, members);
    const auto* item = json::find(response, members, "usage");
    if (item == nullptr || item->type != json::kind::object) {
        return;
    }
    usage_ = read_usage(json::value_of(response, *item));
    if (options_.priced != nullptr) {
        cost_ = cost_of_answer(*options_.priced, response, members, cites_pages(response));
    }
}

} // namespace llm_proxy::relay
