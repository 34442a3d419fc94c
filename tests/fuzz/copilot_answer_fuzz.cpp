// Answers, events and failures of any bytes: nothing is thrown, and what comes out is JSON. The
// first byte is a failure's status, and an empty line ends an event.
#include "llm_proxy/providers/copilot_claude.hpp"
#include "llm_proxy/providers/registry.hpp"
#include "llm_proxy/providers/responses_answer.hpp"

#include "check_answer.hpp"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llm_proxy;

/// Deeper and wider than an answer that is only passed on.
constexpr json::scan_limits bounds{.depth = json::max_depth, .members = 65536};

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
        require_json(out->bytes, bounds);
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
    check_stream(*responses(target, random), text, bounds);
    check_body(*providers::make_copilot_claude_translation("group", 1), text);
    require_error(target.adapter->classify({400 + data[0] % 200, text}, {"group", &target}));
    return 0;
}
