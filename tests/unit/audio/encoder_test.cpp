#include "llm_proxy/audio/encoder.hpp"
#include "llm_proxy/audio/sndfile_library.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

namespace llm_proxy::audio {
namespace encoder_test {

using testing::HasSubstr;
using testing::StartsWith;

const std::atomic<bool> never = false;

/// A tone of 440 Hz, on all channels.
pcm tone(std::uint32_t rate, std::uint32_t channels, std::uint32_t frames) {
    pcm out{"", rate, channels};
    for (std::uint32_t i = 0; i < frames; ++i) {
        const double angle = 2 * std::numbers::pi * 440 * i / rate;
        const auto value = static_cast<std::int16_t>(std::lround(8000 * std::sin(angle)));
        for (std::uint32_t channel = 0; channel < channels; ++channel) {
            out.samples.append(reinterpret_cast<const char*>(&value), sizeof value);
        }
    }
    return out;
}

/// Bytes that libsndfile reads.
struct source {
    std::string_view bytes;
    sf_count_t at = 0;

    static sf_count_t length(void* self) {
        return static_cast<sf_count_t>(static_cast<source*>(self)->bytes.size());
    }
    static sf_count_t seek(sf_count_t offset, int whence, void* self) {
        auto& from = *static_cast<source*>(self);
        if (whence != SF_SEEK_SET) {
            offset += whence == SF_SEEK_CUR ? from.at : length(self);
        }
        return from.at = offset;
    }
    static sf_count_t read(void* into, sf_count_t count, void* self) {
        auto& from = *static_cast<source*>(self);
        const auto taken =
            from.bytes.copy(static_cast<char*>(into), static_cast<std::size_t>(count),
                            static_cast<std::size_t>(from.at));
        from.at += static_cast<sf_count_t>(taken);
        return static_cast<sf_count_t>(taken);
    }
    static sf_count_t write(const void*, sf_count_t, void*) { return 0; }
    static sf_count_t tell(void* self) { return static_cast<source*>(self)->at; }
};

SF_INFO described(std::string_view bytes) {
    SF_INFO out{};
    source from{bytes};
    SF_VIRTUAL_IO io{source::length, source::seek, source::read, source::write, source::tell};
    const auto& library = sndfile_library::get();
    SNDFILE* file = library->open_virtual(&io, SFM_READ, &out, &from);
    EXPECT_NE(file, nullptr);
    if (file != nullptr) {
        EXPECT_EQ(library->close(file), 0);
    }
    return out;
}

std::string encoded(const pcm& sound, format as) {
    auto out = encode(sound, as, never);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *std::move(out) : std::string();
}

TEST(encoder, knows_three_formats_by_openai_s_names) {
    EXPECT_EQ(format_named("mp3"), format::mp3);
    EXPECT_EQ(format_named("opus"), format::opus);
    EXPECT_EQ(format_named("flac"), format::flac);
    for (const char* other : {"", "aac", "wav", "pcm", "MP3"}) {
        EXPECT_FALSE(format_named(other)) << other;
    }
    EXPECT_EQ(media_type_of(format::mp3), "audio/mpeg");
    EXPECT_EQ(media_type_of(format::opus), "audio/opus");
    EXPECT_EQ(media_type_of(format::flac), "audio/flac");
}

TEST(encoder, rate_channels_and_length_stay) {
    for (const format as : {format::mp3, format::opus, format::flac}) {
        for (const std::uint32_t rate : {16000U, 24000U, 48000U}) {
            for (const std::uint32_t channels : {1U, 2U}) {
                SCOPED_TRACE(std::string(name_of(as)) + " " + std::to_string(rate));
                const auto sound = tone(rate, channels, rate * 2 + 123);
                const std::string bytes = encoded(sound, as);
                EXPECT_LT(bytes.size(), sound.samples.size() / 2);
                const SF_INFO read = described(bytes);
                EXPECT_EQ(read.channels, static_cast<int>(channels));
                EXPECT_EQ(read.samplerate, static_cast<int>(rate));
                const auto frames = static_cast<double>(read.frames);
                EXPECT_NEAR(frames / rate, 2, as == format::mp3 ? 0.1 : 0.01);
            }
        }
    }
}

TEST(encoder, writes_the_containers_that_openai_does) {
    const auto sound = tone(24000, 1, 24000);
    EXPECT_THAT(encoded(sound, format::flac), StartsWith("fLaC"));
    const std::string opus = encoded(sound, format::opus);
    EXPECT_THAT(opus, StartsWith("OggS"));
    EXPECT_THAT(opus.substr(0, 64), HasSubstr("OpusHead"));
    const std::string mp3 = encoded(sound, format::mp3);
    ASSERT_GT(mp3.size(), 2U);
    EXPECT_EQ(static_cast<unsigned char>(mp3[0]), 0xffU);
    EXPECT_EQ(static_cast<unsigned char>(mp3[1]) & 0xe6U, 0xe2U); // layer III
}

TEST(encoder, a_lone_byte_at_the_end_is_left_out) {
    auto sound = tone(24000, 1, 1000);
    const std::string whole = encoded(sound, format::flac);
    sound.samples += 'x';
    EXPECT_EQ(encoded(sound, format::flac), whole);
    EXPECT_TRUE(encode({"x", 24000, 1}, format::flac, never));
}

TEST(encoder, a_rate_that_the_format_lacks_is_refused) {
    const auto refused = encode(tone(22050, 1, 100), format::opus, never);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 400);
    EXPECT_THAT(refused.error().message,
                HasSubstr("as opus: it does not hold 1 channels of 22050 samples a second."));
    EXPECT_FALSE(encode(tone(24000, 3, 100), format::mp3, never));
    EXPECT_TRUE(encode(tone(22050, 3, 100), format::flac, never));
}

TEST(encoder, gives_up_when_told_to) {
    const std::atomic<bool> given_up = true;
    EXPECT_FALSE(encode(tone(24000, 1, 100), format::flac, given_up));
}

} // namespace encoder_test
} // namespace llm_proxy::audio
