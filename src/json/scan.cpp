#include "llm_proxy/json/scan.hpp"

#include "llm_proxy/json/plain_run.hpp"
#include "llm_proxy/json/utf8.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <bitset>
#include <limits>

namespace llm_proxy::json {
namespace {

constexpr bool is_low_surrogate(int unit) {
    return unit >= 0xdc00 && unit <= 0xdfff;
}
constexpr bool is_surrogate(int unit) {
    return unit >= 0xd800 && unit <= 0xdfff;
}

/// The number of four hexadecimal digits at `at`, or -1.
int hex4(const char* at, const char* end) {
    if (end - at < 4)
        return -1;
    int number = 0;
    for (const char* const stop = at + 4; at != stop; ++at) {
        number *= 16;
        if (is_digit(*at))
            number += *at - '0';
        else if (*at >= 'a' && *at <= 'f')
            number += *at - 'a' + 10;
        else if (*at >= 'A' && *at <= 'F')
            number += *at - 'A' + 10;
        else
            return -1;
    }
    return number;
}

/// As many as most requests and answers have: one allocation instead of a handful.
constexpr std::size_t usual_members = 16;

/// Walks over one document. Each step leaves `pos_` behind what it has read, or notes a failure and
/// returns false.
class scanner {
public:
    scanner(std::string_view text, std::vector<member>& members, const scan_limits& limits)
        : begin_(text.data()), end_(begin_ + text.size()), pos_(begin_), members_(members),
          first_member_(members.size()), max_members_(limits.members),
          max_depth_(std::min(limits.depth, max_depth)) {
        if (members.capacity() == 0)
            members.reserve(usual_members);
    }

    bool run(kind& root) {
        skip_space();
        if (!token(root))
            return false;
        while (depth_ > 0)
            if (!step())
                return false;
        skip_space();
        return pos_ == end_ || fail("Extra data", pos_);
    }

    const char* what() const { return what_; }
    std::size_t failed_at() const { return offset(failed_at_); }

private:
    std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - begin_); }
    bool in_object() const { return is_object_[depth_ - 1]; }
    bool at(char c) const { return pos_ != end_ && *pos_ == c; }
    bool at_digit() const { return pos_ != end_ && is_digit(*pos_); }

    bool fail(const char* what, const char* at) {
        what_ = what;
        failed_at_ = at;
        return false;
    }

    void skip_space() {
        while (pos_ != end_ && (*pos_ == ' ' || *pos_ == '\n' || *pos_ == '\r' || *pos_ == '\t'))
            ++pos_;
    }

    /// One member or element of the innermost container, or its end.
    bool step() {
        skip_space();
        const char closing = in_object() ? '}' : ']';
        if (at(closing)) {
            close();
            return true;
        }
        if (!opened_ && !comma(closing))
            return false;
        opened_ = false;
        return (depth_ > 1 || add_member()) && (!in_object() || key()) && value();
    }

    bool comma(char closing) {
        const char* const comma_at = pos_;
        if (!at(','))
            return fail("Expecting ',' delimiter", pos_);
        ++pos_;
        skip_space();
        if (at(closing))
            return fail(closing == '}' ? "Illegal trailing comma before end of object"
                                       : "Illegal trailing comma before end of array",
                        comma_at);
        return true;
    }

    bool add_member() {
        if (members_.size() - first_member_ >= max_members_)
            return fail("Too many members", pos_);
        members_.emplace_back();
        return true;
    }

    bool key() {
        if (!at('"'))
            return fail("Expecting property name enclosed in double quotes", pos_);
        const char* const quote = pos_;
        bool escaped = false;
        if (!string(escaped))
            return false;
        if (depth_ == 1) {
            members_.back().key_begin = offset(quote) + 1;
            members_.back().key_end = offset(pos_) - 1;
            members_.back().key_escaped = escaped;
        }
        skip_space();
        if (!at(':'))
            return fail("Expecting ':' delimiter", pos_);
        ++pos_;
        skip_space();
        return true;
    }

    bool value() {
        const bool direct = depth_ == 1;
        const char* const first = pos_;
        kind type = kind::null;
        if (!token(type))
            return false;
        if (direct) {
            members_.back().value_begin = offset(first);
            members_.back().value_end = offset(pos_); // of a container: `close` will tell
            members_.back().type = type;
        }
        return true;
    }

    /// A scalar, or a container's opening bracket.
    bool token(kind& type) {
        bool escaped = false;
        switch (pos_ == end_ ? '\0' : *pos_) {
        case '"':
            type = kind::string;
            return string(escaped);
        case '{':
            type = kind::object;
            return open(true);
        case '[':
            type = kind::array;
            return open(false);
        case 't':
            type = kind::boolean;
            return literal("true");
        case 'f':
            type = kind::boolean;
            return literal("false");
        case 'n':
            type = kind::null;
            return literal("null");
        default:
            type = kind::number;
            return number();
        }
    }

    bool open(bool object) {
        if (depth_ >= max_depth_)
            return fail("Too deeply nested", pos_);
        is_object_[depth_] = object;
        ++depth_;
        ++pos_;
        opened_ = true;
        return true;
    }

    void close() {
        ++pos_;
        --depth_;
        opened_ = false;
        if (depth_ == 1)
            members_.back().value_end = offset(pos_);
    }

    bool literal(std::string_view word) {
        const auto left = static_cast<std::size_t>(end_ - pos_);
        if (!std::string_view(pos_, left).starts_with(word))
            return fail("Expecting value", pos_);
        pos_ += word.size();
        return true;
    }

    /// Reads the longest number there is; whatever is wrong behind it (`01`, `1.`, `1e`) is then no
    /// delimiter.
    bool number() {
        const char* const first = pos_;
        if (at('-'))
            ++pos_;
        if (!at_digit())
            return fail("Expecting value", first);
        if (at('0'))
            ++pos_;
        else
            skip_digits();
        if (at('.') && end_ - pos_ > 1 && is_digit(pos_[1])) {
            ++pos_;
            skip_digits();
        }
        if (at('e') || at('E'))
            exponent();
        return true;
    }

    void exponent() {
        const char* const letter = pos_;
        ++pos_;
        if (at('+') || at('-'))
            ++pos_;
        if (at_digit())
            skip_digits();
        else
            pos_ = letter;
    }

    void skip_digits() {
        while (at_digit())
            ++pos_;
    }

    bool string(bool& escaped) {
        const char* const quote = pos_;
        pos_ = skip_plain(pos_ + 1, end_);
        while (!at('"')) {
            if (end_ - pos_ < (at('\\') ? 2 : 1))
                return fail("Unterminated string starting at", quote);
            if (*pos_ != '\\')
                return fail("Invalid control character at", pos_);
            escaped = true;
            if (!escape())
                return false;
            pos_ = skip_plain(pos_, end_);
        }
        ++pos_;
        return true;
    }

    bool escape() {
        switch (pos_[1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
            pos_ += 2;
            return true;
        case 'u':
            return unicode_escape();
        default:
            return fail("Invalid \\escape", pos_);
        }
    }

    bool unicode_escape() {
        constexpr const char* invalid = "Invalid \\uXXXX escape";
        const char* const letter = pos_ + 1;
        const int unit = hex4(pos_ + 2, end_);
        if (unit < 0)
            return fail(invalid, letter);
        pos_ += 6;
        if (!is_surrogate(unit))
            return true;
        // No encoding can hold half of a surrogate pair.
        if (is_low_surrogate(unit) || end_ - pos_ < 2 || pos_[0] != '\\' || pos_[1] != 'u')
            return fail(invalid, letter);
        const int next = hex4(pos_ + 2, end_);
        if (!is_low_surrogate(next))
            return fail(invalid, next < 0 ? pos_ + 1 : letter);
        pos_ += 6;
        return true;
    }

    const char* begin_;
    const char* end_;
    const char* pos_;
    std::vector<member>& members_;
    std::size_t first_member_;
    std::size_t max_members_;
    std::size_t max_depth_;
    std::size_t depth_ = 0;
    /// Nothing of the innermost container has been read but its opening bracket.
    bool opened_ = false;
    std::bitset<max_depth> is_object_; // by depth
    const char* what_ = "";
    const char* failed_at_ = nullptr;
};

scan_error error_at(const char* what, std::string_view text, std::size_t byte) {
    scan_error failure;
    failure.what = what;
    for (const char c : text.substr(0, byte)) {
        if ((static_cast<unsigned char>(c) & 0xc0U) == 0x80U) // not a character's first byte
            continue;
        ++failure.offset;
        ++failure.column;
        if (c == '\n') {
            ++failure.line;
            failure.column = 1;
        }
    }
    return failure;
}

std::size_t first_invalid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (const std::size_t length = utf8_length(text.substr(at)))
        at += length;
    return at;
}

} // namespace

scan_result<kind> scan(std::string_view text, std::vector<member>& members,
                       const scan_limits& limits) {
    if (!is_utf8(text))
        return error_at("Invalid UTF-8 at", text, first_invalid_utf8(text));
    if (text.starts_with("\xEF\xBB\xBF"))
        return error_at("Unexpected UTF-8 BOM", text, 0);
    const std::size_t before = members.size();
    scanner document(text, members, limits);
    kind root = kind::null;
    if (document.run(root))
        return root;
    members.resize(before);
    return error_at(document.what(), text, document.failed_at());
}

void scan_valid(std::string_view text, std::vector<member>& members) {
    constexpr scan_limits none{max_depth, std::numeric_limits<std::size_t>::max()};
    kind root = kind::null;
    scanner(text, members, none).run(root);
}

} // namespace llm_proxy::json
