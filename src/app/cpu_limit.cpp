#include "llm_proxy/app/cpu_limit.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sched.h>
#include <string>

namespace llm_proxy::app {

unsigned cpus_of_quota(std::string_view cpu_max) {
    std::uint64_t quota = 0;
    std::uint64_t period = 0;
    const std::size_t space = cpu_max.find(' ');
    if (space == std::string_view::npos) {
        return 0;
    }
    std::from_chars(cpu_max.data(), cpu_max.data() + space, quota);
    std::from_chars(cpu_max.data() + space + 1, cpu_max.data() + cpu_max.size(), period);
    if (quota == 0 || period == 0) {
        return 0;
    }
    const std::uint64_t cpus = quota / period + (quota % period == 0 ? 0 : 1);
    return static_cast<unsigned>(
        std::min<std::uint64_t>(cpus, std::numeric_limits<unsigned>::max()));
}

unsigned available_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    unsigned count = 1;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        count = static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
    }
    std::string line;
    if (std::ifstream file("/sys/fs/cgroup/cpu.max"); std::getline(file, line)) {
        const unsigned quota = cpus_of_quota(line);
        count = quota == 0 ? count : std::min(count, quota);
    }
    return count;
}

} // namespace llm_proxy::app
