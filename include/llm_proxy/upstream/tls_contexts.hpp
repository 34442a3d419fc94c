#pragma once

#include "llm_proxy/model/endpoint.hpp"

#include <boost/asio/ssl/context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace llm_proxy::upstream {

struct free_session {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, free_session>;

struct free_store {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
using store_ptr = std::unique_ptr<X509_STORE, free_store>;

/// What the TLS connections of all workers to one origin share: a context and the last session.
/// Connections keep it alive, for OpenSSL hands sessions to it as long as they read.
class tls_origin {
public:
    /// `trusted` is null where certificates are not verified. It is shared, not copied.
    explicit tls_origin(X509_STORE* trusted);
    ~tls_origin();
    tls_origin(const tls_origin&) = delete;
    tls_origin& operator=(const tls_origin&) = delete;

    boost::asio::ssl::context& context() { return context_; }

    /// A copy of the last session, to resume; may be null. A copy, because OpenSSL writes to the
    /// session of a running handshake.
    session_ptr session() const;

private:
    static int on_new_session(SSL* ssl, SSL_SESSION* session);

    boost::asio::ssl::context context_;
    mutable std::mutex mutex_;
    session_ptr last_; // guarded by mutex_
};

/// Client-side TLS: 1.2 or newer, ALPN `http/1.1`, sessions resumed. Shared by all workers.
class tls_contexts {
public:
    /// The store to trust where the configuration names none: `REQUESTS_CA_BUNDLE`, else
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, else OpenSSL's own places.
    explicit tls_contexts(
        const std::function<std::optional<std::string>(std::string_view)>& variable);

    /// Null and `problem` if the CA file cannot be read.
    std::shared_ptr<tls_origin> of(const model::endpoint& to, std::string& problem);

private:
    X509_STORE* store_for(const config::tls_verify& verify, std::string& problem);

    std::mutex mutex_;                                     // guards all below
    std::map<std::string, store_ptr, std::less<>> stores_; // by CA file; empty: the default
    std::unordered_map<model::endpoint, std::shared_ptr<tls_origin>, model::endpoint_hash> origins_;
};

} // namespace llm_proxy::upstream
