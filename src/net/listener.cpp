#include "llm_proxy/net/listener.hpp"

#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <sys/socket.h>
#include <utility>

namespace llm_proxy::net {

namespace {

using asio::ip::tcp;
using acceptor = asio::basic_socket_acceptor<tcp, executor>;
using share_port_option = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

class tcp_listener final : public listener, public std::enable_shared_from_this<tcp_listener> {
public:
    explicit tcp_listener(executor ex) : acceptor_(ex), pause_(ex) {}

    error_code open(const tcp::endpoint& where, bool share_port) {
        error_code ec;
        acceptor_.open(where.protocol(), ec);
        if (!ec) {
            acceptor_.set_option(acceptor::reuse_address(true), ec);
        }
        if (!ec && share_port) {
            acceptor_.set_option(share_port_option(true), ec);
        }
        if (!ec && where.address().is_v6()) {
            acceptor_.set_option(asio::ip::v6_only(false), ec);
        }
        if (!ec) {
            acceptor_.bind(where, ec);
        }
        if (!ec) {
            acceptor_.listen(backlog, ec);
        }
        return ec;
    }

    void start(std::function<void(tcp_socket)> on_connection) override {
        on_connection_ = std::move(on_connection);
        accept();
    }

    void stop() override {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

    std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

private:
    static constexpr int backlog = 4096;

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](error_code ec, tcp_socket socket) {
            self->accepted(ec, std::move(socket));
        });
    }

    void accepted(error_code ec, tcp_socket socket) {
        if (!acceptor_.is_open()) {
            return;
        }
        if (!ec) {
            on_connection_(std::move(socket));
            accept();
            return;
        }
        // Most likely out of file descriptors: trying again at once would spin.
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([self = shared_from_this()](error_code cancelled) {
            if (!cancelled && self->acceptor_.is_open()) {
                self->accept();
            }
        });
    }

    acceptor acceptor_;
    timer pause_;
    std::function<void(tcp_socket)> on_connection_;
};

/// Keeps the shared listener alive as long as its owner wants it; handlers keep it a little longer.
class owned_listener final : public listener {
public:
    explicit owned_listener(std::shared_ptr<tcp_listener> inner) : inner_(std::move(inner)) {}
    ~owned_listener() override { inner_->stop(); }
    void start(std::function<void(tcp_socket)> f) override { inner_->start(std::move(f)); }
    void stop() override { inner_->stop(); }
    std::uint16_t port() const override { return inner_->port(); }

private:
    std::shared_ptr<tcp_listener> inner_;
};

} // namespace

result<std::unique_ptr<listener>> listen(executor ex, const std::string& host, std::uint16_t port,
                                         bool share_port) {
    const std::string where = host + ":" + std::to_string(port);
    error_code ec;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, ec);
    if (ec) {
        return error(500, "", "cannot listen on " + where + ": not an IP address");
    }
    auto inner = std::make_shared<tcp_listener>(ex);
    ec = inner->open(tcp::endpoint(address, port), share_port);
    if (ec) {
        return error(500, "", "cannot listen on " + where + ": " + ec.message());
    }
    return std::unique_ptr<listener>(std::make_unique<owned_listener>(std::move(inner)));
}

} // namespace llm_proxy::net
