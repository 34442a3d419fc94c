// Load generator: one thread, N keep-alive connections with one request at a time on each. Every
// answer must be a 200 with a whole body. Prints one JSON object with the figures.

#include "histogram.hpp"
#include "http_message.hpp"
#include "load_options.hpp"
#include "sockets.hpp"
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::bench {
namespace {

using steady = std::chrono::steady_clock;

steady::duration seconds(double count) {
    return std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(count));
}

/// Counts the events of a server-sent stream and keeps its end.
class frame_counter {
public:
    void take(std::string_view bytes) {
        for (const char c : bytes) {
            if (c == '\n' && last_ == '\n')
                ++frames_;
            last_ = c;
        }
        tail_.append(bytes);
        if (tail_.size() > done_.size())
            tail_.erase(0, tail_.size() - done_.size());
    }

    std::size_t frames() const { return frames_; }
    bool is_complete() const { return tail_ == done_; }

private:
    static constexpr std::string_view done_ = "data: [DONE]\n\n";

    std::string tail_;
    std::size_t frames_ = 0;
    char last_ = 0;
};

struct connection {
    descriptor socket;
    message_reader response;
    frame_counter events;
    std::string_view unsent;
    steady::time_point begun;
    bool awaits_answer = false;
    bool watches_output = false;
};

class generator {
public:
    explicit generator(load_options options)
        : options_(std::move(options)), request_(request_text(options_)),
          connections_(options_.connections) {}

    void run();
    void print() const;

private:
    bool may_begin(steady::time_point now) const;
    void begin(std::size_t number);
    void handle(std::size_t number, std::uint32_t events);
    bool flush(connection& peer, std::size_t number);
    bool receive(connection& peer, std::size_t number);
    void take_body(connection& peer, std::string_view bytes);
    void finish(std::size_t number);
    void fail(std::size_t number, std::string reason);
    void next(std::size_t number);
    void report_open();
    int wait_ms(steady::time_point limit) const;

    load_options options_;
    std::string request_;
    std::vector<connection> connections_;
    poller poller_;
    std::array<char, 64 * 1024> buffer_{};

    steady::time_point start_, counted_from_, last_begin_, last_end_;
    std::size_t begun_ = 0;
    std::size_t awaited_ = 0; // answers
    std::size_t answered_ = 0;
    std::size_t frames_ = 0;
    std::size_t open_ = 0; // streams that brought a frame
    bool open_reported_ = false;
    std::size_t errors_ = 0;
    std::string first_error_;
    histogram latencies_;
};

void generator::run() {
    start_ = last_end_ = steady::now();
    counted_from_ = start_ + seconds(options_.warm_up);
    last_begin_ = start_ + seconds(options_.seconds);
    open_reported_ = options_.report_open_within <= 0;
    for (std::size_t number = 0; number < connections_.size(); ++number)
        next(number);

    const auto report_limit = start_ + seconds(options_.report_open_within);
    const auto limit = last_begin_ + seconds(options_.grace);
    while (awaited_ > 0 && steady::now() < limit) {
        const auto wake = open_reported_ ? limit : std::min(limit, report_limit);
        for (const auto& event : poller_.wait(wait_ms(wake)))
            handle(static_cast<std::size_t>(event.data.u64), event.events);
        if (!open_reported_ && (open_ == connections_.size() || steady::now() >= report_limit))
            report_open();
    }
    if (awaited_ > 0 && first_error_.empty())
        first_error_ = "no whole answer in time";
    errors_ += awaited_;
}

int generator::wait_ms(steady::time_point limit) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - steady::now()).count();
    return static_cast<int>(std::clamp<long>(left, 0, 60'000));
}

bool generator::may_begin(steady::time_point now) const {
    return options_.requests > 0 ? begun_ < options_.requests : now < last_begin_;
}

void generator::next(std::size_t number) {
    const auto now = steady::now();
    if (!may_begin(now))
        return;
    connections_[number].begun = now;
    begin(number);
}

void generator::begin(std::size_t number) {
    auto& peer = connections_[number];
    ++begun_;
    ++awaited_;
    peer.awaits_answer = true;
    peer.unsent = request_;
    peer.events = {};
    peer.response.reset();
    if (!peer.socket) {
        peer.socket = connect_to_loopback(options_.port);
        peer.watches_output = true;
        poller_.add(peer.socket, EPOLLIN | EPOLLOUT, number);
    } else if (!flush(peer, number)) {
        fail(number, "connection closed while sending");
    }
}

void generator::handle(std::size_t number, std::uint32_t events) {
    auto& peer = connections_[number];
    if ((events & EPOLLOUT) != 0 && !flush(peer, number))
        return fail(number, "connection refused or closed while sending");
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0)
        return;
    if (receive(peer, number))
        return;
    if (peer.awaits_answer)
        fail(number, "connection closed or bad HTTP before the answer was whole");
    else
        peer.socket = {}; // closed while idle
}

bool generator::flush(connection& peer, std::size_t number) {
    if (send_some(peer.socket, peer.unsent) == transfer::closed)
        return false;
    if (const bool waits = !peer.unsent.empty(); waits != peer.watches_output) {
        peer.watches_output = waits;
        poller_.change(peer.socket, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, number);
    }
    return true;
}

/// False when the connection is of no more use.
bool generator::receive(connection& peer, std::size_t number) {
    std::string_view input;
    const auto outcome = receive_some(peer.socket, buffer_, input);
    if (outcome != transfer::done)
        return outcome == transfer::would_block;
    while (!input.empty() && !peer.response.done() && !peer.response.failed())
        take_body(peer, peer.response.take(input));
    if (peer.response.failed() || !input.empty() || !peer.awaits_answer)
        return false;
    if (peer.response.done())
        finish(number);
    return true;
}

void generator::take_body(connection& peer, std::string_view bytes) {
    if (!options_.stream || bytes.empty())
        return;
    const bool was_open = peer.events.frames() > 0;
    peer.events.take(bytes);
    if (!was_open && peer.events.frames() > 0)
        ++open_;
}

void generator::finish(std::size_t number) {
    auto& peer = connections_[number];
    if (peer.response.second_word() != "200")
        return fail(number, "status " + std::string(peer.response.second_word()));
    if (options_.stream && !peer.events.is_complete())
        return fail(number, "stream without [DONE] at its end");

    const auto now = steady::now();
    ++answered_;
    frames_ += peer.events.frames();
    if (peer.begun >= counted_from_)
        latencies_.record(
            static_cast<std::uint64_t>(std::chrono::nanoseconds(now - peer.begun).count()));
    last_end_ = now;
    --awaited_;
    peer.awaits_answer = false;
    if (peer.response.closes_connection())
        peer.socket = {};
    next(number);
}

void generator::fail(std::size_t number, std::string reason) {
    auto& peer = connections_[number];
    ++errors_;
    if (first_error_.empty())
        first_error_ = std::move(reason);
    --awaited_;
    peer.awaits_answer = false;
    peer.socket = {};
    next(number);
}

void generator::report_open() {
    open_reported_ = true;
    std::printf("{\"open\": %zu}\n", open_);
    std::fflush(stdout);
}

void generator::print() const {
    const auto from = std::min(counted_from_, last_end_);
    const double elapsed = std::chrono::duration<double>(last_end_ - from).count();
    const auto counted = static_cast<double>(latencies_.total());
    std::printf("{\"requests\": %zu, \"errors\": %zu, \"first_error\": \"%s\", \"frames\": %zu, "
                "\"seconds\": %.3f, \"rps\": %.1f, \"p50_us\": %.2f, \"p90_us\": %.2f, "
                "\"p99_us\": %.2f, \"max_us\": %.2f}\n",
                answered_, errors_, first_error_.c_str(), frames_, elapsed,
                elapsed > 0 ? counted / elapsed : 0.0, latencies_.microseconds_at(0.5),
                latencies_.microseconds_at(0.9), latencies_.microseconds_at(0.99),
                latencies_.microseconds_at(1));
}

} // namespace
} // namespace llm_proxy::bench

int main(int argc, char** argv) {
    using namespace llm_proxy::bench;
    try {
        auto options = parse_load_options(argc, argv);
        raise_descriptor_limit();
        generator load(std::move(options));
        load.run();
        load.print();
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "load: %s\n%s", error.what(), load_usage);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "load: %s\n", error.what());
        return 1;
    }
}
