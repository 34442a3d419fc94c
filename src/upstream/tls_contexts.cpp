#include "llm_proxy/upstream/tls_contexts.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <new>
#include <utility>

namespace llm_proxy::upstream {

namespace {

/// Origins remembered although no connection uses them.
constexpr std::size_t max_unused_origins = 256;

constexpr std::array<unsigned char, 9> alpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// Where a context keeps its `tls_origin`. Asio uses the application data of contexts and
/// connections for itself.
int origin_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

store_ptr new_store() {
    store_ptr store(X509_STORE_new());
    if (!store) {
        throw std::bad_alloc();
    }
    // A CA file may name an intermediate authority alone, as with curl.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    return store;
}

store_ptr
default_store(const std::function<std::optional<std::string>(std::string_view)>& variable) {
    store_ptr store = new_store();
    const auto bundle = variable("REQUESTS_CA_BUNDLE");
    if (bundle && X509_STORE_load_file(store.get(), bundle->c_str()) == 1) {
        return store;
    }
    // Like OpenSSL's own defaults: what cannot be read is not there.
    const auto file = variable("SSL_CERT_FILE").value_or(X509_get_default_cert_file());
    const auto directory = variable("SSL_CERT_DIR").value_or(X509_get_default_cert_dir());
    X509_STORE_load_file(store.get(), file.c_str());
    X509_STORE_load_path(store.get(), directory.c_str());
    ERR_clear_error();
    return store;
}

} // namespace

tls_origin::tls_origin(X509_STORE* trusted) : context_(boost::asio::ssl::context::tls_client) {
    SSL_CTX* context = context_.native_handle();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_alpn_protos(context, alpn.data(), alpn.size());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); // idle connections hold no buffers
    if (trusted != nullptr) {
        SSL_CTX_set1_cert_store(context, trusted);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    SSL_CTX_set_ex_data(context, origin_index(), this);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, &tls_origin::on_new_session);
}

tls_origin::~tls_origin() {
    SSL_CTX_set_ex_data(context_.native_handle(), origin_index(), nullptr);
}

session_ptr tls_origin::session() const {
    const std::lock_guard lock(mutex_);
    if (!last_ || SSL_SESSION_is_resumable(last_.get()) != 1) {
        return nullptr;
    }
    return session_ptr(SSL_SESSION_dup(last_.get()));
}

int tls_origin::on_new_session(SSL* ssl, SSL_SESSION* session) {
    void* const data = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), origin_index());
    auto* const origin = static_cast<tls_origin*>(data);
    if (origin == nullptr) {
        return 0;
    }
    // A copy: OpenSSL spoils the session of a connection that ends without close_notify, as all do.
    session_ptr copy(SSL_SESSION_dup(session));
    const std::lock_guard lock(origin->mutex_);
    origin->last_ = std::move(copy);
    return 0; // the reference stays OpenSSL's
}

tls_contexts::tls_contexts(
    const std::function<std::optional<std::string>(std::string_view)>& variable) {
    stores_.emplace(std::string(), default_store(variable));
}

std::shared_ptr<tls_origin> tls_contexts::of(const model::endpoint& to, std::string& problem) {
    const std::lock_guard lock(mutex_);
    const auto known = origins_.find(to);
    if (known != origins_.end()) {
        return known->second;
    }
    X509_STORE* trusted = nullptr;
    if (to.verify.enabled) {
        trusted = store_for(to.verify, problem);
        if (trusted == nullptr) {
            return nullptr;
        }
    }
    if (origins_.size() >= max_unused_origins) {
        std::erase_if(origins_, [](const auto& entry) { return entry.second.use_count() == 1; });
    }
    auto origin = std::make_shared<tls_origin>(trusted);
    origins_.emplace(to, origin);
    return origin;
}

X509_STORE* tls_contexts::store_for(const config::tls_verify& verify, std::string& problem) {
    const auto known = stores_.find(verify.ca_file);
    if (known != stores_.end()) {
        return known->second.get();
    }
    store_ptr store = new_store();
    if (X509_STORE_load_file(store.get(), verify.ca_file.c_str()) != 1) {
        ERR_clear_error();
        problem = "no certificate can be read from the CA file " + verify.ca_file;
        return nullptr;
    }
    return stores_.emplace(verify.ca_file, std::move(store)).first->second.get();
}

} // namespace llm_proxy::upstream
