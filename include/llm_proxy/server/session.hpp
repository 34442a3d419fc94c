#pragma once

#include "llm_proxy/net/input.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/net/stream.hpp"
#include "llm_proxy/server/request.hpp"
#include "llm_proxy/server/worker.hpp"

#include <memory>

namespace llm_proxy::server {

struct route;

/// What a session needs to know of its worker while that may change.
struct session_host {
    services& shared;
    const worker_options& options;
    std::shared_ptr<const snapshot>& config;
    worker_load& load;
    bool& draining;
};

/// One client connection: reads requests one after another and answers each before the next.
///
/// The order of admission, each step with its reason: the head must be HTTP (else the byte stream
/// means nothing), the route must exist, the key must be right; only then is a body read.
class session {
public:
    session(session_host host, std::unique_ptr<net::byte_stream> stream);

    net::interruptor& interrupts() { return interrupts_; }
    /// Waits for a request, so that it can be closed without harm.
    bool idle() const { return idle_; }

    net::task<> run();
    void close() { stream_->close(); }

private:
    enum class next { request, close, bad_head };

    net::task<next> read_head();
    net::task<> refuse_head();
    net::task<> serve();
    net::task<> admit(request& req);
    net::task<> serve(request& req, const route& matched);
    net::task<> answer_options(request& req);
    void begin_answer();
    net::task<> linger();

    session_host host_;
    std::unique_ptr<net::byte_stream> stream_;
    net::interruptor interrupts_;
    net::input input_;
    relay::answer_writer client_;
    http::request_head head_;
    std::size_t head_size_ = 0;
    const char* head_fault_ = "";
    bool head_too_large_ = false;
    std::string head_bytes_; // the head's own copy: the input moves on to the next request
    std::string cors_lines_;
    bool idle_ = true;
    bool keep_alive_ = true;
};

} // namespace llm_proxy::server
