#include "llm_proxy/providers/camel_case.hpp"

namespace llm_proxy::providers {

std::string camel_case(std::string_view name) {
    std::string out;
    bool raise = false;
    for (const char c : name) {
        if (c == '_') {
            raise = true;
            continue;
        }
        const bool small = c >= 'a' && c <= 'z';
        out += raise && small ? static_cast<char>(c - 'a' + 'A') : c;
        raise = false;
    }
    return out;
}

} // namespace llm_proxy::providers
