#pragma once

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/gemini_names.hpp"
#include "llm_proxy/util/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// What stands before `files/abc` in the URI of a file that was uploaded to Google.
inline constexpr std::string_view google_api = "https://generativelanguage.googleapis.com/v1beta/";

/// A picture, sound, film or document in a message.
struct media_source {
    std::string_view url;
    /// The client's own word on the type; beats all others.
    std::string_view format = {};
    /// `low`, `medium`, `high`, `ultra_high`; others ask for nothing.
    std::string_view detail = {};
    /// `fps`, `start_offset`, `end_offset`; null if none.
    const document* video = nullptr;
};

/// Makes parts of media: data URLs and fetched files inline, Google's own files by reference
/// (ai.google.dev/api/caching#Part).
class gemini_media {
public:
    /// With `wanted`, files that were not fetched are listed there instead of being refused.
    gemini_media(const gemini_model& model, const remote_file_map* files,
                 std::vector<std::string>* wanted = nullptr)
        : model_(model), files_(files), wanted_(wanted) {}

    result<document> part(const media_source& source);

    /// The finest resolution asked for, where it is a setting of the whole request; else empty.
    std::string resolution() const;

private:
    result<document> data_of(const media_source& source);
    result<document> fetched(const media_source& source);

    const gemini_model& model_;
    const remote_file_map* files_;
    std::vector<std::string>* wanted_;
    std::size_t finest_ = 0; // 0: none
};

/// The media type that the end of a file's name stands for; empty if it is not known.
std::string_view type_by_extension(std::string_view name);

/// The media type of a `file`, `image_url` or like object, under any of its names.
std::string_view media_format(const document& object);

} // namespace llm_proxy::providers
