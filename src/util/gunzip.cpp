#include "llm_proxy/util/gunzip.hpp"

#include <cstddef>

namespace llm_proxy {

gunzip_buffer::gunzip_buffer(std::string_view packed) {
    constexpr int gzip_window = 15 + 16; // zlib.h: 16 asks for a gzip header
    ready_ = inflateInit2(&stream_, gzip_window) == Z_OK;
    // zlib only reads its input, but has no const in its old interface.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
}

gunzip_buffer::~gunzip_buffer() {
    if (ready_) {
        inflateEnd(&stream_);
    }
}

gunzip_buffer::int_type gunzip_buffer::underflow() {
    stream_.next_out = reinterpret_cast<Bytef*>(plain_.data());
    stream_.avail_out = static_cast<uInt>(plain_.size());
    if (ready_) {
        inflate(&stream_, Z_NO_FLUSH);
    }
    const std::size_t size = plain_.size() - stream_.avail_out;
    setg(plain_.data(), plain_.data(), plain_.data() + size);
    return size == 0 ? traits_type::eof() : traits_type::to_int_type(plain_[0]);
}

} // namespace llm_proxy
