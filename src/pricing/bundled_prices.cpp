#include "llm_proxy/pricing/bundled_prices.hpp"

#include <zlib.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <istream>
#include <streambuf>
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

/// Unpacks gzip piece by piece: two megabytes of text never stand in memory, nor does freeing them
/// teach malloc to keep as much.
class unpacking_buffer : public std::streambuf {
public:
    explicit unpacking_buffer(std::string_view packed) {
        constexpr int gzip_window = 15 + 16; // zlib.h: 16 asks for a gzip header
        ready_ = inflateInit2(&stream_, gzip_window) == Z_OK;
        // zlib only reads its input, but has no const in its old interface.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream_.avail_in = static_cast<uInt>(packed.size());
    }
    ~unpacking_buffer() override {
        if (ready_) {
            inflateEnd(&stream_);
        }
    }
    unpacking_buffer(const unpacking_buffer&) = delete;
    unpacking_buffer& operator=(const unpacking_buffer&) = delete;

protected:
    /// Damaged data ends early, which the parser then reports.
    int_type underflow() override {
        stream_.next_out = reinterpret_cast<Bytef*>(plain_.data());
        stream_.avail_out = static_cast<uInt>(plain_.size());
        if (ready_) {
            inflate(&stream_, Z_NO_FLUSH);
        }
        const std::size_t size = plain_.size() - stream_.avail_out;
        setg(plain_.data(), plain_.data(), plain_.data() + size);
        return size == 0 ? traits_type::eof() : traits_type::to_int_type(plain_[0]);
    }

private:
    z_stream stream_{};
    bool ready_ = false;
    std::array<char, 16384> plain_{};
};

} // namespace

result<price_table> bundled_prices(const entry_filter& keep) {
    const char* const begin = &llm_proxy_model_prices_begin;
    const char* const end = &llm_proxy_model_prices_end;
    unpacking_buffer buffer({begin, static_cast<std::size_t>(end - begin)});
    std::istream text(&buffer);
    return price_table::parse(text, keep);
}

result<price_table> load_prices(const std::string& path, const entry_filter& keep) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return failure("cannot read the price table " + path);
    }
    return price_table::parse(file, keep);
}

} // namespace llm_proxy::pricing
