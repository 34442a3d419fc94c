#pragma once

#include "llm_proxy/util/error.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::audio {

/// The formats that are made here, by OpenAI's names for them.
enum class format : std::uint8_t {
    mp3,
    opus, // in Ogg
    flac,
};

/// Sound as 16 bit little endian samples, those of all channels in turn.
struct pcm {
    std::string samples;
    std::uint32_t rate = 24000; // of samples a second and channel
    std::uint32_t channels = 1;
};

/// The format of a name; nothing if it is none of those above.
std::optional<format> format_named(std::string_view name);

std::string_view name_of(format which);

/// The content type, as LiteLLM tells it of OpenAI's formats.
std::string_view media_type_of(format which);

/// Encodes with libsndfile, which is loaded at the first use. Fails with a client's error if that
/// is not installed, the format cannot hold the rate or the channels, or `given_up` became true.
/// Takes up to 8 ms for a second of sound, so it is not for an event loop. Safe to call from
/// several threads.
result<std::string> encode(const pcm& sound, format as, const std::atomic<bool>& given_up);

} // namespace llm_proxy::audio
