#include "llm_proxy/app/cpu_limit.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sched.h>
#include <string>

namespace llm_proxy::app {

unsigned cpus_of_quota(std::string_view cpu_max) {
    unsigned quota = 0;
    unsigned period = 0;
    const std::size_t space = cpu_max.find(' ');
    if (space == std::string_view::npos) {
        return 0;
    }
    std::from_chars(cpu_max.data(), cpu_max.data() + space, quota);
    std::from_chars(cpu_max.data() + space + 1, cpu_max.data() + cpu_max.size(), period);
    return quota == 0 || period == 0 ? 0 : (quota + period - 1) / period;
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
