#include "llm_proxy/providers/answer_edit.hpp"

#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/think_splitter.hpp"

#include <charconv>
#include <vector>

namespace llm_proxy::providers {

namespace {

constexpr std::string_view target = "reasoning_content";
constexpr std::string_view source = "reasoning";

/// Choices of one stream whose texts are looked into; OpenAI's `n` ends at 128.
constexpr std::size_t most_choices = 128;

bool is_null(std::string_view value) {
    return value.empty() || value == "null";
}

/// Tells whether the message holds thoughts in a member of their own.
bool copy_reasoning(json::splice& message) {
    if (!is_null(message.value(target))) {
        return true;
    }
    const std::string value(message.value(source));
    if (!value.starts_with('"')) {
        return false;
    }
    message.set(target, value);
    return value != R"("")";
}

std::size_t index_of(std::string_view number) {
    std::size_t index = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), index);
    return number.empty() || read.ec == std::errc() ? index : most_choices;
}

class reasoning_edit final : public answer_edit {
public:
    explicit reasoning_edit(reasoning_form form) : tagged_(form == reasoning_form::tagged) {}

    void whole(json::splice& answer) override {
        answer.within("choices", [this](json::splice& choice) {
            choice.within("message", [this](json::splice& message) {
                if (!copy_reasoning(message) && tagged_) {
                    think_splitter splitter;
                    split(message, splitter, true);
                }
            });
        });
    }

    void chunk(json::splice& chunk) override {
        if (!tagged_ && chunk.value("choices").find(R"("reasoning")") == std::string_view::npos) {
            return;
        }
        chunk.within("choices", [this](json::splice& choice) {
            const std::size_t index = index_of(choice.value("index"));
            const bool last = choice.value("finish_reason").starts_with('"');
            choice.within("delta", [&](json::splice& delta) {
                if (!copy_reasoning(delta) && tagged_ && index < most_choices) {
                    split(delta, splitter_of(index), last);
                }
            });
        });
    }

private:
    think_splitter& splitter_of(std::size_t index) {
        if (index >= splitters_.size()) {
            splitters_.resize(index + 1);
        }
        return splitters_[index];
    }

    static void split(json::splice& message, think_splitter& splitter, bool last) {
        const std::string_view content = message.value("content");
        const bool has_text = content.starts_with('"');
        const std::string text = has_text ? json::unescape(content) : std::string();
        split_text found;
        splitter.feed(text, found);
        if (last) {
            splitter.finish(found);
        }
        if (!found.reasoning.empty()) {
            message.set(target, json::quoted(found.reasoning));
        }
        if (found.content != text) {
            message.set("content", json::quoted(found.content));
        }
    }

    bool tagged_;
    std::vector<think_splitter> splitters_; // by the choice's index
};

} // namespace

std::unique_ptr<answer_edit> make_reasoning_edit(reasoning_form form) {
    if (form == reasoning_form::as_sent) {
        return nullptr;
    }
    return std::make_unique<reasoning_edit>(form);
}

} // namespace llm_proxy::providers
