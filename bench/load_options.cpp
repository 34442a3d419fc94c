#include "load_options.hpp"

#include <stdexcept>
#include <string_view>

namespace llm_proxy::bench {

const char* const load_usage =
    "usage: load --port N [option...]\n"
    "  --path PATH             request target (/v1/chat/completions)\n"
    "  --header 'NAME: VALUE'  may be given several times\n"
    "  --model NAME            model asked for (bench)\n"
    "  --stream                ask for a stream and check that it ends with [DONE]\n"
    "  --body-bytes N          size of the request body (256)\n"
    "  --connections N         keep-alive connections, one request at a time on each (1)\n"
    "  --requests N            stop after N requests\n"
    "  --seconds S             or begin none after S seconds (2)\n"
    "  --warm-up S             do not count requests begun in the first S seconds (0)\n"
    "  --grace S               wait so long for answers still due at the end (30)\n"
    "  --report-open-within S  tell when all streams brought a frame, or after S seconds\n";

load_options parse_load_options(int argc, char** argv) {
    load_options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--stream") {
            options.stream = true;
            continue;
        }
        if (i + 1 == argc)
            throw std::invalid_argument(std::string(name) + " needs a value");
        const std::string value = argv[++i];
        if (name == "--port")
            options.port = static_cast<std::uint16_t>(std::stoul(value));
        else if (name == "--path")
            options.path = value;
        else if (name == "--header")
            options.headers.push_back(value);
        else if (name == "--model")
            options.model = value;
        else if (name == "--body-bytes")
            options.body_bytes = std::stoul(value);
        else if (name == "--connections")
            options.connections = std::stoul(value);
        else if (name == "--requests")
            options.requests = std::stoul(value);
        else if (name == "--seconds")
            options.seconds = std::stod(value);
        else if (name == "--warm-up")
            options.warm_up = std::stod(value);
        else if (name == "--grace")
            options.grace = std::stod(value);
        else if (name == "--report-open-within")
            options.report_open_within = std::stod(value);
        else
            throw std::invalid_argument("unknown option " + std::string(name));
    }
    if (options.port == 0 || options.connections == 0)
        throw std::invalid_argument("--port and --connections must be more than 0");
    return options;
}

namespace {

std::string body_text(const load_options& options) {
    std::string body = "{\"model\":\"" + options.model + "\",";
    if (options.stream)
        body += R"("stream":true,"stream_options":{"include_usage":true},)";
    body += R"("messages":[{"role":"user","content":")";
    constexpr std::string_view end = R"("}]})";
    constexpr std::string_view words = "The quick brown fox jumps over the lazy dog. ";
    for (std::size_t i = 0; body.size() + end.size() < options.body_bytes; ++i)
        body += words[i % words.size()];
    return body.append(end);
}

} // namespace

std::string request_text(const load_options& options) {
    const auto body = body_text(options);
    std::string text = "POST " + options.path +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
                       "\r\nContent-Type: application/json\r\n";
    for (const auto& header : options.headers)
        text.append(header).append("\r\n");
    return text.append("Content-Length: ")
        .append(std::to_string(body.size()))
        .append("\r\n\r\n")
        .append(body);
}

} // namespace llm_proxy::bench
