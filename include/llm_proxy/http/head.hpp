#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::http {

struct field {
    std::string_view name; // in the sender's spelling
    std::string_view value;
};

/// Case-insensitive comparison of header names (ASCII).
bool name_equal(std::string_view a, std::string_view b);

/// Header fields that point into a buffer owned by somebody else.
class fields {
public:
    void clear() { list_.clear(); }
    void add(std::string_view name, std::string_view value) { list_.push_back(field{name, value}); }
    /// The first field of that name; nothing if there is none (an empty value is not nothing).
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    /// Points every view, which lies behind `from`, to the same place behind `to`.
    void move_to(const char* from, const char* to);
    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }
    std::size_t size() const { return list_.size(); }

private:
    std::vector<field> list_;
};

enum class body_kind : std::uint8_t { none, length, chunked, until_close };

/// A request's head. All views point into the bytes given to the parser.
struct request_head {
    std::string_view method;
    std::string_view target; // as sent: path and query
    int version = 11;        // 10 or 11
    fields headers;
    body_kind body = body_kind::none;
    std::uint64_t content_length = 0;
    bool keep_alive = true;
    bool expect_continue = false;

    /// Points every view to a copy of the bytes it was parsed from.
    void move_to(const char* from, const char* to);
};

/// A response's head. All views point into the bytes given to the parser.
struct response_head {
    int status = 0;
    int version = 11;
    fields headers;
    body_kind body = body_kind::none;
    std::uint64_t content_length = 0;
    bool keep_alive = true;
};

} // namespace llm_proxy::http
