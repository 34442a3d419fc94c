#include "llm_proxy/http/parser.hpp"

#include "llm_proxy/http/head_rules.hpp"
#include "llm_proxy/util/strings.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace llm_proxy::http {
namespace {

namespace beast = boost::beast;

using beast_errc = beast::http::error;

head_progress bad(const char* what) {
    return {head_state::bad, 0, what};
}

/// Finds the empty line that ends the head. Beast would wait for it whatever came before, and
/// accepts folded lines; here a wrong line end or a fold is refused as soon as it arrives.
/// The head begins at `start`; everything before `searched` was seen to be in order.
head_progress find_end(std::string_view bytes, std::size_t start, std::size_t& searched) {
    std::size_t at = std::max(searched, start);
    while (at < bytes.size()) {
        if (at > start && bytes[at - 1] == '\n' && (bytes[at] == ' ' || bytes[at] == '\t'))
            return bad("folded header line");
        const std::size_t cr = bytes.find('\r', at);
        if (bytes.substr(at, cr - at).find('\n') != std::string_view::npos)
            return bad("line feed without carriage return");
        if (cr == std::string_view::npos || cr + 1 == bytes.size()) {
            searched = std::min(cr, bytes.size());
            return {};
        }
        if (bytes[cr + 1] != '\n')
            return bad("carriage return without line feed");
        if (cr == start)
            return bad("empty start line");
        if (bytes[cr - 1] == '\n')
            return {head_state::ready, cr + 2, ""};
        at = cr + 2;
    }
    searched = at;
    return {};
}

/// `find_end` within the limit: what decides never depends on how much more has arrived.
head_progress find_end(std::string_view bytes, std::size_t start, std::size_t& searched,
                       const head_limits& limits) {
    head_progress end = find_end(bytes.substr(0, limits.bytes), start, searched);
    if (end.state == head_state::need_more && bytes.size() >= limits.bytes)
        end.state = head_state::too_large;
    return end;
}

void note(decisive_fields& seen, beast::http::field name, std::string_view value) {
    switch (name) {
    case beast::http::field::content_length:
        seen.content_length = value;
        ++seen.content_lengths;
        break;
    case beast::http::field::transfer_encoding:
        seen.transfer_encoding = value;
        ++seen.transfer_encodings;
        break;
    case beast::http::field::host:
        seen.host = value;
        ++seen.hosts;
        break;
    case beast::http::field::expect:
        seen.expect = value;
        ++seen.expects;
        break;
    case beast::http::field::connection:
        note_connection(seen, value);
        break;
    default:
        break;
    }
}

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

/// Beast's tokeniser with the least around it: the views it finds are kept, nothing is copied.
template <bool is_request>
class head_reader final : public beast::http::basic_parser<is_request> {
public:
    head_reader(fields& headers, std::size_t max_fields)
        : headers_(headers), max_fields_(max_fields) {
        // The head's length was checked before; the body is not Beast's business.
        this->header_limit(std::numeric_limits<std::uint32_t>::max());
        this->body_limit(boost::none);
    }

    decisive_fields seen;
    std::string_view method;
    std::string_view target;
    int version = 0;
    int status = 0;
    bool too_many_fields = false;

private:
    using error_code = beast::error_code;
    using string_view = beast::string_view;

    void on_request_impl(beast::http::verb, string_view method_text, string_view target_text,
                         int http_version, error_code&) override {
        method = view(method_text);
        target = view(target_text);
        version = http_version;
    }
    void on_response_impl(int code, string_view, int http_version, error_code&) override {
        status = code;
        version = http_version;
    }
    void on_field_impl(beast::http::field known, string_view name, string_view value,
                       error_code& ec) override {
        if (headers_.size() == max_fields_) {
            too_many_fields = true;
            ec = beast_errc::header_limit;
            return;
        }
        headers_.add(view(name), view(value));
        note(seen, known, view(value));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    fields& headers_;
    std::size_t max_fields_;
};

const char* describe(const beast::error_code& ec) {
    if (ec == beast_errc::bad_method)
        return "malformed method";
    if (ec == beast_errc::bad_target)
        return "malformed request target";
    if (ec == beast_errc::bad_version)
        return "unknown HTTP version";
    if (ec == beast_errc::bad_status || ec == beast_errc::bad_reason)
        return "malformed status line";
    if (ec == beast_errc::bad_field)
        return "malformed header name";
    if (ec == beast_errc::bad_value)
        return "malformed header value";
    if (ec == beast_errc::bad_content_length || ec == beast_errc::multiple_content_length)
        return "malformed Content-Length";
    if (ec == beast_errc::bad_transfer_encoding)
        return "malformed Transfer-Encoding";
    return "malformed head";
}

/// Gives Beast a whole head at once, so that its views stay valid.
template <bool is_request>
head_progress read(head_reader<is_request>& reader, std::string_view head) {
    beast::error_code ec;
    reader.put(boost::asio::buffer(head.data(), head.size()), ec);
    if (reader.too_many_fields)
        return {head_state::too_large, 0, "too many header fields"};
    if (ec || !reader.is_header_done())
        return bad(describe(ec));
    return {head_state::ready, head.size(), ""};
}

head_progress read_response(head_reader<false>& reader, std::string_view head) {
    // Some servers leave out the space before an empty reason phrase, which Beast insists on.
    std::array<char, 15> line{'H', 'T', 'T', 'P', '/', '1',  '.', '1',
                              ' ', '2', '0', '0', ' ', '\r', '\n'};
    constexpr std::size_t up_to_status = 12;
    if (head.size() <= up_to_status || head[up_to_status] != '\r')
        return read(reader, head);
    std::memcpy(line.data(), head.data(), up_to_status);
    beast::error_code ec;
    reader.put(boost::asio::buffer(line), ec);
    if (ec != beast_errc::need_more)
        return bad(describe(ec));
    return read(reader, head.substr(up_to_status + 2));
}

const char* take_request(const head_reader<true>& reader, request_head& out) {
    out.method = reader.method;
    out.target = reader.target;
    out.version = reader.version;
    if (const char* what = check_method(out.method))
        return what;
    if (const char* what = check_target(out.method, out.target))
        return what;
    if (const char* what = check_host(reader.seen, out.version))
        return what;
    if (const char* what = read_framing(reader.seen, out.version, out.body, out.content_length))
        return what;
    out.keep_alive = wants_keep_alive(reader.seen, out.version);
    const bool has_body = out.body == body_kind::chunked || out.content_length > 0;
    out.expect_continue = has_body && out.version == 11 && reader.seen.expects == 1 &&
                          iequals(reader.seen.expect, "100-continue");
    return nullptr;
}

const char* take_response(const head_reader<false>& reader, bool head_request, response_head& out) {
    out.status = reader.status;
    out.version = reader.version;
    if (out.status < 100)
        return "status below 100";
    if (const char* what = read_framing(reader.seen, out.version, out.body, out.content_length))
        return what;
    out.keep_alive = wants_keep_alive(reader.seen, out.version);
    if (head_request || out.status < 200 || out.status == 204 || out.status == 304) {
        out.body = body_kind::none;
        out.content_length = 0;
    } else if (out.body == body_kind::none) {
        out.body = body_kind::until_close;
        out.keep_alive = false;
    }
    return nullptr;
}

/// RFC 9112, 2.2: some clients send an empty line after a body.
std::size_t skip_empty_lines(std::string_view bytes) {
    std::size_t start = 0;
    while (start < 4 && bytes.substr(start, 2) == "\r\n")
        start += 2;
    return start;
}

} // namespace

head_progress parse_request_head(std::string_view bytes, std::size_t& searched,
                                 const head_limits& limits, request_head& out) {
    const std::size_t start = skip_empty_lines(bytes);
    const head_progress end = find_end(bytes, start, searched, limits);
    if (end.state != head_state::ready)
        return end;
    out.headers.clear();
    head_reader<true> reader(out.headers, limits.fields);
    const head_progress done = read(reader, bytes.substr(start, end.consumed - start));
    if (done.state != head_state::ready)
        return done;
    if (const char* what = take_request(reader, out))
        return bad(what);
    return end;
}

head_progress parse_response_head(std::string_view bytes, std::size_t& searched,
                                  const head_limits& limits, bool head_request,
                                  response_head& out) {
    const head_progress end = find_end(bytes, 0, searched, limits);
    if (end.state != head_state::ready)
        return end;
    out.headers.clear();
    head_reader<false> reader(out.headers, limits.fields);
    const head_progress done = read_response(reader, bytes.substr(0, end.consumed));
    if (done.state != head_state::ready)
        return done;
    if (const char* what = take_response(reader, head_request, out))
        return bad(what);
    return end;
}

} // namespace llm_proxy::http
