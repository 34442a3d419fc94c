#include "llm_proxy/relay/error_json.hpp"

#include "llm_proxy/json/writer.hpp"

namespace llm_proxy::relay {

std::string error_json(const error& failure, std::string_view call_id) {
    std::string out = R"({"error":{"message":)";
    json::append_string(out, failure.message);
    out += R"(,"type":)";
    if (failure.type.empty()) {
        out += "null";
    } else {
        json::append_string(out, failure.type);
    }
    out += R"(,"param":)";
    if (failure.param) {
        json::append_string(out, *failure.param);
    } else {
        out += "null";
    }
    out += R"(,"code":")" + std::to_string(failure.status) + "\"";
    if (!call_id.empty()) {
        out += R"(,"litellm_call_id":)";
        json::append_string(out, call_id);
    }
    out += "}}";
    return out;
}

} // namespace llm_proxy::relay
