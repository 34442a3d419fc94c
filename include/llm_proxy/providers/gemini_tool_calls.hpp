#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/gemini_media.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Translates the calls in assistants' messages and the results in tools' messages, which belong
/// together by their ids.
class gemini_tool_calls {
public:
    gemini_tool_calls(const gemini_model& model, gemini_media& media)
        : model_(model), media_(media) {}

    /// Appends the message's calls to `parts`.
    result<void> add_calls(const document& message, document& parts);

    /// Appends the message, which has the role `tool` or `function`, to `parts`.
    result<void> add_result(const document& message, document& parts);

private:
    result<document> call_part(const document& function, std::string_view id,
                               std::string_view signature, bool first) const;
    result<std::string> read_result(const document& content, document& parts);
    result<void> add_result_media(const document& block, document& parts);

    const gemini_model& model_;
    gemini_media& media_;
    /// Names of the functions last called, by the id of the call.
    std::map<std::string, std::string, std::less<>> called_;
};

/// The signatures of a message's calls, from wherever the client kept them.
std::vector<std::string_view> call_signatures(const document& message);

} // namespace llm_proxy::providers
