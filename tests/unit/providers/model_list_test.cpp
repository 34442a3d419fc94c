#include "llm_proxy/providers/model_list.hpp"

#include <gmock/gmock.h>

#include "providers/provider_test_support.hpp"

namespace llm_proxy::providers {
namespace model_list_test {

using testing::ElementsAre;
using testing::IsEmpty;

std::string request_at(const std::string& model, const std::string& base) {
    auto params = params_for(model);
    params.api_base = base;
    const auto target = deploy(params);
    return target->adapter->model_list_request(*target, nullptr);
}

std::vector<std::string> listed(const std::string& prefix, std::string_view body) {
    return find_adapter(prefix)->read_model_list(body);
}

TEST(listed_models, every_provider_has_its_place_for_it) {
    const std::vector<std::vector<std::string>> table{
        {"lm_studio/*", "http://h:1234/v1", "GET /v1/models HTTP/1.1\r\n"},
        {"openrouter/*", "https://openrouter.ai/api/v1", "GET /api/v1/models HTTP/1.1\r\n"},
        {"openai/*", "https://h/v1/", "GET /v1/models HTTP/1.1\r\n"},
        {"ollama/*", "http://h:11434/api/generate", "GET /api/tags HTTP/1.1\r\n"},
        {"ollama_chat/*", "http://h:11434/v1", "GET /api/tags HTTP/1.1\r\n"},
        {"gemini/*", "https://generativelanguage.googleapis.com",
         "GET /v1beta/models?pageSize=1000 HTTP/1.1\r\n"},
        {"gemini/*", "https://h/v1", "GET /v1/models?pageSize=1000 HTTP/1.1\r\n"},
    };
    for (const auto& row : table) {
        const std::string request = request_at(row[0], row[1]);
        EXPECT_TRUE(request.starts_with(row[2])) << request;
        EXPECT_TRUE(request.ends_with("\r\n\r\n"));
        EXPECT_NE(request.find("sk-upstream-0123456789\r\n"), std::string::npos) << request;
    }
    EXPECT_EQ(request_at("github/*", "https://models.github.ai"), "");
    EXPECT_EQ(request_at("azure/m", "https://x.openai.azure.com"), "");
}

TEST(listed_models, names_are_read_in_order) {
    EXPECT_THAT(listed("openrouter", R"({"object":"list","data":[{"id":"a/b:free","x":[1]},{"id":)"
                                     R"("caf\u00e9"},{"id":7},{"name":"c"},null,"d",{"id":""}]})"),
                ElementsAre("a/b:free", "café"));
    EXPECT_THAT(
        listed("ollama", R"({"models":[{"name":"llama3.1:8b","model":"x"},{"model":"m"}]})"),
        ElementsAre("llama3.1:8b", "m"));
    EXPECT_THAT(
        listed("gemini",
               R"({"models":[{"name":"models/g","supportedGenerationMethods":["generateContent"]},)"
               R"({"name":"models/e","supportedGenerationMethods":["embedContent"]},)"
               R"({"name":"models/live","supportedGenerationMethods":["bidiGenerateContent"]},)"
               R"({"name":"tunedModels/t"}]})"),
        ElementsAre("g", "e", "tunedModels/t"));
}

TEST(listed_models, what_is_no_list_is_empty) {
    for (const std::string_view body :
         {"", "<html>", "[]", "{", R"({"data":{}})", R"({"data":[{"id":"a"})", R"(["data"])"})
        EXPECT_THAT(listed("lm_studio", body), IsEmpty()) << body;
}

TEST(listed_models, names_that_nobody_could_write_are_left_out) {
    const std::string long_name(257, 'x');
    EXPECT_THAT(listed("lm_studio", R"({"data":[{"id":"a\nb"},{"id":"*"},{"id":")" + long_name +
                                        R"("},{"id":"ok"}]})"),
                ElementsAre("ok"));
    std::string many = R"({"data":[{"id":"x"})";
    for (int i = 0; i < 6000; ++i)
        many += R"(,{"id":"x"})";
    EXPECT_EQ(listed("lm_studio", many + "]}").size(), 5000);
}

} // namespace model_list_test
} // namespace llm_proxy::providers
