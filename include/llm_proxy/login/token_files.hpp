#pragma once

#include "llm_proxy/login/copilot_settings.hpp"
#include "llm_proxy/util/secret.hpp"

namespace llm_proxy::login {

/// What the two files hold; empty where one is missing, unreadable or over 64 KiB.
struct kept_tokens {
    secret access_token; // trimmed
    secret document;     // of api-key.json
};

kept_tokens read_token_files(const copilot_settings& settings);

/// Makes the folder, for this user alone, if it is missing. The error's message is for people.
result<void> make_token_folder(const copilot_settings& settings);

/// Replaces a file in one step; only this user may read it. The error's message is for people.
result<void> write_token_file(const copilot_settings& settings, const std::filesystem::path& file,
                              const secret& text);

/// Removes both files; false if there was none.
result<bool> remove_token_files(const copilot_settings& settings);

} // namespace llm_proxy::login
