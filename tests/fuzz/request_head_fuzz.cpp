#include "head_fuzz.hpp"
#include <cstdint>

using namespace llm_proxy::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    request_head head;
    std::size_t searched = 0;
    const auto whole = parse_request_head(bytes, searched, fuzz_limits, head);
    if (whole.state == head_state::ready) {
        const std::string_view used = bytes.substr(0, whole.consumed);
        require(used.size() == whole.consumed && used.ends_with("\r\n\r\n"));
        require_inside(head.method, used);
        require_inside(head.target, used);
        require_inside(head.headers, used);
        require(!head.method.empty() && !head.target.empty());
        require(head.headers.count("host") <= 1);
        require(head.headers.count("content-length") + head.headers.count("transfer-encoding") <=
                1);
        require(
            (head.body == body_kind::none) ==
            (head.headers.count("content-length") + head.headers.count("transfer-encoding") == 0));
    }
    require_same_by_bytes(bytes, whole, [](std::string_view prefix, std::size_t& seen) {
        request_head other;
        return parse_request_head(prefix, seen, fuzz_limits, other);
    });
    return 0;
}
