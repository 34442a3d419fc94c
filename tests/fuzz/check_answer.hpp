#pragma once

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/translation.hpp"

#include "require.hpp"
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

inline void require_json(std::string_view text, const llm_proxy::json::scan_limits& limits = {}) {
    std::vector<llm_proxy::json::member> members;
    const auto root = llm_proxy::json::scan(text, members, limits);
    require(root && *root == llm_proxy::json::kind::object);
}

inline void require_error(const llm_proxy::error& failure) {
    require(failure.status >= 400 && failure.status <= 599 && !failure.message.empty());
}

/// Every chunk of a stream whose events an empty line ends must be JSON, and every failure an
/// error.
inline void check_stream(llm_proxy::providers::translation& from, std::string_view text,
                         const llm_proxy::json::scan_limits& limits = {}) {
    std::vector<std::string> chunks;
    bool failed = false;
    while (!text.empty() && !failed) {
        const std::size_t end = text.find("\n\n");
        const auto taken = from.event(text.substr(0, end), chunks);
        failed = !taken;
        if (failed) {
            require_error(taken.error());
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    if (!failed) {
        const auto ended = from.finish(chunks);
        require(ended || ended.error().status == 500);
    }
    for (const std::string& chunk : chunks) {
        require_json(chunk, limits);
    }
}
