// The provider behind every proxy of the benchmark: one thread, answers made in advance.
//
//   POST .../chat/completions   a completion or a stream (see stub_answers.hpp)
//   POST ...:generateContent, ...:streamGenerateContent   the same from Gemini
//   GET  /control/held/N        answers once at least N requests are held, with their number
//   POST /control/release       lets every held request go on
//
// Prints the port it listens on as its first line and serves until it is ended.

#include "http_message.hpp"
#include "sockets.hpp"
#include "stub_answers.hpp"
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm_proxy::bench {
namespace {

struct connection {
    explicit connection(descriptor accepted) : socket(std::move(accepted)) {}

    descriptor socket;
    message_reader request;
    std::string body;
    std::string_view unsent; // of one of the stub's prepared answers, or of `own_answer`
    std::string own_answer;  // to a control request
    const std::vector<std::string>* pieces = nullptr; // of a stream
    std::size_t next_piece = 0;                       // 0 when none is under way
    bool held = false;
    std::size_t awaited = 0; // by a /control/held request; 0 for none
    bool watches_output = false;
};

class stub {
public:
    stub() : listener_(listen_on_loopback(0)) { poller_.add(listener_, EPOLLIN, listener_tag); }

    std::uint16_t port() const { return port_of(listener_); }
    [[noreturn]] void serve();

private:
    static constexpr std::uint64_t listener_tag = ~0ULL;

    void accept_all();
    void handle(std::size_t number, std::uint32_t events);
    bool receive(connection& peer);
    bool answer(connection& peer);
    bool answer_completion(connection& peer);
    bool begin_stream(connection& peer, const std::vector<std::string>& pieces);
    bool answer_control(connection& peer, std::string_view target);
    void release_held();
    bool tell_held(connection& peer);
    void tell_waiting();
    bool send(connection& peer, std::string_view bytes);
    bool flush(connection& peer);
    bool send_piece(connection& peer);
    void stream_one_round();
    void drop(std::size_t number);

    poller poller_;
    descriptor listener_;
    std::vector<std::unique_ptr<connection>> connections_; // by descriptor
    std::vector<std::size_t> streaming_;                   // numbers in connections_
    std::size_t held_ = 0;
    bool held_grew_ = false;
    std::array<char, 64 * 1024> buffer_{};
    const std::string completion_ = completion_response();
    const std::vector<std::string> pieces_ = stream_pieces();
    const std::string gemini_ = gemini_response();
    const std::vector<std::string> gemini_pieces_ = gemini_pieces();
};

void stub::serve() {
    for (;;) {
        for (const auto& event : poller_.wait(streaming_.empty() ? -1 : 0)) {
            if (event.data.u64 == listener_tag)
                accept_all();
            else
                handle(static_cast<std::size_t>(event.data.u64), event.events);
        }
        stream_one_round();
        if (std::exchange(held_grew_, false))
            tell_waiting();
    }
}

void stub::accept_all() {
    while (auto accepted = accept_from(listener_)) {
        const auto number = static_cast<std::size_t>(accepted.get());
        if (connections_.size() <= number)
            connections_.resize(number + 1);
        poller_.add(accepted, EPOLLIN, number);
        connections_[number] = std::make_unique<connection>(std::move(accepted));
    }
}

void stub::handle(std::size_t number, std::uint32_t events) {
    auto* const peer = connections_[number].get();
    if (!peer)
        return;
    bool alive = true;
    if ((events & EPOLLOUT) != 0)
        alive = flush(*peer);
    if (alive && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
        alive = receive(*peer);
    if (!alive)
        drop(number);
}

bool stub::receive(connection& peer) {
    for (;;) {
        std::string_view input;
        const auto outcome = receive_some(peer.socket, buffer_, input);
        if (outcome != transfer::done)
            return outcome == transfer::would_block;
        const bool filled = input.size() == buffer_.size();
        while (!input.empty()) {
            peer.body.append(peer.request.take(input));
            if (peer.request.failed())
                return false;
            if (peer.request.done() && !answer(peer))
                return false;
        }
        if (!filled)
            return true;
    }
}

bool stub::answer(connection& peer) {
    const auto target = peer.request.second_word();
    bool alive = true;
    if (target.ends_with("/chat/completions"))
        alive = answer_completion(peer);
    else if (target.ends_with(":generateContent"))
        alive = send(peer, gemini_);
    else if (target.find(":streamGenerateContent") != std::string_view::npos)
        alive = begin_stream(peer, gemini_pieces_);
    else if (target.starts_with("/control/"))
        alive = answer_control(peer, target);
    else
        alive = send(peer, peer.own_answer = json_response("404 Not Found", "{}"));
    peer.request.reset();
    peer.body.clear();
    return alive;
}

bool stub::answer_completion(connection& peer) {
    const auto kind = kind_of(peer.body);
    peer.held = kind == answer_kind::held_whole || kind == answer_kind::held_stream;
    if (peer.held) {
        ++held_;
        held_grew_ = true;
    }
    if (kind == answer_kind::held_whole)
        return true;
    if (kind == answer_kind::whole)
        return send(peer, completion_);
    if (kind == answer_kind::stream)
        return begin_stream(peer, pieces_);
    // With content: a gateway may hold back the frame before it, which only names the role.
    peer.pieces = &pieces_;
    return send_piece(peer) && send_piece(peer);
}

bool stub::begin_stream(connection& peer, const std::vector<std::string>& pieces) {
    peer.pieces = &pieces;
    streaming_.push_back(static_cast<std::size_t>(peer.socket.get()));
    return send_piece(peer);
}

bool stub::answer_control(connection& peer, std::string_view target) {
    constexpr std::string_view held_path = "/control/held/";
    if (target.starts_with(held_path)) {
        target.remove_prefix(held_path.size());
        std::size_t awaited = 0;
        std::from_chars(target.data(), target.data() + target.size(), awaited);
        if (awaited <= held_)
            return tell_held(peer);
        peer.awaited = awaited;
        return true;
    }
    if (target != "/control/release")
        return send(peer, peer.own_answer = json_response("404 Not Found", "{}"));
    release_held();
    return send(peer, peer.own_answer = json_response("200 OK", "{}"));
}

void stub::release_held() {
    for (std::size_t number = 0; number < connections_.size(); ++number) {
        auto* const peer = connections_[number].get();
        if (!peer || !std::exchange(peer->held, false))
            continue;
        if (peer->next_piece > 0)
            streaming_.push_back(number);
        else if (!send(*peer, completion_))
            drop(number);
    }
    held_ = 0;
}

bool stub::tell_held(connection& peer) {
    peer.awaited = 0;
    return send(peer, peer.own_answer = json_response("200 OK", std::to_string(held_)));
}

void stub::tell_waiting() {
    for (std::size_t number = 0; number < connections_.size(); ++number) {
        auto* const peer = connections_[number].get();
        const bool waits = peer && peer->awaited > 0 && peer->awaited <= held_;
        if (waits && !tell_held(*peer))
            drop(number);
    }
}

bool stub::send(connection& peer, std::string_view bytes) {
    peer.unsent = bytes;
    return flush(peer);
}

bool stub::flush(connection& peer) {
    if (send_some(peer.socket, peer.unsent) == transfer::closed)
        return false;
    if (const bool waits = !peer.unsent.empty(); waits != peer.watches_output) {
        peer.watches_output = waits;
        poller_.change(peer.socket, waits ? EPOLLIN | EPOLLOUT : EPOLLIN,
                       static_cast<std::uint64_t>(peer.socket.get()));
    }
    return true;
}

bool stub::send_piece(connection& peer) {
    return send(peer, (*peer.pieces)[peer.next_piece++]);
}

// One frame per stream and round, so that the frames of many streams come interleaved.
void stub::stream_one_round() {
    std::erase_if(streaming_, [this](std::size_t number) {
        auto* const peer = connections_[number].get();
        if (!peer || peer->next_piece == 0)
            return true; // it left
        if (!peer->unsent.empty())
            return false;
        if (!send_piece(*peer)) {
            drop(number);
            return true;
        }
        if (peer->next_piece < peer->pieces->size())
            return false;
        peer->next_piece = 0;
        return true;
    });
}

void stub::drop(std::size_t number) {
    if (connections_[number]->held)
        --held_;
    connections_[number].reset();
}

} // namespace
} // namespace llm_proxy::bench

int main() {
    try {
        llm_proxy::bench::raise_descriptor_limit();
        llm_proxy::bench::stub upstream;
        std::printf("%d\n", upstream.port());
        std::fflush(stdout);
        upstream.serve();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "stub_upstream: %s\n", error.what());
        return 1;
    }
}
