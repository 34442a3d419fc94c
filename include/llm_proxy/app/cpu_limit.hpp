#pragma once

#include <string_view>

namespace llm_proxy::app {

/// How many CPUs this process may use: its affinity, or less if its container has a smaller quota.
unsigned available_cpus();

/// The CPUs that a cgroup v2 `cpu.max` text grants, rounded up; 0 if it sets no limit.
unsigned cpus_of_quota(std::string_view cpu_max);

} // namespace llm_proxy::app
