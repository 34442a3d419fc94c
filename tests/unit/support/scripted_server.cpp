#include "support/scripted_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <charconv>
#include <poll.h>
#include <sys/socket.h>

namespace llm_proxy::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "content-length: ";
    for (std::size_t at = 0; at + name.size() < head.size(); ++at) {
        if (::strncasecmp(head.data() + at, name.data(), name.size()) == 0) {
            std::size_t length = 0;
            std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
            return length;
        }
    }
    return 0;
}

/// Server-side parameters like those of a common server.
asio::ssl::context make_context(const test_certificate& from) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain(asio::buffer(from.certificate));
    context.use_private_key(asio::buffer(from.key), asio::ssl::context::pem);
    SSL_CTX_set_alpn_select_cb(
        context.native_handle(),
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
           unsigned int, void*) {
            *out = offered + 1;
            *size = offered[0];
            return SSL_TLSEXT_ERR_OK;
        },
        nullptr);
    return context;
}

} // namespace

scripted_server::peer::peer(tcp::socket socket, asio::ssl::context* tls, std::size_t number)
    : stream_(std::move(socket), tls != nullptr ? *tls : plain_context_), tls_(tls != nullptr),
      number_(number) {}

bool scripted_server::peer::handshake() {
    error_code ec;
    if (tls_) {
        stream_.handshake(asio::ssl::stream_base::server, ec);
    }
    return !ec;
}

std::size_t scripted_server::peer::read_some(char* into, std::size_t size) {
    error_code ec;
    const auto buffer = asio::buffer(into, size);
    return tls_ ? stream_.read_some(buffer, ec) : stream_.next_layer().read_some(buffer, ec);
}

std::string scripted_server::peer::read_bytes(std::size_t count) {
    std::array<char, 4096> piece;
    while (unread_.size() < count) {
        const std::size_t size = read_some(piece.data(), piece.size());
        if (size == 0) {
            break;
        }
        unread_.append(piece.data(), size);
    }
    std::string bytes = unread_.substr(0, count);
    unread_.erase(0, count);
    return bytes;
}

std::string scripted_server::peer::read_request() {
    std::array<char, 4096> piece;
    std::size_t end = unread_.find("\r\n\r\n");
    while (end == std::string::npos) {
        const std::size_t size = read_some(piece.data(), piece.size());
        if (size == 0) {
            return {};
        }
        unread_.append(piece.data(), size);
        end = unread_.find("\r\n\r\n");
    }
    const std::size_t head = end + 4;
    return read_bytes(head + content_length(std::string_view(unread_).substr(0, head)));
}

void scripted_server::peer::send(std::string_view bytes) {
    error_code ec;
    if (tls_) {
        asio::write(stream_, asio::buffer(bytes), ec);
    } else {
        asio::write(stream_.next_layer(), asio::buffer(bytes), ec);
    }
}

void scripted_server::peer::wait_for_close() {
    std::array<char, 4096> piece;
    while (read_some(piece.data(), piece.size()) > 0) {
    }
}

// The descriptor stays open until the peer is destroyed: the server's end looks at it from another
// thread.

void scripted_server::peer::reset() {
    // Dissolving the association makes the kernel send a reset (connect(2)).
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(stream_.next_layer().native_handle(), &nowhere, sizeof(nowhere));
}

void scripted_server::peer::close() {
    error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    wait_for_close();
}

bool scripted_server::peer::tls_resumed() const {
    return SSL_session_reused(const_cast<peer*>(this)->stream_.native_handle()) == 1;
}

std::string scripted_server::peer::alpn() const {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(const_cast<peer*>(this)->stream_.native_handle(), &name, &size);
    return std::string(reinterpret_cast<const char*>(name), size);
}

std::string scripted_server::peer::server_name() const {
    const char* const name = SSL_get_servername(const_cast<peer*>(this)->stream_.native_handle(),
                                                TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? std::string() : std::string(name);
}

void scripted_server::peer::relay_to(std::uint16_t port) {
    asio::io_context io;
    tcp::socket other(io);
    error_code ec;
    other.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port), ec);
    tcp::socket& mine = stream_.next_layer();
    std::array<pollfd, 2> both{};
    both[0].fd = mine.native_handle();
    both[1].fd = other.native_handle();
    both[0].events = both[1].events = POLLIN;
    std::array<char, 4096> piece;
    while (!ec) {
        ::poll(both.data(), both.size(), -1);
        const bool from_client = both[0].revents != 0;
        tcp::socket& source = from_client ? mine : other;
        const std::size_t size = source.read_some(asio::buffer(piece), ec);
        if (size > 0) {
            asio::write(from_client ? other : mine, asio::buffer(piece, size), ec);
        }
    }
}

scripted_server::scripted_server(script play, const std::optional<test_certificate>& tls,
                                 const std::string& address)
    : play_(std::move(play)), acceptor_(io_, tcp::endpoint(asio::ip::make_address(address), 0)),
      port_(acceptor_.local_endpoint().port()) {
    if (tls) {
        tls_.emplace(make_context(*tls));
    }
    acceptor_thread_ = std::thread([this] { accept_all(); });
}

scripted_server::~scripted_server() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (client& each : clients_) {
            // Wakes a blocked read; the descriptor stays the script's.
            ::shutdown(each.link->stream_.next_layer().native_handle(), SHUT_RDWR);
        }
    }
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR); // wakes a blocked accept
    acceptor_thread_.join();
    for (client& each : clients_) {
        each.thread.join();
    }
}

void scripted_server::accept_all() {
    for (;;) {
        error_code ec;
        tcp::socket socket = acceptor_.accept(ec);
        const std::lock_guard lock(mutex_);
        if (ec || stopping_) {
            return;
        }
        client& added = clients_.emplace_back();
        added.link.reset(new peer(std::move(socket), tls_ ? &*tls_ : nullptr, clients_.size() - 1));
        added.thread = std::thread([this, link = added.link] { serve(*link); });
    }
}

void scripted_server::serve(peer& link) {
    if (link.handshake()) {
        play_(link);
    }
    ::shutdown(link.stream_.next_layer().native_handle(), SHUT_RDWR);
    const std::lock_guard lock(mutex_);
    ++ended_;
    changed_.notify_all();
}

std::size_t scripted_server::connections() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
}

bool scripted_server::wait_for_ends(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return ended_ >= count; });
}

} // namespace llm_proxy::test
