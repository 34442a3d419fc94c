#include "llm_proxy/providers/parameter_path.hpp"

#include "llm_proxy/json/document.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <utility>

namespace llm_proxy::providers {

namespace {

constexpr std::size_t most_steps = 16;

} // namespace

/// A name, with the dot before it unless it begins the path, or an index in brackets.
std::optional<parameter_path::step> parameter_path::take_step(std::string_view& rest) {
    step out;
    if (!rest.starts_with('[')) {
        rest.remove_prefix(rest.starts_with('.') ? 1 : 0);
        out.name = rest.substr(0, rest.find_first_of(".["));
        rest.remove_prefix(out.name.size());
        return out.name.empty() ? std::nullopt : std::optional(std::move(out));
    }
    const std::size_t end = rest.find(']');
    if (end == rest.npos) {
        return std::nullopt;
    }
    const std::string_view inner = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (inner == "*") {
        out.kind = step_kind::each;
        return out;
    }
    out.kind = step_kind::element;
    const auto read = std::from_chars(inner.data(), inner.data() + inner.size(), out.index);
    const bool whole = read.ec == std::errc() && read.ptr == inner.data() + inner.size();
    const bool ended = rest.empty() || rest.front() == '.' || rest.front() == '[';
    return whole && ended ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<parameter_path> parameter_path::parse(std::string_view text) {
    parameter_path out;
    while (!text.empty() && out.steps_.size() < most_steps) {
        auto next = take_step(text);
        if (!next) {
            return std::nullopt;
        }
        out.steps_.push_back(*std::move(next));
    }
    if (out.steps_.size() > 1 && out.steps_.front().name == "extra_body") {
        out.steps_.erase(out.steps_.begin());
    }
    if (!text.empty() || out.steps_.empty() || out.steps_.front().kind != step_kind::member ||
        out.steps_.back().kind != step_kind::member) {
        return std::nullopt;
    }
    out.root_ = std::move(out.steps_.front().name);
    out.steps_.erase(out.steps_.begin());
    return out;
}

void parameter_path::remove_from(document& value) const {
    if (!is_whole()) {
        remove_below(value, 0);
    }
}

void parameter_path::remove_below(document& value, std::size_t depth) const {
    const step& next = steps_[depth];
    if (next.kind == step_kind::member && value.is_object()) {
        const auto found = value.find(next.name);
        if (found == value.end()) {
            return;
        }
        if (depth + 1 == steps_.size()) {
            value.erase(found);
        } else {
            remove_below(*found, depth + 1);
        }
    } else if (next.kind == step_kind::element && value.is_array() && next.index < value.size()) {
        remove_below(value[next.index], depth + 1);
    } else if (next.kind == step_kind::each && value.is_array()) {
        for (auto& element : value) {
            remove_below(element, depth + 1);
        }
    }
}

} // namespace llm_proxy::providers
