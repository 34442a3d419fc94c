#include "llm_proxy/upstream/http_exchange.hpp"

#include "llm_proxy/http/parser.hpp"
#include "llm_proxy/util/strings.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace llm_proxy::upstream {

namespace {

constexpr int max_interim_heads = 16;

} // namespace

http_exchange::http_exchange(std::shared_ptr<keep_alive_pool> from,
                             std::shared_ptr<const endpoint> to, net::interruptor& interrupts)
    : pool_(std::move(from)), to_(std::move(to)), interrupts_(interrupts),
      origin_(pool_->enter(*to_)), scratch_(pool_->scratches().take()) {}

http_exchange::~http_exchange() {
    close();
    pool_->scratches().put_back(std::move(scratch_));
    pool_->leave(*to_, origin_);
}

net::task<outcome> http_exchange::send(std::span<const std::string_view> pieces) {
    head_request_ = pieces.front().starts_with("HEAD ");
    for (bool fresh = false;; fresh = true) {
        if (interrupts_.raised()) {
            co_return interrupted();
        }
        if (!sent_ && (fresh || !use_kept())) {
            outcome opened = co_await open_connection(fresh);
            if (!opened.ok()) {
                co_return opened;
            }
        }
        if (!sent_) {
            std::size_t written = 0;
            net::error_code ec = link_.stream->try_write(pieces, written);
            if (!ec && written < total_size(pieces)) {
                ec = co_await link_.stream->write_rest(pieces, written);
            }
            if (ec && interrupts_.raised()) {
                close();
                co_return interrupted();
            }
            // A peer that stopped reading may have answered before: that answer is still there.
            reusable_ = !ec;
            sent_ = true;
        }
        auto got = parse_head();
        while (!got) {
            if (interrupts_.raised()) {
                co_return interrupted();
            }
            const std::span<char> free = scratch_->bytes().subspan(received_);
            const net::io_result more = co_await link_.stream->read_some(free);
            received_ += more.size;
            got = more.ec ? lost(more.ec) : parse_head();
        }
        if (got->why != failure::closed || !may_resend()) {
            co_return std::move(*got);
        }
    }
}

bool http_exchange::use_kept() {
    auto kept = pool_->take_kept(origin_);
    if (!kept) {
        return false;
    }
    has_slot_ = true;
    use(std::move(*kept), true);
    return true;
}

/// Waits for a slot and connects; takes a kept connection that comes with the slot unless a fresh
/// one is needed.
net::task<outcome> http_exchange::open_connection(bool fresh) {
    connection kept;
    outcome granted = co_await pool_->take_slot(origin_, kept);
    has_slot_ = granted.ok();
    if (!has_slot_) {
        co_return granted;
    }
    if (kept.stream && !fresh) {
        use(std::move(kept), true);
    } else if (!interrupts_.raised()) {
        kept = connection();
        established made = co_await pool_->links().connect(to_);
        if (!made.result.ok()) {
            co_return fail(made.result.why, std::move(made.result.detail));
        }
        use(std::move(made.link), false);
    }
    if (interrupts_.raised()) {
        close();
        co_return interrupted();
    }
    co_return outcome();
}

void http_exchange::use(connection link, bool kept) {
    link_ = std::move(link);
    reused_ = kept;
    received_ = 0;
    searched_ = 0;
}

/// Nothing while the head is incomplete; there is room to read more then.
std::optional<outcome> http_exchange::parse_head() {
    while (received_ > 0) {
        const std::string_view bytes(scratch_->bytes().data(), received_);
        const http::head_limits limits{pool_->options().max_head_bytes, 200};
        const auto progress =
            http::parse_response_head(bytes, searched_, limits, head_request_, scratch_->head());
        if (progress.state == http::head_state::bad) {
            return fail(failure::malformed, progress.what);
        }
        const bool complete = progress.state == http::head_state::ready;
        if (progress.state == http::head_state::too_large ||
            (!complete && received_ == scratch_->bytes().size() &&
             !scratch_->grow(received_, limits.bytes))) {
            return fail(failure::too_large, "the answer's head is too large");
        }
        if (!complete) {
            return std::nullopt;
        }
        if (head().status >= 200) {
            begin_body(progress.consumed);
            return outcome();
        }
        if (!skip_interim_head(progress.consumed)) {
            return fail(failure::malformed, "unexpected status " + std::to_string(head().status));
        }
    }
    return std::nullopt;
}

/// Takes a 1xx head away; false if it must not come (101 was not asked for) or too many did.
bool http_exchange::skip_interim_head(std::size_t size) {
    if (head().status == 101 || ++interim_heads_ > max_interim_heads) {
        return false;
    }
    const std::span<char> bytes = scratch_->bytes();
    std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(size),
              bytes.begin() + static_cast<std::ptrdiff_t>(received_), bytes.begin());
    received_ -= size;
    searched_ = 0;
    return true;
}

void http_exchange::begin_body(std::size_t head_bytes) {
    decoder_ = http::body_decoder(head().body, head().content_length);
    const auto coding = head().headers.find("content-encoding");
    const content_coding known = content_coding_of(coding.value_or(""));
    if (known != content_coding::identity && !decoder_.done()) {
        inflater_ = std::make_unique<inflater>(known);
    }
    room_ = scratch_->bytes().subspan(head_bytes);
    undecoded_ = received_ - head_bytes;
    if (decoder_.done()) {
        reusable_ = reusable_ && undecoded_ == 0;
        finish();
        complete_ = true;
    }
}

net::task<outcome> http_exchange::read(std::string_view& body) {
    for (;;) {
        auto ready = read_ready(body);
        if (ready) {
            co_return std::move(*ready);
        }
        if (interrupts_.raised()) {
            co_return interrupted();
        }
        const std::span<char> free = body_room();
        const net::io_result got = co_await link_.stream->read_some(free);
        undecoded_ = got.size;
        filled_ = got.size == free.size();
        if (got.ec) {
            outcome ended = end_of_stream(got.ec);
            if (!ended.ok()) {
                co_return ended;
            }
        }
    }
}

std::optional<outcome> http_exchange::read_ready(std::string_view& body) {
    outcome decoded = decode(body);
    if (!decoded.ok() || !body.empty() || complete_) {
        return decoded;
    }
    if (!link_.stream) {
        return outcome(failure::closed, "the connection is closed");
    }
    return std::nullopt;
}

/// Decodes what has been read; nothing in `body` if more must be read or the body is complete.
outcome http_exchange::decode(std::string_view& body) {
    body = {};
    if (inflater_ && !inflater_->drained()) {
        body = inflater_->next();
    } else if (undecoded_ > 0 && !decoder_.done()) {
        const auto step = decoder_.decode(room_.data(), undecoded_);
        // Bytes after the answer belong to nothing that was asked for.
        reusable_ = reusable_ && step.consumed == undecoded_;
        undecoded_ = 0;
        body = std::string_view(room_.data(), step.produced);
        if (inflater_ && !body.empty()) {
            inflater_->feed(body);
            body = inflater_->next();
        }
    }
    if (decoder_.bad()) {
        return fail(failure::malformed, "the answer's chunks are malformed");
    }
    if (inflater_ && inflater_->bad()) {
        return fail(failure::malformed, "the answer's content coding is malformed");
    }
    if (decoder_.done()) {
        finish();
        const bool all_out = !inflater_ || inflater_->drained();
        const bool whole = !inflater_ || inflater_->finished();
        if (all_out && !whole && body.empty()) {
            return fail(failure::malformed, "the answer's content coding ends early");
        }
        complete_ = all_out && whole;
    }
    return outcome();
}

/// Where to read to: the rest of the scratch, or more if that is small or the answer is large.
std::span<char> http_exchange::body_room() {
    constexpr std::size_t least = 4 * 1024;
    constexpr std::size_t small = 16 * 1024;
    constexpr std::size_t large = 64 * 1024;
    const bool too_small = room_.size() < least;
    if (too_small || (filled_ && room_.size() < large)) {
        const std::size_t size = too_small ? small : large;
        wide_ = std::make_unique_for_overwrite<char[]>(size);
        room_ = std::span<char>(wide_.get(), size);
    }
    return room_;
}

outcome http_exchange::end_of_stream(const net::error_code& ec) {
    if (ec != net::asio::error::eof) {
        return lost(ec);
    }
    decoder_.end_of_stream();
    reusable_ = false;
    if (decoder_.bad()) {
        return fail(failure::closed, "the connection ended before the answer's body");
    }
    return outcome();
}

outcome http_exchange::fail(failure why, std::string detail) {
    close();
    if (interrupts_.raised()) {
        return interrupted();
    }
    return outcome(why, std::move(detail));
}

/// A read ended with an error. An interrupted one may be started again: the connection stays.
outcome http_exchange::lost(const net::error_code& ec) {
    if (interrupts_.raised() && ec == net::asio::error::operation_aborted) {
        return interrupted();
    }
    return fail(failure::closed, "the connection was lost: " + ec.message());
}

outcome http_exchange::interrupted() const {
    return outcome(failure::interrupted, "interrupted");
}

/// The answer was read whole: its connection may serve another request.
void http_exchange::finish() {
    if (link_.stream && reusable_ && head().keep_alive &&
        head().body != http::body_kind::until_close) {
        has_slot_ = false;
        pool_->keep(origin_, std::move(link_));
    }
    close();
}

void http_exchange::close() {
    if (link_.stream) {
        link_.stream->close();
        if (early_) {
            early_->abandon(std::move(link_));
        }
        link_.stream.reset();
        link_.tls.reset();
    }
    sent_ = false;
    if (std::exchange(has_slot_, false)) {
        pool_->give_back_slot(origin_);
    }
}

} // namespace llm_proxy::upstream
