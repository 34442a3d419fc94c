#include "llm_proxy/config/deployment_id.hpp"

#include "llm_proxy/util/hash.hpp"

namespace llm_proxy::config {

std::string deployment_id(std::string_view model_name, const value& litellm_params) {
    std::string text(model_name);
    if (const map* members = std::get_if<map>(&litellm_params.data))
        for (const map_entry& entry : *members)
            text += entry.key +
                    (entry.item.is_map() ? python_json(entry.item) : python_str(entry.item));
    return sha256_hex(text);
}

} // namespace llm_proxy::config
