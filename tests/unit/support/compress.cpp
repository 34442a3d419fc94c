#include "support/compress.hpp"

#include <zlib.h>

#include <array>

namespace llm_proxy::test {

std::string compress(std::string_view text, int window) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
    std::string input(text);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    std::string coded;
    std::array<char, 4096> piece;
    int code = Z_OK;
    while (code == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        code = deflate(&stream, Z_FINISH);
        coded.append(piece.data(), piece.size() - stream.avail_out);
    }
    deflateEnd(&stream);
    return coded;
}

} // namespace llm_proxy::test
