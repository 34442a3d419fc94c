#include "llm_proxy/server/kept_context.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/net/background.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/server/context_memory.hpp"
#include "llm_proxy/tokens/prompt_count.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>

namespace llm_proxy::server {

namespace {

constexpr int most_pages = 10;
constexpr std::size_t longest_answer = 4UL * 1024 * 1024;
/// A context is not referred to in its last seconds.
constexpr std::chrono::seconds margin{5};

using kept_now = std::optional<providers::kept_context>;

/// On its way to the counting thread and back.
struct size_check {
    std::string model;
    std::shared_ptr<const document> prompt;
    std::int64_t least = 0;
    bool enough = false;
};

void check_size(size_check& job) {
    const auto& by = tokens::encoding::get(tokens::encoding_for(job.model));
    const document& prompt = *job.prompt;
    const auto counted = tokens::count_prompt(by, *providers::member_of(prompt, "messages"),
                                              {.tools = providers::member_of(prompt, "tools")});
    job.enough = counted && *counted >= job.least;
}

/// Asks a provider to keep one context.
class context_maker {
public:
    context_maker(services& shared, net::interruptor& interrupts, const model::deployment& target,
                  const providers::context_plan& plan)
        : shared_(shared), interrupts_(interrupts), target_(target),
          keeper_(*target.adapter->contexts()), plan_(plan) {}

    net::task<kept_now> run() {
        const bool enough = co_await has_enough_tokens();
        if (!enough) {
            co_return std::nullopt;
        }
        auto found = co_await look_up();
        if (found || failed_) {
            co_return found;
        }
        const std::array<std::string_view, 2> pieces{plan_.head, plan_.body};
        const std::string answer = co_await ask(pieces);
        auto made = keeper_.read_kept(answer);
        if (!made && !failed_) {
            fail("the answer names none");
        }
        co_return made;
    }

    /// When what was had is no more to be referred to.
    net::clock::time_point end_of(const providers::kept_context& kept) const {
        std::chrono::seconds left = plan_.life;
        if (kept.expires) {
            const auto now = std::chrono::system_clock::now();
            left = std::min(left, *kept.expires - std::chrono::floor<std::chrono::seconds>(now));
        }
        return net::clock::now() + left - margin;
    }

private:
    net::task<bool> has_enough_tokens() {
        if (!plan_.prompt) {
            co_return true;
        }
        auto job = std::make_shared<size_check>();
        job->model = target_.upstream_model;
        job->prompt = plan_.prompt;
        job->least = plan_.least_tokens;
        net::background::work todo = [job] { check_size(*job); };
        bool counted = true;
        if (shared_.counting == nullptr) {
            todo();
        } else {
            counted = co_await shared_.counting->run(shared_.executor, std::move(todo));
        }
        const bool enough = counted && job->enough;
        if (!enough) {
            fail(counted ? "fewer than " + std::to_string(plan_.least_tokens) + " tokens"
                         : "its tokens could not be counted");
        }
        co_return enough;
    }

    net::task<kept_now> look_up() {
        std::string page;
        for (int i = 0; i < most_pages && !failed_; ++i) {
            const std::string request = keeper_.list_request(target_, page);
            const std::array<std::string_view, 1> pieces{request};
            const std::string answer = co_await ask(pieces);
            auto read = keeper_.read_page(answer, plan_.key);
            if (read.found && end_of(*read.found) > net::clock::now()) {
                co_return std::move(read.found);
            }
            page = std::move(read.next);
            if (page.empty()) {
                break;
            }
        }
        co_return std::nullopt;
    }

    /// The text of a successful answer.
    net::task<std::string> ask(std::span<const std::string_view> pieces) {
        auto exchange = shared_.pool.open(target_.origin, interrupts_);
        std::string text;
        auto ended = co_await exchange->send(pieces);
        if (ended.ok()) {
            if (exchange->head().status != 200) {
                fail("status " + std::to_string(exchange->head().status));
                co_return text;
            }
            ended = co_await relay::read_whole(*exchange, longest_answer, text);
        }
        if (!ended.ok()) {
            fail(ended.why == upstream::failure::interrupted ? "no answer in time" : ended.detail);
            text.clear();
        }
        co_return text;
    }

    void fail(const std::string& why) {
        failed_ = true;
        spdlog::info("{} has no context kept: {}", target_.group, why);
    }

    services& shared_;
    net::interruptor& interrupts_;
    const model::deployment& target_;
    const providers::context_keeper& keeper_;
    const providers::context_plan& plan_;
    bool failed_ = false;
};

} // namespace

net::task<std::string> have_context_kept(services& shared, net::interruptor& interrupts,
                                         const model::deployment& target,
                                         const providers::context_plan& plan,
                                         const std::string& key) {
    if (auto known = shared.contexts.find(key, net::clock::now())) {
        co_return *std::move(known);
    }
    // Other calls do without while it is made.
    shared.contexts.put(key, {}, net::clock::now() + context_rest);
    context_maker maker(shared, interrupts, target, plan);
    const auto kept = co_await maker.run();
    if (kept) {
        shared.contexts.put(key, kept->name, maker.end_of(*kept));
        co_return kept->name;
    }
    if (interrupts.reason() >= net::interrupt::client_gone) {
        shared.contexts.forget(key);
    }
    co_return std::string();
}

} // namespace llm_proxy::server
