#pragma once

#include <zlib.h>

#include <array>
#include <streambuf>
#include <string_view>

namespace llm_proxy {

/// Unpacks gzip piece by piece as a stream is read, so that the whole text need not stand in
/// memory. `packed` must outlive it; damaged data end early.
class gunzip_buffer : public std::streambuf {
public:
    explicit gunzip_buffer(std::string_view packed);
    ~gunzip_buffer() override;
    gunzip_buffer(const gunzip_buffer&) = delete;
    gunzip_buffer& operator=(const gunzip_buffer&) = delete;

protected:
    int_type underflow() override;

private:
    z_stream stream_{};
    bool ready_ = false;
    std::array<char, 16384> plain_{};
};

} // namespace llm_proxy
