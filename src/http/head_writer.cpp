#include "llm_proxy/http/head_writer.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <iterator>

namespace llm_proxy::http {
namespace {

/// Whether some byte of the text is a control. Eight bytes at a time: a byte below 0x20 borrows
/// into its own top bit, which was clear.
bool has_control(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x80 * ones;
    while (text.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), sizeof word);
        if (((word - 0x20 * ones) & ~word & tops) != 0)
            return true;
        text.remove_prefix(sizeof word);
    }
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool breaks_a_line(std::string_view text) {
    return has_control(text) && (text.find('\r') != text.npos || text.find('\n') != text.npos ||
                                 text.find('\0') != text.npos);
}

template <class Number>
void append_number(std::string& out, Number value, int base = 10) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
    out.append(digits.data(), end);
}

/// RFC 9112, 3.2.1: a target has no spaces and no controls. Configured or received text that holds
/// some must not end the request line.
bool fits_target(char c) {
    return c > ' ' && c < 0x7f;
}

void append_escaped(std::string& out, std::string_view target) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    for (const char c : target) {
        if (fits_target(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(hex[byte >> 4]);
        out.push_back(hex[byte & 15]);
    }
}

struct named_status {
    int status;
    std::string_view phrase;
};

/// The IANA registry of status codes, sorted.
constexpr named_status phrases[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {511, "Network Authentication Required"},
};

/// Two digits, with a leading zero.
void put_two(char* at, int value) {
    at[0] = static_cast<char>('0' + value / 10 % 10);
    at[1] = static_cast<char>('0' + value % 10);
}

} // namespace

std::string_view reason_phrase(int status) {
    const auto below = [](const named_status& entry, int wanted) { return entry.status < wanted; };
    const auto found = std::lower_bound(std::begin(phrases), std::end(phrases), status, below);
    return found != std::end(phrases) && found->status == status ? found->phrase : "Unknown";
}

void head_writer::status_line(int status) {
    out_.append("HTTP/1.1 ");
    append_number(out_, status);
    out_.push_back(' ');
    out_.append(reason_phrase(status));
    out_.append("\r\n");
}

void head_writer::request_line(std::string_view method, std::string_view target) {
    out_.append(method);
    out_.push_back(' ');
    if (std::all_of(target.begin(), target.end(), fits_target))
        out_.append(target);
    else
        append_escaped(out_, target);
    out_.append(" HTTP/1.1\r\n");
}

void head_writer::forwarded(std::string_view prefix, const field& item) {
    out_.append(prefix);
    const std::size_t start = out_.size();
    out_.append(item.name).append(": ").append(item.value).append("\r\n");
    std::transform(item.name.begin(), item.name.end(),
                   out_.begin() + static_cast<std::ptrdiff_t>(start),
                   [](char c) { return lower(c); });
}

void head_writer::header(std::string_view name, std::string_view value) {
    if (breaks_a_line(name) || breaks_a_line(value))
        return;
    out_.append(name);
    out_.append(": ");
    out_.append(value);
    out_.append("\r\n");
}

void head_writer::header(std::string_view name, std::uint64_t value) {
    std::array<char, 20> digits;
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    header(name, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void append_chunk_head(std::string& out, std::size_t size) {
    append_number(out, size, 16);
    out.append("\r\n");
}

http_date_text format_http_date(std::time_t seconds) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    http_date_text text{"Xxx, 00 Xxx 0000 00:00:00 GMT"};
    days.copy(text.data(), 3, static_cast<std::size_t>(utc.tm_wday) * 3);
    put_two(text.data() + 5, utc.tm_mday);
    months.copy(text.data() + 8, 3, static_cast<std::size_t>(utc.tm_mon) * 3);
    put_two(text.data() + 12, (utc.tm_year + 1900) / 100);
    put_two(text.data() + 14, utc.tm_year + 1900);
    put_two(text.data() + 17, utc.tm_hour);
    put_two(text.data() + 20, utc.tm_min);
    put_two(text.data() + 23, utc.tm_sec);
    return text;
}

std::string_view http_date() {
    thread_local std::time_t made_at = 0;
    thread_local http_date_text text = format_http_date(made_at);
    const std::time_t now = std::time(nullptr);
    if (now != made_at) {
        text = format_http_date(now);
        made_at = now;
    }
    return {text.data(), text.size() - 1};
}

} // namespace llm_proxy::http
