#pragma once

#include <optional>
#include <sndfile.h>

namespace llm_proxy::audio {

/// What is used of libsndfile. It is loaded when it is first wanted: linked, it and the eight
/// libraries that it needs would be 0.9 MiB of the memory of a gateway that never encodes.
struct sndfile_library {
    decltype(&sf_open_virtual) open_virtual;
    decltype(&sf_writef_short) write_frames;
    decltype(&sf_close) close;

    /// Nothing if it is not installed. Blocks for a millisecond the first time. Thread-safe.
    static const std::optional<sndfile_library>& get();
};

} // namespace llm_proxy::audio
