#include "llm_proxy/providers/response_call.hpp"

#include "llm_proxy/json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace llm_proxy::providers {

namespace {

/// Items of one answer whose ids are kept.
constexpr std::size_t most_item_ids = 1024;

bool is_response_parameter(std::string_view name) {
    constexpr std::array<std::string_view, 19> known{"include",
                                                     "instructions",
                                                     "max_output_tokens",
                                                     "max_tool_calls",
                                                     "parallel_tool_calls",
                                                     "prompt_cache_key",
                                                     "prompt_cache_retention",
                                                     "reasoning",
                                                     "safety_identifier",
                                                     "service_tier",
                                                     "store",
                                                     "temperature",
                                                     "text",
                                                     "top_logprobs",
                                                     "top_p",
                                                     "truncation",
                                                     "user",
                                                     "context_management",
                                                     "background"};
    return std::find(known.begin(), known.end(), name) != known.end();
}

std::optional<std::size_t> place_of(std::string_view number) {
    std::size_t place = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), place);
    const bool usable = read.ec == std::errc() && place < most_item_ids && !number.empty();
    return usable ? std::optional(place) : std::nullopt;
}

class response_edit final : public answer_edit {
public:
    response_edit(std::string_view requested_model, bool stable_ids)
        : model_(json::quoted(requested_model)), stable_ids_(stable_ids) {}

    void whole(json::splice&) override {} // its model is the relay's

    void chunk(json::splice& event) override {
        event.within("response", [this](json::splice& response) {
            response.replace("model", model_);
            if (!ids_.empty()) {
                std::size_t place = 0;
                response.within("output", [&](json::splice& item) { set_id(item, "id", place++); });
            }
        });
        const auto place = stable_ids_ ? place_of(event.value("output_index")) : std::nullopt;
        if (!place) {
            return;
        }
        const bool is_added = event.value("type") == R"("response.output_item.added")";
        event.within("item", [&](json::splice& item) {
            if (is_added) {
                ids_.resize(std::max(ids_.size(), *place + 1));
                ids_[*place] = item.value("id");
            }
            set_id(item, "id", *place);
        });
        set_id(event, "item_id", *place);
    }

private:
    void set_id(json::splice& of, std::string_view name, std::size_t place) const {
        if (place < ids_.size() && ids_[place].starts_with('"') && of.value(name) != ids_[place]) {
            of.replace(name, ids_[place]);
        }
    }

    std::string model_;
    bool stable_ids_;
    std::vector<std::string> ids_; // as JSON, by the item's place in the output
};

} // namespace

void apply_response_defaults(const model::deployment& target, const parameter_plan& plan,
                             json::splice& body) {
    for (const auto& [name, value] : target.defaults) {
        if (plan.leaves_out(name)) {
            continue;
        }
        if (name == "max_tokens" || name == "max_completion_tokens") {
            body.set_default("max_output_tokens", value);
        } else if (name == "reasoning_effort") {
            body.set_default("reasoning", R"({"effort":)" + value + "}");
        } else if (is_response_parameter(name)) {
            body.set_default(name, value);
        }
    }
}

std::unique_ptr<answer_edit> make_response_edit(std::string_view requested_model, bool stable_ids) {
    return std::make_unique<response_edit>(requested_model, stable_ids);
}

} // namespace llm_proxy::providers
