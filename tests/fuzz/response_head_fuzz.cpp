#include "head_fuzz.hpp"
#include <cstdint>

using namespace llm_proxy::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    response_head head;
    std::size_t searched = 0;
    const auto whole = parse_response_head(bytes, searched, fuzz_limits, false, head);
    if (whole.state == head_state::ready) {
        const std::string_view used = bytes.substr(0, whole.consumed);
        require(used.size() == whole.consumed && used.ends_with("\r\n\r\n"));
        require_inside(head.headers, used);
        require(head.status >= 100 && head.status <= 999);
        require(head.headers.count("content-length") + head.headers.count("transfer-encoding") <=
                1);
        require(head.body != body_kind::until_close || !head.keep_alive);
    }
    require_same_by_bytes(bytes, whole, [](std::string_view prefix, std::size_t& seen) {
        response_head other;
        return parse_response_head(prefix, seen, fuzz_limits, false, other);
    });
    return 0;
}
