#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "support/test_certificate.hpp"
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace llm_proxy::test {

/// A server on a loopback port that plays a script on every connection, each on a thread of its
/// own with blocking calls. Its destructor ends them all.
class scripted_server {
public:
    /// One connection, seen from the script. Calls on a connection that has ended do nothing.
    class peer {
    public:
        /// The next request: head and, with a Content-Length, body. Empty when the client is gone.
        std::string read_request();
        /// Exactly so many bytes, fewer at the client's end.
        std::string read_bytes(std::size_t count);
        void send(std::string_view bytes);
        /// Waits until the client closes.
        void wait_for_close();
        /// Closes abruptly or politely before the script ends.
        void reset();
        void close();
        /// Which connection of the server this is, from 0.
        std::size_t number() const { return number_; }
        bool tls_resumed() const;
        std::string alpn() const;
        std::string server_name() const;
        /// Bytes both ways between this client and another port, until one of them ends.
        void relay_to(std::uint16_t port);

    private:
        friend class scripted_server;
        peer(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls,
             std::size_t number);
        std::size_t read_some(char* into, std::size_t size);
        bool handshake();

        boost::asio::ssl::context plain_context_{boost::asio::ssl::context::tls_server};
        boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
        bool tls_;
        std::size_t number_;
        std::string unread_;
    };
    using script = std::function<void(peer&)>;

    explicit scripted_server(script play, const std::optional<test_certificate>& tls = {},
                             const std::string& address = "127.0.0.1");
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    std::uint16_t port() const { return port_; }
    std::size_t connections() const;
    /// Waits until so many scripts have ended, ten seconds at most.
    bool wait_for_ends(std::size_t count) const;

private:
    struct client {
        std::shared_ptr<peer> link;
        std::thread thread;
    };

    void accept_all();
    void serve(peer& link);

    script play_;
    std::optional<boost::asio::ssl::context> tls_;
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
    mutable std::mutex mutex_; // guards all below
    mutable std::condition_variable changed_;
    std::list<client> clients_;
    std::size_t ended_ = 0;
    bool stopping_ = false;
    std::thread acceptor_thread_;
};

} // namespace llm_proxy::test
