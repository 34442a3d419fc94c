// Requests of the Responses API, and chats told as such a response, of any bytes: nothing is
// thrown, what comes out is JSON, and the events of a stream are numbered. An empty line ends the
// request and every chunk.
#include "llm_proxy/dialects/responses.hpp"
#include "llm_proxy/http/sse.hpp"

#include "check_answer.hpp"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llm_proxy;

/// Deeper and wider than a body that is only passed on.
constexpr json::scan_limits limits{.depth = json::max_depth, .members = 65536};

std::string_view take_part(std::string_view& text) {
    const std::size_t end = text.find("\n\n");
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 2);
    return part;
}

void check_events(const std::string& told) {
    http::sse_parser parser;
    parser.feed(told);
    http::sse_event event;
    std::size_t number = 0;
    while (parser.next(event) && event.data != "[DONE]") {
        require_json(event.data, limits);
        const std::string place = ",\"sequence_number\":" + std::to_string(number++) + ",";
        require(event.data.find(place) != event.data.npos);
    }
    require(number != 0);
}

/// A dialect that has a request: the given one, or if it is none another.
std::unique_ptr<dialects::client_dialect> make(std::string_view request, random_source& random) {
    const dialects::dialect_options options{.created = 1, .random = &random};
    auto out = dialects::make_responses_dialect(options);
    const auto chat = out->request(request);
    if (chat) {
        require_json(*chat, limits);
        return out;
    }
    require(chat.error().status == 400 && !chat.error().message.empty());
    out = dialects::make_responses_dialect(options);
    require(out->request(R"({"input":"x"})").has_value());
    return out;
}

void check_stream(dialects::client_dialect& dialect, std::string_view chunks) {
    std::string told;
    bool failed = false;
    bool any = false;
    while (!chunks.empty() && !failed) {
        const auto taken = dialect.chunk(take_part(chunks), told);
        failed = !taken;
        any = any || taken;
        require(!taken || !told.empty());
    }
    if (failed) {
        dialect.fail(error(502, "x", "it broke"), told);
    } else if (any) {
        dialect.finish(told);
    }
    if (!told.empty()) {
        check_events(told);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string_view request = take_part(text);
    fast_random random(1);
    if (const auto answer = make(request, random)->answer(text)) {
        require_json(*answer, limits);
    }
    check_stream(*make(request, random), text);
    return 0;
}
