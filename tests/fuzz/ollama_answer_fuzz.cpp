#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/ollama_answer.hpp"

#include "require.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace llm_proxy;
using namespace llm_proxy::providers;

namespace {

bool is_object(std::string_view text) {
    std::vector<json::member> members;
    const auto root = json::scan(text, members, {.depth = json::max_depth});
    return root && *root == json::kind::object;
}

void read_stream(translation& from, std::string_view bytes) {
    std::vector<std::string> chunks;
    result<void> went;
    while (went && !bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        went = from.event(bytes.substr(0, end), chunks);
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    if (went)
        went = from.finish(chunks);
    for (const std::string& chunk : chunks)
        require(is_object(chunk));
    require(went || (went.error().status >= 400 && went.error().status <= 599));
}

void read_whole(translation& from, std::string_view bytes) {
    const auto answer = from.body({}, bytes);
    require(answer ? is_object(answer->bytes) : answer.error().status >= 400);
}

} // namespace

/// The first byte chooses the request, the others are the answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const model::deployment target;
    fast_random random(1);
    ollama_answer_options options{.route = static_cast<ollama_route>(data[0] % 3),
                                  .text_completion = (data[0] & 4U) != 0,
                                  .calls_as_text = (data[0] & 8U) != 0,
                                  .base64_embeddings = (data[0] & 16U) != 0,
                                  .requested_model = "group",
                                  .random = &random,
                                  .exception_name = "OllamaException",
                                  .target = &target};
    const auto make =
        options.route == ollama_route::embed ? make_ollama_embedding : make_ollama_translation;
    read_whole(*make(options), bytes);
    read_stream(*make(options), bytes);
    return 0;
}
