#include "llm_proxy/config/yaml_scalar.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace llm_proxy::config {

namespace {

using data = decltype(value::data);

constexpr std::string_view core_tag = "tag:yaml.org,2002:";
constexpr std::array null_words{"~", "null", "Null", "NULL", ""};
constexpr std::array true_words{"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::array false_words{"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};

template <class Words>
bool one_of(std::string_view text, const Words& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_of(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == text.npos;
}

/// `text` without the underscores that YAML 1.1 lets stand between digits.
std::string without_underscores(std::string_view text) {
    std::string digits(text);
    std::erase(digits, '_');
    return digits;
}

constexpr std::string_view decimal = "0123456789";
constexpr std::string_view decimal_ = "0123456789_";

/// Takes a leading sign off `text`.
bool take_minus(std::string_view& text) {
    const bool minus = text.starts_with('-');
    if (minus || text.starts_with('+'))
        text.remove_prefix(1);
    return minus;
}

std::optional<data> whole(std::string_view digits_text, int base, bool minus) {
    const std::string digits = without_underscores(digits_text);
    std::int64_t number = 0;
    const std::string text = minus ? "-" + digits : digits;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (end != text.data() + text.size() || (fault != std::errc{} && base != 10))
        return std::nullopt;
    if (fault == std::errc{})
        return data(number);
    double wide = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), wide);
    return read.ec == std::errc{} ? std::optional(data(wide)) : std::nullopt;
}

/// Parts of a base-60 number: the first any digits, the others 0 to 59. Nothing if it is none.
std::optional<double> sexagesimal(std::string_view text) {
    double total = 0;
    const auto parts = split(text, ':');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string_view part = parts[i];
        const bool fits = i == 0 ? !part.empty() && all_of(part, decimal_)
                                 : part.size() == 1 || (part.size() == 2 && part[0] <= '5');
        if (!fits || (i > 0 && !all_of(part, decimal)))
            return std::nullopt;
        double number = 0;
        const std::string digits = without_underscores(part);
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        total = total * 60 + number;
    }
    return total;
}

std::optional<data> base_60(std::string_view text, bool minus) {
    const std::size_t last = text.rfind(':');
    if (last == text.npos || text[0] < '0' || text[0] > '9')
        return std::nullopt;
    const std::size_t point = text.find('.');
    const auto total = sexagesimal(text.substr(0, point));
    if (!total || (point != text.npos && !all_of(text.substr(point + 1), decimal_)))
        return std::nullopt;
    if (point == text.npos) {
        if (text[0] == '0' || *total > 9e15)
            return std::nullopt;
        const auto number = static_cast<std::int64_t>(*total);
        return data(minus ? -number : number);
    }
    const std::string fraction = "0." + without_underscores(text.substr(point + 1)) + "0";
    double part = 0;
    std::from_chars(fraction.data(), fraction.data() + fraction.size(), part);
    return data(minus ? -(*total + part) : *total + part);
}

std::optional<data> integer(std::string_view text) {
    const bool minus = take_minus(text);
    if (text.empty())
        return std::nullopt;
    if (text.starts_with("0b") && all_of(text.substr(2), "01_"))
        return whole(text.substr(2), 2, minus);
    if (text.starts_with("0x") && all_of(text.substr(2), "0123456789abcdefABCDEF_"))
        return whole(text.substr(2), 16, minus);
    if (text == "0")
        return data(std::int64_t{0});
    if (text[0] == '0' && all_of(text, "01234567_"))
        return whole(text, 8, minus);
    if (text[0] >= '1' && text[0] <= '9' && all_of(text, decimal_))
        return whole(text, 10, minus);
    return base_60(text, minus);
}

/// `e+10`, `E-5`: PyYAML insists on the sign.
bool is_exponent(std::string_view text) {
    return text.size() >= 3 && (text[0] == 'e' || text[0] == 'E') &&
           (text[1] == '+' || text[1] == '-') && all_of(text.substr(2), decimal);
}

std::optional<data> fixed_point(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == text.npos)
        return std::nullopt;
    std::string_view number = text;
    const bool minus = take_minus(number);
    const bool is_signed = number.size() != text.size();
    const std::size_t exponent = number.find_first_of("eE");
    const std::string_view mantissa = number.substr(0, exponent);
    const std::size_t dot = mantissa.find('.');
    if (dot == mantissa.npos || (exponent != number.npos && !is_exponent(number.substr(exponent))))
        return std::nullopt;
    const std::string_view before = mantissa.substr(0, dot);
    const std::string_view after = mantissa.substr(dot + 1);
    if (!all_of(before, decimal_) || !all_of(after, decimal_) || before.starts_with('_'))
        return std::nullopt;
    // Without a digit in front there is no sign and at least one digit behind.
    if (before.empty() && (is_signed || after.empty() || after.starts_with('_')))
        return std::nullopt;
    std::string digits = without_underscores(number);
    double parsed = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
    if (read.ec == std::errc::result_out_of_range)
        parsed = digits.find("e-") != digits.npos || digits.find("E-") != digits.npos
                     ? 0.0
                     : std::numeric_limits<double>::infinity();
    return data(minus ? -parsed : parsed);
}

std::optional<data> floating(std::string_view text) {
    std::string_view bare = text;
    const bool minus = take_minus(bare);
    if (bare == ".inf" || bare == ".Inf" || bare == ".INF")
        return data(minus ? -std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::infinity());
    if (text == ".nan" || text == ".NaN" || text == ".NAN")
        return data(std::numeric_limits<double>::quiet_NaN());
    return fixed_point(text);
}

} // namespace

data plain_scalar(std::string_view text) {
    if (one_of(text, null_words))
        return std::monostate{};
    if (one_of(text, true_words))
        return true;
    if (one_of(text, false_words))
        return false;
    if (auto number = integer(text))
        return std::move(*number);
    if (auto number = floating(text))
        return std::move(*number);
    return std::string(text);
}

std::optional<data> tagged_scalar(std::string_view tag, std::string_view text) {
    if (!tag.starts_with(core_tag))
        return std::nullopt;
    const std::string_view type = tag.substr(core_tag.size());
    if (type == "str" || type == "timestamp")
        return data(std::string(text));
    if (type == "null")
        return data(std::monostate{});
    data plain = plain_scalar(text);
    if (type == "bool" && std::holds_alternative<bool>(plain))
        return plain;
    if (type == "int" && std::holds_alternative<std::int64_t>(plain))
        return plain;
    if (type == "float" && std::holds_alternative<double>(plain))
        return plain;
    if (type == "float" && std::holds_alternative<std::int64_t>(plain))
        return data(static_cast<double>(std::get<std::int64_t>(plain)));
    return std::nullopt;
}

} // namespace llm_proxy::config
