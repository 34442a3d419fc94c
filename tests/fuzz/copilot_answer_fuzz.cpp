// Answers, events and failures of any bytes: nothing is thrown, and what comes out is JSON. The
// first byte is a failure's status, and an empty line ends an event.
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/providers/copilot_claude.hpp"
#include "llm_proxy/providers/registry.hpp"
#include "llm_proxy/providers/responses_answer.hpp"

#include "require.hpp"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llm_proxy;

void require_json(std::string_view text) {
    std::vector<json::member> members;
    const auto root = json::scan(text, members, {.depth = json::max_depth, .members = 65536});
    require(root && *root == json::kind::object);
}

void require_error(const error& failure) {
    require(failure.status >= 400 && failure.status <= 599 && !failure.message.empty());
}

std::unique_ptr<providers::translation> responses(const model::deployment& target,
                                                  random_source& random) {
    return providers::make_responses_translation(
        {.requested_model = "group", .created = 1, .random = &random, .target = &target});
}

void check_body(providers::translation& from, std::string_view text) {
    const auto out = from.body({}, text);
    if (!out) {
        require_error(out.error());
    } else if (out->bytes != text) {
        require_json(out->bytes);
    }
}

void check_stream(providers::translation& from, std::string_view text) {
    std::vector<std::string> chunks;
    bool failed = false;
    while (!text.empty() && !failed) {
        const std::size_t end = text.find("\n\n");
        const auto taken = from.event(text.substr(0, end), chunks);
        failed = !taken;
        if (failed) {
            require_error(taken.error());
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    if (!failed) {
        const auto ended = from.finish(chunks);
        require(ended || ended.error().status == 500);
    }
    for (const std::string& chunk : chunks) {
        require_json(chunk);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    static model::deployment target;
    target.adapter = providers::find_adapter("github_copilot");
    fast_random random(1);
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_body(*responses(target, random), text);
    check_stream(*responses(target, random), text);
    check_body(*providers::make_copilot_claude_translation("group", 1), text);
    require_error(target.adapter->classify({400 + data[0] % 200, text}, {"group", &target}));
    return 0;
}
