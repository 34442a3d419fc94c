#include "llm_proxy/http/sse.hpp"

#include "require.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace llm_proxy::http;

namespace {

// Small, so that short inputs reach it.
constexpr std::size_t max_event = 48;

using event_list = std::vector<std::pair<std::string, std::string>>;

void take_all(sse_parser& parser, event_list& out) {
    sse_event event;
    while (parser.next(event))
        out.emplace_back(event.name, event.data);
}

/// Everything that comes out of `bytes`, fed in pieces that do not outlive their turn.
std::pair<event_list, bool> read(std::string_view bytes, std::size_t piece) {
    sse_parser parser(max_event);
    event_list out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const std::string fed(bytes.substr(at, piece));
        parser.feed(fed);
        take_all(parser, out);
    }
    parser.finish();
    take_all(parser, out);
    return {out, parser.failed()};
}

} // namespace

/// The first byte chooses the cuts, the others are the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = read(bytes, size);
    for (const auto& [name, text] : whole.first)
        require(name.size() <= max_event && text.size() <= max_event);
    require(read(bytes, 1) == whole);
    require(read(bytes, 2 + data[0] % 32) == whole);
    return 0;
}
