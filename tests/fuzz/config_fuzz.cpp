// A configuration and a `.env` of any bytes: nothing is thrown, and what was read can be shown.

#include "llm_proxy/config/check.hpp"
#include "llm_proxy/config/loader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace llm_proxy::config;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    environment variables({{"LITELLM_MASTER_KEY", "sk-0123456789abcdef"}, {"SET", "10"}});
    problems found;
    variables.add_dotenv(text, ".env", found);
    const loaded read = load_text(text, "config.yaml", std::move(variables));
    describe_problems(read.found);
    if (!read.config) {
        if (!has_fatal(read.found))
            std::abort();
        return 0;
    }
    // What is shown is a configuration without a fault of its own.
    environment second({{"LITELLM_MASTER_KEY", "sk-0123456789abcdef"}});
    if (has_fatal(load_text(effective_yaml(*read.config), "effective.yaml", second).found) &&
        !read.config->general.permit_weak_master_key)
        std::abort();
    return 0;
}
