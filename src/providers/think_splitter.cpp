#include "llm_proxy/providers/think_splitter.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace llm_proxy::providers {

namespace {

using tag_list = std::array<std::string_view, 2>;

constexpr tag_list opening{"<think>", "<thinking>"};
constexpr tag_list closing{"</think>", "</thinking>"};

/// White space before a tag; more is an answer that begins so.
constexpr std::size_t most_space = 64;

/// The length of the tag that `text` starts with; 0 if there is none.
std::size_t tag_length(const tag_list& tags, std::string_view text) {
    for (const std::string_view tag : tags) {
        if (text.starts_with(tag)) {
            return tag.size();
        }
    }
    return 0;
}

bool may_become_tag(const tag_list& tags, std::string_view text) {
    return std::any_of(tags.begin(), tags.end(),
                       [text](std::string_view tag) { return tag.starts_with(text); });
}

} // namespace

void think_splitter::feed(std::string_view text, split_text& out) {
    if (place_ == place::answer) {
        out.content.append(text);
        return;
    }
    held_.append(text);
    if (place_ == place::start) {
        look_for_opening(out);
    }
    if (place_ == place::thought) {
        look_for_closing(out);
    }
}

void think_splitter::finish(split_text& out) {
    (place_ == place::thought ? out.reasoning : out.content).append(held_);
    held_.clear();
    place_ = place::answer;
}

void think_splitter::look_for_opening(split_text& out) {
    const std::size_t begin = std::min(held_.find_first_not_of(" \t\r\n"), held_.size());
    const std::string_view rest = std::string_view(held_).substr(begin);
    const std::size_t length = begin > most_space ? 0 : tag_length(opening, rest);
    if (length > 0) {
        held_.erase(0, begin + length);
        place_ = place::thought;
    } else if (begin > most_space || !may_become_tag(opening, rest)) {
        finish(out);
    }
}

void think_splitter::look_for_closing(split_text& out) {
    std::size_t at = held_.find('<');
    for (; at != std::string::npos; at = held_.find('<', at + 1)) {
        const std::string_view rest = std::string_view(held_).substr(at);
        if (const std::size_t length = tag_length(closing, rest); length > 0) {
            out.reasoning.append(held_, 0, at);
            held_.erase(0, at + length);
            place_ = place::answer;
            finish(out);
            return;
        }
        if (may_become_tag(closing, rest)) {
            break;
        }
    }
    at = std::min(at, held_.size());
    out.reasoning.append(held_, 0, at);
    held_.erase(0, at);
}

split_text split_thought(std::string_view text) {
    think_splitter splitter;
    split_text out;
    splitter.feed(text, out);
    splitter.finish(out);
    return out;
}

} // namespace llm_proxy::providers
