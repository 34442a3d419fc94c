#include "llm_proxy/pricing/bundled_prices.hpp"

#include "llm_proxy/util/gunzip.hpp"

#include <zlib.h>

#include <cstddef>
#include <istream>
#include <limits>
#include <string_view>
#include <utility>

// Put there by cmake/EmbedFile.cmake.
extern "C" {
extern const char llm_proxy_model_prices_begin;
extern const char llm_proxy_model_prices_end;
}

namespace llm_proxy::pricing {

namespace {

error failure(std::string text) {
    return error(500, "internal_server_error", std::move(text)); // start-up: never sent
}

constexpr int gzip_window = 15 + 16; // zlib.h: 16 asks for a gzip header

std::string_view bundled_text() {
    const char* const begin = &llm_proxy_model_prices_begin;
    const char* const end = &llm_proxy_model_prices_end;
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

result<packed_prices> packed_prices::pack(std::string_view json) {
    constexpr int memory_level = 8; // zlib's default
    z_stream stream{};
    if (json.size() > std::numeric_limits<uInt>::max() ||
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return failure("the price table cannot be packed");
    }
    packed_prices out;
    out.packed_.resize(deflateBound(&stream, json.size()));
    // zlib only reads its input, but has no const in its old interface.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(json.data()));
    stream.avail_in = static_cast<uInt>(json.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.packed_.data());
    stream.avail_out = static_cast<uInt>(out.packed_.size());
    const int ended = deflate(&stream, Z_FINISH);
    out.packed_.resize(stream.total_out);
    out.packed_.shrink_to_fit();
    deflateEnd(&stream);
    if (ended != Z_STREAM_END) {
        return failure("the price table cannot be packed");
    }
    return out;
}

result<price_table> packed_prices::read(const table_selection& wanted) const {
    // Two megabytes of text never stand in memory, nor does freeing them teach malloc to keep as
    // much.
    gunzip_buffer buffer(packed_.empty() ? bundled_text() : std::string_view(packed_));
    std::istream text(&buffer);
    return price_table::parse(text, wanted);
}

result<price_table> bundled_prices(const table_selection& wanted) {
    return packed_prices().read(wanted);
}

} // namespace llm_proxy::pricing
