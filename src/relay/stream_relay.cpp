#include "llm_proxy/relay/stream_relay.hpp"

#include "llm_proxy/dialects/messages_stream.hpp"
#include "llm_proxy/dialects/responses.hpp"
#include "llm_proxy/json/writer.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/relay/error_json.hpp"
#include "llm_proxy/relay/event_translator.hpp"

#include <algorithm>
#include <chrono>

namespace llm_proxy::relay {

namespace {

/// A comment goes out when nothing else did for so long: proxies and clients between count silence.
constexpr std::chrono::seconds comment_interval{15};
constexpr std::string_view comment = ": keep-alive\n\n";
/// A stream that opens with more than this and no content goes out all the same.
constexpr std::size_t hold_limit = 64UL * 1024;

/// One streamed answer on its way; the loop of the relay with its state.
class stream_relay {
public:
    explicit stream_relay(relay_call& call)
        : call_(call), translator_(make_options(call, said_)),
          silence_limit_(to_duration(call.context.stream_timeout)) {}

    net::task<relayed> run() {
        relayed out;
        if (call_.answers != nullptr) {
            call_.answers->begin(call_.answer.head());
        }
        last_byte_ = net::clock::now();
        while (!translator_.done() && !translator_.failed()) {
            std::string_view bytes;
            const auto step = co_await read(bytes);
            if (!step.ok()) {
                out.detail = step.detail;
                co_await fail(exchange_error(step, call_.context, call_.interrupts), out);
                co_return out;
            }
            if (bytes.empty()) {
                translator_.finish(held_);
            } else {
                translator_.feed(bytes, held_);
            }
            if (is_due()) {
                note_content();
                const bool sent = co_await pass_on(held_);
                held_.clear();
                if (!sent) {
                    out.detail = "the client is gone";
                    co_return out;
                }
            }
            if (bytes.empty()) {
                break;
            }
        }
        co_await end(out);
        co_return out;
    }

    /// A whole completion, told as the stream that the client asked for.
    net::task<relayed> replay(std::vector<std::string> chunks) {
        relayed out;
        last_byte_ = net::clock::now();
        translator_.replay(chunks, held_);
        note_content();
        const bool sent = co_await pass_on(held_);
        if (sent) {
            co_await end(out);
        } else {
            out.detail = "the client is gone";
        }
        co_return out;
    }

private:
    static event_translator::options make_options(const relay_call& call, answer_text& said) {
        const model::request_context& context = call.context;
        event_translator::options chosen;
        chosen.model_json = json::quoted(context.requested_model);
        chosen.show_usage = context.show_usage;
        chosen.ends_with_done = model::traits_of(context.type).event_stream;
        chosen.answers = call.answers;
        chosen.edits = call.edits;
        chosen.dialect = call.dialect;
        chosen.responses = context.type == model::call_type::response;
        chosen.messages = context.type == model::call_type::message;
        if (call.dialect != nullptr) {
            call.dialect->begin();
        }
        chosen.priced = context.target->prices ? &context : nullptr;
        if (chosen.ends_with_done && call.counting.request != nullptr) {
            chosen.said = &said;
            chosen.usage_owed = call.counting.owed;
        }
        return chosen;
    }

    static net::clock::duration to_duration(double seconds) {
        return std::chrono::duration_cast<net::clock::duration>(
            std::chrono::duration<double>(seconds));
    }

    /// Reads on, with a comment to the client whenever it is quiet for too long.
    net::task<upstream::outcome> read(std::string_view& bytes) {
        const auto limit = last_byte_ + silence_limit_;
        for (;;) {
            const auto now = net::clock::now();
            const auto quiet = now + comment_interval;
            if (limit <= quiet) {
                call_.interrupts.set_deadline(limit, net::interrupt::deadline);
            } else {
                call_.interrupts.set_deadline(quiet, net::interrupt::quiet);
            }
            auto step = co_await call_.answer.read(bytes);
            if (call_.interrupts.reason() != net::interrupt::quiet) {
                call_.interrupts.clear_deadline();
                last_byte_ = net::clock::now();
                co_return step;
            }
            co_await call_.interrupts.clear();
            if (step.ok()) {
                call_.interrupts.clear_deadline();
                last_byte_ = net::clock::now();
                co_return step;
            }
            held_.append(comment);
            const bool sent = co_await pass_on(held_);
            held_.clear();
            if (!sent) {
                co_return upstream::outcome(upstream::failure::interrupted, "the client is gone");
            }
        }
    }

    /// Until there is content nothing goes out, so that an early failure can still be answered by
    /// another try.
    bool is_due() const {
        return !held_.empty() && (call_.client.started() || translator_.has_content() ||
                                  translator_.done() || held_.size() > hold_limit);
    }

    void note_content() {
        if (translator_.has_content() && call_.context.first_content == net::clock::time_point()) {
            call_.context.first_content = last_byte_;
        }
    }

    net::task<bool> pass_on(std::string_view text) {
        bool sent = false;
        if (call_.client.started()) {
            sent = co_await call_.client.write(text);
        } else {
            std::string& lines = call_.client.lines();
            append_stream_lines(call_.context, &call_.answer.head(), lines);
            if (call_.spent != nullptr) {
                *call_.spent = std::string();
            }
            sent = co_await call_.client.start(200, lines, text);
        }
        co_return sent;
    }

    net::task<> end(relayed& out) {
        call_.context.tokens = translator_.usage();
        call_.context.cost = translator_.cost();
        if (translator_.failed()) {
            out.detail = "the upstream broke its stream off";
            co_await fail(translation_error(), out);
            co_return;
        }
        if (!call_.client.started()) {
            // A stream without a single event, of a dialect that has no [DONE].
            co_await pass_on({});
        }
        if (!translator_.owes_usage()) {
            co_await call_.client.finish();
        }
        if (!call_.context.tokens) {
            co_await count();
        }
    }

    /// The upstream did not count: we do, for the client if it waits for that, and for the record.
    net::task<> count() {
        const auto counted =
            co_await count_usage(call_, std::move(said_), translator_.partial_usage());
        if (counted) {
            call_.context.tokens = counted->tokens;
        }
        if (translator_.owes_usage()) {
            std::string text;
            translator_.settle(counted ? &*counted : nullptr, text);
            co_await call_.client.finish(text);
        }
    }

    error translation_error() const {
        if (translator_.failure()) {
            return *translator_.failure();
        }
        const auto& target = *call_.context.target;
        const std::string& text = translator_.failure_text();
        const providers::upstream_text said = providers::read_upstream_text(text);
        if (!said.present) {
            return providers::invalid_answer_error(target.adapter->exception_name(),
                                                   providers::presentable(text, target),
                                                   call_.context.requested_model);
        }
        const bool is_status = said.status >= 400 && said.status <= 599;
        providers::upstream_answer answer;
        answer.status = is_status ? said.status : 500;
        answer.body = text;
        providers::call_names names;
        names.group = call_.context.requested_model;
        names.target = &target;
        return target.adapter->classify(answer, names);
    }

    /// Tells the client: as the answer itself if nothing was sent, else as the stream's last event.
    net::task<> fail(error failure, relayed& out) {
        if (!call_.client.started()) {
            out.failure = std::move(failure);
            co_return;
        }
        if (call_.interrupts.reason() >= net::interrupt::client_gone) {
            call_.client.close_after();
            co_return;
        }
        co_await call_.interrupts.clear();
        std::string text;
        if (call_.dialect != nullptr) {
            call_.dialect->fail(failure, text);
        } else if (call_.context.type == model::call_type::response) {
            dialects::append_response_error(failure, translator_.told(), text);
        } else if (call_.context.type == model::call_type::message) {
            dialects::append_messages_error(failure, text);
        } else {
            text = "data: " + error_json(failure) + "\n\n";
            if (model::traits_of(call_.context.type).event_stream) {
                text += done_event;
            }
        }
        co_await call_.client.finish(text);
    }

    relay_call& call_;
    answer_text said_;
    event_translator translator_;
    std::string held_;
    net::clock::duration silence_limit_;
    net::clock::time_point last_byte_;
};

} // namespace

net::task<relayed> relay_stream(relay_call& call) {
    stream_relay relay(call);
    auto out = co_await relay.run();
    co_return out;
}

net::task<relayed> relay_as_stream(relay_call& call, std::vector<std::string> chunks) {
    stream_relay relay(call);
    auto out = co_await relay.replay(std::move(chunks));
    co_return out;
}

} // namespace llm_proxy::relay
