// Answers and events of any bytes: nothing is thrown, and what comes out is JSON. The first byte
// chooses the kind of call, and an empty line ends an event.
#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/gemini_context.hpp"

#include "check_answer.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llm_proxy;

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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    fast_random random(1);
    const auto options = options_of(data[0], random);
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_body(options, text);
    check_stream(*providers::make_gemini_translation(options), text);
    const providers::gemini_context contexts{};
    contexts.read_page(text, "key");
    contexts.read_kept(text);
    require_error(providers::gemini_error(400 + data[0], text, "group"));
    return 0;
}
