#include "llm_proxy/server/request.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/util/percent.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace llm_proxy::server {

namespace {

/// A body must move on within this time.
constexpr std::chrono::seconds body_time{60};
constexpr std::size_t chunk_read = 16UL * 1024;
constexpr std::uint64_t sized_read = 256UL * 1024;

error too_large(std::uint64_t limit) {
    error out(413, "invalid_request_error",
              "Request size is too large. Max size is " + std::to_string(limit / (1024 * 1024)) +
                  " MB");
    out.close_connection = true;
    return out;
}

error broken_body(const net::interruptor& interrupts) {
    const bool slow = interrupts.reason() == net::interrupt::deadline;
    error out(slow ? 408 : 400, "invalid_request_error",
              slow ? "The request body did not arrive in time." : "The request body is broken.");
    out.close_connection = true;
    return out;
}

/// The client's own id if it is short and printable, as LiteLLM takes it.
std::string choose_call_id(const http::fields& headers) {
    const auto given = headers.find("x-litellm-call-id");
    const bool usable =
        given && !given->empty() && given->size() <= 256 &&
        std::all_of(given->begin(), given->end(), [](char c) { return c > ' ' && c < 0x7f; });
    return usable ? std::string(*given) : uuid4();
}

} // namespace

request::request(services& all, std::shared_ptr<const snapshot> current, net::byte_stream& stream,
                 net::input& input, net::interruptor& interruptor, relay::answer_writer& writer,
                 const http::request_head& parsed)
    : shared(all), config(std::move(current)), interrupts(interruptor), client(writer),
      head(parsed), call_id(choose_call_id(parsed.headers)), stream_(stream), input_(input),
      decoder_(parsed.body, parsed.content_length) {
    const std::size_t mark = head.target.find('?');
    path = head.target.substr(0, mark);
    if (mark != std::string_view::npos) {
        query = head.target.substr(mark + 1);
    }
}

bool request::take_body(std::string& out) {
    const std::string_view held = input_.data();
    if (head.body != http::body_kind::length || head.content_length > held.size() ||
        head.content_length > config->settings->general.max_request_bytes) {
        return false;
    }
    out.assign(held.substr(0, head.content_length));
    input_.consume(out.size());
    decoder_ = http::body_decoder(http::body_kind::none, 0);
    return true;
}

net::task<result<std::string>> request::read_body(body_check enough) {
    const std::uint64_t limit = config->settings->general.max_request_bytes;
    if (head.body == http::body_kind::length && head.content_length > limit) {
        co_return too_large(limit);
    }
    if (head.expect_continue && input_.data().empty()) {
        constexpr std::array<std::string_view, 1> go_on{"HTTP/1.1 100 Continue\r\n\r\n"};
        const auto ec = co_await stream_.write(go_on);
        if (ec) {
            co_return broken_body(interrupts);
        }
    }
    if (head.body == http::body_kind::chunked) {
        auto body = co_await read_chunked(limit);
        co_return body;
    }
    std::string body;
    const auto read = co_await read_rest(body, std::move(enough));
    if (!read) {
        co_return read.error();
    }
    co_return body;
}

net::task<result<void>> request::read_rest(std::string& body, body_check enough) {
    body.reserve(body.size() + decoder_.remaining());
    while (!decoder_.done()) {
        // Memory is touched as bytes come, not as they are announced.
        const std::size_t got = body.size();
        body.resize(got + std::min(sized_read, decoder_.remaining()));
        interrupts.set_deadline(net::clock::now() + body_time);
        const auto step = co_await input_.read(std::span(body).subspan(got));
        if (step.ec) {
            co_return broken_body(interrupts);
        }
        body.resize(got + step.size);
        count_body(step.size);
        if (enough && enough(body)) {
            break;
        }
    }
    interrupts.clear_deadline();
    co_return result<void>();
}

net::task<result<std::size_t>> request::read_piece(std::span<char> into) {
    const std::size_t most = std::min<std::uint64_t>(into.size(), decoder_.remaining());
    interrupts.set_deadline(net::clock::now() + body_time);
    const auto step = co_await input_.read(into.first(most));
    interrupts.clear_deadline();
    if (step.ec) {
        co_return broken_body(interrupts);
    }
    count_body(step.size);
    co_return step.size;
}

void request::count_body(std::size_t bytes) {
    decoder_ = http::body_decoder(http::body_kind::length, decoder_.remaining() - bytes);
}

net::task<result<std::string>> request::read_chunked(std::uint64_t limit) {
    std::string body;
    while (!decoder_.done()) {
        interrupts.set_deadline(net::clock::now() + body_time);
        // What follows the body belongs to the next request, so it is taken only as far as it is
        // this one's: from the input's own buffer.
        if (input_.data().empty()) {
            const auto ec = co_await input_.fill();
            if (ec) {
                co_return broken_body(interrupts);
            }
        }
        const std::size_t before = body.size();
        body.append(input_.data().substr(0, chunk_read));
        const auto step = decoder_.decode(body.data() + before, body.size() - before);
        body.resize(before + step.produced);
        input_.consume(step.consumed);
        if (decoder_.bad()) {
            co_return broken_body(interrupts);
        }
        if (body.size() > limit) {
            co_return too_large(limit);
        }
    }
    interrupts.clear_deadline();
    co_return body;
}

void request::watch_client() {
    input_.read_ahead();
}

net::task<> request::send_json(int status, std::string_view body, std::string_view extra_lines) {
    std::string lines = "content-type: application/json\r\n";
    lines.append(extra_lines);
    const std::array pieces{body};
    co_await client.send(status, lines, pieces);
}

net::task<> request::send_error(const error& failure, std::string_view extra_lines) {
    if (failure.close_connection) {
        client.close_after();
    }
    std::string lines;
    http::head_writer writer(lines);
    writer.header("x-litellm-call-id", call_id);
    writer.header("x-request-id", call_id);
    writer.raw("x-litellm-response-cost: 0\r\n");
    for (const auto& [name, value] : failure.headers) {
        writer.header(name, value);
    }
    lines.append(extra_lines);
    const bool with_id = config->settings->general.include_call_id_in_error_body;
    const std::string body = errors(failure, with_id ? call_id : std::string());
    co_await send_json(failure.status, body, lines);
}

std::string query_value(std::string_view query, std::string_view name) {
    for (const std::string_view pair : split(query, '&')) {
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) == name && equals != std::string_view::npos) {
            return percent_decode(pair.substr(equals + 1)).value_or(std::string());
        }
    }
    return {};
}

} // namespace llm_proxy::server
