#include "llm_proxy/pricing/bundled_prices.hpp"

#include <zlib.h>

#include <cstddef>
#include <fstream>
#include <string_view>
#include <system_error>

// Put there by cmake/EmbedFile.cmake.
extern "C" {
extern const char llm_proxy_model_prices_begin;
extern const char llm_proxy_model_prices_end;
}

namespace llm_proxy::pricing {

namespace {

constexpr std::size_t largest_table = 64U * 1024 * 1024;

error failure(std::string text) {
    return error(500, "internal_server_error", std::move(text)); // start-up: never sent
}

/// A gzip member ends with the length of what it holds (RFC 1952, section 2.3.1).
std::size_t plain_size(std::string_view packed) {
    std::size_t size = 0;
    for (std::size_t i = 1; i <= 4 && i <= packed.size(); ++i) {
        size = size << 8U | static_cast<unsigned char>(packed[packed.size() - i]);
    }
    return size;
}

result<std::string> unpack(std::string_view packed) {
    std::string plain(plain_size(packed), '\0');
    z_stream stream{};
    constexpr int gzip_window = 15 + 16; // zlib.h: 16 asks for a gzip header
    if (plain.size() > largest_table || inflateInit2(&stream, gzip_window) != Z_OK) {
        return failure("the bundled price table cannot be unpacked");
    }
    // zlib only reads its input, but has no const in its old interface.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    const int code = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (code != Z_STREAM_END || stream.avail_out != 0) {
        return failure("the bundled price table is damaged");
    }
    return plain;
}

} // namespace

result<price_table> bundled_prices(const entry_filter& keep) {
    const char* const begin = &llm_proxy_model_prices_begin;
    const char* const end = &llm_proxy_model_prices_end;
    const auto plain = unpack({begin, static_cast<std::size_t>(end - begin)});
    if (!plain) {
        return plain.error();
    }
    return price_table::parse(*plain, keep);
}

result<price_table> load_prices(const std::string& path, const entry_filter& keep) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
    if (size < 0) {
        return failure("cannot read the price table " + path);
    }
    if (static_cast<std::size_t>(size) > largest_table) {
        return failure("the price table " + path + " is larger than 64 MiB");
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    file.seekg(0);
    if (!file.read(text.data(), size)) {
        return failure("cannot read the price table " + path);
    }
    return price_table::parse(text, keep);
}

} // namespace llm_proxy::pricing
