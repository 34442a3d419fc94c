#include "llm_proxy/http/body_decoder.hpp"

#include "require.hpp"
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using namespace llm_proxy::http;

namespace {

struct outcome {
    std::string body;
    std::size_t consumed = 0;
    bool done = false;
    bool bad = false;
    bool operator==(const outcome&) const = default;
};

/// Decodes in pieces of 1 to `longest` bytes.
outcome decode(body_decoder decoder, std::string_view bytes, std::size_t longest) {
    outcome out;
    std::size_t piece = longest;
    while (out.consumed < bytes.size() && !decoder.done() && !decoder.bad()) {
        std::string buffer(bytes.substr(out.consumed, piece));
        const auto step = decoder.decode(buffer.data(), buffer.size());
        require(step.produced <= step.consumed && step.consumed <= buffer.size());
        require(step.consumed == buffer.size() || decoder.done() || decoder.bad());
        require(bytes.substr(out.consumed + step.consumed)
                    .starts_with(std::string_view(buffer).substr(step.consumed)));
        out.body.append(buffer, 0, step.produced);
        out.consumed += step.consumed;
        piece = piece == 1 ? longest : piece - 1;
    }
    out.done = decoder.done();
    out.bad = decoder.bad();
    return out;
}

} // namespace

/// The first byte chooses the framing and the cuts, the others are the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto kind = data[0] % 8 == 0 ? body_kind::length : body_kind::chunked;
    const body_decoder decoder(kind, data[0]);
    const outcome whole = decode(decoder, bytes, std::max<std::size_t>(bytes.size(), 1));
    require(decode(decoder, bytes, 1) == whole);
    require(decode(decoder, bytes, 1 + data[0] / 8) == whole);
    return 0;
}
