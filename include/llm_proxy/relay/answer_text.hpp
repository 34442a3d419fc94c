#pragma once

#include "llm_proxy/json/scan.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// Gathers what a model says in one answer, for the case that the upstream does not count it. Keeps
/// at most 1 MiB and 256 tool calls; of the rest only its length is known.
class answer_text {
public:
    /// Takes the `choices` of a whole chat or text completion or of a chunk of one: valid JSON.
    void add(std::string_view choices);

    /// All that is no thought, in the form that LiteLLM counts: the texts, then the calls as JSON.
    std::string said() const;
    const std::string& thoughts() const { return thoughts_; }
    bool has_calls() const { return !calls_.empty(); }
    /// How many times as long as what was kept the whole is.
    double scale() const;

private:
    struct tool_call {
        std::string index; // as JSON; empty in a whole answer
        std::string id;
        std::string name;
        std::string arguments;
    };

    void add_choice(std::string_view choice);
    void add_message(std::string_view message);
    void add_calls(std::string_view calls);
    void add_call(std::string_view call);
    void append(std::string_view quoted, std::string& to);
    tool_call* call_with(std::string_view index);

    std::string text_;
    std::string thoughts_;
    std::vector<tool_call> calls_;
    std::size_t kept_ = 0;
    std::size_t dropped_ = 0;
    // Used again for every chunk.
    std::vector<json::member> choices_;
    std::vector<json::member> choice_;
    std::vector<json::member> message_;
};

} // namespace llm_proxy::relay
