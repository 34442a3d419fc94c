#include "llm_proxy/upstream/inflater.hpp"

#include "llm_proxy/util/strings.hpp"

namespace llm_proxy::upstream {

namespace {

constexpr int gzip_window = 15 + 16; // zlib.h: 16 asks for a gzip header
constexpr int zlib_window = 15;
constexpr int raw_window = -15;

/// A zlib header has compression method 8 in its low four bits (RFC 1950, section 2.2); no raw
/// deflate stream made by an encoder begins so.
bool looks_like_zlib(Bytef first) {
    return (first & 0x0fU) == 8U;
}

Bytef* bytes_of(char* at) {
    return reinterpret_cast<Bytef*>(at);
}

} // namespace

content_coding content_coding_of(std::string_view header) {
    const std::string_view name = trim(header);
    if (iequals(name, "gzip") || iequals(name, "x-gzip")) {
        return content_coding::gzip;
    }
    return iequals(name, "deflate") ? content_coding::deflate : content_coding::identity;
}

inflater::inflater(content_coding coding) : coding_(coding) {}

inflater::~inflater() {
    if (started_) {
        inflateEnd(&stream_);
    }
}

void inflater::feed(std::string_view coded) {
    // zlib only reads its input, but has no const in its old interface.
    stream_.next_in = bytes_of(const_cast<char*>(coded.data()));
    stream_.avail_in = static_cast<uInt>(coded.size());
}

std::string_view inflater::next() {
    if (drained() || !begin()) {
        return {};
    }
    stream_.next_out = bytes_of(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    while (stream_.avail_out > 0) {
        if (ended_ && !begin_next_member()) {
            break;
        }
        const int code = inflate(&stream_, Z_NO_FLUSH);
        ended_ = code == Z_STREAM_END;
        if (code == Z_BUF_ERROR) { // nothing more to be had from this input
            break;
        }
        if (code != Z_OK && !ended_) {
            bad_ = true;
            break;
        }
    }
    held_back_ = !bad_ && !ended_ && stream_.avail_out == 0;
    return std::string_view(out_.data(), out_.size() - stream_.avail_out);
}

bool inflater::begin() {
    if (started_ || stream_.avail_in == 0) {
        return started_;
    }
    int window = gzip_window;
    if (coding_ == content_coding::deflate) {
        window = looks_like_zlib(*stream_.next_in) ? zlib_window : raw_window;
    }
    started_ = inflateInit2(&stream_, window) == Z_OK;
    bad_ = !started_;
    return started_;
}

/// A gzip file may be several in a row (RFC 1952, section 2.2).
bool inflater::begin_next_member() {
    const bool another = coding_ == content_coding::gzip && stream_.avail_in > 0 &&
                         *stream_.next_in == 0x1f && inflateReset(&stream_) == Z_OK;
    if (!another) {
        stream_.avail_in = 0;
        return false;
    }
    ended_ = false;
    return true;
}

} // namespace llm_proxy::upstream
