#include "llm_proxy/app/health_check.hpp"

#include "llm_proxy/app/own_gateway.hpp"

#include <iostream>

namespace llm_proxy::app {

int check_health(const options& chosen) {
    const std::string answer = ask_own_gateway(
        chosen, "GET /health/liveliness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    if (answer.starts_with("HTTP/1.1 200")) {
        return 0;
    }
    std::cerr << "unhealthy: "
              << (answer.empty() ? "no answer" : answer.substr(0, answer.find('\r'))) << '\n';
    return 1;
}

} // namespace llm_proxy::app
