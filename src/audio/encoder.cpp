#include "llm_proxy/audio/encoder.hpp"

#include "llm_proxy/audio/sndfile_library.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

namespace llm_proxy::audio {

namespace {

struct format_traits {
    format which;
    std::string_view name;
    std::string_view media_type;
    int sndfile;
};

constexpr std::array formats{
    format_traits{format::mp3, "mp3", "audio/mpeg", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
    format_traits{format::opus, "opus", "audio/opus", SF_FORMAT_OGG | SF_FORMAT_OPUS},
    format_traits{format::flac, "flac", "audio/flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
};

const format_traits& traits_of(format which) {
    return *std::find_if(formats.begin(), formats.end(),
                         [&](const format_traits& item) { return item.which == which; });
}

/// A file in memory, as libsndfile's callbacks want it: it is written, and its head once more at
/// the end.
struct memory_file {
    std::string bytes;
    std::size_t at = 0;

    static memory_file& of(void* self) { return *static_cast<memory_file*>(self); }

    static sf_count_t length(void* self) { return static_cast<sf_count_t>(of(self).bytes.size()); }

    static sf_count_t seek(sf_count_t offset, int whence, void* self) {
        memory_file& file = of(self);
        sf_count_t base = 0;
        if (whence == SF_SEEK_CUR) {
            base = static_cast<sf_count_t>(file.at);
        } else if (whence == SF_SEEK_END) {
            base = length(self);
        }
        const sf_count_t to = std::clamp<sf_count_t>(base + offset, 0, length(self));
        file.at = static_cast<std::size_t>(to);
        return to;
    }

    static sf_count_t read(void* into, sf_count_t count, void* self) {
        memory_file& file = of(self);
        const std::size_t taken =
            file.bytes.copy(static_cast<char*>(into), static_cast<std::size_t>(count), file.at);
        file.at += taken;
        return static_cast<sf_count_t>(taken);
    }

    static sf_count_t write(const void* from, sf_count_t count, void* self) {
        memory_file& file = of(self);
        const std::string_view piece(static_cast<const char*>(from),
                                     static_cast<std::size_t>(count));
        file.bytes.replace(file.at, piece.size(), piece);
        file.at += piece.size();
        return count;
    }

    static sf_count_t tell(void* self) { return static_cast<sf_count_t>(of(self).at); }
};

error failure(format as, std::string_view why) {
    return {400, "invalid_request_error",
            "The speech cannot be encoded as " + std::string(name_of(as)) + ": " +
                std::string(why) + " Ask for wav or pcm."};
}

/// Writes the samples piece by piece; false if that ended early.
bool write_samples(const sndfile_library& library, SNDFILE* file, const pcm& sound,
                   const std::atomic<bool>& given_up) {
    constexpr std::size_t frames_at_once = 8192;
    static_assert(std::endian::native == std::endian::little);
    const std::size_t frame_bytes = sizeof(short) * sound.channels;
    std::vector<short> piece(frames_at_once * sound.channels);
    std::string_view rest = sound.samples;
    while (rest.size() >= frame_bytes) {
        if (given_up.load(std::memory_order_relaxed)) {
            return false;
        }
        const std::size_t frames = std::min(rest.size() / frame_bytes, frames_at_once);
        std::memcpy(piece.data(), rest.data(), frames * frame_bytes);
        const auto count = static_cast<sf_count_t>(frames);
        if (library.write_frames(file, piece.data(), count) != count) {
            return false;
        }
        rest.remove_prefix(frames * frame_bytes);
    }
    return true;
}

} // namespace

std::optional<format> format_named(std::string_view name) {
    for (const format_traits& item : formats) {
        if (item.name == name) {
            return item.which;
        }
    }
    return std::nullopt;
}

std::string_view name_of(format which) {
    return traits_of(which).name;
}

std::string_view media_type_of(format which) {
    return traits_of(which).media_type;
}

result<std::string> encode(const pcm& sound, format as, const std::atomic<bool>& given_up) {
    const auto& library = sndfile_library::get();
    if (!library) {
        return failure(as, "libsndfile is not installed.");
    }
    memory_file out;
    SF_VIRTUAL_IO io{memory_file::length, memory_file::seek, memory_file::read, memory_file::write,
                     memory_file::tell};
    SF_INFO about{};
    about.samplerate = static_cast<int>(sound.rate);
    about.channels = static_cast<int>(sound.channels);
    about.format = traits_of(as).sndfile;
    SNDFILE* file = library->open_virtual(&io, SFM_WRITE, &about, &out);
    if (file == nullptr) {
        return failure(as, "it does not hold " + std::to_string(sound.channels) + " channels of " +
                               std::to_string(sound.rate) + " samples a second.");
    }
    const bool written = write_samples(*library, file, sound, given_up);
    const bool closed = library->close(file) == 0;
    if (!written || !closed) {
        return failure(as, "the encoder ended early.");
    }
    return std::move(out.bytes);
}

} // namespace llm_proxy::audio
