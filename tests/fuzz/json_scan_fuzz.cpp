// Compares `json::scan` with nlohmann/json on any bytes, and checks its spans and what `splice`
// makes of them.
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/json/splice.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace {

using nlohmann::json;
using namespace llm_proxy::json;

/// Takes every document, and notes what of it only `scan` may refuse and what only nlohmann does.
class verdict : public json::json_sax_t {
public:
    std::size_t deepest = 0;
    std::size_t direct_members = 0;
    bool number_too_large = false;

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_integer(std::int64_t) override { return value(); }
    bool number_unsigned(std::uint64_t) override { return value(); }
    bool number_float(double, const std::string&) override { return value(); }
    bool string(std::string&) override { return value(); }
    bool binary(json::binary_t&) override { return value(); }
    bool key(std::string&) override { return true; }
    bool start_object(std::size_t) override { return open(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const json::exception& failure) override {
        constexpr int out_of_range = 406;
        number_too_large = failure.id == out_of_range;
        return false;
    }

private:
    bool value() {
        direct_members += depth_ == 1 ? 1 : 0;
        return true;
    }
    bool open() {
        value();
        ++depth_;
        deepest = std::max(deepest, depth_);
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }

    std::size_t depth_ = 0;
};

void require(bool condition) {
    if (!condition)
        std::abort();
}

void check_verdict(std::string_view text, bool accepted) {
    // nlohmann takes a NUL for the end of its input, and skips a byte order mark.
    if (text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) {
        require(!accepted);
        return;
    }
    verdict other;
    const bool valid = json::sax_parse(text, &other);
    if (other.number_too_large)
        return;
    const scan_limits limits;
    const bool within = other.deepest <= limits.depth && other.direct_members <= limits.members;
    require(accepted == (valid && within));
}

void check_members(std::string_view text, kind root, const std::vector<member>& members) {
    std::size_t end = 0;
    for (const member& item : members) {
        if (root == kind::object) {
            require(item.key_begin > end && item.key_begin <= item.key_end);
            require(text[item.key_begin - 1] == '"' && text[item.key_end] == '"');
            require(item.key_end < item.value_begin);
        }
        require(item.value_begin > end && item.value_begin < item.value_end);
        end = item.value_end;
        std::vector<member> inner;
        const auto type = scan(value_of(text, item), inner);
        require(type && *type == item.type);
        std::vector<member> unchecked;
        scan_valid(value_of(text, item), unchecked);
        require(inner.size() == unchecked.size());
    }
    require(members.empty() || end < text.size());
}

void check_splice(std::string_view text, const std::vector<member>& members) {
    splice edited(text, members);
    require(edited.str() == text);
    for (std::size_t i = 0; i < std::min<std::size_t>(members.size(), 8); ++i) {
        const auto& item = members[i];
        const auto name =
            unescape(text.substr(item.key_begin - 1, item.key_end - item.key_begin + 2));
        require(key_is(text, item, name) && find(text, members, name) != nullptr);
        if (i % 2 == 0)
            edited.remove(name);
        else
            edited.set(name, "[1]");
    }
    edited.set("model", "\"other\"");
    std::vector<member> after;
    const auto root = scan(edited.str(), after, {512, 8192});
    require(root && *root == kind::object);
    const std::string result = edited.str();
    const member* model = find(result, after, "model");
    require(model != nullptr && value_of(result, *model) == "\"other\"");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy without a terminator, so that reading past the end is noticed.
    const std::vector<char> bytes(data, data + size);
    const std::string_view text(bytes.data(), bytes.size());
    std::vector<member> members;
    const auto root = scan(text, members);
    check_verdict(text, root.has_value());
    if (!root) {
        require(members.empty() && root.error().offset <= size);
        return 0;
    }
    check_members(text, *root, members);
    if (*root == kind::object)
        check_splice(text, members);
    return 0;
}
