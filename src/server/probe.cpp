#include "llm_proxy/server/probe.hpp"

#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/net/event.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/server/login_access.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::server {

namespace {

constexpr std::size_t probes_at_once = 8;
constexpr std::chrono::seconds longest{60};
constexpr std::size_t body_limit = 1024UL * 1024;

struct probe_form {
    std::string_view mode;
    model::call_type type;
    std::string_view members; // of the body, after the model
};

constexpr probe_form chat_form{
    "chat", model::call_type::chat_completion,
    R"("messages":[{"role":"user","content":"What's 1 + 1?"}],"max_tokens":16)"};

constexpr std::array other_forms{
    probe_form{"embedding", model::call_type::embedding, R"("input":["test from litellm"])"},
    probe_form{"completion", model::call_type::completion,
               R"("prompt":"What's 1 + 1?","max_tokens":16)"},
    probe_form{"moderation", model::call_type::moderation, R"("input":["test from litellm"])"},
    probe_form{"audio_speech", model::call_type::speech,
               R"("input":"test from litellm","voice":"alloy")"},
    probe_form{"image_generation", model::call_type::image_generation,
               R"("prompt":"test from litellm")"},
    probe_form{"rerank", model::call_type::rerank,
               R"("query":"test from litellm","documents":["my sample text"])"}};

/// LiteLLM's probe for a mode; whatever has no form of its own is asked a question.
const probe_form& form_for(std::string_view mode) {
    const auto* found = std::find_if(other_forms.begin(), other_forms.end(),
                                     [mode](const probe_form& form) { return form.mode == mode; });
    return found == other_forms.end() ? chat_form : *found;
}

std::string body_of(const model::deployment& target, const probe_form& form) {
    std::string body = R"({"model":)" + json::quoted(target.upstream_model) + ",";
    return body.append(form.members).append("}");
}

/// Sends the prepared probe and judges the answer.
net::task<> send_probe(upstream::exchange& exchange, const providers::outbound_call& outbound,
                       probe_result& out) {
    const auto sent = co_await exchange.send(outbound.pieces);
    if (!sent.ok()) {
        out.why = sent.detail.empty() ? "no answer" : sent.detail;
        co_return;
    }
    std::string text;
    const auto read = co_await relay::read_whole(exchange, body_limit, text);
    out.healthy = read.ok() && exchange.head().status / 100 == 2;
    if (!out.healthy) {
        providers::upstream_answer answer;
        answer.status = exchange.head().status;
        answer.body = text;
        providers::call_names names;
        names.group = out.target->group;
        names.target = out.target.get();
        out.why = out.target->adapter->classify(answer, names).message;
    }
}

/// One deployment's call.
net::task<probe_result> probe(services& shared, std::shared_ptr<const model::deployment> target,
                              net::interruptor& interrupts) {
    probe_result out;
    out.target = target;
    out.healthy = target->mock_response.has_value();
    if (out.healthy) {
        co_return out;
    }
    const probe_form& form = form_for(target->info.mode);
    const std::string body = body_of(*target, form);
    std::vector<json::member> members;
    json::scan_valid(body, members);
    providers::inbound_call inbound;
    inbound.type = form.type;
    inbound.body = body;
    inbound.members = &members;
    inbound.upstream_model = target->upstream_model;
    providers::outbound_call outbound;
    std::optional<result<login::grant>> access;
    if (target->adapter->needs_login()) {
        access = co_await take_access(shared, *target, target->group, 0);
        if (!access || !*access) {
            out.why = access ? access->error().message : "no token in time";
            co_return out;
        }
        inbound.access = (*access)->access.get();
    }
    const auto translated = target->adapter->translate(inbound, *target, outbound);
    if (!translated) {
        out.why = translated.error().message;
        co_return out;
    }
    auto exchange =
        shared.pool.open(outbound.origin ? outbound.origin : target->origin, interrupts);
    co_await send_probe(*exchange, outbound, out);
    co_return out;
}

/// The probes of one round: a few coroutines take deployments from one list.
class round_of_probes : public std::enable_shared_from_this<round_of_probes> {
public:
    round_of_probes(services& shared, model::deployment_list targets)
        : shared_(shared), targets_(std::move(targets)), results_(targets_.size()),
          finished_(shared.executor) {}

    net::task<std::vector<probe_result>> run() {
        running_ = std::min(probes_at_once, targets_.size());
        for (std::size_t i = 0; i < running_; ++i) {
            start();
        }
        bool notified = targets_.empty();
        if (!notified) {
            notified = co_await finished_.wait();
        }
        abandoned_ = !notified;
        co_return results_;
    }

private:
    void start() {
        auto interrupts = std::make_shared<net::interruptor>(shared_.dog);
        net::asio::co_spawn(shared_.executor, take_turns(shared_from_this(), interrupts),
                            net::asio::bind_cancellation_slot(
                                interrupts->slot(),
                                [self = shared_from_this(), interrupts](const std::exception_ptr&) {
                                    if (--self->running_ == 0) {
                                        self->finished_.notify();
                                    }
                                }));
    }

    static net::task<> take_turns(std::shared_ptr<round_of_probes> self,
                                  std::shared_ptr<net::interruptor> interrupts) {
        co_await interrupts->prepare();
        while (self->next_ < self->targets_.size() && !self->abandoned_) {
            const std::size_t index = self->next_++;
            co_await interrupts->clear();
            interrupts->set_deadline(net::clock::now() + longest);
            auto target = self->targets_[index];
            auto done = co_await probe(self->shared_, std::move(target), *interrupts);
            self->results_[index] = std::move(done);
        }
    }

    services& shared_;
    model::deployment_list targets_;
    std::vector<probe_result> results_;
    net::event finished_;
    std::size_t next_ = 0;
    std::size_t running_ = 0;
    bool abandoned_ = false;
};

} // namespace

net::task<std::vector<probe_result>> probe_all(services& shared, model::deployment_list targets) {
    auto round = std::make_shared<round_of_probes>(shared, std::move(targets));
    auto results = co_await round->run();
    co_return results;
}

} // namespace llm_proxy::server
