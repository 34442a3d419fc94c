#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/problem.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::config {

/// Environment variables as the loader sees them: the process's, those of `.env` beneath them and
/// those of `environment_variables` above them. A plain map, so that tests need no process state.
class environment {
public:
    environment() = default;
    explicit environment(std::map<std::string, std::string, std::less<>> variables)
        : variables_(std::move(variables)) {}
    /// A copy of the process's environment.
    static environment of_process();

    std::optional<std::string> get(std::string_view name) const;
    void set(std::string name, std::string value) {
        variables_[std::move(name)] = std::move(value);
    }
    /// Adds the variables of a `.env` text (Compose's syntax: quotes, escapes, `export`, comments,
    /// `${NAME:-default}`) where the name is not set yet. Tells problems by line.
    void add_dotenv(std::string_view text, const std::string& file, problems& found);
    const auto& all() const { return variables_; }

private:
    std::map<std::string, std::string, std::less<>> variables_;
};

struct loaded {
    /// Present unless a problem is fatal.
    std::shared_ptr<const settings> config;
    problems found;
    /// The environment with `.env` and `environment_variables` applied.
    environment variables;
};

/// Reads `path`, what it includes, and `.env` beside it (unless `LITELLM_MODE=PRODUCTION`).
/// Every fault becomes a problem with file, line and column; nothing is thrown.
loaded load(const std::string& path, environment variables);

/// The same for a text that stands for `path` and includes nothing; for tests and fuzzing.
loaded load_text(std::string_view yaml, const std::string& path, environment variables);

} // namespace llm_proxy::config
