#pragma once

#include "llm_proxy/providers/gemini_answer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Ids of which every digit is the same.
class even_random final : public random_source {
public:
    double unit() override { return 0.5; }
};

inline gemini_answer_options
gemini_options(model::call_type type = model::call_type::chat_completion) {
    static even_random random;
    gemini_answer_options options;
    options.type = type;
    options.model = "gemini-2.5-flash";
    options.requested_model = "group";
    options.created = 1000;
    options.random = &random;
    return options;
}

/// The answer's translation, or its error.
inline result<translated_body> gemini_answer_body(std::string_view bytes,
                                                  gemini_answer_options options = gemini_options(),
                                                  const http::response_head& head = {}) {
    return make_gemini_translation(std::move(options))->body(head, bytes);
}

inline nlohmann::json gemini_chat(std::string_view bytes,
                                  gemini_answer_options options = gemini_options(),
                                  const http::response_head& head = {}) {
    const auto out = gemini_answer_body(bytes, std::move(options), head);
    EXPECT_TRUE(out) << out.error().message;
    return out ? nlohmann::json::parse(out->bytes) : nlohmann::json();
}

/// A whole answer with one candidate's parts.
inline std::string with_parts(const std::string& parts, const std::string& finish = "STOP") {
    return R"({"candidates":[{"content":{"role":"model","parts":[)" + parts +
           R"(]},"finishReason":")" + finish + R"(","index":0}],"responseId":"r"})";
}

inline std::string with_candidate(const std::string& members) {
    return R"({"candidates":[{)" + members + R"(}],"responseId":"r"})";
}

/// What a stream was made to.
struct gemini_chunks {
    std::vector<nlohmann::json> list;
    std::vector<std::size_t> of_event; // how many chunks each event made
    int status = 200;
    std::string failure;
};

inline gemini_chunks gemini_events(const std::vector<std::string>& events,
                                   gemini_answer_options options = gemini_options()) {
    gemini_chunks out;
    const auto translation = make_gemini_translation(std::move(options));
    std::vector<std::string> chunks;
    const auto fail = [&out](const error& failure) {
        out.status = failure.status;
        out.failure = failure.message;
    };
    for (const std::string& event : events) {
        const std::size_t before = chunks.size();
        if (auto taken = translation->event(event, chunks); !taken) {
            fail(taken.error());
            break;
        }
        out.of_event.push_back(chunks.size() - before);
    }
    if (out.failure.empty()) {
        if (auto ended = translation->finish(chunks); !ended) {
            fail(ended.error());
        }
    }
    for (const std::string& chunk : chunks) {
        out.list.push_back(nlohmann::json::parse(chunk));
    }
    return out;
}

/// The stream's chunks, which are the same when all events come in one document.
inline gemini_chunks gemini_stream_of(const std::vector<std::string>& events,
                                      const gemini_answer_options& options = gemini_options()) {
    gemini_chunks out = gemini_events(events, options);
    std::string joined = "[";
    for (const std::string& event : events) {
        joined += (joined.size() == 1 ? "" : ",\n") + event;
    }
    const gemini_chunks together = gemini_events({joined + "]"}, options);
    EXPECT_EQ(together.list, out.list);
    EXPECT_EQ(together.status, out.status);
    EXPECT_EQ(together.failure, out.failure);
    return out;
}

} // namespace llm_proxy::providers
