#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/github_copilot.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {

/// A login that leads to `http://login:2/copilot`.
inline model::access made_up_access() {
    const auto base = model::parse_base_url("http://login:2/copilot", {});
    return {secret("tid=abc;exp=9999999999;sku=x:mac"),
            std::make_shared<const model::endpoint>(base->origin), base->path};
}

/// A deployment without a base of its own.
inline config::litellm_params copilot_params(const std::string& model = "gpt-4.1") {
    config::litellm_params params;
    params.model = "github_copilot/" + model;
    return params;
}

/// A call of Copilot, translated. Holds what the outbound call refers to.
struct copilot_call {
    copilot_call(std::string text, std::shared_ptr<const model::deployment> at,
                 inbound_call chosen = {})
        : body(std::move(text)), target(std::move(at)), access(made_up_access()), call(chosen) {
        EXPECT_TRUE(json::scan(body, members)) << body;
        call.body = body;
        call.members = &members;
        if (call.upstream_model.empty())
            call.upstream_model = target->upstream_model;
        call.requested_model = "group";
        call.created = 1700000000;
        call.random = &random;
        call.access = &access;
        went = target->adapter->translate(call, *target, out);
    }

    explicit copilot_call(const std::string& text, const std::string& model = "gpt-4.1")
        : copilot_call(text, deploy(copilot_params(model))) {}

    copilot_call(const copilot_call&) = delete;
    copilot_call& operator=(const copilot_call&) = delete;

    const std::string& head() const { return out.head; }
    /// The value of a header of the request; empty if it has none, joined by `|` if several.
    std::string header(const std::string& name) const {
        std::string found;
        for (const std::string_view line : split(out.head, '\n'))
            if (starts_with_i(line, name + ":"))
                found +=
                    (found.empty() ? "" : "|") + std::string(trim(line.substr(name.size() + 1)));
        return found;
    }
    /// The body as it is sent; a refusal's text if there is none.
    std::string sent() const {
        if (!went)
            return went.error().message;
        std::string text;
        for (std::size_t i = 1; i < out.pieces.size(); ++i)
            text += out.pieces[i];
        EXPECT_EQ(out.pieces.at(0), out.head);
        EXPECT_TRUE(
            out.head.ends_with("Content-Length: " + std::to_string(text.size()) + "\r\n\r\n"))
            << out.head;
        return text;
    }
    nlohmann::json parsed() const { return nlohmann::json::parse(sent(), nullptr, false); }

    std::string body;
    std::vector<json::member> members;
    std::shared_ptr<const model::deployment> target;
    model::access access;
    fast_random random{7};
    inbound_call call;
    outbound_call out;
    result<void> went;
};

/// A whole answer, translated; an error is `{"error": message, "status": …}`.
inline nlohmann::json copilot_answer(translation& from, std::string_view text) {
    const auto answer = from.body({}, text);
    if (!answer)
        return {{"error", answer.error().message}, {"status", answer.error().status}};
    return nlohmann::json::parse(answer->bytes);
}

/// A stream, taken in.
struct copilot_chunks {
    std::vector<document> list;
    std::optional<error> failure;

    /// The texts of one member of all deltas, run together.
    std::string text(const char* name) const {
        std::string out;
        for (const document& chunk : list)
            for (const document& choice : chunk["choices"])
                if (choice["delta"].contains(name))
                    out += choice["delta"][name].get<std::string>();
        return out;
    }
    /// All `finish_reason`s that are not null.
    std::string finish() const {
        std::string out;
        for (const document& chunk : list)
            for (const document& choice : chunk["choices"])
                if (choice["finish_reason"].is_string())
                    out += choice["finish_reason"].get<std::string>();
        return out;
    }
    /// As a client adds the pieces up: `index id name arguments`, one a line.
    std::string calls() const {
        std::map<int, document> added;
        for (const document& chunk : list)
            for (const document& choice : chunk["choices"])
                for (const document& piece :
                     choice["delta"].value("tool_calls", document::array())) {
                    document& call =
                        added.try_emplace(piece["index"].get<int>(), document::object())
                            .first->second;
                    for (const char* name : {"id", "name", "arguments"}) {
                        const document& from = name[0] == 'i' ? piece : piece["function"];
                        call[name] = call.value(name, "") + from.value(name, "");
                    }
                }
        std::string out;
        for (const auto& [index, call] : added)
            out += std::to_string(index) + ' ' + call["id"].get<std::string>() + ' ' +
                   call["name"].get<std::string>() + ' ' + call["arguments"].get<std::string>() +
                   '\n';
        return out;
    }
};

inline copilot_chunks copilot_stream(translation& from, const std::vector<std::string>& events) {
    copilot_chunks out;
    std::vector<std::string> chunks;
    result<void> went;
    for (const std::string& event : events)
        if (went)
            went = from.event(event, chunks);
    if (went)
        went = from.finish(chunks);
    if (!went)
        out.failure = went.error();
    for (const std::string& chunk : chunks)
        out.list.push_back(document::parse(chunk));
    return out;
}

} // namespace llm_proxy::providers
