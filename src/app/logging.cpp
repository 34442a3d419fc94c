#include "llm_proxy/app/logging.hpp"

#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/util/strings.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace llm_proxy::app {

namespace {

/// `%J`: the message as a JSON string.
class json_message final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        std::string text;
        json::append_string(text, std::string_view(message.payload.data(), message.payload.size()));
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<json_message>();
    }
};

std::unique_ptr<spdlog::formatter> make_formatter(bool json) {
    auto out = std::make_unique<spdlog::pattern_formatter>();
    out->add_flag<json_message>('J');
    out->set_pattern(json ? R"({"message":%J,"level":"%l","timestamp":"%Y-%m-%dT%H:%M:%S.%e%z",)"
                            R"("component":"llm-proxy","logger":"llm-proxy"})"
                          : "%Y-%m-%d %H:%M:%S.%e %l %v");
    return out;
}

spdlog::level::level_enum choose_level(const options& chosen,
                                       const config::environment& variables) {
    if (chosen.detailed_debug || chosen.debug) {
        return spdlog::level::debug;
    }
    const std::string named = lower(variables.get("LITELLM_LOG").value_or("info"));
    if (named == "debug") {
        return spdlog::level::debug;
    }
    if (named == "warning" || named == "warn") {
        return spdlog::level::warn;
    }
    return named == "error" ? spdlog::level::err : spdlog::level::info;
}

} // namespace

void start_logging(const options& chosen, const config::environment& variables, bool json) {
    const bool json_lines = json || variables.get("JSON_LOGS").value_or("") == "true";
    auto logger = std::make_shared<spdlog::logger>(
        "llm-proxy", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(make_formatter(json_lines));
    logger->set_level(choose_level(chosen, variables));
    spdlog::set_default_logger(std::move(logger));
}

} // namespace llm_proxy::app
