// Answers and events of any bytes: nothing is thrown, and what comes out is JSON. The first byte
// chooses the kind of call, and an empty line ends an event.
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/gemini_answer.hpp"

#include "require.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llm_proxy;

void require_json(std::string_view text) {
    std::vector<json::member> members;
    const auto root = json::scan(text, members);
    require(root && *root == json::kind::object);
}

void require_error(const error& failure) {
    require(failure.status >= 400 && failure.status <= 599 && !failure.message.empty());
}

providers::gemini_answer_options options_of(std::uint8_t choice, random_source& random) {
    constexpr std::array types{model::call_type::chat_completion,  model::call_type::embedding,
                               model::call_type::image_generation, model::call_type::speech,
                               model::call_type::completion,       model::call_type::transcription};
    providers::gemini_answer_options options;
    options.type = types.at(choice % types.size());
    options.model = "m";
    options.requested_model = "group";
    options.random = &random;
    options.transcript_format = "json";
    options.legacy_functions = (choice & 4U) != 0;
    options.base64_embeddings = (choice & 8U) != 0;
    options.speech_format = (choice & 16U) != 0 ? "pcm" : "wav";
    return options;
}

void check_body(const providers::gemini_answer_options& options, std::string_view text) {
    const auto out = providers::make_gemini_translation(options)->body({}, text);
    if (!out) {
        require_error(out.error());
    } else if (options.type != model::call_type::speech) {
        require_json(out->bytes);
    }
}

void check_stream(const providers::gemini_answer_options& options, std::string_view text) {
    const auto translation = providers::make_gemini_translation(options);
    std::vector<std::string> chunks;
    bool failed = false;
    while (!text.empty() && !failed) {
        const std::size_t end = text.find("\n\n");
        const auto taken = translation->event(text.substr(0, end), chunks);
        failed = !taken;
        if (failed) {
            require_error(taken.error());
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    if (!failed) {
        const auto ended = translation->finish(chunks);
        require(ended || ended.error().status == 500);
    }
    for (const std::string& chunk : chunks) {
        require_json(chunk);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    fast_random random(1);
    const auto options = options_of(data[0], random);
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_body(options, text);
    check_stream(options, text);
    require_error(providers::gemini_error(400 + data[0], text, "group"));
    return 0;
}
