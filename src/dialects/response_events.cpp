#include "llm_proxy/dialects/response_events.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::dialects {

void response_events::tell(std::string_view type, const document& members) {
    if (out_ == nullptr) {
        return;
    }
    document event{{"type", type}, {"sequence_number", next_++}};
    event.update(members);
    out_->append("event: ").append(type).append("\ndata: ");
    out_->append(dump_json(event)).append("\n\n");
}

document item_place(std::size_t position, const document& item) {
    return {{"item_id", item.at("id")}, {"output_index", position}};
}

document part_place(std::size_t position, const document& item) {
    return with_member(item_place(position, item), "content_index", item.at("content").size() - 1);
}

document summary_place(std::size_t position, const document& item) {
    return with_member(item_place(position, item), "summary_index", 0);
}

document with_member(document members, const char* name, document value) {
    members[name] = std::move(value);
    return members;
}

} // namespace llm_proxy::dialects
