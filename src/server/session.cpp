#include "llm_proxy/server/session.hpp"

#include "llm_proxy/http/parser.hpp"
#include "llm_proxy/server/cors.hpp"
#include "llm_proxy/server/routes.hpp"

#include <array>

namespace llm_proxy::server {

namespace {

/// A body that nobody wanted is read away up to this size, so that the connection can be kept.
constexpr std::size_t small_body = 64UL * 1024;
constexpr std::chrono::seconds linger_time{2};

error not_found() {
    return error(404, "invalid_request_error", "Not Found");
}

error method_not_allowed(std::string_view allow) {
    error out(405, "invalid_request_error", "Method Not Allowed");
    out.headers.emplace_back("allow", allow);
    return out;
}

} // namespace

session::session(session_host host, std::unique_ptr<net::byte_stream> stream)
    : host_(host), stream_(std::move(stream)), interrupts_(host.shared.dog),
      input_(*stream_, interrupts_, host.options.max_head_bytes), client_(*stream_, interrupts_) {}

net::task<> session::run() {
    co_await interrupts_.prepare();
    while (keep_alive_) {
        const next step = co_await read_head();
        if (step == next::bad_head) {
            co_await refuse_head();
            break;
        }
        if (step == next::close) {
            break;
        }
        co_await serve();
    }
    stream_->close();
}

net::task<session::next> session::read_head() {
    idle_ = true;
    std::size_t searched = 0;
    const http::head_limits limits{host_.options.max_head_bytes, 200};
    interrupts_.set_deadline(net::clock::now() + host_.options.idle_time);
    for (;;) {
        if (!input_.data().empty()) {
            const auto parsed = http::parse_request_head(input_.data(), searched, limits, head_);
            if (parsed.state == http::head_state::ready) {
                head_size_ = parsed.consumed;
                interrupts_.clear_deadline();
                idle_ = false;
                co_return next::request;
            }
            if (parsed.state != http::head_state::need_more) {
                head_fault_ = parsed.what;
                head_too_large_ = parsed.state == http::head_state::too_large;
                co_return next::bad_head;
            }
            if (idle_) {
                idle_ = false;
                interrupts_.set_deadline(net::clock::now() + host_.options.head_time);
            }
        } else if (host_.draining) {
            co_return next::close;
        }
        const auto ec = co_await input_.fill();
        if (ec == net::asio::error::no_buffer_space) {
            head_too_large_ = true;
            co_return next::bad_head;
        }
        if (ec) {
            co_return next::close;
        }
    }
}

/// After a head that is none, the place of the next request in the stream is unknown.
net::task<> session::refuse_head() {
    co_await interrupts_.clear();
    interrupts_.clear_deadline();
    head_ = http::request_head();
    head_.keep_alive = false;
    begin_answer();
    request req(host_.shared, host_.config, *stream_, input_, interrupts_, client_, head_);
    const int status = head_too_large_ ? 431 : 400;
    std::string text =
        head_too_large_ ? "The request's header is too large." : "Invalid HTTP request received.";
    error failure(status, "invalid_request_error", std::move(text));
    failure.internal = head_fault_;
    failure.close_connection = true;
    co_await req.send_error(failure);
    co_await linger();
}

void session::begin_answer() {
    cors_lines_ = cors_lines(host_.options, head_.headers);
    relay::answer_writer::framing framing;
    framing.http_10 = head_.version == 10;
    framing.keep_alive = head_.keep_alive && !host_.draining;
    framing.head_only = head_.method == "HEAD";
    framing.extra_lines = cors_lines_;
    client_.begin(framing);
}

net::task<> session::serve() {
    // The head's views must stay while the input takes in what follows.
    const std::string_view bytes = input_.data();
    head_bytes_.assign(bytes.substr(0, head_size_));
    head_.move_to(bytes.data(), head_bytes_.data());
    input_.consume(head_size_);

    begin_answer();
    host_.load.requests.fetch_add(1, std::memory_order_relaxed);
    request req(host_.shared, host_.config, *stream_, input_, interrupts_, client_, head_);
    co_await admit(req);
    host_.load.requests.fetch_sub(1, std::memory_order_relaxed);

    interrupts_.clear_deadline();
    keep_alive_ = client_.keep_alive() && client_.status() != 0 &&
                  interrupts_.reason() < net::interrupt::client_gone;
    if (!req.body_complete() && keep_alive_) {
        keep_alive_ = false;
    }
    if (!req.body_complete() && client_.status() != 0) {
        co_await linger();
    }
}

net::task<> session::admit(request& req) {
    if (is_preflight(head_)) {
        constexpr std::array<std::string_view, 1> ok{"OK"};
        co_await client_.send(200, preflight_lines(head_.headers), ok);
        co_return;
    }
    auto found = find_route(head_.method, req.path);
    if (!found && req.path.size() > 1 && req.path.ends_with('/')) {
        const auto shorter = req.path.substr(0, req.path.size() - 1);
        if (find_route(head_.method, shorter)) {
            const std::string lines = "location: " + std::string(shorter) + "\r\n";
            co_await client_.send(307, lines, {});
            co_return;
        }
    }
    if (!found) {
        co_await req.send_error(not_found());
        co_return;
    }
    if (found->matched != nullptr) {
        req.path_value = std::move(found->value);
        req.errors = found->matched->errors;
        co_await serve(req, *found->matched);
    } else if (head_.method == "OPTIONS" && req.path.starts_with("/health/")) {
        co_await client_.send(200, "allow: GET, OPTIONS\r\n", {});
    } else {
        co_await req.send_error(method_not_allowed(found->allow));
    }
}

net::task<> session::serve(request& req, const route& matched) {
    if (const auto* open = std::get_if<open_handler>(&matched.handler)) {
        co_await (*open)(req);
        co_return;
    }
    const auto who = req.config->auth.authenticate(head_.headers);
    if (!who) {
        co_await req.send_error(who.error());
        co_return;
    }
    const auto handler = std::get<key_handler>(matched.handler);
    co_await handler(req, *who);
}

/// Lets the client read the answer although it is still sending: closing at once would reset the
/// connection under it.
net::task<> session::linger() {
    stream_->shutdown_send();
    interrupts_.set_deadline(net::clock::now() + linger_time);
    std::array<char, 4096> scratch{};
    std::size_t read = 0;
    while (read < small_body * 16 && !interrupts_.raised()) {
        const auto step = co_await input_.read(scratch);
        if (step.ec) {
            break;
        }
        read += step.size;
    }
}

} // namespace llm_proxy::server
