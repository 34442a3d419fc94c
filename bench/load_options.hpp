#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace llm_proxy::bench {

/// What one run of the load generator does; see `load_usage` for the command line.
struct load_options {
    std::uint16_t port = 0;
    std::string path = "/v1/chat/completions";
    std::vector<std::string> headers; // `Name: value`
    std::string model = "bench";
    bool stream = false;
    std::size_t body_bytes = 256;
    std::size_t connections = 1;
    std::size_t requests = 0; // in all; 0: as many as `seconds` allow
    double seconds = 2;
    double warm_up = 0;
    double grace = 30;
    /// Streams only: tells on a line of its own how many of them have brought a frame, once all
    /// have or this many seconds are over. 0: no such line.
    double report_open_within = 0;
};

extern const char* const load_usage;

/// Throws std::invalid_argument with what is wrong.
load_options parse_load_options(int argc, char** argv);

/// The whole request, head and body.
std::string request_text(const load_options& options);

} // namespace llm_proxy::bench
