#pragma once

#include "llm_proxy/http/parser.hpp"

#include "require.hpp"
#include <cstddef>
#include <string_view>

namespace llm_proxy::http {

inline void require_inside(std::string_view part, std::string_view bytes) {
    require(part.empty() || (part.data() >= bytes.data() &&
                             part.data() + part.size() <= bytes.data() + bytes.size()));
}

inline void require_inside(const fields& headers, std::string_view bytes) {
    for (const field& one : headers) {
        require(!one.name.empty());
        require_inside(one.name, bytes);
        require_inside(one.value, bytes);
        require(one.value.find_first_of("\r\n") == std::string_view::npos);
    }
}

/// Small limits, so that short inputs reach them.
inline constexpr head_limits fuzz_limits{512, 8};

/// Checks that a reader who stops at the first verdict gets the same from any growing prefixes.
template <class Parse>
void require_same_by_bytes(std::string_view bytes, const head_progress& whole, Parse parse) {
    std::size_t searched = 0;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const head_progress progress = parse(bytes.substr(0, size), searched);
        if (progress.state == head_state::need_more && size < bytes.size())
            continue;
        require(progress.state == whole.state && progress.consumed == whole.consumed);
        return;
    }
}

} // namespace llm_proxy::http
