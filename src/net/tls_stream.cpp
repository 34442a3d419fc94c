#include "llm_proxy/net/tls_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <poll.h>
#include <string>
#include <utility>

namespace llm_proxy::net {

namespace {

using ssl_socket = asio::ssl::stream<tcp_socket>;

/// One TLS record carries at most this much; smaller pieces are joined up to it.
constexpr std::size_t record_bytes = 16 * 1024;

class tls_stream final : public byte_stream {
public:
    tls_stream(tcp_socket socket, asio::ssl::context& context)
        : stream_(std::move(socket), context) {
        error_code ignored;
        stream_.lowest_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
    }

    ssl_socket& socket() { return stream_; }

    executor get_executor() override { return stream_.get_executor(); }

    task<io_result> read_some(std::span<char> into) override {
        io_result outcome;
        outcome.size = co_await stream_.async_read_some(asio::buffer(into.data(), into.size()),
                                                        asio::redirect_error(use_task, outcome.ec));
        outcome.ec = plain_end(outcome.ec);
        co_return outcome;
    }

    void start_read(std::span<char> into, std::shared_ptr<read_handler> done) override {
        stream_.async_read_some(asio::buffer(into.data(), into.size()),
                                [done = std::move(done)](error_code ec, std::size_t n) {
                                    done->on_read(plain_end(ec), n);
                                });
    }

    error_code try_write(std::span<const std::string_view>, std::size_t& written) override {
        written = 0;
        return {};
    }

    task<error_code> write_rest(std::span<const std::string_view> pieces,
                                std::size_t done) override {
        std::string record;
        error_code ec;
        for (std::string_view piece : pieces) {
            const std::size_t skipped = std::min(done, piece.size());
            piece.remove_prefix(skipped);
            done -= skipped;
            while (!piece.empty() && !ec) {
                const std::size_t taken = std::min(piece.size(), record_bytes - record.size());
                record.append(piece.substr(0, taken));
                piece.remove_prefix(taken);
                if (record.size() == record_bytes) {
                    ec = co_await write_record(record);
                    record.clear();
                }
            }
        }
        if (!ec && !record.empty()) {
            ec = co_await write_record(record);
        }
        co_return ec;
    }

    bool is_silent() override {
        pollfd descriptor{};
        descriptor.fd = stream_.lowest_layer().native_handle();
        descriptor.events = POLLIN | POLLRDHUP;
        return ::poll(&descriptor, 1, 0) == 0;
    }

    void close() override {
        error_code ignored;
        stream_.lowest_layer().close(ignored);
    }

    void shutdown_send() override {
        error_code ignored;
        stream_.lowest_layer().shutdown(tcp_socket::shutdown_send, ignored);
    }

private:
    /// Peers that close without close_notify end a message like any other: its own framing tells
    /// whether it was whole.
    static error_code plain_end(error_code ec) {
        if (ec == asio::ssl::error::stream_truncated) {
            return asio::error::eof;
        }
        return ec;
    }

    task<error_code> write_record(const std::string& record) {
        std::size_t done = 0;
        error_code ec;
        while (!ec && done < record.size()) {
            const auto rest = asio::buffer(record.data() + done, record.size() - done);
            done += co_await stream_.async_write_some(rest, asio::redirect_error(use_task, ec));
        }
        co_return ec;
    }

    ssl_socket stream_;
};

/// Sets what the peer's certificate must name; an IP address is matched against IP entries.
bool expect_name(SSL* ssl, const std::string& name) {
    error_code ec;
    asio::ip::make_address(name, ec);
    if (!ec) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set_tlsext_host_name without the macro's old-style cast.
    std::string sni = name;
    return SSL_set1_host(ssl, name.c_str()) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, sni.data()) == 1;
}

std::string explain(SSL* ssl, const error_code& ec) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) {
        return std::string("certificate refused: ") + X509_verify_cert_error_string(verdict);
    }
    return "TLS handshake failed: " + ec.message();
}

} // namespace

task<std::unique_ptr<byte_stream>> accept_tls(tcp_socket socket, asio::ssl::context& context,
                                              error_code& ec) {
    auto stream = std::make_unique<tls_stream>(std::move(socket), context);
    co_await stream->socket().async_handshake(asio::ssl::stream_base::server,
                                              asio::redirect_error(use_task, ec));
    if (ec) {
        co_return nullptr;
    }
    co_return stream;
}

task<std::unique_ptr<byte_stream>> connect_tls(tcp_socket socket, asio::ssl::context& context,
                                               const tls_client_options& options, error_code& ec,
                                               std::string& why) {
    auto stream = std::make_unique<tls_stream>(std::move(socket), context);
    SSL* ssl = stream->socket().native_handle();
    if (!expect_name(ssl, options.server_name)) {
        ec = error_code(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
        why = "not a name or address that a certificate can have: " + options.server_name;
        co_return nullptr;
    }
    SSL_set_verify(ssl, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (options.session != nullptr) {
        SSL_set_session(ssl, options.session);
    }
    co_await stream->socket().async_handshake(asio::ssl::stream_base::client,
                                              asio::redirect_error(use_task, ec));
    if (ec) {
        why = explain(ssl, ec);
        co_return nullptr;
    }
    co_return stream;
}

} // namespace llm_proxy::net
