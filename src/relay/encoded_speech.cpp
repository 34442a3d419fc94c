#include "llm_proxy/relay/encoded_speech.hpp"

#include "llm_proxy/audio/encoder.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/providers/error_mapping.hpp"

#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace llm_proxy::relay {

namespace {

struct encoding_job {
    audio::pcm sound;
    audio::format as;
    std::atomic<bool> given_up = false;
    result<std::string> encoded = error();

    void run() { encoded = audio::encode(sound, as, given_up); }
};

std::shared_ptr<encoding_job> job_of(providers::translated_body& answer) {
    auto job = std::make_shared<encoding_job>();
    job->sound = {std::move(answer.bytes), answer.encoding->rate, answer.encoding->channels};
    job->as = answer.encoding->as;
    return job;
}

/// False if it was not run to its end.
net::task<bool> run_apart(net::background* thread, std::shared_ptr<encoding_job> job) {
    bool done = true;
    if (thread == nullptr) {
        job->run();
    } else {
        const net::executor here = co_await net::asio::this_coro::executor;
        net::background::work todo = [job] { job->run(); };
        done = co_await thread->run(here, std::move(todo));
        job->given_up = !done;
    }
    co_return done;
}

error undone(relay_call& call) {
    if (call.interrupts.raised()) {
        const upstream::outcome late(upstream::failure::interrupted, "");
        return exchange_error(late, call.context, call.interrupts);
    }
    return {503, "service_unavailable_error", "Too many speeches wait to be encoded."};
}

} // namespace

net::task<result<void>> encode_speech(relay_call& call, providers::translated_body& answer) {
    const auto job = job_of(answer);
    const bool done = co_await run_apart(call.encoding, job);
    if (!done) {
        co_return undone(call);
    }
    if (!job->encoded) {
        const providers::verdict refused(providers::error_class::bad_request, false);
        co_return providers::make_error(refused, 400,
                                        call.context.target->adapter->exception_name(),
                                        job->encoded.error().message, call.context.requested_model);
    }
    answer.bytes = std::move(*job->encoded);
    co_return result<void>();
}

} // namespace llm_proxy::relay
