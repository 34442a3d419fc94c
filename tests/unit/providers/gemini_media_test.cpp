#include "llm_proxy/providers/gemini_media.hpp"

#include <gtest/gtest.h>

#include "providers/gemini_test_support.hpp"

namespace llm_proxy::providers {
namespace gemini_media_test {

std::string part(const media_source& source, const std::string& model = model_25,
                 const remote_file_map* files = nullptr) {
    const gemini_model traits(model);
    const auto made = gemini_media(traits, files).part(source);
    return made ? made->dump() : made.error().message;
}

TEST(gemini_media, data_urls_stand_inline) {
    EXPECT_EQ(part({.url = "data:image/png;base64,aGk="}),
              R"({"inlineData":{"data":"aGk=","mimeType":"image/png"}})");
    EXPECT_EQ(part({.url = "data:text/csv;charset=utf-8;base64,aGk="}),
              R"({"inlineData":{"data":"aGk=","mimeType":"text/csv"}})");
    EXPECT_EQ(part({.url = "data:image/png;base64,aGk=", .format = "image/webp"}),
              R"({"inlineData":{"data":"aGk=","mimeType":"image/webp"}})");
    EXPECT_EQ(part({.url = "DATA:;BASE64,aGk="}),
              R"({"inlineData":{"data":"aGk=","mimeType":"text/plain"}})");
}

TEST(gemini_media, what_names_no_data_is_refused) {
    for (const char* url :
         {"data:image/png;base64,", "data:image/png;base64,a b", "data:,hi", "data:image/png",
          "data:", "", "iVBORw0K", "ftp://host/a.png", "file:///etc/passwd"}) {
        EXPECT_TRUE(part({.url = url}).starts_with("Invalid image received - ")) << url;
    }
    EXPECT_LT(part({.url = "x" + std::string(5000, 'y')}).size(), 200);
}

TEST(gemini_media, google_files_are_referred_to) {
    const std::string file = "https://generativelanguage.googleapis.com/v1beta/files/abc";
    EXPECT_EQ(part({.url = file}), R"({"fileData":{"fileUri":")" + file + R"("}})");
    EXPECT_EQ(part({.url = file, .format = "video/mp4"}),
              R"({"fileData":{"fileUri":")" + file + R"(","mimeType":"video/mp4"}})");
    EXPECT_EQ(part({.url = "gs://bucket/a.MP4"}),
              R"({"fileData":{"fileUri":"gs://bucket/a.MP4","mimeType":"video/mp4"}})");
    EXPECT_EQ(part({.url = "gs://bucket/a", .format = "a/b"}),
              R"({"fileData":{"fileUri":"gs://bucket/a","mimeType":"a/b"}})");
    EXPECT_TRUE(part({.url = "gs://bucket/a"}).starts_with("Unable to determine mime type"));
}

TEST(gemini_media, fetched_files_stand_inline) {
    const remote_file_map files{{"https://h/a", {"hi", "image/png; x=y"}},
                                {"https://h/b.pdf?x=1", {"hi", "application/octet-stream"}},
                                {"https://h/c", {"hi", ""}},
                                {"https://h/e", {"\x89PNG\r\n\x1a\n", "binary/octet-stream"}}};
    EXPECT_EQ(part({.url = "https://h/a"}, model_25, &files),
              R"({"inlineData":{"data":"aGk=","mimeType":"image/png"}})");
    EXPECT_EQ(part({.url = "https://h/b.pdf?x=1"}, model_25, &files),
              R"({"inlineData":{"data":"aGk=","mimeType":"application/pdf"}})");
    EXPECT_EQ(part({.url = "https://h/c", .format = "a/b"}, model_25, &files),
              R"({"inlineData":{"data":"aGk=","mimeType":"a/b"}})");
    EXPECT_EQ(part({.url = "https://h/e"}, model_25, &files),
              R"({"inlineData":{"data":"iVBORw0KGgo=","mimeType":"image/png"}})");
    EXPECT_TRUE(part({.url = "https://h/c"}, model_25, &files)
                    .starts_with("Error: Unable to determine image content type"));
    EXPECT_TRUE(part({.url = "https://h/d"}, model_25, &files)
                    .starts_with("Error: Unable to fetch image from URL."));
    EXPECT_TRUE(part({.url = "HTTP://h/d"}).starts_with("Error: Unable to fetch image from URL."));
}

TEST(gemini_media, files_to_be_fetched_are_listed_once) {
    const gemini_model traits(model_25);
    std::vector<std::string> wanted;
    gemini_media media(traits, nullptr, &wanted);
    EXPECT_TRUE(media.part({.url = "https://h/a"}));
    EXPECT_TRUE(media.part({.url = "http://h/b"}));
    EXPECT_TRUE(media.part({.url = "https://h/a"}));
    EXPECT_EQ(wanted, (std::vector<std::string>{"https://h/a", "http://h/b"}));
    for (int i = 0; i < 200; ++i) {
        EXPECT_TRUE(media.part({.url = "https://h/" + std::to_string(i)}));
    }
    EXPECT_EQ(wanted.size(), 100U);
}

TEST(gemini_media, resolution_is_the_parts_or_the_requests) {
    const std::string url = "data:image/png;base64,aGk=";
    EXPECT_EQ(part({.url = url, .detail = "ultra_high"}, model_3),
              R"({"inlineData":{"data":"aGk=","mimeType":"image/png"},)"
              R"("mediaResolution":{"level":"MEDIA_RESOLUTION_ULTRA_HIGH"}})");
    EXPECT_EQ(part({.url = url, .detail = "auto"}, model_3), part({.url = url}, model_25));
    const gemini_model traits(model_25);
    gemini_media media(traits, nullptr);
    EXPECT_EQ(media.resolution(), "");
    for (const char* detail : {"low", "high", "medium", "auto"}) {
        EXPECT_TRUE(media.part({.url = url, .detail = detail}));
    }
    EXPECT_EQ(media.resolution(), "MEDIA_RESOLUTION_HIGH");
    const gemini_model old("gemini-1.5-pro");
    gemini_media none(old, nullptr);
    EXPECT_TRUE(none.part({.url = url, .detail = "high"}));
    EXPECT_EQ(none.resolution(), "");
}

TEST(gemini_media, films_can_be_cut) {
    const auto video = ordered::parse(R"({"fps":2,"start_offset":"1s","endOffset":"2s","x":1})");
    EXPECT_EQ(part({.url = "gs://b/a.mp4", .video = &video}),
              R"({"fileData":{"fileUri":"gs://b/a.mp4","mimeType":"video/mp4"},)"
              R"("videoMetadata":{"fps":2,"startOffset":"1s","endOffset":"2s"}})");
}

} // namespace gemini_media_test
} // namespace llm_proxy::providers
