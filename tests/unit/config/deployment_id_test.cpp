#include "llm_proxy/config/deployment_id.hpp"
#include "llm_proxy/config/env_ref.hpp"
#include "llm_proxy/config/yaml_document.hpp"

#include <gtest/gtest.h>

#include "config/config_test_support.hpp"
#include <map>

namespace llm_proxy::config {
namespace deployment_id_test {

std::map<std::string, std::string> ids_of(const settings& config) {
    std::map<std::string, std::string> ids;
    for (const model_entry& entry : config.model_list)
        ids.emplace(entry.model_name, entry.id);
    return ids;
}

// What LiteLLM 1.106.2's router gave these entries.
TEST(deployment_id, is_litellms_for_every_kind_of_value) {
    const std::pair<const char*, const char*> expected[] = {
        {"plain", "1e584a561cabc6cc67107c09b154e15e0584c97a968def4b33494a3e1dad1da5"},
        {"integers", "f5db9031ab408e1f16ac29c5df91a6395910794c3e095f486e71836a16e17e7c"},
        {"floats", "bd469316f75f931a8ffa5cdbdd924981a0e70a1ff06a9e50f4e1667e903f204e"},
        {"words", "691f93d10e0502caf87eab38366ab756b5a19820a1fe157c148caad5d74a213f"},
        {"nested", "bafacac4dcd895bb61dbb56417d9ea8252131ed5c209d2fda6ecd3b9558480c2"},
        {"lists", "c525d319b23b39b2c5d7573ab55f3ac69d3cb3b4f7136aa9f13a08105aaed0a0"},
        {"名前-é", "144c2c11f1aa30e4827e785ed9d4dbd2b3f6a7e3d6909c4ddd4a9d6ca41e9b94"},
        {"environment", "23f1d03ddbec076661dc221da992815497d204d242a8842af6916dccd04bb0db"},
        {"merged", "46f5c1cd539bfdb3c1a8e1489c29ead9e4a6c8708c8db9869a7d9130b9877a80"},
        {"merged-list", "d9d805e3095ad11c6977b744132d73236f2c9e8a89fc768069af114b7225ec70"},
        {"mocked", "8330bb032977d1fc1656907582f1580f21ea447d5d3b11a308f4f395f9dd15f5"},
    };
    const environment variables({{"M_MODEL", "openai/from-env"},
                                 {"M_KEY", "key-from-env"},
                                 {"M_RPM", "30"},
                                 {"M_TRUE", "True"}});
    problems found;
    auto root = parse_yaml(fixture("config/deployment_ids.yaml"), nullptr, found);
    ASSERT_TRUE(root);
    resolve_environment(*root, variables, found);
    std::map<std::string, std::string> ids;
    for (const value& entry : std::get<list>(root->find("model_list")->data)) {
        const std::string name = python_str(*entry.find("model_name"));
        ids[name] = deployment_id(name, *entry.find("litellm_params"));
    }
    for (const auto& [name, id] : expected)
        EXPECT_EQ(ids[name], id) << name;
}

TEST(deployment_id, is_the_configured_one_where_there_is_one) {
    const auto read = load_with_key(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/x}, model_info: {id: my-own-id}}
  - {model_name: b, litellm_params: {model: openai/x}, model_info: {id: 42}}
  - {model_name: c, litellm_params: {model: openai/x}, model_info: {mode: chat}}
)");
    ASSERT_TRUE(read.config);
    const auto ids = ids_of(*read.config);
    EXPECT_EQ(ids.at("a"), "my-own-id");
    EXPECT_EQ(ids.at("b"), "42");
    EXPECT_EQ(ids.at("c").size(), 64U);
}

// From the x-litellm-model-id headers that LiteLLM answered with under this configuration.
TEST(deployment_id, is_the_one_in_recorded_answers) {
    const std::pair<const char*, const char*> expected[] = {
        {"google/gemini-2.5-flash",
         "c5a5482a2662652487a4307660407928536f47348ff0a6e3164972743488aa89"},
        {"google/gemini-3-flash",
         "481972e51bc04e3f22c7a2a490d46dbd65558b941386876bff44566ecb08e5fb"},
        {"google/gemini-image", "2cb66085670c7c1969be08d76f9f1a29576d627c0cf2aedc2b6f8b7092555676"},
        {"google/unknown", "596104c25378ba7f86a4f70da35da4fde3c07265c41756c7a14ce84245a1b564"},
        {"google/embed", "33cd498a03b0c090b558697b84ea3c9d955a6d64c4bd66463f18f6cd28db5201"},
        {"google/gemini-tts", "fe5961d9791c062e5adf85893be9f6d740e21bf8fb5a91358e842260201f6937"},
        {"google/gemini-2.5-flash-tts",
         "79db43ab7aea86dce4061b06bb06b46e48d56fc24b88a6ff24815bcdc351a0e7"},
        {"gh/new", "4495287b40497012760b6926c664442430720a715822c0e47a1b0aab0f7da617"},
        {"copilot/plain", "b56bdb98f36f378af1f2c2c653eb633fc3f0f96bc89f1d6af4f42704e4d51ac3"},
        {"openai/gpt-4o-mini", "6e2eb4bcb18d03358ae92d3446009d5202494258fd95f781d02888e17675caea"},
        {"copilot/claude", "a8052690dee4ec2df2d31eac502ce1ad9aa58487b2923d38266ab60d2b9d2e21"},
        {"copilot/codex", "42b5e9c531fa4a4d5fedfbd0b4310c91bef9d6aa3ea9213e874b90d50f45a15a"},
        {"copilot/embed", "26201431d36bfefd8305ffb6bb59d697a8d0ff8d32efc763629a51c4670f32ac"},
        {"gemma-3-12b", "93b5c56bcb4ffca8ce7ce0250b1d848d8dca0a667ccef405750037515bfa27de"},
        {"lms/embed", "4c610c5a41654f69451d91dfb38857c9ae98b37949835778dbb116a449447b17"},
        {"ollama/chat", "aea7ec4f6bca7412a5dadfa9f09ce59d8ffb866ed0d6dc305f1a69f04cf361b4"},
        {"ollama/gen", "1419e4d0f91289d1645cb33d7ae3567197efe24924922af31b83f65179903e06"},
        {"ollama/embed", "96ef60065fb52626b8bac1cbf22db574507a32d4d50348f51f09f2c010ba1324"},
        {"oai", "6aab51631aa72c3db27a6458e1ce8c5c67cd5276a750038ff6a62552544c06f2"},
        {"openai/gpt-oss-20b-or",
         "a2a1a6e0e31fa3fc9506a659cb0712d8dd5d4ab00203ffe50eb42a8b71db32d5"},
    };
    const auto read = load_text(fixture("config/recorded_providers.yaml"), "config.yaml",
                                environment({{"GEMINI_API_KEY", "gm-key"},
                                             {"OPENROUTER_API_KEY", "or-key"},
                                             {"GITHUB_API_KEY", "ghp_key"}}));
    ASSERT_TRUE(read.config) << text_of(read.found);
    EXPECT_FALSE(has_errors(read.found)) << text_of(read.found);
    auto ids = ids_of(*read.config);
    for (const auto& [name, id] : expected)
        EXPECT_EQ(ids[name], id) << name;
}

} // namespace deployment_id_test
} // namespace llm_proxy::config
