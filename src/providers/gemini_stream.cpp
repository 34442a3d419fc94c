#include "llm_proxy/providers/gemini_stream.hpp"

#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_errors.hpp"
#include "llm_proxy/providers/gemini_message.hpp"
#include "llm_proxy/providers/gemini_text.hpp"
#include "llm_proxy/providers/gemini_usage.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

/// More candidates than can be asked for; each takes some memory.
constexpr std::size_t most_choices = 128;

document choice_json(std::size_t index, document delta, document finish_reason) {
    document out;
    out["index"] = index;
    out["delta"] = std::move(delta);
    out["finish_reason"] = std::move(finish_reason);
    return out;
}

document role_delta() {
    return {{"role", "assistant"}, {"content", ""}};
}

/// Whether a chunk holds no more than an answer's text, images or sound. LiteLLM passes on the
/// sources and ratings with the other chunks only.
bool is_plain(const document& choices) {
    constexpr std::array<std::string_view, 4> plain{"role", "content", "images", "audio"};
    return std::all_of(choices.begin(), choices.end(), [&](const document& choice) {
        const auto items = choice["delta"].items();
        return std::all_of(items.begin(), items.end(), [&](const auto& item) {
            return std::find(plain.begin(), plain.end(), item.key()) != plain.end();
        });
    });
}

} // namespace

gemini_stream::gemini_stream(const gemini_answer_options& options) : options_(options) {}

gemini_stream::~gemini_stream() = default;

result<void> gemini_stream::event(std::string_view data, std::vector<std::string>& chunks) {
    data = trim(data);
    if (data.empty() || data == "[DONE]") {
        return {};
    }
    document parsed = parse_document(data).value_or(nullptr);
    if (!parsed.is_array()) {
        return take(parsed, data, chunks);
    }
    for (document& part : parsed) {
        if (auto taken = take(part, data, chunks); !taken) {
            return taken;
        }
    }
    return {};
}

result<void> gemini_stream::take(document& part, std::string_view data,
                                 std::vector<std::string>& chunks) {
    if (!part.is_object()) {
        return gemini_invalid_answer(data, options_.requested_model);
    }
    if (auto failure = gemini_reported_error(part, options_.requested_model)) {
        return std::move(*failure);
    }
    remember(part);
    auto choices = document::array();
    if (auto taken = take_candidates(part, data, choices); !taken) {
        return taken;
    }
    if (choices.empty()) {
        return {};
    }
    const document& candidates = wire::list(part, "candidates");
    const bool sourced = std::any_of(candidates.begin(), candidates.end(), has_gemini_sources);
    document more;
    if (!is_text() && (sourced || !is_plain(choices))) {
        add_gemini_metadata(candidates, true, more);
    }
    chunks.push_back(chunk(choices, &more));
    return {};
}

void gemini_stream::remember(document& part) {
    if (id_.empty()) {
        id_ = text_of(part, "responseId");
    }
    if (id_.empty()) {
        id_ = "chatcmpl-" + wire::random_hex(options_.random, 32);
    }
    prompt_blocked_ = prompt_blocked_ || gemini_prompt_blocked(part);
    if (const auto counted = part.find("usageMetadata");
        counted != part.end() && counted->is_object()) {
        usage_ = std::make_unique<document>(std::move(*counted));
        if (service_tier_.empty()) {
            service_tier_ = openai_service_tier(text_of(*usage_, "serviceTier"));
            head_.clear();
        }
    }
    const gemini_lookups lookups = count_gemini_lookups(wire::list(part, "candidates"));
    lookups_.searches = std::max(lookups_.searches, lookups.searches);
    lookups_.maps = std::max(lookups_.maps, lookups.maps);
}

result<void> gemini_stream::take_candidates(const document& part, std::string_view data,
                                            document& choices) {
    std::size_t position = 0;
    for (const document& candidate : wire::list(part, "candidates")) {
        const bool numbered = candidate.is_object() && candidate.contains("index");
        const auto index =
            numbered ? static_cast<std::size_t>(wire::count(candidate, "index")) : position;
        ++position;
        if (index >= most_choices) {
            return gemini_invalid_answer(data, options_.requested_model);
        }
        if (index >= states_.size()) {
            states_.resize(index + 1);
        }
        take_candidate(candidate, index, choices);
    }
    if (prompt_blocked_ && states_.empty()) {
        states_.resize(1);
        states_.front().seen = true;
        states_.front().role_sent = true;
        choices.push_back(choice_json(0, role_delta(), nullptr));
    }
    return {};
}

void gemini_stream::take_candidate(const document& candidate, std::size_t index,
                                   document& choices) {
    choice_state& state = states_[index];
    state.seen = true;
    if (const auto native = text_of(candidate, "finishReason"); !native.empty()) {
        state.native_finish = native;
    }
    document delta = delta_of(candidate, state);
    document logprobs = gemini_logprobs(candidate);
    if (is_text() && !delta.contains("content")) {
        return; // a text has no place for thoughts and calls
    }
    if (delta.empty() && logprobs.is_null() && !has_gemini_sources(candidate)) {
        return;
    }
    document first = document::object();
    if (!state.role_sent) {
        state.role_sent = true;
        first["role"] = "assistant";
    }
    if (first.empty()) {
        first = std::move(delta);
    } else {
        first.update(delta);
    }
    document choice = choice_json(index, std::move(first), nullptr);
    if (!logprobs.is_null()) {
        choice["logprobs"] = std::move(logprobs);
    }
    choices.push_back(std::move(choice));
}

document gemini_stream::delta_of(const document& candidate, choice_state& state) {
    const gemini_message said = read_gemini_message(candidate, options_.random);
    auto delta = document::object();
    if (!said.reasoning.empty()) {
        delta["reasoning_content"] = said.reasoning;
    }
    if (!said.content.empty()) {
        delta["content"] = said.content;
    }
    add_calls(said, state, delta);
    if (!said.images.empty()) {
        delta["images"] = gemini_images_json(said, state.images);
        state.images += said.images.size();
    }
    add_audio(said, state, delta);
    if (!said.signatures.empty()) {
        delta["provider_specific_fields"]["thought_signatures"] = said.signatures;
    }
    if (document annotations = gemini_annotations(candidate); !annotations.empty()) {
        delta["annotations"] = std::move(annotations);
    }
    return delta;
}

void gemini_stream::add_calls(const gemini_message& said, choice_state& state, document& delta) {
    if (said.calls.empty()) {
        return;
    }
    if (!options_.legacy_functions) {
        delta["tool_calls"] = gemini_tool_calls_json(said, state.calls);
    } else if (state.calls == 0) {
        // There is room for one only, and clients would join a second one's name to it.
        delta["function_call"] = gemini_function_call_json(said);
    }
    state.calls += said.calls.size();
}

void gemini_stream::add_audio(const gemini_message& said, choice_state& state, document& delta) {
    if (said.audio.empty()) {
        return;
    }
    // Clients add up what the chunks hold, so only the data may come more than once.
    if (state.audio_begun) {
        delta["audio"]["data"] = gemini_audio_data(said);
        return;
    }
    state.audio_begun = true;
    delta["audio"] = gemini_audio_json(said, options_.created, options_.random);
    delta["audio"]["transcript"] = "";
}

std::string_view gemini_stream::finish_reason(const choice_state& state) const {
    if (prompt_blocked_ && state.native_finish.empty()) {
        return "content_filter";
    }
    const std::string_view reason = gemini_finish_reason(state.native_finish);
    if (reason == "stop" && state.calls > 0) {
        return options_.legacy_functions ? "function_call" : "tool_calls";
    }
    return reason;
}

result<void> gemini_stream::finish(std::vector<std::string>& chunks) {
    const bool finished = prompt_blocked_ || std::any_of(states_.begin(), states_.end(),
                                                         [](const choice_state& state) {
                                                             return !state.native_finish.empty();
                                                         });
    if (!finished) {
        return states_.empty() ? gemini_invalid_answer({}, options_.requested_model)
                               : make_error(error_class::internal_server, 500, gemini_exception,
                                            "The upstream's stream ended before its end.",
                                            options_.requested_model);
    }
    for (std::size_t index = 0; index < states_.size(); ++index) {
        choice_state& state = states_[index];
        if (!state.seen) {
            continue;
        }
        if (!state.role_sent && !is_text()) {
            state.role_sent = true;
            chunks.push_back(chunk(document::array({choice_json(index, role_delta(), nullptr)})));
        }
        chunks.push_back(
            chunk(document::array({choice_json(index, document::object(), finish_reason(state))})));
    }
    if (usage_) {
        document last;
        last["usage"] = gemini_usage(*usage_, lookups_);
        chunks.push_back(chunk(document::array(), &last));
    }
    return {};
}

std::string gemini_stream::chunk(const document& choices, const document* more) {
    if (head_.empty()) {
        document head{{"id", id_},
                      {"object", is_text() ? "text_completion" : "chat.completion.chunk"},
                      {"created", options_.created},
                      {"model", options_.model}};
        if (!service_tier_.empty()) {
            head["service_tier"] = service_tier_;
        }
        head_ = dump_json(head);
        head_.back() = ',';
    }
    std::string out = head_ + "\"choices\":";
    out += dump_json(is_text() ? text_choices(choices, "delta") : choices);
    if (more != nullptr) {
        for (const auto& [name, value] : more->items()) {
            out.append(",\"").append(name).append("\":").append(dump_json(value));
        }
    }
    return out + "}";
}

} // namespace llm_proxy::providers
