#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/responses_answer.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

/// What stands between two parts of a reasoning summary.
inline constexpr std::string_view responses_paragraph = "\n\n";

/// A stream of the Responses API as a chat's chunks.
///
/// GitHub Copilot gives an item another id in every event, so items are told apart by
/// `output_index`, and may send the deltas of a call's arguments enciphered, the whole arguments at
/// their end plainly (github.com/lidge-jun/opencodex/issues/995). Such deltas are not passed on.
class responses_stream {
public:
    /// The options must outlive the stream.
    explicit responses_stream(const responses_options& options) : options_(options) {}

    result<void> event(std::string_view data, std::vector<std::string>& chunks);
    /// An error unless the answer was complete.
    result<void> finish(std::vector<std::string>& chunks);

private:
    /// A call of a tool that is being told.
    struct call_state {
        std::size_t index = 0;
        std::string id;
        bool free_text = false;
        /// Its deltas cannot be read.
        bool held = false;
        bool done = false;
        std::size_t sent = 0; // bytes of its input
    };

    result<void> take(std::string_view type, const document& event,
                      std::vector<std::string>& chunks);
    void remember(const document& event);
    void say(const char* member, std::string_view text, std::vector<std::string>& chunks);
    void say_reasoning(const document& event, std::vector<std::string>& chunks);
    result<call_state*> begin_call(std::int64_t position, const document& item,
                                   std::vector<std::string>& chunks);
    result<void> item_event(const document& event, bool done, std::vector<std::string>& chunks);
    void input_delta(const document& event, std::vector<std::string>& chunks);
    void input_done(call_state& call, std::string_view input, std::vector<std::string>& chunks);
    void say_input(call_state& call, std::string_view text, std::vector<std::string>& chunks);
    call_state* call_at(const document& event);
    result<void> end(const document& response, bool incomplete, std::vector<std::string>& chunks);
    result<void> say_missing(const document& output, std::vector<std::string>& chunks);
    document head() const;
    void chunk(document delta, std::string_view finish, std::vector<std::string>& chunks);

    const responses_options& options_;
    std::string id_;
    std::string model_; // the upstream's name, by which the call is priced
    std::int64_t created_ = 0;
    std::string service_tier_;
    std::map<std::int64_t, call_state> calls_;              // by output_index
    std::pair<std::int64_t, std::int64_t> summary_{-1, -1}; // the part that spoke last
    bool any_ = false;
    bool role_told_ = false;
    bool text_told_ = false;
    bool ended_ = false;
};

} // namespace llm_proxy::providers
