#include "llm_proxy/app/configuration.hpp"
#include "llm_proxy/app/copilot_command.hpp"
#include "llm_proxy/app/daemon.hpp"
#include "llm_proxy/app/health_check.hpp"
#include "llm_proxy/app/options.hpp"
#include "llm_proxy/app/quota_command.hpp"
#include "llm_proxy/config/check.hpp"
#include "llm_proxy/version.hpp"

#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace llm_proxy;

int health_check(app::options chosen, const config::environment& process) {
    const auto completed = app::complete_options(chosen, process);
    if (!completed) {
        std::cerr << completed.error().message << '\n';
        return 1;
    }
    return app::check_health(chosen);
}

int run(app::options chosen) {
    const auto process = config::environment::of_process();
    if (chosen.config_path.empty()) {
        chosen.config_path = process.get("CONFIG_FILE_PATH").value_or("config.yaml");
    }
    switch (chosen.what) {
    case app::action::print_version:
        std::cout << "llm-proxy " << version << " (LiteLLM " << litellm_version << " contract)\n";
        return 0;
    case app::action::print_help:
        std::cout << chosen.help;
        return 0;
    case app::action::print_reference:
        std::cout << config::reference_markdown();
        return 0;
    case app::action::health_check:
        return health_check(std::move(chosen), process);
    case app::action::check:
        return app::check_configuration(chosen, process);
    case app::action::quota:
        return app::show_quota(std::move(chosen), process);
    case app::action::copilot_login:
    case app::action::copilot_status:
    case app::action::copilot_logout:
        return app::run_copilot(chosen.what, chosen.config_path, process);
    case app::action::serve:
        break;
    }
    return app::run_daemon(std::move(chosen), process);
}

} // namespace

int main(int argc, char** argv) {
    auto chosen = app::parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (!chosen) {
        std::cerr << "llm-proxy: " << chosen.error().message << '\n';
        return 2;
    }
    try {
        return run(std::move(*chosen));
    } catch (const std::exception& failure) {
        std::cerr << "llm-proxy: " << failure.what() << '\n';
        return 1;
    }
}
