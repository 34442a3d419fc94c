#include "llm_proxy/config/dotenv.hpp"
#include "llm_proxy/config/loader.hpp"

#include <unistd.h>

namespace llm_proxy::config {

environment environment::of_process() {
    environment copy;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != text.npos)
            copy.set(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
    }
    return copy;
}

std::optional<std::string> environment::get(std::string_view name) const {
    const auto known = variables_.find(name);
    return known == variables_.end() ? std::nullopt : std::optional(known->second);
}

void environment::add_dotenv(std::string_view text, const std::string& file, problems& found) {
    const auto lookup = [this](std::string_view name) { return get(name); };
    auto read = parse_dotenv(text, std::make_shared<const std::string>(file), lookup, found);
    // Of two lines for one name the last counts, but neither beats the environment.
    for (auto one = read.rbegin(); one != read.rend(); ++one)
        variables_.try_emplace(std::move(one->first), std::move(one->second));
}

} // namespace llm_proxy::config
