#include "llm_proxy/json/dump.hpp"

#include <nlohmann/json.hpp>

namespace llm_proxy {

std::string dump_json(const nlohmann::ordered_json& document) {
    return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace llm_proxy
