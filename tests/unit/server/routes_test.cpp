#include "llm_proxy/server/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace llm_proxy::server {
namespace routes_test {

using testing::UnorderedElementsAre;

constexpr const char* model_paths[] = {"/chat/completions",
                                       "/completions",
                                       "/embeddings",
                                       "/moderations",
                                       "/images/generations",
                                       "/images/edits",
                                       "/images/variations",
                                       "/audio/speech",
                                       "/audio/transcriptions",
                                       "/audio/translations",
                                       "/rerank",
                                       "/messages",
                                       "/responses"};
constexpr const char* read_paths[] = {
    "/copilot/status",    "/models",          "/model/info",       "/model_group/info", "/health",
    "/health/liveliness", "/health/liveness", "/health/readiness", "/routes",           "/quota"};

/// The table's path that serves a request; empty if none does.
std::string served_by(std::string_view method, std::string_view path) {
    const auto found = find_route(method, path);
    return found && found->matched != nullptr ? std::string(found->matched->path) : "";
}

std::string value_of(std::string_view method, std::string_view path) {
    const auto found = find_route(method, path);
    return found ? found->value : "no route";
}

TEST(routes_test, every_route_is_served_with_and_without_the_version) {
    for (const std::string path : model_paths) {
        EXPECT_EQ(served_by("POST", path), path);
        EXPECT_EQ(served_by("POST", "/v1" + path), path);
    }
    for (const std::string path : read_paths) {
        EXPECT_EQ(served_by("GET", path), path);
        EXPECT_EQ(served_by("GET", "/v1" + path), path);
    }
    EXPECT_EQ(served_by("GET", "/"), "/");
}

TEST(routes_test, responses_by_their_id_whatever_the_method) {
    EXPECT_EQ(served_by("POST", "/openai/v1/responses"), "/responses");
    for (const std::string path : {"/responses/", "/v1/responses/", "/openai/v1/responses/"}) {
        for (const std::string_view method : {"GET", "DELETE", "POST"}) {
            EXPECT_EQ(served_by(method, path + "resp_1/cancel"), "/responses/*");
        }
        EXPECT_EQ(value_of("GET", path + "resp_1/input_items"), "resp_1/input_items");
    }
}

TEST(routes_test, the_table_holds_these_and_no_others) {
    std::set<std::string> expected(std::begin(model_paths), std::end(model_paths));
    expected.insert(std::begin(read_paths), std::end(read_paths));
    expected.insert({"/", "/models/*", "/responses/*", "/utils/token_counter",
                     "/messages/count_tokens", "/api/event_logging/batch"});
    std::set<std::string> found;
    for (const route& item : all_routes()) {
        EXPECT_TRUE(found.emplace(item.path).second) << item.path << " twice";
        const bool any = item.method.empty() && item.path == "/responses/*";
        EXPECT_TRUE(item.method == "GET" || item.method == "POST" || any) << item.path;
    }
    EXPECT_EQ(found, expected);
}

TEST(routes_test, every_route_has_a_handler_and_only_these_need_no_key) {
    std::set<std::string> open;
    for (const route& item : all_routes()) {
        if (const auto* handler = std::get_if<open_handler>(&item.handler)) {
            EXPECT_NE(*handler, nullptr) << item.path;
            open.emplace(item.path);
        } else {
            EXPECT_NE(std::get<key_handler>(item.handler), nullptr) << item.path;
        }
    }
    EXPECT_THAT(open, UnorderedElementsAre("/", "/routes", "/health/liveliness", "/health/liveness",
                                           "/health/readiness", "/api/event_logging/batch"));
}

TEST(routes_test, a_model_may_stand_in_the_path) {
    for (const std::string path : model_paths) {
        for (const std::string prefix : {"/engines/", "/openai/deployments/"}) {
            EXPECT_EQ(served_by("POST", prefix + "gpt" + path), path);
            EXPECT_EQ(value_of("POST", prefix + "gpt" + path), "gpt");
        }
    }
}

TEST(routes_test, such_a_model_may_hold_slashes_and_encoded_characters) {
    EXPECT_EQ(value_of("POST", "/engines/openrouter/meta/llama/chat/completions"),
              "openrouter/meta/llama");
    EXPECT_EQ(value_of("POST", "/openai/deployments/a%2Fb%20c%3A1/embeddings"), "a/b c:1");
    // A model whose own name ends like another route.
    EXPECT_EQ(served_by("POST", "/engines/x/chat/completions/embeddings"), "/embeddings");
    EXPECT_EQ(value_of("POST", "/engines/x/chat/completions/embeddings"), "x/chat/completions");
    // `/completions` is the end of `/chat/completions` too.
    EXPECT_EQ(served_by("POST", "/engines/x/chat/completions"), "/chat/completions");
    EXPECT_EQ(value_of("POST", "/engines/x/chat/completions"), "x");
}

TEST(routes_test, a_path_without_a_model_is_unknown) {
    EXPECT_FALSE(find_route("POST", "/engines/chat/completions/"));
    EXPECT_FALSE(find_route("POST", "/engines//rerank") &&
                 find_route("POST", "/engines//rerank")->value.empty());
    EXPECT_FALSE(find_route("POST", "/engines/x"));
    EXPECT_FALSE(find_route("POST", "/engines/x/models"));
    EXPECT_FALSE(find_route("POST", "/engines/bad%zz/embeddings"));
}

TEST(routes_test, one_model_is_shown_by_its_decoded_name) {
    EXPECT_EQ(served_by("GET", "/models/gpt"), "/models/*");
    EXPECT_EQ(value_of("GET", "/v1/models/gpt"), "gpt");
    EXPECT_EQ(value_of("GET", "/v1/models/openrouter/meta/llama"), "openrouter/meta/llama");
    EXPECT_EQ(value_of("GET", "/models/a%2Fb%25c"), "a/b%c");
    EXPECT_FALSE(find_route("GET", "/models/bad%4"));
    EXPECT_FALSE(find_route("GET", "/models/"));
}

TEST(routes_test, another_method_is_told_which_one_is_allowed) {
    for (const std::string path : model_paths) {
        for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "post", ""}) {
            const auto found = find_route(method, path);
            ASSERT_TRUE(found) << path;
            EXPECT_EQ(found->matched, nullptr) << method << ' ' << path;
            EXPECT_EQ(found->allow, "POST");
        }
    }
    const auto read = find_route("POST", "/v1/models");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->matched, nullptr);
    EXPECT_EQ(read->allow, "GET");
}

TEST(routes_test, other_paths_are_unknown) {
    for (const char* path : {"", "*", "/v1", "/v2/models", "/chat", "/chat/completions/",
                             "/Chat/Completions", "/v1/v1/models", "/models/*/x%", "/health/other",
                             "/chat/completions/x", "//models", "/v1models"}) {
        EXPECT_FALSE(find_route("GET", path)) << path;
    }
}

} // namespace routes_test
} // namespace llm_proxy::server
