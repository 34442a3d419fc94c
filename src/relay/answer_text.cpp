#include "llm_proxy/relay/answer_text.hpp"

#include "llm_proxy/json/writer.hpp"

#include <algorithm>
#include <optional>

namespace llm_proxy::relay {

namespace {

constexpr std::size_t most_kept = 1024UL * 1024;
constexpr std::size_t most_calls = 256;

/// The text, as a JSON string, of the commonest chunk by far: one choice whose delta is one text.
/// Nothing for any other. Spares it the look at every member, which costs six times as much.
std::optional<std::string_view> only_text(std::string_view choices) {
    constexpr std::string_view before = R"("delta":)";
    constexpr std::string_view opening = R"("delta":{"content":")";
    const std::size_t delta = choices.find('{', 2);
    if (!choices.starts_with("[{") || delta == std::string_view::npos ||
        !choices.substr(delta - std::min(delta, before.size())).starts_with(opening)) {
        return std::nullopt;
    }
    const std::size_t begin = delta - before.size() + opening.size() - 1;
    const std::size_t end = choices.find('"', begin + 1);
    const std::string_view text = choices.substr(begin, end + 1 - begin);
    const std::string_view rest = choices.substr(end + 1);
    const bool alone = rest.starts_with('}') && rest.find('{') == std::string_view::npos;
    return alone && text.find('\\') == std::string_view::npos ? std::optional(text) : std::nullopt;
}

} // namespace

void answer_text::add(std::string_view choices) {
    if (const auto text = only_text(choices)) {
        append(*text, text_);
        return;
    }
    choices_.clear();
    json::scan_valid(choices, choices_);
    for (const auto& item : choices_) {
        if (item.type == json::kind::object) {
            add_choice(json::value_of(choices, item));
        }
    }
}

void answer_text::add_choice(std::string_view choice) {
    choice_.clear();
    json::scan_valid(choice, choice_);
    for (const auto& item : choice_) {
        const bool is_message =
            item.type == json::kind::object &&
            (json::key_is(choice, item, "delta") || json::key_is(choice, item, "message"));
        if (is_message) {
            add_message(json::value_of(choice, item));
        } else if (json::key_is(choice, item, "text")) {
            append(json::value_of(choice, item), text_);
        }
    }
}

void answer_text::add_message(std::string_view message) {
    message_.clear();
    json::scan_valid(message, message_);
    bool thought = false; // the same stands under both names with some providers
    for (const auto& item : message_) {
        const std::string_view value = json::value_of(message, item);
        if (json::key_is(message, item, "content")) {
            append(value, text_);
        } else if (!thought && item.type == json::kind::string &&
                   (json::key_is(message, item, "reasoning_content") ||
                    json::key_is(message, item, "reasoning"))) {
            append(value, thoughts_);
            thought = value != R"("")";
        } else if (item.type == json::kind::array && json::key_is(message, item, "tool_calls")) {
            add_calls(value);
        }
    }
}

void answer_text::add_calls(std::string_view calls) {
    std::vector<json::member> items;
    json::scan_valid(calls, items);
    for (const auto& item : items) {
        if (item.type == json::kind::object) {
            add_call(json::value_of(calls, item));
        }
    }
}

void answer_text::add_call(std::string_view call) {
    std::vector<json::member> members;
    json::scan_valid(call, members);
    const auto* index = json::find(call, members, "index");
    tool_call* to = call_with(index == nullptr ? std::string_view() : json::value_of(call, *index));
    if (to == nullptr) {
        dropped_ += call.size();
        return;
    }
    if (const auto* id = json::find(call, members, "id"); id != nullptr && to->id.empty()) {
        append(json::value_of(call, *id), to->id);
    }
    const auto* function = json::find(call, members, "function");
    if (function == nullptr || function->type != json::kind::object) {
        return;
    }
    const std::string_view inner = json::value_of(call, *function);
    std::vector<json::member> parts;
    json::scan_valid(inner, parts);
    if (const auto* name = json::find(inner, parts, "name"); name != nullptr && to->name.empty()) {
        append(json::value_of(inner, *name), to->name);
    }
    if (const auto* arguments = json::find(inner, parts, "arguments")) {
        append(json::value_of(inner, *arguments), to->arguments);
    }
}

/// The call that a stream numbers so; a new one in a whole answer. Null if there are too many.
answer_text::tool_call* answer_text::call_with(std::string_view index) {
    const auto found = std::ranges::find(calls_, index, &tool_call::index);
    if (!index.empty() && found != calls_.end()) {
        return &*found;
    }
    if (calls_.size() == most_calls || index.size() > 20) {
        return nullptr;
    }
    calls_.push_back({std::string(index), {}, {}, {}});
    return &calls_.back();
}

/// Appends a JSON string; what is none says nothing.
void answer_text::append(std::string_view quoted, std::string& to) {
    if (!quoted.starts_with('"')) {
        return;
    }
    std::string unescaped;
    std::string_view text = quoted.substr(1, quoted.size() - 2);
    if (text.find('\\') != std::string_view::npos) {
        unescaped = json::unescape(quoted);
        text = unescaped;
    }
    const std::size_t fits = std::min(text.size(), most_kept - kept_);
    to.append(text.substr(0, fits));
    kept_ += fits;
    dropped_ += text.size() - fits;
}

std::string answer_text::said() const {
    std::string out = text_;
    for (const tool_call& call : calls_) {
        out.append(R"({"function":{"arguments":)");
        json::append_string(out, call.arguments);
        out.append(R"(,"name":)");
        json::append_string(out, call.name);
        out.append(R"(},"id":)");
        json::append_string(out, call.id);
        out.append(R"(,"type":"function"})");
    }
    return out;
}

double answer_text::scale() const {
    return kept_ == 0 ? 1 : static_cast<double>(kept_ + dropped_) / static_cast<double>(kept_);
}

} // namespace llm_proxy::relay
