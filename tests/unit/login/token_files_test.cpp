#include "llm_proxy/login/token_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder.hpp"
#include "login/login_test_support.hpp"
#include <sys/stat.h>

namespace llm_proxy::login {
namespace token_files_test {

using testing::HasSubstr;

unsigned mode_of(const std::filesystem::path& file) {
    struct stat found{};
    return ::stat(file.c_str(), &found) == 0 ? found.st_mode & 0777U : 0;
}

TEST(token_files_test, are_for_this_user_alone_and_replaced_in_one_step) {
    const test::temporary_folder home;
    const auto settings = test::settings_at("http://h", home.path("a/b"));
    ASSERT_TRUE(write_token_file(settings, settings.access_token_file, secret("gho_1")));
    ASSERT_TRUE(write_token_file(settings, settings.access_token_file, secret("gho_2")));
    ASSERT_TRUE(write_token_file(settings, settings.api_key_file, secret(R"({"token":"t"})")));
    EXPECT_EQ(mode_of(settings.access_token_file), 0600U);
    EXPECT_EQ(mode_of(settings.api_key_file), 0600U);
    EXPECT_EQ(mode_of(settings.folder), 0700U);
    EXPECT_EQ(mode_of(home.path("a")), 0700U);
    const auto kept = read_token_files(settings);
    EXPECT_EQ(kept.access_token.reveal(), "gho_2");
    EXPECT_EQ(kept.document.reveal(), R"({"token":"t"})");
    const std::filesystem::directory_iterator all(settings.folder);
    EXPECT_EQ(std::distance(begin(all), end(all)), 2); // no draft is left
}

TEST(token_files_test, are_read_as_litellm_writes_them) {
    const test::temporary_folder home;
    home.write("access-token", "  gho_x\n");
    home.write("api-key.json", "{}");
    const auto kept = read_token_files(test::settings_at("http://h", home.path("")));
    EXPECT_EQ(kept.access_token.reveal(), "gho_x");
    EXPECT_EQ(kept.document.reveal(), "{}");
}

TEST(token_files_test, what_is_missing_too_large_or_no_file_is_empty) {
    const test::temporary_folder home;
    const auto settings = test::settings_at("http://h", home.path(""));
    EXPECT_TRUE(read_token_files(settings).access_token.empty());
    home.write("access-token", std::string(70000, 'x'));
    std::filesystem::create_directory(home.path("api-key.json"));
    EXPECT_TRUE(read_token_files(settings).access_token.empty());
    EXPECT_TRUE(read_token_files(settings).document.empty());
    ::mkfifo(home.path("pipe").c_str(), 0600);
    auto pipe = settings;
    pipe.access_token_file = home.path("pipe");
    EXPECT_TRUE(read_token_files(pipe).access_token.empty());
}

TEST(token_files_test, a_write_that_fails_says_where) {
    const test::temporary_folder home;
    home.write("file", "x");
    const auto settings = test::settings_at("http://h", home.path("file/below"));
    const auto written = write_token_file(settings, settings.access_token_file, secret("gho_1"));
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("below"));
    EXPECT_THAT(written.error().message, testing::Not(HasSubstr("gho_1")));
}

TEST(token_files_test, are_removed) {
    const test::temporary_folder home;
    const auto settings = test::settings_at("http://h", home.path(""));
    EXPECT_FALSE(remove_token_files(settings).value());
    home.write("access-token", "x");
    home.write("api-key.json", "{}");
    EXPECT_TRUE(remove_token_files(settings).value());
    EXPECT_FALSE(std::filesystem::exists(settings.api_key_file));
    EXPECT_FALSE(remove_token_files(settings).value());
}

} // namespace token_files_test
} // namespace llm_proxy::login
