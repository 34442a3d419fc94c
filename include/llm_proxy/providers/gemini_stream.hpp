#pragma once

#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/gemini_candidate.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

struct gemini_message;

/// A stream of partial answers as OpenAI's chunks, one for each event that says anything. What
/// can only be known at the end — why each choice finished, the usage — comes with `finish`.
class gemini_stream {
public:
    /// The options must outlive the stream.
    explicit gemini_stream(const gemini_answer_options& options);
    gemini_stream(const gemini_stream&) = delete;
    gemini_stream& operator=(const gemini_stream&) = delete;
    ~gemini_stream();

    /// The tier that served the call, where the answer's head tells it.
    void use_service_tier(std::string tier) { service_tier_ = std::move(tier); }
    result<void> event(std::string_view data, std::vector<std::string>& chunks);
    result<void> finish(std::vector<std::string>& chunks);

private:
    /// What was said of one choice so far.
    struct choice_state {
        bool role_sent = false;
        bool seen = false;
        bool audio_begun = false;
        std::size_t calls = 0;
        std::size_t images = 0;
        std::string native_finish;
    };

    result<void> take(document& part, std::string_view data, std::vector<std::string>& chunks);
    void remember(document& part);
    result<void> take_candidates(const document& part, std::string_view data, document& choices);
    void take_candidate(const document& candidate, std::size_t index, document& choices);
    document delta_of(const document& candidate, choice_state& state);
    void add_calls(const gemini_message& said, choice_state& state, document& delta);
    void add_audio(const gemini_message& said, choice_state& state, document& delta);
    std::string_view finish_reason(const choice_state& state) const;
    /// A chunk with these choices and these further members, whose names need no escapes.
    std::string chunk(const document& choices, const document* more = nullptr);
    bool is_text() const { return options_.type == model::call_type::completion; }

    const gemini_answer_options& options_;
    std::string id_;
    std::string service_tier_;
    std::string head_;                 // of every chunk, as text; empty until it is needed
    std::vector<choice_state> states_; // by index
    bool prompt_blocked_ = false;
    std::unique_ptr<document> usage_; // the last `usageMetadata`: it counts from the start
    gemini_lookups lookups_;
};

} // namespace llm_proxy::providers
