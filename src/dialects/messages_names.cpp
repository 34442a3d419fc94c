#include "llm_proxy/dialects/messages_names.hpp"

#include "llm_proxy/providers/gemini_signature.hpp"
#include "llm_proxy/util/base64.hpp"
#include "llm_proxy/util/hash.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>

namespace llm_proxy::dialects {

namespace {

constexpr std::size_t longest_tool_name = 64;
constexpr std::size_t kept_of_tool_name = 55;
constexpr std::size_t tool_name_hash = 8;

bool fits_call_id(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-';
}

} // namespace

messages_model::messages_model(std::string_view name)
    : is_claude(contains_any(lower(name), {"anthropic", "claude"})),
      is_gemini(contains_any(lower(name), {"gemini"})) {}

std::string chat_tool_name(std::string_view name) {
    if (name.size() <= longest_tool_name) {
        return std::string(name);
    }
    std::string out(name.substr(0, kept_of_tool_name));
    return out.append("_").append(sha256_hex(name).substr(0, tool_name_hash));
}

std::string messages_call_id(std::string_view chat_id) {
    const auto parts = providers::split_signature(chat_id);
    std::string out(parts.id);
    std::replace_if(out.begin(), out.end(), [](char c) { return !fits_call_id(c); }, '_');
    if (out.empty()) {
        out = "tool_use_id";
    }
    const auto signature = base64_decode(parts.signature);
    return signature && !signature->empty()
               ? providers::join_signature(out, base64url_encode(*signature))
               : out;
}

std::string chat_call_id(std::string_view id, const messages_model& model) {
    const auto parts = providers::split_signature(id);
    const auto signature = base64url_decode(parts.signature);
    return model.is_gemini && signature && !signature->empty()
               ? providers::join_signature(parts.id, base64_encode(*signature))
               : std::string(parts.id);
}

} // namespace llm_proxy::dialects
