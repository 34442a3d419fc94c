// What the limits cost a call: a place taken, used, settled and released, among 1,000 deployments
// with every kind of limit, their counts kept in a file. Prints nanoseconds of CPU time for a call.
#include "llm_proxy/limits/clock.hpp"
#include "llm_proxy/limits/quota_book.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace llm_proxy::limits;

constexpr int deployments = 1000;
constexpr int calls = 2'000'000;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace

int main() {
    const std::string path =
        (std::filesystem::temp_directory_path() / "limits-cost.ledger").string();
    auto kept = ledger::open(path);
    if (!kept) {
        std::cerr << kept.error().message << '\n';
        return 1;
    }
    quota_book book(std::move(*kept));
    limit_table table;
    table.fill(1'000'000'000'000);
    std::vector<std::shared_ptr<shared_quota>> quotas;
    for (int i = 0; i < deployments; ++i) {
        quotas.push_back(book.open(std::to_string(i), "bench", now()));
        quotas.back()->configure(table, reset_rule());
    }
    const std::string body(1024, 'x');
    double began = 0;
    for (int i = -calls / 10; i < calls; ++i) { // the first ones warm up
        if (i == 0) {
            began = cpu_seconds();
        }
        shared_quota& quota = *quotas[static_cast<std::size_t>(i + calls) % deployments];
        reservation place;
        const auto when = now();
        if (quota.take(quota.estimate(body, 100), when, place)) {
            std::cerr << "a place was refused\n";
            return 1;
        }
        place.reached();
        const allowance left = quota.left(when);
        place.settle(20 + left.requests.remaining % 2, 10);
    }
    std::printf("%.0f\n", (cpu_seconds() - began) * 1e9 / calls);
    std::filesystem::remove(path);
}
