#pragma once

#include "llm_proxy/http/body_decoder.hpp"
#include "llm_proxy/upstream/early_answer.hpp"
#include "llm_proxy/upstream/inflater.hpp"
#include "llm_proxy/upstream/keep_alive_pool.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llm_proxy::upstream {

/// HTTP/1.1 over a connection of the pool. About 9 KiB while it lasts, more for large answers and
/// for compressed ones.
class http_exchange final : public exchange {
public:
    http_exchange(std::shared_ptr<keep_alive_pool> from, std::shared_ptr<const endpoint> to,
                  net::interruptor& interrupts);
    ~http_exchange() override;
    http_exchange(const http_exchange&) = delete;
    http_exchange& operator=(const http_exchange&) = delete;

    net::task<outcome> send(std::span<const std::string_view> pieces) override;
    net::task<outcome> send_part(std::span<const std::string_view> pieces,
                                 std::uint64_t left) override;
    bool answered() const override { return answered_; }
    const http::response_head& head() const override { return scratch_->head(); }
    net::task<outcome> read(std::string_view& body) override;
    std::optional<outcome> read_ready(std::string_view& body) override;
    bool complete() const override { return complete_; }
    bool reused() const override { return reused_; }

private:
    /// Taking a connection and sending.
    bool use_kept();
    net::task<outcome> open_connection(bool fresh);
    net::task<outcome> open_for_parts();
    net::task<net::error_code> write_part(std::span<const std::string_view> pieces);
    net::task<outcome> take_answer();
    void use(connection link, bool kept);
    bool may_resend() const { return reused_ && received_ == 0; }

    /// The answer's head.
    std::optional<outcome> parse_head();
    bool skip_interim_head(std::size_t size);
    void begin_body(std::size_t head_bytes);

    /// The answer's body.
    outcome decode(std::string_view& body);
    std::span<char> body_room();
    outcome end_of_stream(const net::error_code& ec);

    /// Ends.
    outcome fail(failure why, std::string detail);
    outcome lost(const net::error_code& ec);
    outcome interrupted() const;
    void finish();
    void close();

    std::shared_ptr<keep_alive_pool> pool_;
    std::shared_ptr<const endpoint> to_;
    net::interruptor& interrupts_;
    keep_alive_pool::origin& origin_;
    std::unique_ptr<scratch> scratch_;

    connection link_;
    bool has_slot_ = false;
    bool reused_ = false;
    bool sent_ = false;         // the request went out whole
    bool head_request_ = false; // the answer has no body
    bool reusable_ = true;      // as far as the request goes
    bool complete_ = false;

    std::shared_ptr<early_answer> early_; // while a request goes out part by part
    bool answered_ = false;

    std::size_t received_ = 0; // bytes of the head so far, in the scratch
    std::size_t searched_ = 0;
    int interim_heads_ = 0;

    http::body_decoder decoder_;
    std::unique_ptr<inflater> inflater_;
    std::unique_ptr<char[]> wide_; // replaces the scratch's rest when that is too small
    std::span<char> room_;         // where body bytes are read to
    std::size_t undecoded_ = 0;    // bytes at the start of `room_`
    bool filled_ = false;          // the last read filled the room: more waits
};

} // namespace llm_proxy::upstream
