#pragma once

#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/model/request_context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::relay {

/// Gathers the usage of a stream of Anthropic's Messages API: its first event tells the input's,
/// its last but one the output's, and maybe the input's anew
/// (docs.anthropic.com/en/docs/build-with-claude/streaming).
class messages_usage {
public:
    /// One event's data, a JSON object.
    void take(std::string_view data, const std::vector<json::member>& members);

    /// The message is complete.
    bool ended() const { return ended_; }
    /// Both counts are known.
    bool known() const { return known_; }
    /// An answer of the stream's model and usage alone; the model is empty if it was not told.
    const std::string& answer() const { return answer_; }

private:
    void add(std::string_view usage);

    std::vector<std::pair<std::string, std::string>> counts_; // members of the usage, as JSON
    std::string model_;                                       // as JSON
    std::string answer_;
    bool known_ = false;
    bool ended_ = false;
};

/// The tokens of a `usage` object of the Messages API, those of the cache among the prompt's;
/// nothing if it is none.
std::optional<model::usage> read_messages_usage(std::string_view object);

} // namespace llm_proxy::relay
