#pragma once

#include "llm_proxy/json/document.hpp"

#include <nlohmann/json.hpp>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {

/// A deployment of `ollama_chat/…` or `ollama/…`.
inline std::shared_ptr<const model::deployment> ollama_at_home(const std::string& model) {
    return deploy(params_for(model));
}

/// The outbound call of a JSON request; a refusal is a failure of the test.
inline std::unique_ptr<outbound_call>
outbound_of(std::string_view text, const model::deployment& target, inbound_call call = {}) {
    std::vector<json::member> members;
    EXPECT_TRUE(json::scan(text, members)) << text;
    call.body = text;
    call.members = &members;
    call.upstream_model = target.upstream_model;
    call.requested_model = "group";
    call.created = 1700000000;
    auto out = std::make_unique<outbound_call>();
    const auto written = target.adapter->translate(call, target, *out);
    if (!written)
        ADD_FAILURE() << written.error().message;
    return out;
}

/// The request as Ollama gets it.
inline document request_of(std::string_view text, const model::deployment& target,
                           const inbound_call& call = {}) {
    return document::parse(outbound_of(text, target, call)->body, nullptr, false);
}

/// A whole answer, translated; an error is `{"error": message, "status": …}`.
inline document answer_of(translation& from, std::string_view text) {
    const auto answer = from.body({}, text);
    if (!answer)
        return {{"error", answer.error().message}, {"status", answer.error().status}};
    return document::parse(answer->bytes);
}

/// A stream, taken in.
struct told {
    std::vector<document> chunks;
    std::optional<error> failure;

    /// The texts of one member of all deltas, run together.
    std::string text(const char* name) const {
        std::string out;
        for (const document& chunk : chunks)
            for (const document& choice : chunk["choices"])
                if (choice.contains("delta") && choice["delta"].contains(name))
                    out += choice["delta"][name].get<std::string>();
        return out;
    }
    /// All `finish_reason`s that are not null.
    std::string finish() const {
        std::string out;
        for (const document& chunk : chunks)
            for (const document& choice : chunk["choices"])
                if (choice["finish_reason"].is_string())
                    out += choice["finish_reason"].get<std::string>();
        return out;
    }
    /// The tool calls' `index name arguments`, one a line.
    std::string calls() const {
        std::string out;
        for (const document& chunk : chunks)
            for (const document& choice : chunk["choices"])
                for (const document& call : choice["delta"].value("tool_calls", document::array()))
                    out += call["index"].dump() + " " +
                           call["function"]["name"].get<std::string>() + " " +
                           call["function"]["arguments"].get<std::string>() + "\n";
        return out;
    }
};

inline told stream_of(translation& from, const std::vector<std::string>& lines) {
    told out;
    std::vector<std::string> chunks;
    result<void> went;
    for (const std::string& line : lines)
        if (went)
            went = from.event(line, chunks);
    if (went)
        went = from.finish(chunks);
    if (!went)
        out.failure = went.error();
    for (const std::string& chunk : chunks)
        out.chunks.push_back(document::parse(chunk));
    return out;
}

} // namespace llm_proxy::providers
