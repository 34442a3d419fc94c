#include "llm_proxy/relay/json_lines.hpp"

#include <algorithm>

namespace llm_proxy::relay {

namespace {

std::string_view trimmed(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) {
        return {};
    }
    return line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
}

} // namespace

void json_lines::feed(std::string_view bytes) {
    held_.erase(0, taken_);
    searched_ -= taken_;
    taken_ = 0;
    held_.append(bytes);
}

bool json_lines::next(std::string_view& line) {
    while (!failed_) {
        std::size_t end = held_.find('\n', searched_);
        const bool complete = end != std::string::npos;
        end = std::min(end, held_.size());
        failed_ = end - taken_ > max_line_;
        if (failed_ || (!complete && (!ending_ || taken_ == held_.size()))) {
            searched_ = end;
            return false;
        }
        line = trimmed(std::string_view(held_).substr(taken_, end - taken_));
        taken_ = searched_ = complete ? end + 1 : end;
        if (!line.empty()) {
            return true;
        }
    }
    return false;
}

} // namespace llm_proxy::relay
