#include "llm_proxy/http/multipart.hpp"

#include "require.hpp"
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using namespace llm_proxy::http;

namespace {

/// What a reader finds, with the bytes of a value joined; the pieces do not outlive their turn.
std::string read(std::string_view bytes, std::size_t piece) {
    using token = multipart_reader::token;
    multipart_reader reader("b");
    std::string out;
    token last = token::more;
    std::size_t at = 0;
    for (std::size_t end = 0; end < bytes.size();) {
        end = std::min(end + piece, bytes.size());
        for (;;) {
            const std::string come(bytes.substr(at, end - at));
            const auto step = reader.next(come);
            require(step.size <= come.size());
            if (step.what == token::more)
                break;
            if (step.what == token::bad)
                return out + " bad";
            if (step.what != last)
                out += " " + std::to_string(static_cast<int>(step.what)) + " ";
            out.append(step.name).append(step.is_file ? " file " : "");
            out.append(come, 0, step.size);
            last = step.what;
            at += step.size;
        }
    }
    return out;
}

} // namespace

/// The first byte chooses the cuts, the others are a form with the boundary `b`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = read(bytes, size);
    require(read(bytes, 1) == whole);
    require(read(bytes, 2 + data[0] % 32) == whole);
    if (const auto parts = parse_multipart(bytes, "b")) {
        for (const auto& part : *parts) {
            require(part.begin < part.value_begin && part.value_begin <= part.value_end);
            require(part.value_end <= part.end && part.end <= bytes.size());
        }
    }
    return 0;
}
