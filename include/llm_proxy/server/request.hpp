#pragma once

#include "llm_proxy/http/body_decoder.hpp"
#include "llm_proxy/http/head.hpp"
#include "llm_proxy/limits/waiting_line.hpp"
#include "llm_proxy/login/access_gate.hpp"
#include "llm_proxy/net/background.hpp"
#include "llm_proxy/net/input.hpp"
#include "llm_proxy/relay/answer_writer.hpp"
#include "llm_proxy/relay/error_json.hpp"
#include "llm_proxy/server/snapshot.hpp"
#include "llm_proxy/upstream/client.hpp"
#include "llm_proxy/util/error.hpp"
#include "llm_proxy/util/random.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace llm_proxy::server {

class context_memory;
class model_lists;

/// Writes the body of an answer that is an error; an empty call id is left out.
using error_form = std::string (*)(const error& failure, std::string_view call_id);

/// What handlers share on one worker thread.
struct services {
    upstream::pool& pool;
    random_source& random;
    net::watchdog& dog;
    net::executor executor;
    login::access_gate* login; // null if there is no login
    model_lists& lists;
    context_memory& contexts;
    /// Where tokens are counted; null: on the spot.
    net::background* counting = nullptr;
    /// Where calls wait for a place in the limits; null: none waits.
    limits::waiting_lines* lines = nullptr;
    /// Where speech is encoded; null: on the spot.
    net::background* encoding = nullptr;
};

/// One client request on its way through the server.
class request {
public:
    request(services& shared, std::shared_ptr<const snapshot> config, net::byte_stream& stream,
            net::input& input, net::interruptor& interrupts, relay::answer_writer& client,
            const http::request_head& head);

    services& shared;
    std::shared_ptr<const snapshot> config;
    net::interruptor& interrupts;
    relay::answer_writer& client;
    const http::request_head& head;
    net::clock::time_point started = net::clock::now();
    std::string call_id;
    /// The target's path, as sent, and its query without the `?`.
    std::string_view path;
    std::string_view query;
    /// The decoded variable part of the path: a model's name.
    std::string path_value;
    /// How the route's clients read errors.
    error_form errors = relay::error_json;

    /// Tells of a body's start whether it is enough.
    using body_check = std::function<bool(std::string_view)>;

    /// Reads the whole body, held once. Answers an expected 100-continue. Of a body of known length
    /// only as much as is `enough`, if that is given; the string does not move meanwhile.
    net::task<result<std::string>> read_body(body_check enough = {});
    /// The rest of a body of known length: appended, or a piece of it read into `into`.
    net::task<result<void>> read_rest(std::string& body, body_check enough = {});
    net::task<result<std::size_t>> read_piece(std::span<char> into);
    /// Takes a body that came with its head, as small ones do; false if it must be read.
    bool take_body(std::string& out);
    /// The body was read whole, or there is none.
    bool body_complete() const { return decoder_.done(); }
    /// How much of a body of known length is still to come.
    std::uint64_t body_left() const { return decoder_.remaining(); }
    /// Watches for the client's leaving from now on; after the body was read.
    void watch_client();

    /// Sends an answer of ours.
    net::task<> send_json(int status, std::string_view body, std::string_view extra_lines = {});
    net::task<> send_error(const error& failure, std::string_view extra_lines = {});

private:
    void count_body(std::size_t bytes);
    net::task<result<std::string>> read_chunked(std::uint64_t limit);

    net::byte_stream& stream_;
    net::input& input_;
    http::body_decoder decoder_;
};

/// The value of a query parameter, decoded; empty if it is absent.
std::string query_value(std::string_view query, std::string_view name);

} // namespace llm_proxy::server
