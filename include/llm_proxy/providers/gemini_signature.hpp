#pragma once

#include <string>
#include <string_view>

namespace llm_proxy::providers {

/// Between a tool call's id and its thought signature, which clients give back with the id even
/// where they drop every field that OpenAI does not know. As LiteLLM writes it.
inline constexpr std::string_view signature_separator = "__thought__";

inline std::string join_signature(std::string_view id, std::string_view signature) {
    std::string out(id);
    return out.append(signature_separator).append(signature);
}

struct signed_id {
    std::string_view id;
    std::string_view signature; // empty if there is none
};

inline signed_id split_signature(std::string_view id) {
    const std::size_t at = id.find(signature_separator);
    if (at == std::string_view::npos) {
        return {id, {}};
    }
    return {id.substr(0, at), id.substr(at + signature_separator.size())};
}

} // namespace llm_proxy::providers
