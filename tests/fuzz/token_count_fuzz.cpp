#include "llm_proxy/json/utf8.hpp"
#include "llm_proxy/relay/counted_usage.hpp"
#include "llm_proxy/tokens/encoding.hpp"

#include "require.hpp"
#include <cstdint>
#include <string_view>

using namespace llm_proxy;

/// Any bytes as text, and as the body of a chat whose answer they are too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto name :
         {tokens::encoding_name::cl100k_base, tokens::encoding_name::o200k_base}) {
        const auto& by = tokens::encoding::get(name);
        const std::size_t ids = by.encode(text).size();
        require(json::is_utf8(text) ? ids <= size : ids <= 3 * size);
        require((ids == 0) == text.empty());
        require((by.count(text, {.cut = 7, .exact = 16}) == 0) == text.empty());
    }
    relay::usage_order order;
    order.request = text;
    require(relay::count_usage(order).tokens.prompt_tokens >= 0);
    std::vector<json::member> members;
    const auto root = json::scan(text, members);
    if (root && *root == json::kind::array) {
        order.answer.add(text);
        require(order.answer.scale() >= 1);
        (void)order.answer.said();
    }
    return 0;
}
