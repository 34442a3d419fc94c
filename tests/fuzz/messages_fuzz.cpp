// Any bytes as a request of Anthropic's Messages API, as a chat completion, and as the chunks of a
// stream, which an empty line ends: nothing is thrown, and what comes out is JSON.
#include "llm_proxy/dialects/messages_dialect.hpp"
#include "llm_proxy/http/sse.hpp"

#include "check_answer.hpp"
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace llm_proxy;

constexpr json::scan_limits limits{.depth = json::max_depth, .members = 65536};

void check(const result<std::string>& out) {
    if (out) {
        require_json(*out, limits);
    } else {
        require_error(out.error());
    }
}

void check_events(std::string_view text) {
    http::sse_parser parser;
    parser.feed(text);
    http::sse_event event;
    std::size_t count = 0;
    while (parser.next(event)) {
        require_json(event.data, limits);
        require((count++ == 0) == (event.name == "message_start") || event.name == "error");
    }
}

void check_chunks(dialects::client_dialect& dialect, std::string_view text) {
    std::string out;
    result<void> told;
    dialect.begin();
    while (!text.empty() && told) {
        const std::size_t end = text.find("\n\n");
        told = dialect.chunk(text.substr(0, end), out);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    if (!told) {
        require_error(told.error());
        dialect.fail(told.error(), out);
    } else if (!out.empty()) {
        dialect.finish(out);
    }
    check_events(out);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const std::string_view model : {"gpt-4.1", "gemini-3-pro", "claude-sonnet-5"}) {
        fast_random random(1);
        const auto dialect = dialects::make_messages_dialect({.random = &random, .model = model});
        check(dialect->request(text));
        check(dialect->answer(text));
        check_chunks(*dialect, text);
    }
    return 0;
}
