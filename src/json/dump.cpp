#include "llm_proxy/json/dump.hpp"

#include "llm_proxy/json/document.hpp"

#include <nlohmann/json.hpp>

namespace llm_proxy {

std::string dump_json(const document& value) {
    return value.dump(-1, ' ', false, document::error_handler_t::replace);
}

} // namespace llm_proxy
