#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace llm_proxy::upstream {

enum class content_coding : std::uint8_t { identity, gzip, deflate };

/// Reads a Content-Encoding value; anything but gzip, x-gzip and deflate alone is `identity`, that
/// is, left to the receiver.
content_coding content_coding_of(std::string_view header);

/// Takes gzip or deflate off a stream, a bounded piece at a time, so that no input however
/// contrived grows memory. `deflate` is zlib's format; the raw form that some servers send
/// instead is understood as well (RFC 9110, section 8.4.1.2). About 70 KiB.
class inflater {
public:
    explicit inflater(content_coding coding);
    ~inflater();
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;

    /// Gives the next coded bytes, after the earlier ones were used up (`next` returned nothing).
    /// They must stay until then.
    void feed(std::string_view coded);

    /// The next plain bytes, valid until the next call; nothing when more input is needed, the end
    /// was reached or the data is broken. Bytes after the end are ignored.
    std::string_view next();

    bool bad() const { return bad_; }
    /// A call of `next` would return nothing.
    bool drained() const { return bad_ || (stream_.avail_in == 0 && !held_back_); }
    /// Nothing was fed, or the data came to its own end.
    bool finished() const { return !started_ || ended_; }

private:
    bool begin();
    bool begin_next_member();

    content_coding coding_;
    z_stream stream_{};
    bool started_ = false;
    bool ended_ = false;
    bool bad_ = false;
    bool held_back_ = false; // the output was full: zlib may hold more
    std::array<char, 32 * 1024> out_;
};

} // namespace llm_proxy::upstream
